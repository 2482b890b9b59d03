package io.kusionstack.operating.host.kube.write;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.kusionstack.operating.host.kube.Cluster;
import io.kusionstack.operating.host.plan.Action;
import io.kusionstack.operating.host.plan.Applied;
import io.kusionstack.operating.host.plan.ObjectKind;
import io.kusionstack.operating.host.plan.ObjectRef;
import io.kusionstack.operating.host.plan.Plan;
import io.kusionstack.operating.host.plan.PodEdit;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.WriteResult;
import io.kusionstack.operating.testbed.controlplane.ControlPlane;
import io.kusionstack.operating.testbed.junit.TestCluster;
import io.kusionstack.operating.testbed.junit.TestNamespace;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(TestCluster.class)
class PodCreateDeleteIT {
    private static final String FINALIZER = "prot.podopslifecycle.kusionstack.io/web";

    private Cluster cluster;

    @BeforeEach
    void start(ControlPlane plane, TestNamespace namespace) {
        cluster = new Cluster(plane, namespace, Cluster.openGate(), Fence.alwaysOpen()).started();
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    @Test
    void createsNoMoreLivePodsOfAnOwnerThanItMayHaveWhateverTheirLabels() {
        cluster.pod("a");

        Applied applied =
                cluster.actuator.apply(Plan.of(create("b", 3), create("c", 3), create("d", 3), create("e", 3)));

        assertThat(applied.failures())
                .extracting(failure -> failure.result().cause())
                .containsExactly(WriteResult.Cause.NOT_SENT, WriteResult.Cause.NOT_SENT);
        Cluster.await().until(() -> cluster.cache.ownedBy(cluster.ownerUid).size() == 3);
        assertThat(cluster.actuator.apply(Plan.of(create("f", 3))).failures()).hasSize(1);
        assertThat(cluster.actuator.apply(Plan.of(create("f", 4))).failures()).isEmpty();
    }

    @Test
    void releasesAPodFromItsControllerAndChangesNothingElse() {
        PodRecord pod = cluster.pod("a");
        JsonNode before = cluster.read("a");

        Applied applied = cluster.actuator.apply(
                Plan.of(new Action.ReleasePod(pod.ref(), pod.resourceVersion(), cluster.ownerUid)));

        assertThat(applied.failures()).isEmpty();
        assertThat(cluster.find("a").orElseThrow().owners()).isEmpty();
        JsonNode after = cluster.read("a");
        assertThat(after.path("metadata").has("ownerReferences")).isFalse();
        assertThat(after.at("/metadata/labels")).isEqualTo(before.at("/metadata/labels"));
        assertThat(after.path("spec")).isEqualTo(before.path("spec"));
    }

    @Test
    void aPodThatGoesWithItsLastFinalizerIsNoRefusedWrite() {
        PodRecord pod = cluster.pod("a");
        cluster.actuator.apply(Plan.of(new Action.EditPod(PodEdit.of(pod).addFinalizer(FINALIZER))));
        Cluster.await().until(() -> cluster.find("a").orElseThrow().isProtected());
        cluster.api.delete(cluster.path("pods") + "/a");
        Cluster.await().until(() -> cluster.find("a").orElseThrow().terminating());

        PodRecord terminating = cluster.find("a").orElseThrow();
        cluster.actuator.apply(
                Plan.of(new Action.EditPod(PodEdit.of(terminating).removeFinalizer(FINALIZER))));

        Cluster.await().until(() -> cluster.find("a").isEmpty());
        cluster.awaitCount("sent Pod patch", 2);
        assertThat(cluster.metrics.count("missed Pod")).isZero();
        assertThat(cluster.actuator.refusal(terminating)).isEmpty();
        assertThat(cluster.api
                        .get(cluster.namespace.path("/apis/events.k8s.io/v1", "events"))
                        .path("items"))
                .isEmpty();
    }

    private Action create(String name, int most) {
        ObjectRef owner = new ObjectRef(ObjectKind.COLLASET, cluster.namespace.name(), "web", cluster.ownerUid);
        return new Action.CreatePod(owner, name, 7, most, cluster.body(name));
    }
}
