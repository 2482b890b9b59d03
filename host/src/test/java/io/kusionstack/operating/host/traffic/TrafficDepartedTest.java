package io.kusionstack.operating.host.traffic;

import static io.kusionstack.operating.host.traffic.Tales.annotate;
import static io.kusionstack.operating.host.traffic.Tales.started;
import static io.kusionstack.operating.host.traffic.Tales.steps;
import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.Action;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.host.world.Pods;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A Service that goes together with its finalizer while the host runs, before its load balancers could be looked at. */
class TrafficDepartedTest {
    private static final String LEFT_ELSEWHERE =
            "Service shop/web had no record of its load balancers, and Pods with its"
                    + " finalizer are not registered where it serves now: nothing says at which load balancer they were registered"
                    + " before (a, b, c): remove what is left there by hand";
    private static final Wait UNAVAILABLE = new Wait(Reason.PLUGIN_UNAVAILABLE, "slb", "plugin \"slb\" is not loaded");

    @Test
    void itsPodsAreTakenOffWhereItsLastRecordNamesThem() {
        TrafficWorld world = started();
        world.restart();

        world.loseService();
        world.image("app:v2");
        world.settle();

        Tales.assertNothingLeft(world);
        assertThat(world.cluster.pods()).allMatch(Tales::isUpdated);
        assertThat(world.cluster.done()).noneMatch(Action.Announce.class::isInstance);
    }

    @Test
    void itsPodsWaitAsLongAsItsPluginCannotBeAsked() {
        TrafficWorld world = withoutItsPlugin();

        world.loseService();
        world.image("app:v2");
        steps(world, 60);

        assertThat(world.balancer.weights("lb-1")).isEqualTo(Tales.ALL_ON);
        assertThat(world.cluster.pods()).noneMatch(Tales::isUpdated);
        for (PodRecord pod : world.cluster.pods()) {
            assertThat(world.traffic.waits(pod)).extracting(Wait::reason).containsOnly(Reason.PLUGIN_UNAVAILABLE);
        }

        world.balancer.unavailable = Optional.empty();
        world.settle();
        Tales.assertNothingLeft(world);
        assertThat(world.cluster.pods()).allMatch(Tales::isUpdated);
    }

    @Test
    void aPodThatCameAfterwardsDoesNotWait() {
        TrafficWorld world = withoutItsPlugin();
        world.loseService();

        world.pod("d", "10.0.0.4");
        steps(world, 20);
        world.image("app:v2");
        steps(world, 60);

        assertThat(world.pod("d")).matches(Tales::isUpdated).matches(PodRecord::available);
        assertThat(world.pod("a")).matches(pod -> !Tales.isUpdated(pod)).matches(PodRecord::available);
    }

    @Test
    void anEmptyRecordOnAServiceOfItsNameLetsItsPodsGo() {
        TrafficWorld world = withoutItsPlugin();
        world.loseService();
        world.image("app:v2");
        steps(world, 60);
        assertThat(world.cluster.pods()).noneMatch(Tales::isUpdated);

        world.balancer.loadBalancers.clear();
        world.service(service -> service.editMetadata()
                .withUid("uid-web-again")
                .withLabels(Map.of())
                .addToAnnotations(Names.TRAFFIC_SERVED, "[]")
                .endMetadata());
        world.settle();

        assertThat(world.cluster.pods()).allMatch(Tales::isUpdated).allMatch(PodRecord::available);
        Tales.assertNothingLeft(world);
    }

    @Test
    void oneThatWasCreatedAgainWhileNoHostRanTellsOnceWhatMayBeLeft() {
        TrafficWorld world = started();
        createAgainElsewhere(world);
        world.restart();
        world.settle();

        assertThat(leftBehind(world)).containsExactly(LEFT_ELSEWHERE);
        assertThat(world.balancer.weights("lb-2")).isEqualTo(Tales.ALL_ON);
    }

    @Test
    void oneThatMovedAndLostItsRecordWhileNoHostRanTellsOnceWhatMayBeLeft() {
        TrafficWorld world = started();
        moveWithoutRecord(world);
        restartUnobserved(world);

        assertThat(leftBehind(world)).containsExactly(LEFT_ELSEWHERE);
        assertThat(world.balancer.weights("lb-2")).isEqualTo(Tales.ALL_ON);
    }

    @Test
    void oneThatWasCreatedAgainAndCannotBeObservedAtFirstIsToldOnce() {
        TrafficWorld world = started();
        createAgainElsewhere(world);
        restartUnobserved(world);

        assertThat(leftBehind(world)).containsExactly(LEFT_ELSEWHERE);
    }

    @Test
    void aPodThatIsOutOfServiceThenIsNamedAsWell() {
        TrafficWorld world = started();
        moveWithoutRecord(world);
        world.change("c", Pods::unready);
        world.restart();
        world.settle();

        assertThat(leftBehind(world)).containsExactly(LEFT_ELSEWHERE);
    }

    @Test
    void oneOfAHostWithoutRecordsIsTakenOverWithoutAWord() {
        TrafficWorld world = started();
        world.edit(service -> service.editMetadata()
                .removeFromAnnotations(Names.TRAFFIC_SERVED)
                .endMetadata());
        world.restart();
        world.settle();

        assertThat(leftBehind(world)).isEmpty();
        assertThat(world.balancer.weights("lb-1")).isEqualTo(Tales.ALL_ON);
    }

    @Test
    void anOrdinaryServiceInItsPlaceTellsWhatMayBeLeft() {
        TrafficWorld world = started();
        world.loseService();
        world.balancer.loadBalancers.clear();
        world.service(service -> service.editMetadata()
                .withUid("uid-web-again")
                .withLabels(Map.of())
                .endMetadata());
        world.restart();
        world.settle();

        assertThat(leftBehind(world))
                .containsExactly(
                        "Service shop/web is new, and Pods have the finalizer of one of its name: nothing says at"
                                + " which load balancer that had registered them (a, b, c): remove what is left there by hand");
    }

    @Test
    void oneThatIsDeletedInOrderIsForgotten() {
        TrafficWorld world = started();
        world.delete();
        world.settle();

        assertThat(world.stored()).isEmpty();
        assertThat(world.traffic.services().of("shop")).isEmpty();
    }

    @Test
    void oneThatIsCreatedAgainElsewhereLeavesWhereItsPredecessorServed() {
        TrafficWorld world = started();
        world.balancer.silent = Optional.of(UNAVAILABLE);
        world.restart();
        steps(world, 4);

        createAgainElsewhere(world);
        steps(world, 20);
        assertThat(world.balancer.weights("lb-1")).isEqualTo(Tales.ALL_ON);

        world.balancer.silent = Optional.empty();
        world.settle();
        assertThat(world.balancer.weights("lb-2")).isEqualTo(Tales.ALL_ON);
        assertThat(world.balancer.at("lb-1")).isEmpty();
        assertThat(world.traffic.services().departed(TrafficWorld.KEY)).isEmpty();
    }

    @Test
    void oneThatIsReplacedInOneStepIsKnownByItsUid() {
        TrafficWorld world = started();
        world.restart();

        world.edit(service -> service.editMetadata()
                .withUid("uid-web-again")
                .withFinalizers()
                .removeFromAnnotations(Names.TRAFFIC_SERVED)
                .addToAnnotations(FakeBalancer.LB, "lb-2")
                .endMetadata());
        world.settle();

        assertThat(world.balancer.weights("lb-2")).isEqualTo(Tales.ALL_ON);
        assertThat(world.balancer.at("lb-1")).isEmpty();
    }

    @Test
    void whatItsSuccessorServesIsNotTakenOff() {
        TrafficWorld world = started();
        world.restart();

        world.loseService();
        world.service(service -> service.editMetadata().withUid("uid-web-again").endMetadata());
        world.settle();
        assertThat(world.balancer.asked).extracting(FakeBalancer.Asked::on).containsOnly(true);

        annotate(world, FakeBalancer.LB, "lb-2");
        world.settle();
        assertThat(world.balancer.weights("lb-2")).isEqualTo(Tales.ALL_ON);
        assertThat(world.balancer.at("lb-1")).isEmpty();
    }

    /** Only the record of the Service still names it. */
    @Test
    void aPodThatWasJustPutOnAndIsSelectedNoMoreIsNotTouchedWhileThePluginCannotBeAsked() {
        TrafficWorld world = new TrafficWorld();
        world.balancer.showsLate = Duration.ofMillis(1500);
        world.service(service -> {});
        world.pod("a", "10.0.0.1");
        for (int i = 0; i < 60 && world.balancer.asked.isEmpty(); i++) {
            world.step();
        }
        world.change("a", pod -> pod.annotation(Names.AVAILABLE_CONDITIONS, "{}"));
        world.edit(service ->
                service.editSpec().withSelector(Map.of("app", "mistyped")).endSpec());
        world.balancer.unavailable = Optional.of(UNAVAILABLE);
        world.restart();

        world.image("app:v2");
        world.begin("a");
        steps(world, 40);

        assertThat(world.cluster.pods()).noneMatch(Tales::isUpdated);
        world.balancer.unavailable = Optional.empty();
        world.settle();
        assertThat(world.cluster.pods()).allMatch(Tales::isUpdated);
        assertThat(world.balancer.serving("lb-1")).isZero();
    }

    /** A user moves the Service to another load balancer, and takes its record away. */
    private static void moveWithoutRecord(TrafficWorld world) {
        world.edit(service -> service.editMetadata()
                .removeFromAnnotations(Names.TRAFFIC_SERVED)
                .addToAnnotations(FakeBalancer.LB, "lb-2")
                .endMetadata());
    }

    private static void createAgainElsewhere(TrafficWorld world) {
        world.loseService();
        world.service(service -> service.editMetadata()
                .withUid("uid-web-again")
                .addToAnnotations(FakeBalancer.LB, "lb-2")
                .endMetadata());
    }

    /** The load balancers cannot be observed at first. */
    private static void restartUnobserved(TrafficWorld world) {
        world.balancer.silent = Optional.of(UNAVAILABLE);
        world.restart();
        steps(world, 4);
        world.balancer.silent = Optional.empty();
        world.settle();
    }

    private static List<String> leftBehind(TrafficWorld world) {
        return world.cluster.done().stream()
                .filter(Action.Announce.class::isInstance)
                .map(Action.Announce.class::cast)
                .filter(event -> event.reason().equals("TrafficLeftBehind"))
                .map(Action.Announce::message)
                .toList();
    }

    /** The host was started again, and has not seen any load balancer since. */
    private static TrafficWorld withoutItsPlugin() {
        TrafficWorld world = started();
        world.balancer.unavailable = Optional.of(UNAVAILABLE);
        world.restart();
        steps(world, 8);
        return world;
    }
}
