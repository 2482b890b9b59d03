package io.kusionstack.operating.host.traffic;

import static io.kusionstack.operating.host.traffic.Tales.ALL_ON;
import static io.kusionstack.operating.host.traffic.Tales.annotate;
import static io.kusionstack.operating.host.traffic.Tales.assertUpdated;
import static io.kusionstack.operating.host.traffic.Tales.started;
import static io.kusionstack.operating.host.traffic.Tales.steps;
import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.Action;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plan.Wait;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A Service that is described anew: nobody leaves what serves before the new load balancer shows it on. */
class TrafficMoveTest {
    @Test
    void aMoveIsMadeBeforeTheOldPlaceIsLeft() {
        TrafficWorld world = started();
        annotate(world, FakeBalancer.LB, "lb-2");

        for (int i = 0; i < 60; i++) {
            world.step();
            assertThat(world.balancer.serving("lb-1") + world.balancer.serving("lb-2"))
                    .as("backends that get requests in step %s", i)
                    .isGreaterThanOrEqualTo(3);
        }
        assertThat(world.balancer.at("lb-1")).isEmpty();
        assertThat(world.balancer.weights("lb-2")).isEqualTo(ALL_ON);
        assertThat(record(world)).contains("lb-2").doesNotContain("lb-1");
    }

    @Test
    void theOldPlaceIsLeftAsSoonAsTheNewOneShowsThem() {
        TrafficWorld world = started();
        annotate(world, FakeBalancer.LB, "lb-2");
        int moved = 0;
        while (world.balancer.serving("lb-2") < 3) {
            world.step();
        }

        while (world.balancer.serving("lb-1") > 0) {
            world.step();
            moved++;
        }

        assertThat(moved).as("quarters of a second").isLessThan(8);
    }

    @Test
    void eachPodLeavesOnlyWhenTheNewPlaceShowsItself() {
        TrafficWorld world = started();
        world.balancer.foreign("lb-2", "10.0.0.2", 8080);
        annotate(world, FakeBalancer.LB, "lb-2");

        world.settle();

        assertThat(world.balancer.weights("lb-1")).isEqualTo(Map.of("10.0.0.2:8080", 100));
        assertThat(world.traffic.shown(world.pod("b")).toString()).contains("lb-1", "lb-2");
    }

    @Test
    void aPlaceThatIsNotThereTakesNobodyAndIsForgottenWhenItIsCorrected() {
        TrafficWorld world = started();
        world.balancer.missing.add("lb-typo");
        annotate(world, FakeBalancer.LB, "lb-typo");
        world.settle();

        assertThat(world.balancer.weights("lb-1")).isEqualTo(ALL_ON);
        assertThat(record(world)).contains("lb-1").doesNotContain("lb-typo");
        assertThat(world.traffic.waits(world.pod("a")))
                .extracting(Wait::reason)
                .containsExactly(Reason.TRAFFIC_PLACE_MISSING);

        assertThat(world.traffic.ahead(world.pod("a"), "collaset"))
                .extracting(Wait::reason)
                .containsExactly(Reason.TRAFFIC_PLACE_MISSING);

        annotate(world, FakeBalancer.LB, "lb-1");
        world.image("app:v2");
        world.settle();
        assertThat(world.traffic.ahead(world.pod("a"), "collaset")).isEmpty();
        assertUpdated(world);
        assertThat(world.balancer.weights("lb-1")).isEqualTo(ALL_ON);
    }

    @Test
    void aGroupThatIsNamedNoMoreIsLeftPodByPodAndAnUpdateWaitsForIt() {
        TrafficWorld world = new TrafficWorld();
        world.service(service -> service.editMetadata()
                .addToAnnotations(FakeBalancer.GROUPS, "g-1,g-2")
                .endMetadata());
        pods(world);
        assertThat(world.balancer.weights("lb-1/g-1")).isEqualTo(ALL_ON);

        annotate(world, FakeBalancer.GROUPS, "g-1,g-3");
        world.image("app:v2");
        world.settle();

        assertUpdated(world);
        assertThat(world.balancer.weights("lb-1/g-1")).isEqualTo(ALL_ON);
        assertThat(world.balancer.at("lb-1/g-2")).isEmpty();
        assertThat(world.balancer.weights("lb-1/g-3")).isEqualTo(ALL_ON);
        assertThat(record(world)).contains("g-1", "g-3").doesNotContain("\"groups\":[\"g-2\"]");
    }

    @Test
    void anUpdateWaitsForAGroupThatIsNamedNoMoreThoughTheHostDied() {
        TrafficWorld world = new TrafficWorld();
        world.service(service -> service.editMetadata()
                .addToAnnotations(FakeBalancer.GROUPS, "g-1")
                .endMetadata());
        pods(world);
        world.balancer.unreadable.add("lb-1/g-1");
        annotate(world, FakeBalancer.GROUPS, "g-2");
        steps(world, 3);
        world.restart();
        steps(world, 3);
        world.image("app:v2");
        steps(world, 40);
        assertThat(world.cluster.pods()).noneMatch(Tales::isUpdated).allMatch(PodRecord::available);

        world.balancer.unreadable.clear();
        world.patience = 150;
        world.settle();
        assertUpdated(world);
        assertThat(world.balancer.at("lb-1/g-1")).isEmpty();
    }

    @Test
    void aNewGroupIsLookedAtAtOnce() {
        TrafficWorld world = new TrafficWorld();
        world.service(service -> service.editMetadata()
                .addToAnnotations(FakeBalancer.GROUPS, "g-1")
                .endMetadata());
        pods(world);

        annotate(world, FakeBalancer.GROUPS, "g-2");
        world.step();

        assertThat(world.balancer.weights("lb-1/g-2")).isEqualTo(ALL_ON);
    }

    @Test
    void anyOtherDescriptionIsLookedAtAtOnce() {
        TrafficWorld world = started();
        int looks = world.balancer.looks;
        annotate(world, "slb.traffic.operating.kusionstack.io/health", "ignored");

        world.step();

        assertThat(world.balancer.looks).isEqualTo(looks + 1);
    }

    @Test
    void aGroupThatIsProvenGoneHoldsNobodyAndOneLookIsNoProof() {
        TrafficWorld world = new TrafficWorld();
        world.service(service -> service.editMetadata()
                .addToAnnotations(FakeBalancer.GROUPS, "g-1")
                .endMetadata());
        pods(world);
        world.balancer.missing.add("lb-1/g-1");
        world.balancer.at("lb-1/g-1").clear();
        annotate(world, FakeBalancer.GROUPS, "g-2");
        world.image("app:v2");
        steps(world, 40);
        assertThat(world.cluster.pods()).noneMatch(Tales::isUpdated);

        steps(world, 400);
        world.settle();

        assertUpdated(world);
        assertThat(record(world)).doesNotContain("g-1\"]");
    }

    @Test
    void aPlaceThatServesIsNeverTakenForGone() {
        TrafficWorld world = started();
        world.balancer.missing.add("lb-1");
        world.image("app:v2");

        steps(world, 400);

        assertThat(world.cluster.pods()).noneMatch(Tales::isUpdated);
    }

    @Test
    void aTypoInTheSelectorLetsNoPodLeaveForAnUpdate() {
        TrafficWorld world = started();
        world.edit(service ->
                service.editSpec().withSelector(Map.of("app", "typo")).endSpec());
        world.settle();

        world.image("app:v2");
        steps(world, 60);
        assertThat(world.balancer.weights("lb-1")).isEqualTo(ALL_ON);
        assertThat(world.cluster.pods()).noneMatch(Tales::isUpdated);

        world.edit(
                service -> service.editSpec().withSelector(Map.of("app", "web")).endSpec());
        world.settle();
        assertUpdated(world);
    }

    @Test
    void aSelectorThatSelectsNobodyTakesNobodyOff() {
        TrafficWorld world = started();
        world.edit(service ->
                service.editSpec().withSelector(Map.of("app", "typo")).endSpec());
        world.settle();

        assertThat(world.balancer.weights("lb-1")).isEqualTo(ALL_ON);
        assertThat(world.traffic.waits(world.pod("a"))).extracting(Wait::reason).containsExactly(Reason.LAST_BACKEND);

        world.edit(
                service -> service.editSpec().withSelector(Map.of("app", "web")).endSpec());
        world.settle();
        assertThat(world.cluster.pods()).allMatch(PodRecord::available);
    }

    @Test
    void aGroupOfAnotherServiceIsNotJoinedAndThatIsTold() {
        TrafficWorld world = new TrafficWorld();
        world.traffic.serviceChanged(null, GroupClaimsTest.service("first", "g-1"));
        world.service(service -> service.editMetadata()
                .addToAnnotations(FakeBalancer.GROUPS, "g-1")
                .endMetadata());
        pods(world);

        assertThat(world.balancer.at("lb-1/g-1")).isEmpty();
        assertThat(world.traffic.waits(world.pod("a"))).extracting(Wait::reason).contains(Reason.TRAFFIC_GROUP_SHARED);
        assertThat(world.cluster.done())
                .anyMatch(action -> action instanceof Action.Announce event
                        && event.reason().equals("TrafficGroupShared"));
    }

    @Test
    void anotherPortServesBeforeTheOldOneIsLeft() {
        TrafficWorld world = started();
        world.edit(service -> service.editSpec()
                .editFirstPort()
                .withNewTargetPort(9090)
                .endPort()
                .endSpec());

        for (int i = 0; i < 40; i++) {
            world.step();
            assertThat(world.balancer.serving("lb-1")).as("step %s", i).isGreaterThanOrEqualTo(3);
        }
        assertThat(world.balancer.weights("lb-1"))
                .isEqualTo(Map.of("10.0.0.1:9090", 100, "10.0.0.2:9090", 100, "10.0.0.3:9090", 100));
    }

    @Test
    void aRecordThatCannotBeWrittenStopsPuttingOnAndNothingElse() {
        TrafficWorld world = started();
        world.cluster.refuse(action ->
                action instanceof Action.PatchObject ? Optional.of("an admission webhook says no") : Optional.empty());
        annotate(world, FakeBalancer.LB, "lb-2");
        world.vanish("c");
        world.patience = 20;
        world.settle();

        assertThat(world.balancer.at("lb-2")).isEmpty();
        assertThat(world.balancer.weights("lb-1")).isEqualTo(Map.of("10.0.0.1:8080", 100, "10.0.0.2:8080", 100));
        assertThat(world.traffic.waits(world.pod("a")))
                .extracting(Wait::reason)
                .contains(Reason.TRAFFIC_RECORD_REFUSED);
        assertThat(world.cluster.done())
                .anyMatch(action -> action instanceof Action.Announce event
                        && event.reason().equals("TrafficRecordRefused"));

        world.cluster.refuse(action -> Optional.empty());
        world.patience = 200;
        world.settle();
        assertThat(world.balancer.weights("lb-2")).hasSize(2);
    }

    @Test
    void newPodsComeOnWhereTheRecordStandsAlready() {
        TrafficWorld world = started();
        world.cluster.refuse(action ->
                action instanceof Action.PatchObject ? Optional.of("an admission webhook says no") : Optional.empty());
        world.pod("d", "10.0.0.4");
        world.image("app:v1");
        world.settle();

        assertThat(world.balancer.weights("lb-1")).containsKey("10.0.0.4:8080");
        assertThat(world.pod("d").available()).isTrue();
    }

    @Test
    void aPlaceThatIsTakenOutOfTheRecordIsForgottenWhileTheHostRuns() {
        TrafficWorld world = started();
        world.balancer.foreign("lb-2", "10.0.0.1", 8080);
        annotate(world, FakeBalancer.LB, "lb-2");
        world.settle();
        world.balancer.unreadable.add("lb-1");
        steps(world, 160);
        assertThat(record(world)).contains("lb-1");

        annotate(world, Names.TRAFFIC_SERVED, record(world).replace("\"lockKey\":\"lb-1\"", "\"lockKey\":\"\""));
        world.settle();

        assertThat(record(world)).doesNotContain("\"lockKey\":\"lb-1\"");
    }

    @Test
    void aRecordThatIsLostInTheMiddleOfAMoveIsWrittenAgain() {
        TrafficWorld world = started();
        world.balancer.foreign("lb-2", "10.0.0.1", 8080);
        annotate(world, FakeBalancer.LB, "lb-2");
        world.settle();
        world.edit(service -> service.editMetadata()
                .removeFromAnnotations(Names.TRAFFIC_SERVED)
                .endMetadata());
        world.step();
        assertThat(record(world)).contains("\"lockKey\":\"lb-1\"");
        assertThat(world.cluster.done())
                .anyMatch(action -> action instanceof Action.Announce event
                        && event.reason().equals("TrafficRecordRestored"));

        world.balancer.at("lb-2").remove(new EndpointAddress("10.0.0.1", 8080));
        world.settle();
        assertThat(world.balancer.at("lb-1")).isEmpty();
        assertThat(world.balancer.weights("lb-2")).isEqualTo(ALL_ON);
        assertThat(record(world)).doesNotContain("\"lockKey\":\"lb-1\"");
    }

    @Test
    void whatVanishedAtTheProviderIsPutOnAgainWithinHalfAMinute() {
        TrafficWorld world = started();
        world.balancer.at("lb-1").clear();

        steps(world, (int) Duration.ofSeconds(36).dividedBy(Duration.ofMillis(250)));

        assertThat(world.balancer.weights("lb-1")).isEqualTo(ALL_ON);
    }

    private static void pods(TrafficWorld world) {
        world.pod("a", "10.0.0.1");
        world.pod("b", "10.0.0.2");
        world.pod("c", "10.0.0.3");
        world.settle();
    }

    private static String record(TrafficWorld world) {
        return Optional.ofNullable(world.stored()
                        .orElseThrow()
                        .getMetadata()
                        .getAnnotations()
                        .get(Names.TRAFFIC_SERVED))
                .orElse("");
    }
}
