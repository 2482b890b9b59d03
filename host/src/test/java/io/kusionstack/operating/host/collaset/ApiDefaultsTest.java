package io.kusionstack.operating.host.collaset;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ApiDefaultsTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{spec: {restartPolicy: Always, dnsPolicy: ClusterFirst, schedulerName: default-scheduler}}",
                "{spec: {terminationGracePeriodSeconds: 30, enableServiceLinks: true, serviceAccountName: default}}",
                "{spec: {shareProcessNamespace: false, affinity: {}, securityContext: {}}}",
                "{spec: {containers: [{terminationMessagePolicy: File}]}}",
                "{spec: {containers: [{terminationMessagePath: /dev/termination-log, ports: [{protocol: TCP}]}]}}",
                "{spec: {containers: [{resources: {requests: {memory: 1024Mi, cpu: 500m}}}]}}",
                "{spec: {containers: [{livenessProbe: {timeoutSeconds: 1, periodSeconds: 10, failureThreshold: 3}}]}}",
                "{spec: {containers: [{livenessProbe: {successThreshold: 1, httpGet: {path: /, scheme: HTTP}}}]}}",
                "{spec: {containers: [{env: [{valueFrom: {fieldRef: {apiVersion: v1}}}]}]}}",
                "{spec: {volumes: [{configMap: {defaultMode: 420}}]}}"
            })
    void aTemplateThatSpellsADefaultOutMeansTheSame(String spelt) {
        JsonNode silent = Json.of("""
                spec:
                  containers:
                  - name: main
                    image: app:v1
                    ports: [{containerPort: 80}]
                    resources: {requests: {memory: 1Gi, cpu: "0.5"}}
                    env: [{name: A, valueFrom: {fieldRef: {fieldPath: metadata.name}}}]
                    livenessProbe: {httpGet: {port: 80}}
                  volumes: [{name: c, configMap: {name: c}}]
                """);
        JsonNode more = merged(silent.deepCopy(), Json.of(spelt));

        assertThat(RevisionData.meaning(more, List.of())).isEqualTo(RevisionData.meaning(silent, List.of()));
        assertThat(Template.between(silent, more)).isInstanceOf(TemplateChange.InPlace.class);
    }

    @Test
    void thePullPolicyThatTheTagAsksForMeansTheSame() {
        JsonNode silent = Json.of("{spec: {containers: [{name: main, image: 'a.b:5000/app:v1'}]}}");
        JsonNode spelt = Json.of(
                "{spec: {containers: [{name: main, image: 'a.b:5000/app:v1', imagePullPolicy: IfNotPresent}]}}");

        assertThat(RevisionData.meaning(spelt, List.of())).isEqualTo(RevisionData.meaning(silent, List.of()));
    }

    @Test
    void aNumberInQuotesIsNotTheDefault() {
        JsonNode quoted = Json.of("{spec: {terminationGracePeriodSeconds: '30', enableServiceLinks: 'true'}}");

        assertThat(RevisionData.meaning(quoted, List.of()))
                .isNotEqualTo(RevisionData.meaning(Json.of("{spec: {}}"), List.of()));
    }

    @Test
    void thePullPolicyMayBeSpeltOutTogetherWithANewImage() {
        JsonNode silent = Json.of("{spec: {containers: [{name: main, image: 'app:v1'}]}}");
        JsonNode spelt =
                Json.of("{spec: {containers: [{name: main, image: 'app:v2', imagePullPolicy: IfNotPresent}]}}");

        assertThat(Template.between(silent, spelt)).isInstanceOf(TemplateChange.InPlace.class);
    }

    @Test
    void whatIsNoDefaultMeansSomethingElse() {
        JsonNode silent = Json.of("{spec: {containers: [{name: main, image: 'app:latest'}]}}");
        JsonNode policy =
                Json.of("{spec: {containers: [{name: main, image: 'app:latest', imagePullPolicy: IfNotPresent}]}}");

        assertThat(RevisionData.meaning(policy, List.of())).isNotEqualTo(RevisionData.meaning(silent, List.of()));
    }

    /** Item by item in lists. */
    private static JsonNode merged(JsonNode into, JsonNode more) {
        if (into instanceof ObjectNode object && more instanceof ObjectNode other) {
            other.properties()
                    .forEach(entry -> object.set(
                            entry.getKey(),
                            object.has(entry.getKey())
                                    ? merged(object.get(entry.getKey()), entry.getValue())
                                    : entry.getValue()));
            return object;
        }
        if (into instanceof ArrayNode array && more instanceof ArrayNode other) {
            for (int i = 0; i < other.size(); i++) {
                array.set(i, merged(array.get(i), other.get(i)));
            }
            return array;
        }
        return more;
    }
}
