package io.kusionstack.operating.host.collaset;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.PodCondition;
import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.host.world.Pods;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Sets whose Pods wait for something that does not come by itself. */
class ProgressRecordTest {
    private static final Instant NOW = Snapshots.NOW;
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Wait NO_PLUGIN =
            new Wait(Reason.PLUGIN_UNAVAILABLE, "nosuch", "plugin \"nosuch\" is not loaded; known: slb");
    private static final String TOLD =
            "Pods wait for traffic (PluginUnavailable): plugin \"nosuch\" is not loaded; known: slb";

    private final Pods unmarked = Snapshots.pod(0).revision("web-2").ready().without(Names.SERVICE_AVAILABLE);
    private final Pods leaving = Snapshots.pod(0)
            .revision("web-2")
            .offline()
            .label(Names.TO_DELETE, "true")
            .preparing(Names.POD_DELETE_OPERATION, Names.DELETE);

    @Test
    void whyTrafficDoesNotGoOnStandsInTheConditionsAndInOneEvent() {
        SetPlan plan = plan(Snapshots.set(), unmarked, NOW.minusSeconds(59));

        assertThat(Snapshots.told(plan, "Progressing"))
                .isEqualTo("False PluginUnavailable: 0 of 1 Pods serve; " + TOLD);
        assertThat(Snapshots.told(plan, "Stalled")).isEmpty();
        assertThat(Snapshots.events(plan)).containsExactly("PluginUnavailable");
        assertThat(plan.acts().lookAgain()).contains(Duration.ofSeconds(20));
    }

    @Test
    void aSetThatDoesNotMoveForAMinuteForThatIsStalledAndNotToldOfAgain() {
        Sets told = Snapshots.set().status(Snapshots.status(plan(Snapshots.set(), unmarked, NOW)));

        SetPlan plan = plan(told, unmarked, NOW.minusSeconds(60));

        assertThat(Snapshots.told(plan, "Stalled")).isEqualTo("True PluginUnavailable: " + TOLD);
        assertThat(Snapshots.told(plan, "Progressing")).isEqualTo("False PluginUnavailable: " + TOLD);
        assertThat(Snapshots.events(plan)).isEmpty();
    }

    @Test
    void whateverAPodWaitsForIsToldWhenItIsLong() {
        Wait probe = new Wait(Reason.POD_NOT_READY, "", "the containers of the Pod are not ready");
        Wait slot = new Wait(Reason.BUDGET_EXHAUSTED, "web/one", "maxUnavailable 1 is used up by other Pods");
        Pods unready = Snapshots.pod(0).revision("web-2").unready();
        Pods waiting = Snapshots.pod(0).available().preCheck(Names.COLLASET_OPERATION, Names.UPDATE);
        Snapshots out = Snapshots.of(Snapshots.set().replicas(1)).pods(unready).still(NOW.minusSeconds(600));
        Snapshots serving =
                Snapshots.of(Snapshots.set().replicas(1)).pods(waiting).still(NOW.minusSeconds(600));

        assertThat(Snapshots.told(out.lingering(unready, probe).plan(), "Stalled"))
                .isEqualTo("True PodNotReady: Pod web-0 waits (PodNotReady): the containers of the Pod are not ready");
        assertThat(Snapshots.told(serving.lingering(waiting, slot).plan(), "Progressing"))
                .isEqualTo("True Updating: 0 of 1 Pods in scope run the newest revision and serve; Pod web-0 waits"
                        + " (BudgetExhausted): maxUnavailable 1 is used up by other Pods");
        assertThat(Snapshots.told(serving.plan(), "Stalled")).as("it serves").isEmpty();
        Wait drains = new Wait(Reason.DRAINING_CONNECTIONS, "slb", "lb-1 drains 10.0.0.1:80 since 12:00");
        assertThat(Snapshots.told(out.lingering(unready, drains).plan(), "Stalled"))
                .as("users have said how long")
                .isEmpty();
    }

    @Test
    void aDeletedSetSaysWhatKeepsItsPods() {
        Sets deleted = Snapshots.set().deleting();
        SetPlan first = plan(deleted, leaving, NOW);
        assertThat(Snapshots.told(first, "Progressing"))
                .isEqualTo("True Terminating: Pods are leaving through their lifecycle; " + TOLD);
        assertThat(Snapshots.events(first)).containsExactly("PluginUnavailable");

        SetPlan lasting =
                plan(Snapshots.set().deleting().status(Snapshots.status(first)), leaving, NOW.minusSeconds(60));

        assertThat(Snapshots.told(lasting, "Stalled")).isEqualTo("True PluginUnavailable: " + TOLD);
        assertThat(Snapshots.told(lasting, "Progressing")).isEqualTo("False PluginUnavailable: " + TOLD);
        assertThat(Snapshots.events(lasting)).isEmpty();
    }

    @Test
    void aPodThatNoNodeTakesStallsItsSetAfterTenMinutes() {
        Pods unscheduled = Snapshots.pod(0)
                .revision("web-2")
                .unready()
                .condition(new PodCondition(PodCondition.SCHEDULED, "False", "Unschedulable", NOW));
        Snapshots set = Snapshots.of(Snapshots.set().replicas(1)).pods(unscheduled);

        assertThat(Snapshots.told(set.still(NOW.minusSeconds(599)).plan(), "Stalled"))
                .isEmpty();
        assertThat(Snapshots.told(set.still(NOW.minusSeconds(600)).plan(), "Stalled"))
                .isEqualTo("True PodStuck: Pod web-0: no node takes it: Unschedulable");
    }

    @Test
    void aContainerThatEndsAgainAndAgainKeepsItsSetStalledWhileItRuns() {
        String stuckPod =
                "Pod web-0: container main ends again and again, the last time with exit code 1: CrashLoopBackOff";
        Sets stalled = Snapshots.set().replicas(1).status(stalled(stuckPod));
        Pods runs = Snapshots.pod(0).revision("web-2").unready();

        assertThat(Snapshots.told(
                        Snapshots.of(stalled)
                                .pods(runs)
                                .still(NOW.minusSeconds(600))
                                .plan(),
                        "Stalled"))
                .isEqualTo("True PodStuck: " + stuckPod);
        assertThat(Snapshots.told(
                        Snapshots.of(stalled)
                                .pods(Snapshots.pod(0).revision("web-2"))
                                .still(NOW.minusSeconds(600))
                                .plan(),
                        "Stalled"))
                .as("it serves")
                .isEmpty();
    }

    @Test
    void thePodThatWasToldOfKeepsItsSetStalledAndNoOther() {
        String stuckPod = "Pod web-0: container main ends again and again, the last time with exit code 1";
        StuckPod told = new StuckPod(StuckPod.REASON, "web-0", stuckPod, "", false, Optional.of(ProgressRecord.LONG));
        Snapshots serving = Snapshots.of(Snapshots.set().replicas(2).status(stalled(stuckPod)))
                .pods(
                        Snapshots.pod(0).revision("web-2"),
                        Snapshots.pod(1).revision("web-2").unready())
                .still(NOW.minusSeconds(600))
                .told(told);
        Snapshots running = Snapshots.of(Snapshots.set().replicas(2).status(stalled(stuckPod)))
                .pods(
                        Snapshots.pod(0).revision("web-2").unready(),
                        Snapshots.pod(1).revision("web-2").unready())
                .still(NOW.minusSeconds(600))
                .told(told);

        assertThat(Snapshots.told(serving.plan(), "Stalled")).isEmpty();
        assertThat(Snapshots.told(running.plan(), "Stalled")).isEqualTo("True PodStuck: " + stuckPod);
    }

    @Test
    void trafficStallsNoSetOfWhichAnotherPodIsOnItsWay() {
        Pods draining = Snapshots.pod(1).offline().preparing(Names.COLLASET_OPERATION, Names.UPDATE);
        Snapshots set = Snapshots.of(Snapshots.set().replicas(2))
                .pods(unmarked, draining)
                .trouble(unmarked, NO_PLUGIN);

        assertThat(Snapshots.told(set.still(NOW.minusSeconds(599)).plan(), "Stalled"))
                .isEmpty();
        assertThat(Snapshots.told(set.still(NOW.minusSeconds(600)).plan(), "Stalled"))
                .isEqualTo("True PluginUnavailable: " + TOLD);
    }

    @Test
    void aDeletedSetSaysWhichOfItsPodsShouldBeGone() {
        Pods overdue = Snapshots.pod(0).terminatingSince(NOW.minusSeconds(61)).finalizer("example.com/mine");
        Pods inTime = Snapshots.pod(0).terminatingSince(NOW.minusSeconds(59)).finalizer("example.com/mine");

        assertThat(Snapshots.told(
                        Snapshots.of(Snapshots.set().deleting()).pods(overdue).plan(), "Progressing"))
                .isEqualTo("True Terminating: Pods are leaving through their lifecycle; Pod web-0 is being deleted and"
                        + " still there: finalizers that keep it: example.com/mine");
        assertThat(Snapshots.told(
                        Snapshots.of(Snapshots.set().deleting()).pods(inTime).plan(), "Progressing"))
                .isEqualTo("True Terminating: Pods are leaving through their lifecycle");
    }

    @Test
    void aSetThatWasStalledBeforeTheHostCameIsStalledStill() {
        SetSpec stalled =
                Snapshots.set().status(stalled("Pod web-0: no node takes it")).build();
        SetSpec going = Snapshots.set().build();
        SetSpec edited = Snapshots.set()
                .generation(2)
                .status(stalled("Pod web-0: no node takes it"))
                .build();

        assertThat(ProgressRecord.NONE.seen(edited, NOW).lasts(ProgressRecord.LONG, NOW))
                .isFalse();
        assertThat(ProgressRecord.NONE.seen(stalled, NOW).lasts(ProgressRecord.LONG, NOW))
                .isTrue();
        assertThat(ProgressRecord.NONE.seen(going, NOW).lasts(ProgressRecord.LONG, NOW))
                .isFalse();
        SetSpec refused = status("{observedGeneration: 1, replicas: 3, conditions: [{type: Stalled, status: 'True',"
                + " reason: DeletionFailed}]}");
        assertThat(ProgressRecord.NONE.seen(refused, NOW).lasts(ProgressRecord.LONG, NOW))
                .as("stalled by a refusal")
                .isFalse();
    }

    @Test
    void whoStandsStillForLongIsLookedAtSeldom() {
        assertThat(ProgressRecord.NONE.look(NOW)).isEqualTo(Duration.ofSeconds(20));
        assertThat(new ProgressRecord(List.of(), 1, NOW.minusSeconds(1200)).look(NOW))
                .isEqualTo(Duration.ofMinutes(5));
    }

    private static JsonNode stalled(String message) {
        ObjectNode status = new ObjectMapper().createObjectNode();
        status.put("observedGeneration", 1);
        status.putArray("conditions")
                .addObject()
                .put("type", "Stalled")
                .put("status", "True")
                .put("reason", "PodStuck")
                .put("message", message);
        return status;
    }

    @Test
    void whatMovesIsNotAtAStandstill() {
        SetSpec set = status("{replicas: 3, availableReplicas: 2}");
        ProgressRecord seen = ProgressRecord.NONE.seen(set, NOW);

        assertThat(seen.seen(set, NOW.plusSeconds(60)).lasts(MINUTE, NOW.plusSeconds(60)))
                .isTrue();
        assertThat(seen.seen(status("{replicas: 3, availableReplicas: 2, readyReplicas: 3}"), NOW.plusSeconds(60)))
                .as("a container that ends again and again is ready now and then")
                .isEqualTo(seen);
        assertThat(seen.seen(status("{replicas: 3, availableReplicas: 3}"), NOW.plusSeconds(60))
                        .lasts(MINUTE, NOW.plusSeconds(119)))
                .isFalse();
        assertThat(ProgressRecord.NONE.lasts(MINUTE, NOW)).isFalse();
    }

    private static SetSpec status(String yaml) {
        try {
            return Snapshots.set().status(new YAMLMapper().readTree(yaml)).build();
        } catch (JsonProcessingException unreadable) {
            throw new IllegalArgumentException(yaml, unreadable);
        }
    }

    private static SetPlan plan(Sets set, Pods pod, Instant still) {
        return Snapshots.of(set.replicas(1))
                .pods(pod)
                .trouble(pod, NO_PLUGIN)
                .still(still)
                .plan();
    }
}
