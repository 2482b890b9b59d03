package io.kusionstack.operating.host.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.ContainerRecord;
import io.kusionstack.operating.host.plan.Decision;
import io.kusionstack.operating.host.plan.Endpoints;
import io.kusionstack.operating.host.plan.Intentions;
import io.kusionstack.operating.host.plan.LastPodStatus;
import io.kusionstack.operating.host.plan.MapEdit;
import io.kusionstack.operating.host.plan.Nodes;
import io.kusionstack.operating.host.plan.Obstacles;
import io.kusionstack.operating.host.plan.PodAdmission;
import io.kusionstack.operating.host.plan.PodEdit;
import io.kusionstack.operating.host.plan.PodGate.Advance;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.host.world.Pods;
import io.kusionstack.operating.host.world.Unused;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LifecycleGateTest {
    private static final Instant NOW = Pods.CREATED.plusSeconds(3600);
    private static final Wait AWAY = new Wait(Reason.NODE_UNREACHABLE, "node-1", "away");
    private static final Wait MUTE = new Wait(Reason.PLUGIN_UNAVAILABLE, "slb", "not loaded");

    private final List<String> asked = new ArrayList<>();
    private final LifecycleGate open = new LifecycleGate(
            (pod, operation, stage, now) -> {
                asked.add(operation);
                return new Decision.Admitted();
            },
            Intentions.none(),
            Unused.endpoints(),
            Unused.employers());
    private final Nodes away = node -> Optional.of(AWAY);
    private final LifecycleGate onLostNode = open.minding(LifecycleGate.unreachable(away), away);

    @Test
    void aPodWithAnObstacleAheadStaysInServiceAndAsksNoRule() {
        LifecycleGate gate = open.minding((pod, operation) -> List.of(MUTE), Nodes.reachable());
        PodRecord pod = Pods.pod("a").available().build();

        Advance advance = gate.advance(pod, PodOps.begin(pod, "collaset", "update", NOW), NOW);

        PodRecord after = pod.with(advance.edit());
        assertThat(PodOps.operation(after, "collaset").orElseThrow().phase()).isEqualTo(PodOps.Phase.PRE_CHECK);
        assertThat(after.available()).isTrue();
        assertThat(advance.waits()).containsExactly(MUTE);
        assertThat(asked).isEmpty();
    }

    @Test
    void aPodThatWaitsInVainBehindAnObstacleComesBackAfterHalfAMinute() {
        PodRecord pod =
                Pods.pod("a").ready().offline().preparing("collaset", "update").build();
        Instant begun = Pods.CREATED;
        Endpoints sending = (seen, now) -> List.of(new Endpoints.HoldingEndpoint(MUTE, Duration.ofSeconds(5)));
        LifecycleGate gate = new LifecycleGate(PodAdmission.none(), Intentions.none(), sending, Unused.employers())
                .minding(lasting(), Nodes.reachable());
        LifecycleGate untroubled = gate.minding(Obstacles.none(), Nodes.reachable());

        assertThat(phase(gate, pod, begun.plusSeconds(29))).isEqualTo(PodOps.Phase.PREPARING);
        assertThat(phase(untroubled, pod, begun.plusSeconds(60))).isEqualTo(PodOps.Phase.PREPARING);
        assertThat(phase(gate, pod, begun.plusSeconds(30))).isEqualTo(PodOps.Phase.PRE_CHECK);
        assertThat(gate.advance(pod, PodEdit.of(pod), begun.plusSeconds(30))
                        .edit()
                        .serviceReady())
                .as("its gate")
                .hasValue(true);
    }

    @Test
    void aPodWhoseImageWasPatchedComesBackOnlyOnceTheKubeletHasRestartedIt() {
        PodRecord old = Pods.pod("a").ready().offline().build();
        String before = LastPodStatus.before(old, Map.of("main", "app:v2"));
        PodRecord patched = old.with(PodEdit.of(old)
                .annotations(MapEdit.set(Names.LAST_POD_STATUS, before))
                .images(Map.of("main", "app:v2")));
        PodRecord takenBack = patched.with(PodEdit.of(patched).images(Map.of("main", "app:v1")));
        PodRecord restarted = Pods.like(patched)
                .container("main", LifecycleGateTest::restarted)
                .build();

        Advance waiting = open.advance(patched, PodEdit.of(patched), NOW);
        assertThat(waiting.edit().serviceReady()).isEmpty();
        assertThat(waiting.waits()).extracting(Wait::reason).contains(Reason.WAITING_FOR_KUBELET);
        assertThat(open.advance(takenBack, PodEdit.of(takenBack), NOW).edit().serviceReady())
                .hasValue(true);
        assertThat(open.advance(restarted, PodEdit.of(restarted), NOW).edit().serviceReady())
                .hasValue(true);
    }

    @Test
    void aContainerIsAwaitedThoughTheRuntimeShowsTheNewTagOfItsDigestAlready() {
        PodRecord old = Pods.pod("a").ready().offline().build();
        PodRecord patched = old.with(PodEdit.of(old)
                .annotations(
                        MapEdit.set(Names.LAST_POD_STATUS, LastPodStatus.before(old, Map.of("main", "app:stable"))))
                .images(Map.of("main", "app:stable")));
        PodRecord retagged = Pods.like(patched)
                .container("main", LifecycleGateTest::retagged)
                .build();

        assertThat(open.advance(retagged, PodEdit.of(retagged), NOW).edit().serviceReady())
                .isEmpty();
    }

    private static Obstacles lasting() {
        return new Obstacles() {
            @Override
            public List<Wait> ahead(PodRecord pod, String operation) {
                return List.of(MUTE);
            }

            @Override
            public List<Wait> lasting(PodRecord pod, String operation, Instant now) {
                return List.of(MUTE);
            }
        };
    }

    @Test
    void whatTheRuntimeCallsTheImageDecidesNothing() {
        PodRecord old = Pods.pod("a")
                .ready()
                .offline()
                .container("main", before -> shown(before, "app:stable"))
                .build();
        PodRecord patched = old.with(PodEdit.of(old)
                .annotations(
                        MapEdit.set(Names.LAST_POD_STATUS, LastPodStatus.before(old, Map.of("main", "app:stable"))))
                .images(Map.of("main", "app:stable")));
        PodRecord takenBack = patched.with(PodEdit.of(patched)
                .images(Map.of("main", old.containers().getFirst().image())));

        assertThat(open.advance(patched, PodEdit.of(patched), NOW).edit().serviceReady())
                .isEmpty();
        assertThat(open.advance(takenBack, PodEdit.of(takenBack), NOW).edit().serviceReady())
                .hasValue(true);
    }

    private static ContainerRecord shown(ContainerRecord old, String image) {
        return new ContainerRecord(
                old.name(),
                false,
                old.image(),
                image,
                old.imageId(),
                old.containerId(),
                old.restartCount(),
                true,
                true,
                ContainerRecord.State.RUNNING,
                "",
                old.startedAt());
    }

    /** Not restarted, and shown with the image that it is to run. */
    private static ContainerRecord retagged(ContainerRecord old) {
        return shown(old, old.image());
    }

    private static ContainerRecord restarted(ContainerRecord old) {
        return new ContainerRecord(
                old.name(),
                false,
                old.image(),
                old.image(),
                "sha256:" + old.image(),
                "containerd://main-1",
                1,
                true,
                true,
                ContainerRecord.State.RUNNING,
                "",
                NOW);
    }

    private static PodOps.Phase phase(LifecycleGate gate, PodRecord pod, Instant now) {
        PodRecord after = pod.with(gate.advance(pod, PodEdit.of(pod), now).edit());
        return PodOps.operation(after, "collaset").orElseThrow().phase();
    }

    @Test
    void nobodyBeginsOnANodeThatIsNotReadyUnlessToBeDeleted() {
        PodRecord pod = Pods.pod("a").available().build();

        Advance update = onLostNode.advance(pod, PodOps.begin(pod, "collaset", "update", NOW), NOW);
        Advance delete = onLostNode.advance(pod, PodOps.beginToDelete(pod, "pod-delete", "delete", NOW), NOW);

        assertThat(update.waits()).containsExactly(AWAY);
        assertThat(PodOps.operation(pod.with(delete.edit()), "pod-delete")
                        .orElseThrow()
                        .phase())
                .isEqualTo(PodOps.Phase.PREPARING);
    }

    @Test
    void sendsNoImageToANodeThatIsNotReady() {
        PodRecord operating =
                Pods.pod("a").offline().operating("collaset", "update").build();
        PodEdit image =
                PodEdit.of(operating).images(Map.of("main", "web:v2")).labels(MapEdit.set(Names.REVISION, "web-2"));
        PodRecord preparing =
                Pods.pod("b").offline().preparing("collaset", "update").build();

        assertThat(onLostNode.advance(operating, image, NOW).edit()).isEqualTo(PodEdit.of(operating));
        assertThat(onLostNode.advance(preparing, PodEdit.of(preparing), NOW))
                .isEqualTo(new Advance(PodEdit.of(preparing), List.of(AWAY), Optional.of(LifecyclePlanner.RESYNC)));
        assertThat(open.advance(operating, image, NOW).edit().images()).isEqualTo(image.images());
    }

    @Test
    void undoesWhatASetHadBegunWithAPodThatNobodyControlsAnyMore() {
        Pods pod = Pods.pod("a").instance(3).offline().operating("collaset", "update");
        PodRecord owned = pod.ownedBy("web").build();
        PodRecord left =
                pod.withoutOwner(owned.controller().orElseThrow().uid()).build();

        assertThat(open.advance(owned, PodEdit.of(owned), NOW).edit()).isEqualTo(PodEdit.of(owned));
        PodRecord after = left.with(open.advance(left, PodEdit.of(left), NOW).edit());
        assertThat(PodOps.isIdle(after)).isTrue();
        assertThat(after.condition(Names.SERVICE_READY))
                .hasValueSatisfying(gate -> assertThat(gate.isTrue()).isTrue());
    }

    @Test
    void namesTheLostNodeAndTheGatesOfOthersOfAPodThatIsNotReady() {
        PodRecord lost = Pods.pod("a").ready().notReadySince(NOW).build();
        PodRecord gated = Pods.pod("a")
                .gate("example.com/gate")
                .ready()
                .condition("example.com/gate", "False")
                .condition("Ready", "False")
                .build();

        assertThat(onLostNode.explain(lost, NOW).waits()).containsExactly(AWAY);
        assertThat(open.explain(gated, NOW).waits())
                .containsExactly(new Wait(
                        Reason.POD_NOT_READY, "", "readiness gates that others open are not True: example.com/gate"));
    }

    @Test
    void explainsWhyAPodThatIsBeingDeletedIsStillThere() {
        PodRecord lost = Pods.pod("a").available().terminating().build();
        PodRecord held = Pods.pod("a").protectedBy("lb").terminating().build();
        String finalizer = held.finalizers().getFirst();

        assertThat(open.minding(Obstacles.none(), away).explain(lost, NOW).waits())
                .containsExactly(new Wait(
                        Reason.NODE_UNREACHABLE,
                        lost.node(),
                        "node " + lost.node()
                                + " is not Ready, so no kubelet says that the containers of the Pod have ended; mend the node,"
                                + " or delete the Node once its machine is gone"));
        assertThat(open.explain(held, NOW).waits())
                .containsExactly(new Wait(
                        Reason.WAITING_FOR_FINALIZER,
                        finalizer,
                        "finalizer " + finalizer + " keeps the Pod, which is being deleted, until it is taken off"));
        assertThat(open.explain(lost, NOW).waits())
                .containsExactly(
                        new Wait(Reason.WAITING_FOR_KUBELET, "", "the kubelet ends the containers of the Pod"));
    }

    @Test
    void explainsWhatIsAhead() {
        LifecycleGate gate =
                open.minding(Obstacles.all(LifecycleGate.unreachable(away), (pod, operation) -> List.of(MUTE)), away);
        PodRecord pod = Pods.pod("a").available().preCheck("collaset", "update").build();

        assertThat(gate.explain(pod, NOW).waits()).containsExactly(AWAY, MUTE);
    }
}
