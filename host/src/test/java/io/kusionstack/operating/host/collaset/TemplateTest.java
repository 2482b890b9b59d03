package io.kusionstack.operating.host.collaset;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kusionstack.operating.host.plan.MapEdit;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TemplateTest {
    private static final JsonNode FROM = Json.of("""
            metadata: {labels: {app: foo, team: a, old: x}, annotations: {note: one}}
            spec:
              initContainers: [{name: setup, image: 'setup:v1'}]
              containers: [{name: main, image: 'app:v1'}, {name: side, image: 'side:v1'}]
            """);

    @Test
    void findsWhatARunningPodCanTakeOver() {
        JsonNode to = Json.of("""
                metadata: {creationTimestamp: null, labels: {app: foo, team: b, fresh: y}}
                spec:
                  initContainers: [{name: setup, image: 'setup:v1', resources: {}}]
                  containers: [{name: main, image: 'app:v2'}, {name: side, image: 'side:v1', args: []}]
                """);

        assertThat(Template.between(FROM, to))
                .isEqualTo(new TemplateChange.InPlace(
                        MapEdit.set(Map.of("team", "b", "fresh", "y")).then(MapEdit.remove(List.of("old"))),
                        MapEdit.remove(List.of("note")),
                        new TreeMap<>(Map.of("main", "app:v2"))));
    }

    @Test
    void changesNoImageWhereOnlyLabelsDiffer() {
        JsonNode to = Json.of("""
                metadata: {labels: {app: foo, team: a}, annotations: {note: one}}
                spec:
                  initContainers: [{name: setup, image: 'setup:v1'}]
                  containers: [{name: main, image: 'app:v1'}, {name: side, image: 'side:v1'}]
                """);

        assertThat(Template.between(FROM, to))
                .isEqualTo(new TemplateChange.InPlace(MapEdit.remove(List.of("old")), MapEdit.none(), new TreeMap<>()));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    {spec: {initContainers: [{image: 'setup:v2'}]}}                | spec.template.spec.initContainers[setup].image
                    {spec: {containers: [{name: other}]}}                          | spec.template.spec.containers[0].name
                    {spec: {containers: [{image: 'app:v2', env: [{name: A, value: b}]}]}} | spec.template.spec.containers[main].env
                    {spec: {containers: [{resources: {limits: {cpu: 2}}}]}}        | spec.template.spec.containers[main].resources
                    {spec: {tolerations: [{operator: Exists}], hostNetwork: true}} | spec.template.spec.hostNetwork
                    {metadata: {finalizers: [a/b]}}                                | spec.template.metadata.finalizers
                    """)
    void recreatesForAnythingElseAndNamesIt(String change, String path) {
        JsonNode to = merged(FROM.deepCopy(), Json.of(change));

        assertThat(Template.between(FROM, to)).isEqualTo(new TemplateChange.Recreate(path));
    }

    @Test
    void namesAFieldInAListOfAsManyItems() {
        assertThat(Template.between(
                        env("{name: A, value: b}, {name: B, value: c}"),
                        env("{name: A, value: b}, {name: B, value: d}")))
                .isEqualTo(new TemplateChange.Recreate("spec.template.spec.containers[main].env[B].value"));
    }

    private static JsonNode env(String entries) {
        return Json.of("{spec: {containers: [{name: main, env: [" + entries + "]}]}}");
    }

    @Test
    void recreatesForAnotherNumberOfContainers() {
        JsonNode to = Json.of("{spec: {containers: [{name: main, image: 'app:v1'}]}}");

        assertThat(Template.between(FROM, to))
                .isEqualTo(new TemplateChange.Recreate("the number of spec.template.spec.containers"));
    }

    @Test
    void takesEqualAmountsAsEqual() {
        JsonNode half = Json.of("{spec: {containers: [{name: a, resources: {limits: {cpu: '0.5', memory: 1024Mi}}}]}}");
        JsonNode millis = Json.of("{spec: {containers: [{name: a, resources: {limits: {cpu: 500m, memory: 1Gi}}}]}}");

        assertThat(Template.between(half, millis))
                .isEqualTo(new TemplateChange.InPlace(MapEdit.none(), MapEdit.none(), new TreeMap<>()));
    }

    @Test
    void neverTakesFromAPodWhatTheOperatorWrites() {
        JsonNode with = merged(FROM.deepCopy(), Json.of("""
                metadata:
                  labels: {kusionstack.io/control: 'true', collaset.kusionstack.io/to-delete: now, own: x}
                  annotations: {pod.kusionstack.io/available-conditions: '{}'}
                  finalizers: [prot.podopslifecycle.kusionstack.io/a]
                """));

        assertThat(Template.between(with, FROM))
                .isEqualTo(new TemplateChange.InPlace(MapEdit.remove(List.of("own")), MapEdit.none(), new TreeMap<>()));
        assertThat(Template.between(FROM, with))
                .isEqualTo(
                        new TemplateChange.InPlace(MapEdit.set(Map.of("own", "x")), MapEdit.none(), new TreeMap<>()));
    }

    private static JsonNode merged(JsonNode into, JsonNode from) {
        from.properties().forEach(entry -> {
            JsonNode known = into.get(entry.getKey());
            if (known != null && entry.getValue().isObject()) {
                merged(known, entry.getValue());
            } else if (known != null && known.isArray()) {
                merged(known.get(0), entry.getValue().get(0));
            } else {
                ((ObjectNode) into).set(entry.getKey(), entry.getValue());
            }
        });
        return into;
    }
}
