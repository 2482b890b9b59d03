package io.kusionstack.operating.host.kube.write;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kusionstack.operating.host.kernel.Key;
import io.kusionstack.operating.host.kernel.Outcome;
import io.kusionstack.operating.host.kube.Cluster;
import io.kusionstack.operating.host.kube.cache.ObjectCache;
import io.kusionstack.operating.host.model.CollaSet;
import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.Action;
import io.kusionstack.operating.host.plan.Applied;
import io.kusionstack.operating.host.plan.MapEdit;
import io.kusionstack.operating.host.plan.ObjectKind;
import io.kusionstack.operating.host.plan.ObjectRef;
import io.kusionstack.operating.host.plan.Plan;
import io.kusionstack.operating.host.plan.PodEdit;
import io.kusionstack.operating.host.plan.PodGate;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.WriteResult;
import io.kusionstack.operating.host.world.Crds;
import io.kusionstack.operating.testbed.api.KubeApi;
import io.kusionstack.operating.testbed.api.PatchType;
import io.kusionstack.operating.testbed.controlplane.ControlPlane;
import io.kusionstack.operating.testbed.controlplane.ControlPlaneOptions;
import io.kusionstack.operating.testbed.junit.TestCluster;
import io.kusionstack.operating.testbed.junit.TestNamespace;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(TestCluster.class)
class ApiActuatorIT {
    private static final String LABEL = "operating.podopslifecycle.kusionstack.io/collaset";

    private final AtomicBoolean fence = new AtomicBoolean(true);
    private Cluster cluster;
    private ObjectCache<CollaSet> sets;

    @BeforeEach
    void start(ControlPlane plane, TestNamespace namespace) {
        try (KubeApi api = new KubeApi(plane.connection(ControlPlaneOptions.ADMIN), "kube-it/1")) {
            Crds.install(api);
        }
        cluster = new Cluster(plane, namespace, new TimidGate(), timeout -> fence.get());
        sets = cluster.objects.of(ObjectKind.COLLASET, CollaSet.class);
        cluster.started();
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    /** Lets all pass, but not an image without a name where nothing is intended. */
    private static final class TimidGate implements PodGate {
        @Override
        public Advance advance(PodRecord seen, PodEdit edit, Instant now) {
            return Advance.of(edit.against(seen));
        }

        @Override
        public Advance advanceWithoutIntention(PodRecord seen, PodEdit edit, Instant now) {
            return Advance.of(PodEdit.of(seen).labels(edit.labels()).against(seen));
        }
    }

    @Test
    void carriesLabelsFinalizersAndTheGateInOneStatusPatch() {
        PodRecord pod = cluster.pod("a");
        PodEdit edit = PodEdit.of(pod)
                .labels(MapEdit.set(LABEL, "1").then(MapEdit.remove(List.of(Names.CONTROL))))
                .annotations(MapEdit.set("pod.kusionstack.io/note", "x"))
                .addFinalizer("prot.podopslifecycle.kusionstack.io/web")
                .serviceReady(false);

        cluster.actuator.apply(Plan.of(new Action.EditPod(edit)));

        Cluster.await().until(() -> cluster.find("a").orElseThrow().hasLabel(LABEL));
        JsonNode after = cluster.read("a");
        assertThat(after.at("/metadata/labels").has(Names.CONTROL)).isFalse();
        assertThat(after.at("/metadata/annotations/pod.kusionstack.io~1note").asText())
                .isEqualTo("x");
        assertThat(after.at("/metadata/finalizers/0").asText()).isEqualTo("prot.podopslifecycle.kusionstack.io/web");
        assertThat(after.at("/status/conditions"))
                .anySatisfy(condition -> assertThat(condition.path("type").asText() + "="
                                + condition.path("status").asText() + " "
                                + condition.path("message").asText())
                        .isEqualTo(Names.SERVICE_READY + "=False updated by PodOpsLifecycle"));
        cluster.awaitCount("sent Pod patch-status", 1);
        assertThat(cluster.metrics.count("sent Pod patch")).isZero();
        Cluster.await().until(() -> cluster.results.equals(List.of("WRITTEN")));
    }

    @Test
    void takesAFinalizerOffTogetherWithANewImage() {
        PodRecord pod = cluster.pod("a");
        write(PodEdit.of(pod).addFinalizer("prot.podopslifecycle.kusionstack.io/web"));
        Cluster.await().until(() -> cluster.find("a").orElseThrow().isProtected());

        write(PodEdit.of(cluster.find("a").orElseThrow())
                .removeFinalizer("prot.podopslifecycle.kusionstack.io/web")
                .images(Map.of("main", "app:v2")));

        Cluster.await().until(() -> !cluster.find("a").orElseThrow().isProtected());
        assertThat(cluster.read("a").at("/spec/containers/0/image").asText()).isEqualTo("app:v2");
        cluster.awaitCount("sent Pod patch", 2);
    }

    @Test
    void learnsTheResponseBeforeTheWatchShowsIt() {
        PodRecord pod = cluster.pod("a");
        cluster.stream.close();

        write(PodEdit.of(pod).labels(MapEdit.set(LABEL, "1")));

        Cluster.await().until(() -> cluster.find("a").orElseThrow().hasLabel(LABEL));
    }

    @Test
    void dropsAnEditOfAnOlderRecordWithoutACall() {
        PodRecord pod = cluster.pod("a");
        write(PodEdit.of(pod).labels(MapEdit.set(LABEL, "1")));
        Cluster.await().until(() -> cluster.find("a").orElseThrow().hasLabel(LABEL));

        write(PodEdit.of(pod).labels(MapEdit.set(LABEL, "2")));

        Cluster.await().until(() -> cluster.metrics.count("outdated Pod") == 1);
        assertThat(cluster.find("a").orElseThrow().label(LABEL)).contains("1");
        cluster.awaitCount("sent Pod patch", 1);
    }

    @Test
    void dropsAnEditThatMeetsANewerPodAndReadsThePodInstead() {
        PodRecord pod = cluster.pod("a");
        cluster.stream.close();
        label("a", "elsewhere", "yes");

        write(PodEdit.of(pod).labels(MapEdit.set(LABEL, "1")));

        Cluster.await().until(() -> cluster.find("a").orElseThrow().hasLabel("elsewhere"));
        assertThat(cluster.read("a").at("/metadata/labels").has(LABEL)).isFalse();
        // the cache learns what was read before the result is reported
        Cluster.await().until(() -> cluster.results.equals(List.of("CONFLICT")));
        assertThat(cluster.metrics.count("conflict Pod patch")).isEqualTo(1);
    }

    @Test
    void repeatsARefusedEditWithoutTheIntentionAndSendsTheRefusedOneNeverAgain() {
        PodRecord pod = cluster.pod("a");
        PodEdit bad = PodEdit.of(pod).images(Map.of("main", " "));
        write(bad);
        Cluster.await().until(() -> cluster.actuator.refusal(pod).isPresent());
        write(bad);
        write(bad.labels(MapEdit.set(LABEL, "1")));

        Cluster.await().until(() -> cluster.find("a").orElseThrow().hasLabel(LABEL));
        assertThat(cluster.metrics.count("refused Pod patch 422")).isEqualTo(2);
        assertThat(cluster.read("a").at("/spec/containers/0/image").asText()).isEqualTo("app:v1");
        assertThat(cluster.actuator.refusal(cluster.find("a").orElseThrow()))
                .as("a label of ours says nothing about the image")
                .isPresent();
    }

    @Test
    void sendsNothingWhileTheLeaseIsNotSureToLast() {
        PodRecord pod = cluster.pod("a");
        fence.set(false);

        write(PodEdit.of(pod).labels(MapEdit.set(LABEL, "1")));
        Applied applied = cluster.actuator.apply(Plan.of(create("b")));

        Cluster.await().until(() -> cluster.results.contains("NOT_SENT"));
        assertThat(applied.failures())
                .extracting(failure -> failure.result().cause())
                .containsExactly(WriteResult.Cause.NOT_SENT);
        assertThat(cluster.read("a").at("/metadata/labels").has(LABEL)).isFalse();
        assertThat(cluster.api.find(cluster.path("pods") + "/b")).isEmpty();
        assertThat(cluster.expectations.areMet(cluster.ownerUid)).isTrue();
    }

    @Test
    void createsAPodOnceThoughItIsPlannedTwice() {
        Applied first = cluster.actuator.apply(Plan.of(create("b")));
        Applied again = cluster.actuator.apply(Plan.of(create("b")));

        assertThat(first).isEqualTo(new Applied(Outcome.done(), List.of()));
        assertThat(again).isEqualTo(new Applied(Outcome.done(), List.of()));
        cluster.awaitPod("b");
        Cluster.await()
                .until(() -> ExpectedCreations.of(cluster.expectations, cluster.ownerUid)
                        .isEmpty());
    }

    @Test
    void takesNoPodOfAnotherForItsOwn() {
        ObjectNode foreign = cluster.body("b");
        foreign.withObjectProperty("metadata").remove("ownerReferences");
        cluster.api.create(cluster.path("pods"), foreign);

        Applied applied = cluster.actuator.apply(Plan.of(create("b")));

        assertThat(applied.failures())
                .extracting(failure -> failure.result().cause())
                .containsExactly(WriteResult.Cause.CONFLICT);
        assertThat(cluster.expectations.areMet(cluster.ownerUid)).isTrue();
    }

    @Test
    void expectsACreationUntilTheCacheShowsIt() {
        cluster.stream.close();

        cluster.actuator.apply(Plan.of(create("b")));

        assertThat(ExpectedCreations.of(cluster.expectations, cluster.ownerUid)).containsExactly("b");
    }

    @Test
    void deletesAPodOnlyInTheStateInWhichItWasSeen() {
        PodRecord pod = cluster.pod("a");
        label("a", "elsewhere", "yes");
        Action stale = new Action.DeletePod(pod.ref(), pod.resourceVersion());
        Applied refused = cluster.actuator.apply(Plan.of(stale));
        Cluster.await().until(() -> cluster.find("a").orElseThrow().hasLabel("elsewhere"));
        PodRecord newer = cluster.find("a").orElseThrow();

        Applied done = cluster.actuator.apply(Plan.of(new Action.DeletePod(pod.ref(), newer.resourceVersion())));

        assertThat(refused.failures())
                .extracting(failure -> failure.result().cause())
                .containsExactly(WriteResult.Cause.CONFLICT);
        assertThat(refused.outcome()).isEqualTo(Outcome.requeueAfter(Duration.ZERO, "CONFLICT"));
        assertThat(done.failures()).isEmpty();
        Cluster.await().until(() -> cluster.expectations.areMet(cluster.ownerUid));
        assertThat(cluster.find("a").map(PodRecord::terminating).orElse(true)).isTrue();
    }

    @Test
    void stopsThePlanWhenTheIntentBeforeItMeetsAConflict() {
        ObjectRef set = collaSet();
        ObjectNode patch = JsonNodeFactory.instance.objectNode();
        patch.putObject("spec").put("replicas", 3);

        Applied applied = cluster.actuator.apply(Plan.of(new Action.PatchObject(set, 1, patch, unlike()), create("b")));

        assertThat(applied.failures())
                .extracting(failure -> failure.result().cause())
                .containsExactly(WriteResult.Cause.CONFLICT, WriteResult.Cause.NOT_SENT);
        assertThat(applied.outcome()).isEqualTo(Outcome.requeueAfter(Duration.ZERO, "CONFLICT"));
        assertThat(cluster.api.find(cluster.path("pods") + "/b")).isEmpty();
    }

    @Test
    void writesTheFirstStatusAtOnceAndAsksForANewPlanWhenTheNextIsDue() {
        ObjectRef set = collaSet();

        Applied first = writeReplicas(set, 1);
        Applied second = writeReplicas(set, 2);

        assertThat(first).isEqualTo(new Applied(Outcome.done(), List.of()));
        assertThat(second.failures()).isEmpty();
        assertThat(second.outcome()).isInstanceOfSatisfying(Outcome.RequeueAfter.class, again -> {
            assertThat(again.why()).isEqualTo("status");
            assertThat(again.after()).isBetween(Duration.ofMillis(1), StatusWriter.WINDOW);
        });
        assertThat(replicasInStatus(set)).isEqualTo(1);

        Cluster.await().until(() -> writeReplicas(set, 2).outcome().equals(Outcome.done()));

        assertThat(replicasInStatus(set)).isEqualTo(2);
        assertThat(cluster.metrics.count("sent CollaSet patch-status")).isEqualTo(2);
    }

    @Test
    void writesAStatusThatChangesAllTheTimeAtMostTwiceASecond() {
        ObjectRef set = collaSet();
        AtomicInteger changes = new AtomicInteger();
        long began = System.nanoTime();

        Cluster.await().until(() -> {
            writeReplicas(set, changes.incrementAndGet());
            return System.nanoTime() - began > TimeUnit.MILLISECONDS.toNanos(1_200);
        });

        int windows = (int) (TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began) / 500);
        assertThat(changes.get()).isGreaterThan(windows + 1);
        assertThat(cluster.metrics.count("sent CollaSet patch-status")).isBetween(2, windows + 1);
        assertThat(cluster.metrics.count("conflict CollaSet patch-status")).isZero();
    }

    /** Fields that no object has. */
    private static ObjectNode unlike() {
        ObjectNode fields = JsonNodeFactory.instance.objectNode();
        fields.putObject("metadata").put("generation", -1);
        return fields;
    }

    private Applied writeReplicas(ObjectRef set, int replicas) {
        ObjectNode status = JsonNodeFactory.instance.objectNode().put("replicas", replicas);
        return cluster.actuator.apply(
                Plan.of(Action.WriteStatus.of(set, version(set), status, 1, JsonNodeFactory.instance.arrayNode())));
    }

    @Test
    void knowsAWrittenObjectWithoutWaitingForTheWatch() {
        ObjectRef set = collaSet();
        ObjectNode patch = JsonNodeFactory.instance.objectNode();
        patch.putObject("metadata").putObject("labels").put("seen", "yes");

        cluster.actuator.apply(Plan.of(new Action.PatchObject(set, version(set), patch, unlike())));

        assertThat(sets.get(new Key(set.namespace(), set.name()))
                        .orElseThrow()
                        .getMetadata()
                        .getLabels())
                .containsEntry("seen", "yes");
    }

    @Test
    void countsTheSameEventOnce() {
        ObjectRef set = collaSet();
        Action event = new Action.Announce(set, Action.Severity.WARNING, "SuccessfulTest", "told");

        cluster.actuator.apply(Plan.of(event));
        cluster.actuator.apply(Plan.of(event));

        Cluster.await()
                .until(() -> !cluster.api.list(cluster.path("events")).items().isEmpty());
        assertThat(cluster.api.list(cluster.path("events")).items())
                .extracting(item ->
                        item.path("reason").asText() + " " + item.path("type").asText() + " "
                                + item.at("/involvedObject/uid").asText())
                .containsExactly("SuccessfulTest Warning " + set.uid());
    }

    private void write(PodEdit edit) {
        cluster.actuator.apply(Plan.of(new Action.EditPod(edit)));
    }

    private Action create(String name) {
        ObjectRef owner = new ObjectRef(ObjectKind.COLLASET, cluster.namespace.name(), "web", cluster.ownerUid);
        return new Action.CreatePod(owner, name, 7, 99, cluster.body(name));
    }

    private void label(String pod, String key, String value) {
        ObjectNode patch = JsonNodeFactory.instance.objectNode();
        patch.putObject("metadata").putObject("labels").put(key, value);
        cluster.api.patch(cluster.path("pods") + "/" + pod, PatchType.MERGE, patch);
    }

    private ObjectRef collaSet() {
        List<JsonNode> made = cluster.api.createFromYaml("""
                apiVersion: apps.kusionstack.io/v1alpha1
                kind: CollaSet
                metadata: {name: web}
                spec:
                  replicas: 1
                  selector: {matchLabels: {app: web}}
                  template:
                    metadata: {labels: {app: web}}
                    spec: {containers: [{name: main, image: app:v1}]}
                """, cluster.namespace.name());
        ObjectRef set = new ObjectRef(
                ObjectKind.COLLASET,
                cluster.namespace.name(),
                "web",
                made.get(0).at("/metadata/uid").asText());
        Cluster.await()
                .until(() -> sets.get(new Key(set.namespace(), set.name())).isPresent());
        return set;
    }

    private long version(ObjectRef set) {
        return Long.parseLong(sets.get(new Key(set.namespace(), set.name()))
                .orElseThrow()
                .getMetadata()
                .getResourceVersion());
    }

    private int replicasInStatus(ObjectRef set) {
        return Optional.of(cluster.api.get(
                        cluster.namespace.path("/apis/" + Names.API_VERSION, "collasets") + "/" + set.name()))
                .map(object -> object.at("/status/replicas").asInt())
                .orElse(0);
    }
}
