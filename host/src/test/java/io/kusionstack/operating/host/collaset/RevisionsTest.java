package io.kusionstack.operating.host.collaset;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.Action;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RevisionsTest {
    private static final JsonNode V1 = Json.of("""
            {metadata: {labels: {app: foo}}, spec: {containers: [{name: foo, image: 'nginx:v1'}]}}""");
    private static final JsonNode V2 = Json.of("""
            {metadata: {labels: {app: foo}}, spec: {containers: [{name: foo, image: 'nginx:v2'}]}}""");
    private static final String SAMPLE = """
            metadata: {labels: {app: foo}}
            spec:
              containers:
              - image: nginx:1.25.2
                name: nginx
                resources:
                  limits: {cpu: 1, ephemeral-storage: 100Mi, memory: 100Mi}
                  requests: {cpu: 1, ephemeral-storage: 100Mi, memory: 100Mi}
            """;

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '|',
            value = {
                "||, ||, 65bb57b6b5",
                "||, 1, d8bfb7bb",
                "{\"metadata\":{\"name\":\"test\"}}, ||, 67794bdc49",
                "{\"metadata\":{\"name\":\"test\"}}, 1, fdd8fd7c4"
            })
    void hashesAsGoDoes(String bytes, String probe, String hash) {
        assertThat(Revisions.hash(bytes, probe)).isEqualTo(hash);
    }

    @Test
    void writesTheBytesThatGoWrites() {
        assertThat(GoJson.text(RevisionData.of(V1, List.of()))).isEqualTo("""
                {"spec":{"template":{"$patch":"replace","metadata":{"creationTimestamp":null,"labels":{"app":"foo"}},\
                "spec":{"containers":[{"image":"nginx:v1","name":"foo","resources":{}}]}}}}""");
    }

    @Test
    void escapesWhatGoEscapes() {
        assertThat(GoJson.text(Json.of("{b: \"<&>\\t\\u0001\\u2028\\\"\\\\é\", a: 1}")))
                .isEqualTo("{\"a\":1,\"b\":\"\\u003c\\u0026\\u003e\\t\\u0001\\u2028\\\"\\\\é\"}");
    }

    @Test
    void namesTheSmallestTemplateAsKuperatorDoes() {
        assertThat(name("foo", V1)).isEqualTo("foo-5875f669f4");
    }

    @Test
    void namesThePublishedSampleAsKuperatorDoes() {
        ObjectNode defaulted = (ObjectNode) Json.of(SAMPLE);
        ((ObjectNode) defaulted.at("/spec/containers/0"))
                .put("imagePullPolicy", "IfNotPresent")
                .put("terminationMessagePath", "/dev/termination-log")
                .put("terminationMessagePolicy", "File");
        ((ObjectNode) defaulted.path("spec"))
                .put("dnsPolicy", "ClusterFirst")
                .put("restartPolicy", "Always")
                .put("schedulerName", "default-scheduler")
                .put("terminationGracePeriodSeconds", 30)
                .putObject("securityContext");

        assertThat(name("collaset-sample", Json.of(SAMPLE))).isEqualTo("collaset-sample-5bfb79977");
        assertThat(name("collaset-sample", defaulted)).isEqualTo("collaset-sample-6d7b7c58f");
    }

    @Test
    void keepsTheHashOfALongName() {
        assertThat(Revisions.name("1.a.B" + "x".repeat(80), "", 0))
                .hasSizeLessThanOrEqualTo(63)
                .startsWith("a-bxx")
                .endsWith("-" + Revisions.hash("", "0"));
    }

    @Test
    void twoSetsWhoseNamesLookAlikeNeverTakeEachOthersRevision() {
        for (String set : List.of("web", "a.b", "a-b", "1.a.B" + "x".repeat(80), "w".repeat(52), "w".repeat(53), "7")) {
            for (int probe = 0; probe < 50; probe++) {
                assertThat(Revisions.name(set, "x", probe)).startsWith(Revisions.prefix(set));
            }
        }
        SetSpec set = Sets.set(V1).build();
        String other =
                Revisions.plan(set, List.of(), Set.of(), Set.of()).updated().name();

        RevisionHistory history = Revisions.plan(set, List.of(), Set.of(other), Set.of());

        assertThat(history.updated().name()).startsWith("web-").isNotEqualTo(other);
        assertThat(history.collisions()).isEqualTo(1);
    }

    @Test
    void anAmountOfThousandsOfDigitsIsNotWorkedOut() {
        String digits = "9".repeat(100_000);

        assertThat(Quantity.canonical(digits)).isEqualTo(digits);
    }

    @ParameterizedTest
    @CsvSource({
        "1024Mi, 1Gi",
        "100Mi, 100Mi",
        "1.5Gi, 1536Mi",
        "0.5Mi, 512Ki",
        "512, 512",
        "1000, 1k",
        "1500m, 1500m",
        "1000m, 1",
        "0.5, 500m",
        "0, 0",
        "1e3, 1e3",
        "1E, 1E",
        "many, many",
        "1e999999999, 1e999999999",
        "1e-999999999, 1e-999999999",
        "1e99999999999999999999, 1e99999999999999999999"
    })
    void spellsAmountsInOneWay(String written, String canonical) {
        assertThat(Quantity.canonical(written)).isEqualTo(canonical);
    }

    @Test
    void createsTheFirstRevision() {
        RevisionHistory history = Revisions.plan(Sets.set(V1).build(), List.of(), Set.of(), Set.of());

        assertThat(history.updated().name()).isEqualTo("web-5875f669f4");
        assertThat(history.current()).isEqualTo(history.updated());
        assertThat(history.actions()).hasSize(1);
        ObjectNode body = ((Action.CreateObject) history.actions().getFirst()).body();
        assertThat(body.toString()).isEqualTo(Json.of("""
                apiVersion: apps/v1
                kind: ControllerRevision
                metadata:
                  namespace: shop
                  name: web-5875f669f4
                  labels:
                    app: foo
                    controller.kubernetes.io/hash: 5875f669f4
                    controller.kubernetes.io/collision: "0"
                  annotations:
                    collaset.operating.kusionstack.io/accepted-spec:
                      '{"replicas":1,"selector":{"matchLabels":{"app":"foo"}}}'
                  ownerReferences:
                  - {apiVersion: apps.kusionstack.io/v1alpha1, kind: CollaSet, name: web, uid: web-uid,
                     controller: true, blockOwnerDeletion: true}
                data:
                  spec:
                    template:
                      $patch: replace
                      metadata: {creationTimestamp: null, labels: {app: foo}}
                      spec: {containers: [{image: 'nginx:v1', name: foo, resources: {}}]}
                revision: 1
                """).toString());
    }

    @Test
    void reusesTheNewestRevisionWithoutAWrite() {
        SetSpec set = Sets.set(V1).build();
        Revision stored = Sets.accepted(Sets.stored("web-1", 1, V1), set);

        RevisionHistory history = Revisions.plan(set, List.of(stored), Set.of(), Set.of());

        assertThat(history.updated()).isEqualTo(stored);
        assertThat(history.actions()).isEmpty();
    }

    @Test
    void takesOverARevisionThatMeansTheSame() {
        JsonNode goWritten = Json.of("""
                {metadata: {creationTimestamp: null, labels: {app: foo}},
                 spec: {containers: [{image: 'nginx:v1', name: foo, resources: {}}], volumes: null}}""");
        JsonNode now = Json.of("""
                {spec: {hostNetwork: false, containers: [{name: foo, image: 'nginx:v1', args: []}]},
                 metadata: {labels: {app: foo}}}""");
        SetSpec set = Sets.set(now).build();
        Revision stored = Sets.accepted(Sets.stored("web-of-go", 7, goWritten), set);

        RevisionHistory history = Revisions.plan(set, List.of(stored), Set.of(), Set.of());

        assertThat(history.updated()).isEqualTo(stored);
        assertThat(history.actions()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{volumes: [{name: a, emptyDir: {sizeLimit: %s}}]}",
                "{overhead: {memory: %s}}",
                "{resources: {limits: {memory: %s}}}",
                "{volumes: [{name: a, ephemeral: {volumeClaimTemplate: {spec: {resources: {requests: {storage: %s}}}}}}]}",
                "{containers: [{name: a, env: [{name: B, valueFrom: {resourceFieldRef: {divisor: %s}}}]}]}"
            })
    void takesAmountsThatAreSpeltDifferentlyForEqual(String spec) {
        JsonNode binary = Json.of("{spec: " + spec.formatted("1Gi") + "}");
        JsonNode mebi = Json.of("{spec: " + spec.formatted("1024Mi") + "}");

        assertThat(RevisionData.meaning(mebi, List.of())).isEqualTo(RevisionData.meaning(binary, List.of()));
        assertThat(RevisionData.of(mebi, List.of())).isEqualTo(RevisionData.of(binary, List.of()));
    }

    @Test
    void leavesWhatAUserNamesLikeAnAmountAsItIs() {
        JsonNode one = Json.of("{metadata: {labels: {sizeLimit: 1Gi}}, spec: {nodeSelector: {sizeLimit: 1Gi}}}");
        JsonNode other = Json.of("{metadata: {labels: {sizeLimit: 1024Mi}}, spec: {nodeSelector: {sizeLimit: 1Gi}}}");

        assertThat(RevisionData.meaning(one, List.of())).isNotEqualTo(RevisionData.meaning(other, List.of()));
    }

    @Test
    void isNoOtherRevisionBecauseOfWhatTheOperatorWritesItself() {
        JsonNode with = Json.of("""
                {metadata: {labels: {app: foo, kusionstack.io/control: 'true'},
                            finalizers: [prot.podopslifecycle.kusionstack.io/a],
                            ownerReferences: [{name: a}]},
                 spec: {containers: [{name: foo, image: 'nginx:v1'}]}}""");

        assertThat(RevisionData.meaning(with, List.of())).isEqualTo(RevisionData.meaning(V1, List.of()));
        assertThat(name("foo", with)).isNotEqualTo(name("foo", V1));
    }

    @Test
    void keepsApartWhatOnlyLooksEmpty() {
        JsonNode all = Json.of("{spec: {affinity: {podAffinity: {labelSelector: {}}}}}");
        JsonNode none = Json.of("{spec: {affinity: {podAffinity: {}}}}");

        assertThat(RevisionData.meaning(all, List.of())).isNotEqualTo(RevisionData.meaning(none, List.of()));
    }

    @Test
    void rollsBackByRenumbering() {
        SetSpec set = Sets.set(V1).build();
        Revision first = Sets.accepted(Sets.stored("web-1", 1, V1), set);
        Revision second = Sets.stored("web-2", 2, V2);

        RevisionHistory history = Revisions.plan(set, List.of(first, second), Set.of(), Set.of("web-2"));

        assertThat(history.updated()).isEqualTo(first.numbered(3));
        assertThat(history.actions())
                .containsExactly(new Action.PatchObject(
                        first.ref(),
                        first.resourceVersion(),
                        JsonNodeFactory.instance.objectNode().put("revision", 3L),
                        (ObjectNode) reliesOn(1, first.accepted())));
    }

    @Test
    void goesRoundATakenName() {
        RevisionHistory history = Revisions.plan(Sets.set(V1).build(), List.of(), Set.of("web-5875f669f4"), Set.of());

        assertThat(history.collisions()).isEqualTo(1);
        assertThat(history.updated().name()).isNotEqualTo("web-5875f669f4").startsWith("web-");
    }

    @Test
    void storesTheRestOfAnAcceptedSpecOnceItDiffers() {
        Revision stored =
                Sets.accepted(Sets.stored("web-1", 1, V1), Sets.set(V1).build());

        RevisionHistory history = Revisions.plan(Sets.set(V1).replicas(5).build(), List.of(stored), Set.of(), Set.of());

        assertThat(history.actions())
                .containsExactly(new Action.PatchObject(
                        stored.ref(), stored.resourceVersion(), (ObjectNode) Json.of("""
                        metadata:
                          annotations:
                            collaset.operating.kusionstack.io/accepted-spec:
                              '{"replicas":5,"selector":{"matchLabels":{"app":"foo"}}}'
                        """), (ObjectNode)
                                reliesOn(1, stored.accepted())));
    }

    private static JsonNode reliesOn(long number, String accepted) {
        ObjectNode fields = JsonNodeFactory.instance.objectNode().put("revision", number);
        fields.putObject("metadata").putObject("annotations").put(Names.ACCEPTED_SPEC, accepted);
        return fields;
    }

    @Test
    void takesNoHeldRevisionForTheOneThatWasCompleteWhereThatIsUnknown() {
        List<Revision> stored = List.of(Sets.stored("web-1", 1, V1), Sets.stored("web-2", 2, V2));
        Sets held = Sets.set(V2).with("paused: true");

        assertThat(Revisions.plan(held.build(), stored, Set.of(), Set.of("web-1"))
                        .current()
                        .name())
                .isEqualTo("web-1");
        assertThat(Revisions.plan(Sets.set(V2).build(), stored, Set.of(), Set.of())
                        .current()
                        .name())
                .isEqualTo("web-2");
    }

    @Test
    void knowsThatTheRevisionIsLostThatAHoldKeepsPodsAt() {
        List<Revision> stored = List.of(Sets.stored("web-2", 2, V2));
        Sets held = Sets.set(V2).with("paused: true");

        assertThat(Revisions.plan(held.build(), stored, Set.of(), Set.of()).lost())
                .as("a set that never was complete")
                .isFalse();
        held.status(Json.of("currentRevision: web-1"));
        assertThat(Revisions.plan(held.build(), stored, Set.of(), Set.of()).lost())
                .isTrue();
        assertThat(Revisions.plan(
                                Sets.set(V2)
                                        .status(Json.of("currentRevision: web-1"))
                                        .build(),
                                stored,
                                Set.of(),
                                Set.of())
                        .lost())
                .as("nothing is held")
                .isFalse();
    }

    @Test
    void trimsTheOldestThatNobodyNeeds() {
        SetSpec set = Sets.set(V1).historyLimit(1).build();
        List<Revision> stored = List.of(
                Sets.stored("web-1", 1, Json.of("{spec: {nodeName: a}}")),
                Sets.stored("web-2", 2, Json.of("{spec: {nodeName: b}}")),
                Sets.stored("web-3", 3, Json.of("{spec: {nodeName: c}}")),
                Sets.accepted(Sets.stored("web-4", 4, V1), set));

        RevisionHistory history = Revisions.plan(set, stored, Set.of(), Set.of("web-1"));

        assertThat(history.actions()).isEmpty();
        assertThat(history.upkeep())
                .containsExactly(new Action.DeleteObject(
                        stored.get(1).ref(), stored.get(1).resourceVersion()));
        assertThat(history.known()).containsOnlyKeys("web-1", "web-3", "web-4");
    }

    @Test
    void anOrphanIsAdoptedWithoutStoppingTheUpdate() {
        SetSpec set = Sets.set(V2).build();
        Revision second = Sets.accepted(Sets.stored("web-2", 2, V2), set);
        ObjectNode orphan = (ObjectNode) object("web-1", 1);
        ((ObjectNode) orphan.path("metadata")).remove("ownerReferences");

        RevisionHistory history =
                Revisions.plan(set, List.of(Revision.of(orphan).orElseThrow(), second), Set.of(), Set.of());

        assertThat(history.actions()).isEmpty();
        assertThat(history.upkeep())
                .singleElement()
                .satisfies(action -> assertThat(((Action.PatchObject) action)
                                .patch()
                                .at("/metadata/ownerReferences/0/name")
                                .asText())
                        .isEqualTo("web"));
    }

    @ParameterizedTest
    @CsvSource({"7, 7", "4611686018427387903, 4611686018427387903", "9223372036854775807, 0"})
    void aNumberAfterWhichNoneFollowsCountsAsTheOldest(long stored, long number) {
        assertThat(Revision.of(object("web-1", stored)).orElseThrow().number()).isEqualTo(number);
    }

    private static JsonNode object(String name, long number) {
        return Json.of("""
                metadata:
                  namespace: shop
                  name: %s
                  uid: uid-%1$s
                  resourceVersion: "5"
                  ownerReferences: [{name: web, uid: web-uid, controller: true}]
                data: {spec: {template: {spec: {containers: [{name: foo, image: 'nginx:v0'}]}}}}
                revision: %d
                """.formatted(name, number));
    }

    private static String name(String set, JsonNode template) {
        return Revisions.name(set, GoJson.text(RevisionData.of(template, List.of())), 0);
    }
}
