package io.kusionstack.operating.host.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.Action;
import io.kusionstack.operating.host.plan.Explanation;
import io.kusionstack.operating.host.plan.MapEdit;
import io.kusionstack.operating.host.plan.PodEdit;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.host.plugins.Answer;
import io.kusionstack.operating.host.plugins.Answer.NoAnswer;
import io.kusionstack.operating.host.world.Pods;
import io.kusionstack.operating.plugin.traffic.Backend;
import io.kusionstack.operating.plugin.traffic.BackendChange.PutOn;
import io.kusionstack.operating.plugin.traffic.BackendChange.TakeOff;
import io.kusionstack.operating.plugin.traffic.BackendResult;
import io.kusionstack.operating.plugin.traffic.Observation;
import io.kusionstack.operating.plugin.traffic.ObservedBackend;
import io.kusionstack.operating.plugin.traffic.Progress;
import io.kusionstack.operating.plugin.traffic.Serving;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class TrafficPlannerTest {
    private static final EndpointAddress A = new EndpointAddress("10.0.0.1", 8080);
    private final PodRecord back =
            Pods.pod("a").label("app", "web").ips("10.0.0.1").ready().build();
    private final PodRecord leaving = Scene.leaving("a", "10.0.0.1").build();

    @Test
    void takesOffAndWaitsInOneWholePlan() {
        TrafficPlan plan =
                new Scene().pod(leaving, 3).shows("10.0.0.1", 8080, Serving.ON).plan();

        TakeOff off = new TakeOff(Scene.backend("", "10.0.0.1", 8080), Optional.empty());
        Wait wait = new Wait(Reason.WAITING_FOR_TRAFFIC_OFF, "slb", "slb lb-1 still sends to 10.0.0.1:8080");
        Explanation.ExplainedTraffic shown = new Explanation.ExplainedTraffic(
                "Service shop/web", "slb", "lb-1", "On", Optional.empty(), "", Optional.of(Scene.LOOKED));
        Duration patience = Duration.between(Scene.NOW, Scene.LOOKED.plus(LoadBalancerPlanner.PATIENCE));
        ServicePod servicePod =
                new ServicePod(leaving, true, new TreeSet<>(List.of(8080)), false, 3, 0, Optional.empty());
        BackendState state =
                new BackendState(false, true, BackendState.NO_LOOK, List.of(wait), Optional.empty(), shown);
        PodTrafficStatus known = new PodTrafficStatus(
                BackendState.NO_LOOK, BackendState.NO_LOOK, List.of(wait), Optional.empty(), List.of(shown));
        assertThat(plan)
                .isEqualTo(new TrafficPlan(
                        List.of(new LoadBalancerPlan(
                                Scene.PLACE,
                                List.of(),
                                List.of(),
                                List.of(off),
                                new TreeSet<>(List.of(A)),
                                Map.of("uid-a", state),
                                Optional.of(Duration.ZERO),
                                Optional.of(patience),
                                false)),
                        List.of(),
                        List.of(new PodPlan(servicePod, known, false, true)),
                        Optional.of(patience),
                        false));
    }

    @Test
    void isOnOnlyWhileEveryGateIsOpen() {
        PodRecord closed = Pods.pod("a")
                .label("app", "web")
                .ips("10.0.0.1")
                .gate("example.com/warm")
                .ready()
                .condition("example.com/warm", "False")
                .build();
        PodRecord unheard = Pods.like(closed)
                .condition("Ready", "False")
                .condition("example.com/warm", "True")
                .build();

        assertThat(new Scene().pod(closed).placePlan().on()).isEmpty();
        assertThat(new Scene()
                        .pod(closed)
                        .shows("10.0.0.1", 8080, Serving.ON)
                        .placePlan()
                        .dead())
                .hasSize(1);
        assertThat(new Scene().pod(unheard).placePlan().on()).hasSize(1);
    }

    @Test
    void aPodThatIsSelectedNoMoreWaitsUntilAnotherIsOn() {
        PodRecord moved = Scene.serving("a", "10.0.0.1").build();
        PodRecord other = Scene.serving("b", "10.0.0.2").build();
        Scene alone = new Scene().left(moved, 3).pod(other).shows("10.0.0.1", 8080, Serving.ON);
        Scene another = new Scene()
                .left(moved, 3)
                .pod(other)
                .shows("10.0.0.1", 8080, Serving.ON)
                .shows("10.0.0.2", 8080, Serving.ON);

        assertThat(alone.placePlan().off()).isEmpty();
        assertThat(alone.waits(moved)).extracting(Wait::reason).containsExactly(Reason.LAST_BACKEND);
        assertThat(another.placePlan().off())
                .containsExactly(new TakeOff(Scene.backend("", "10.0.0.1", 8080), Optional.empty()));
    }

    @Test
    void podsThatAreSelectedNoMoreLeaveWhenEnoughOthersAreOn() {
        Scene scene = new Scene()
                .left(Scene.serving("a", "10.0.0.1").build(), 3)
                .left(Scene.serving("b", "10.0.0.2").build(), 3)
                .pod(Scene.serving("c", "10.0.0.3").build())
                .pod(Scene.serving("d", "10.0.0.4").build())
                .shows("10.0.0.1", 8080, Serving.ON)
                .shows("10.0.0.2", 8080, Serving.ON)
                .shows("10.0.0.3", 8080, Serving.ON);

        assertThat(scene.placePlan().off()).isEmpty();
        assertThat(scene.shows("10.0.0.4", 8080, Serving.ON).placePlan().off()).hasSize(2);
    }

    @Test
    void readsOfOthersWillDoOnlyAtRest() {
        PodRecord serving = Scene.serving("a", "10.0.0.1").build();
        Scene quiet =
                new Scene().pod(serving).shows("10.0.0.1", 8080, Serving.ON).remembering(Scene::longAgo);
        Scene leaves = new Scene().pod(leaving, Scene.TICKET + 1).remembering(Scene::longAgo);

        assertThat(quiet.placePlan().look()).contains(LoadBalancerPlanner.SHARED);
        assertThat(leaves.placePlan().look()).contains(Duration.ZERO);
    }

    @Test
    void putsOnWithTheWeightOfThePod() {
        PodRecord light = Pods.like(back)
                .annotation("slb.traffic.operating.kusionstack.io/weight", "30")
                .annotation("slb.traffic.operating.kusionstack.io/eni-id", "eni-7")
                .build();

        assertThat(new Scene().pod(light).placePlan().on())
                .containsExactly(new PutOn(
                        new Backend(light.ref(), "10.0.0.1", 8080, Map.of("weight", "30", "eni-id", "eni-7")), 30));
    }

    @Test
    void putsTheFinalizerBackWhenEveryPortWasSeenOn() {
        Scene half = new Scene()
                .ports(8080, 8443)
                .pod(back)
                .shows("10.0.0.1", 8080, Serving.ON)
                .shows("10.0.0.1", 8443, Serving.STARTING);
        Scene whole = new Scene()
                .ports(8080, 8443)
                .pod(back)
                .shows("10.0.0.1", 8080, Serving.ON)
                .shows("10.0.0.1", 8443, Serving.ON);

        assertThat(half.plan().edits()).isEmpty();
        assertThat(half.waits(back)).extracting(Wait::reason).containsExactly(Reason.WAITING_FOR_TRAFFIC_ON);
        assertThat(whole.plan().edits())
                .containsExactly(new Action.EditPod(PodEdit.of(back)
                        .addFinalizer(Scene.FINALIZER)
                        .annotations(MapEdit.set(Names.AVAILABLE_CONDITIONS, Scene.EXPECTING))));
    }

    @Test
    void removesTheFinalizerOnlyAfterALookThatBeganLateEnough() {
        assertThat(new Scene().pod(leaving, Scene.TICKET + 1).plan().edits()).isEmpty();
        assertThat(new Scene().pod(leaving, Scene.TICKET + 1).placePlan().look())
                .contains(Duration.ZERO);
        assertThat(new Scene().pod(leaving, Scene.TICKET - 1).plan().edits())
                .containsExactly(new Action.EditPod(PodEdit.of(leaving).removeFinalizer(Scene.FINALIZER)));
    }

    @Test
    void holdsTheRemovalBackUntilItCanTravelWithTheOperation() {
        TrafficPlan plan =
                new Scene().deferred(leaving, 3, Duration.ofMillis(80)).plan();

        assertThat(plan.edits()).isEmpty();
        assertThat(plan.lookAgain()).contains(Duration.ofMillis(80));
    }

    @Test
    void aDrainCountsFromTheLookThatFirstShowedIt() {
        Scene scene = new Scene().pod(leaving, 3).shows("10.0.0.1", 8080, Serving.DRAINING);

        assertThat(scene.placePlan().off())
                .containsExactly(new TakeOff(Scene.backend("", "10.0.0.1", 8080), Optional.of(Scene.LOOKED)));
        assertThat(scene.waits(leaving)).extracting(Wait::reason).containsExactly(Reason.DRAINING_CONNECTIONS);
    }

    @Test
    void takesAwayTheEntryOfAPodThatIsSelectedNoMore() {
        PodRecord moved = Scene.serving("a", "10.0.0.1").build();

        assertThat(new Scene().left(moved, 3).plan().edits())
                .containsExactly(new Action.EditPod(PodEdit.of(moved)
                        .removeFinalizer(Scene.FINALIZER)
                        .annotations(MapEdit.set(Names.AVAILABLE_CONDITIONS, "{}"))));
    }

    @Test
    void anAddressBelongsToThePodThatTheProviderNames() {
        PodRecord heir =
                Pods.pod("b").label("app", "web").ips("10.0.0.1").ready().build();
        Scene scene = new Scene().pod(heir).shows("uid-gone", "10.0.0.1", 8080, Serving.ON);

        assertThat(scene.placePlan().dead())
                .containsExactly(new TakeOff(Scene.backend("uid-gone", "10.0.0.1", 8080), Optional.empty()));
        assertThat(scene.placePlan().on()).isEmpty();
        assertThat(scene.plan().edits()).isEmpty();
    }

    @Test
    void ofPodsWithOneAddressTheOneThatServesHasIt() {
        PodRecord ended = Scene.leaving("a", "10.0.0.1").phase("Failed").build();
        PodRecord heir =
                Pods.pod("b").label("app", "web").ips("10.0.0.1").ready().build();
        Scene scene = new Scene().pod(ended, 3).pod(heir).shows("10.0.0.1", 8080, Serving.ON);

        assertThat(scene.placePlan().off()).isEmpty();
        assertThat(scene.plan().edits())
                .containsExactly(
                        new Action.EditPod(PodEdit.of(ended).removeFinalizer(Scene.FINALIZER)),
                        new Action.EditPod(PodEdit.of(heir)
                                .addFinalizer(Scene.FINALIZER)
                                .annotations(MapEdit.set(Names.AVAILABLE_CONDITIONS, Scene.EXPECTING))));
    }

    @Test
    void aPodWithoutAnAddressWaitsForWhatNobodyOwns() {
        PodRecord lost = Scene.leaving("a", "10.0.0.1").ips().build();
        Scene scene = new Scene().pod(lost, 3).shows("10.0.0.1", 8080, Serving.ON);

        assertThat(scene.placePlan().dead()).hasSize(1);
        assertThat(scene.plan().edits()).isEmpty();
    }

    @Test
    void aForeignBackendIsNeverTouchedAndHoldsThePod() {
        Scene off = new Scene().pod(leaving, 3).shows("10.0.0.1", 8080, Serving.FOREIGN);
        Scene on = new Scene().pod(back).shows("10.0.0.1", 8080, Serving.FOREIGN);

        for (Scene scene : List.of(off, on)) {
            assertThat(scene.placePlan().off()).isEmpty();
            assertThat(scene.placePlan().on()).isEmpty();
            assertThat(scene.plan().edits()).isEmpty();
            assertThat(scene.waits(back)).extracting(Wait::reason).containsExactly(Reason.FOREIGN_BACKEND);
        }
    }

    @Test
    void whatServesGoesOnWhileThePlaceCannotBeTold() {
        Wait why = new Wait(Reason.PLUGIN_UNAVAILABLE, "slb", "no such plugin");
        PodRecord serving = Scene.serving("b", "10.0.0.2").build();
        Scene scene = new Scene()
                .obstacle(why)
                .pod(leaving, 3)
                .pod(serving)
                .shows("10.0.0.1", 8080, Serving.ON)
                .shows("10.0.0.2", 8080, Serving.ON);

        assertThat(scene.placePlan().off())
                .containsExactly(new TakeOff(Scene.backend("", "10.0.0.1", 8080), Optional.empty()));
        assertThat(scene.placePlan().on()).isEmpty();
        assertThat(scene.waits(serving)).containsExactly(why);
        assertThat(scene.waits(leaving)).contains(why);
        assertThat(scene.plan().edits()).isEmpty();
    }

    @Test
    void aPodIsNotClearWhileSomethingThatGotLostMayStillArrive() {
        assertNotClearAfterLosing(8080);
    }

    @Test
    void norWhileItMayArriveOnAPortThatTheServiceNamesNoMore() {
        assertNotClearAfterLosing(9090);
    }

    private void assertNotClearAfterLosing(int port) {
        PutOn put = new PutOn(Scene.wanted(back, port), 100);
        Scene scene = new Scene()
                .pod(leaving, 3)
                .remembering(known -> known.applied(
                                List.of(put),
                                new NoAnswer<>(new Wait(Reason.PLUGIN_UNAVAILABLE, "slb", "lost"), Duration.ZERO),
                                Scene.LOOKED)
                        .observed(
                                new ObservationTicket(11, Scene.NOW),
                                new Observation.Known(Scene.NOW, List.of()),
                                Scene.NOW));

        assertThat(scene.plan().edits()).isEmpty();
        assertThat(scene.waits(leaving)).isNotEmpty();
    }

    @Test
    void aRefusedChangeIsTriedAgainLaterAndToldInTheProvidersWords() {
        PutOn put = new PutOn(Scene.wanted(back, 8080), 100);
        Scene scene = new Scene()
                .pod(back)
                .remembering(known -> known.applied(
                        List.of(put),
                        new Answer.Given<>(List.of(new BackendResult(
                                put.backend(),
                                new Progress.Failed("NoEniId", "Pod a has no annotation eni-id", false)))),
                        Scene.NOW.minusSeconds(1)));

        assertThat(scene.placePlan().on()).isEmpty();
        assertThat(scene.waits(back))
                .containsExactly(new Wait(
                        Reason.TRAFFIC_REFUSED,
                        "slb",
                        "slb lb-1 refuses to take 10.0.0.1:8080 on (NoEniId): Pod a has no annotation eni-id;"
                                + " correct the annotations of the Service or of the Pod"));
    }

    @Test
    void aThrottledChangeSaysSo() {
        TakeOff off = new TakeOff(Scene.backend("", "10.0.0.1", 8080), Optional.empty());
        Scene scene = new Scene()
                .pod(leaving, 3)
                .shows("10.0.0.1", 8080, Serving.ON)
                .remembering(known -> known.applied(
                        List.of(off),
                        new Answer.Given<>(List.of(
                                new BackendResult(off.backend(), Progress.Pending.throttled(Duration.ofSeconds(2))))),
                        Scene.NOW));

        assertThat(scene.placePlan().off()).isEmpty();
        assertThat(scene.waits(leaving)).extracting(Wait::reason).containsExactly(Reason.TRAFFIC_THROTTLED);
    }

    @Test
    void aThrottledRemovalAfterADrainSaysSo() {
        TakeOff off = new TakeOff(Scene.backend("", "10.0.0.1", 8080), Optional.of(Scene.LOOKED));
        Scene scene = new Scene()
                .pod(leaving, 3)
                .shows("10.0.0.1", 8080, Serving.DRAINING)
                .remembering(known -> known.applied(
                        List.of(off),
                        new Answer.Given<>(List.of(
                                new BackendResult(off.backend(), Progress.Pending.throttled(Duration.ofSeconds(2))))),
                        Scene.NOW));

        assertThat(scene.waits(leaving)).extracting(Wait::reason).containsExactly(Reason.TRAFFIC_THROTTLED);
    }

    @Test
    void letsAServiceGoOnlyWhenNothingOfItIsLeft() {
        PodRecord bare =
                Pods.pod("a").label("app", "web").ips("10.0.0.1").ready().build();

        assertThat(new Scene().unwanted().pod(leaving, 3).plan().clean()).isFalse();
        assertThat(new Scene()
                        .unwanted()
                        .pod(bare, 3)
                        .shows("10.9.9.9", 8080, Serving.DRAINING)
                        .plan()
                        .clean())
                .isFalse();
        assertThat(new Scene().unwanted().pod(bare, 3).plan().clean()).isTrue();
    }

    @Test
    void nothingIsDoneWhenAllIsAsItOughtToBe() {
        PodRecord serving = Scene.serving("a", "10.0.0.1").build();
        PutOn put = new PutOn(Scene.wanted(serving, 8080), 100);
        TrafficPlan plan = new Scene()
                .pod(serving)
                .shows("10.0.0.1", 8080, Serving.ON)
                .remembering(known -> known.applied(
                                List.of(put),
                                new Answer.Given<>(List.of(new BackendResult(put.backend(), new Progress.Done()))),
                                Scene.LOOKED)
                        .observed(
                                new ObservationTicket(11, Scene.NOW),
                                new Observation.Known(
                                        Scene.NOW,
                                        List.of(new ObservedBackend(
                                                Scene.backend("", "10.0.0.1", 8080), Serving.ON, ""))),
                                Scene.NOW))
                .plan();

        assertThat(plan.edits()).isEmpty();
        assertThat(plan.loadBalancers().getFirst().off()).isEmpty();
        assertThat(plan.loadBalancers().getFirst().on()).isEmpty();
        assertThat(plan.loadBalancers().getFirst().look()).isEmpty();
        assertThat(plan.lookAgain().orElseThrow())
                .isBetween(LoadBalancerPlanner.RESYNC, LoadBalancerPlanner.RESYNC.plusSeconds(5));
    }
}
