package io.kusionstack.operating.host.traffic;

import static io.kusionstack.operating.host.traffic.Tales.ALL_ON;
import static io.kusionstack.operating.host.traffic.Tales.annotate;
import static io.kusionstack.operating.host.traffic.Tales.assertUpdated;
import static io.kusionstack.operating.host.traffic.Tales.start;
import static io.kusionstack.operating.host.traffic.Tales.started;
import static io.kusionstack.operating.host.traffic.Tales.steps;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Service;
import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.Explanation;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.host.world.Pods;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a person is told, and what goes on by itself when the cause is gone. */
class TrafficTroubleTest {
    private static final String OPERATION = "collaset";

    @Test
    void waitsWithAReasonWithoutALoadBalancerAndGoesOnWhenThereIsOne() {
        TrafficWorld world = new TrafficWorld();
        world.service(service ->
                service.editMetadata().removeFromAnnotations(FakeBalancer.LB).endMetadata());
        world.pod("a", "10.0.0.1");
        world.settle();
        assertThat(world.pod("a").available()).isFalse();
        assertThat(world.traffic.waits(world.pod("a")))
                .containsExactly(
                        new Wait(Reason.PLUGIN_UNAVAILABLE, "slb", "slb: set the annotation " + FakeBalancer.LB));
        assertThat(Tales.announced(world)).containsExactly("WARNING PluginUnavailable");

        annotate(world, FakeBalancer.LB, "lb-1");
        world.settle();
        assertThat(world.pod("a").available()).isTrue();
        assertThat(world.traffic.waits(world.pod("a"))).isEmpty();
        assertThat(Tales.announced(world)).containsExactly("WARNING PluginUnavailable", "NORMAL TrafficRecovered");
    }

    @Test
    void holdsNobodyOutOfServiceForAPlaceWhereItNeverWas() {
        TrafficWorld world = new TrafficWorld();
        world.service(service ->
                service.editMetadata().removeFromAnnotations(FakeBalancer.LB).endMetadata());
        world.pod("a", "10.0.0.1");
        world.settle();
        assertThat(world.traffic.holding(world.pod("a"), world.cluster.now()))
                .as("in service")
                .isNotEmpty();

        world.change("a", pods -> pods.condition(Names.SERVICE_READY, "False"));

        assertThat(world.traffic.holding(world.pod("a"), world.cluster.now())).isEmpty();
    }

    @Test
    void holdsNobodyOutOfServiceForAPlaceThatNeverWas() {
        TrafficWorld world = new TrafficWorld();
        world.balancer.missing.add("lb-1");
        world.service(service -> {});
        world.pod("a", "10.0.0.1");
        world.settle();
        assertThat(world.traffic.ahead(world.pod("a"), OPERATION))
                .as("in service")
                .isNotEmpty();

        world.change("a", pods -> pods.condition(Names.SERVICE_READY, "False"));

        assertThat(world.traffic.holding(world.pod("a"), world.cluster.now())).isEmpty();
        world.change("a", pods -> pods.label(Names.PREPARING_TO_DELETE, "1"));
        assertThat(world.traffic.ahead(world.pod("a"), OPERATION)).isEmpty();
    }

    @Test
    void leavesPodsInServiceWhenThePluginIsNamedWrong() {
        TrafficWorld world = started();
        annotate(world, Names.TRAFFIC_PLUGIN, "typo");
        world.settle();
        assertThat(world.balancer.weights("lb-1")).isEqualTo(ALL_ON);
        assertThat(world.cluster.pods()).allMatch(PodRecord::available);

        world.image("app:v2");
        world.settle();
        assertThat(world.cluster.pods()).noneMatch(Tales::isUpdated);
        assertThat(world.traffic.waits(world.pod("a")))
                .contains(new Wait(
                        Reason.PLUGIN_UNAVAILABLE, "typo", "plugin \"typo\" is not loaded; known: slb, slb-b"));

        world.edit(service -> service.editMetadata()
                .removeFromAnnotations(Names.TRAFFIC_PLUGIN)
                .endMetadata());
        world.settle();
        assertUpdated(world);
        assertThat(world.balancer.weights("lb-1")).isEqualTo(ALL_ON);
    }

    @Test
    void showsTheWeightThatTheProviderTookAndNotTheOneThatIsWished() {
        TrafficWorld world = started();
        world.balancer.throttlesEvery = 1;
        annotate(world, "slb.traffic.operating.kusionstack.io/weight", "30");
        steps(world, 4);
        assertThat(world.traffic.shown(world.pod("a")))
                .extracting(Explanation.ExplainedTraffic::weight)
                .containsExactly(Optional.of(100));

        world.balancer.throttlesEvery = 0;
        world.settle();
        assertThat(world.traffic.shown(world.pod("a")))
                .extracting(Explanation.ExplainedTraffic::weight)
                .containsExactly(Optional.of(30));
        assertThat(world.balancer.weights("lb-1").values()).containsOnly(30);
    }

    @Test
    void showsHowAPodWasSeenLastWhileTheProviderDoesNotTell() {
        TrafficWorld world = started();
        Explanation.ExplainedTraffic before =
                world.traffic.shown(world.pod("a")).getFirst();
        world.balancer.unreadable.add("lb-1");
        annotate(world, "slb.traffic.operating.kusionstack.io/health", "ignored");
        steps(world, 4);

        Explanation.ExplainedTraffic unknown = new Explanation.ExplainedTraffic(
                "Service shop/web",
                "slb",
                "lb-1",
                "Unknown",
                Optional.of(100),
                "last seen On since " + before.since().orElseThrow(),
                Optional.empty());
        assertThat(world.traffic.shown(world.pod("a"))).containsExactly(unknown);

        annotate(world, Names.TRAFFIC_PLUGIN, "typo");
        steps(world, 4);
        assertThat(world.traffic.shown(world.pod("a"))).containsExactly(unknown);
    }

    @Test
    void aServiceOfAnotherTypeThatAsksForTrafficIsToldOnce() {
        TrafficWorld world = new TrafficWorld();
        world.service(service -> service.editSpec().withType("ClusterIP").endSpec());
        world.pod("a", "10.0.0.1");
        world.settle();
        annotate(world, "example.com/unrelated", "x");
        world.settle();
        assertThat(Tales.announced(world)).containsExactly("WARNING TrafficNotServed");
        assertThat(world.pod("a").available()).isTrue();

        world.edit(service -> service.editSpec().withType("LoadBalancer").endSpec());
        world.settle();
        assertThat(world.balancer.weights("lb-1")).isEqualTo(Map.of("10.0.0.1:8080", 100));
    }

    @ParameterizedTest
    @ValueSource(strings = {"yes", "True", ""})
    void aServiceWithAnotherValueOfTheLabelThatAsksForTrafficIsToldOnce(String value) {
        TrafficWorld world = new TrafficWorld();
        world.service(service ->
                service.editMetadata().addToLabels(Names.CONTROL, value).endMetadata());
        world.settle();
        annotate(world, "example.com/unrelated", "x");
        world.settle();

        assertThat(Tales.announced(world)).containsExactly("WARNING TrafficNotServed");
        assertThat(ManagedService.of(world.stored().orElseThrow()).misfit().map(Wait::message))
                .contains(
                        "Service shop/web asks for traffic by an annotation, but metadata.labels[kusionstack.io/control]"
                                + " is \"" + value
                                + "\": only Services with \"true\" take part, so its Pods are touched without"
                                + " leaving a load balancer first. Set the label to \"true\", or to \"false\", or take the"
                                + " annotations of traffic.operating.kusionstack.io away");
    }

    @Test
    void aServiceThatSaysFalseAsksForNothing() {
        TrafficWorld world = new TrafficWorld();
        world.service(service ->
                service.editMetadata().addToLabels(Names.CONTROL, "false").endMetadata());
        world.settle();

        assertThat(Tales.announced(world)).isEmpty();
    }

    @Test
    void thatAllPodsAreTakenOffIsTold() {
        TrafficWorld world = started();
        world.edit(service ->
                service.editMetadata().removeFromLabels(Names.CONTROL).endMetadata());
        world.settle();

        assertThat(Tales.announced(world)).containsExactly("WARNING TrafficWithdrawn");
        assertThat(world.balancer.at("lb-1")).isEmpty();
    }

    @Test
    void theLabelAloneAsksForNothingOnAServiceOfAnotherType() {
        TrafficWorld world = new TrafficWorld();
        world.service(service -> service.editMetadata()
                .withAnnotations(Map.of())
                .endMetadata()
                .editSpec()
                .withType("ClusterIP")
                .endSpec());
        world.settle();

        assertThat(Tales.announced(world)).isEmpty();
    }

    @Test
    void touchesNoPodWhileThePluginIsSilent() {
        TrafficWorld world = started();
        world.patience = 24;
        Wait why = new Wait(Reason.PLUGIN_UNAVAILABLE, "slb", "slb hangs");
        world.balancer.silent = Optional.of(why);
        world.image("app:v2");
        world.settle();

        assertThat(world.cluster.pods()).noneMatch(Tales::isUpdated);
        assertThat(world.traffic.waits(world.pod("a"))).contains(why);

        world.balancer.silent = Optional.empty();
        world.settle();
        assertUpdated(world);
    }

    @Test
    void letsADeletedServiceGoWhoseLoadBalancerIsProvenGone() {
        TrafficWorld world = started();
        world.balancer.missing.add("lb-1");
        world.balancer.at("lb-1").clear();
        world.delete();
        steps(world, 40);
        assertThat(world.stored().orElseThrow().getMetadata().getFinalizers()).contains(Names.CLEAN_FINALIZER);

        steps(world, 200);

        assertGone(world);
    }

    @Test
    void letsADeletedServiceGoWhosePlaceIsTakenOutOfTheRecord() {
        TrafficWorld world = started();
        world.balancer.unreadable.add("lb-1");
        world.delete();
        steps(world, 40);
        assertThat(world.stored().orElseThrow().getMetadata().getFinalizers()).contains(Names.CLEAN_FINALIZER);

        annotate(world, Names.TRAFFIC_SERVED, "[]");
        world.settle();

        assertGone(world);
    }

    private static void assertGone(TrafficWorld world) {
        assertThat(world.cluster.pods()).allMatch(pod -> pod.finalizers().isEmpty());
        assertThat(world.stored()
                        .filter(service -> service.getMetadata().getFinalizers().contains(Names.CLEAN_FINALIZER)))
                .isEmpty();
    }

    @Test
    void neverTouchesWhatIsForeignAndSaysSo() {
        TrafficWorld world = new TrafficWorld();
        world.balancer.foreign("lb-1", "10.0.0.1", 8080);
        start(world);

        assertThat(world.pod("a").available()).isFalse();
        assertThat(world.traffic.waits(world.pod("a")))
                .extracting(Wait::reason)
                .containsExactly(Reason.FOREIGN_BACKEND);
        assertThat(world.pod("b").available()).isTrue();
        assertThat(Tales.announced(world)).containsExactly("WARNING ForeignBackend");

        world.balancer.at("lb-1").remove(new EndpointAddress("10.0.0.1", 8080));
        world.settle();
        assertThat(world.pod("a").available()).isTrue();
        assertThat(Tales.announced(world)).containsExactly("WARNING ForeignBackend", "NORMAL TrafficRecovered");
    }

    @Test
    void letsADeletedServiceGoThatNeverPutOnWhatOthersHaveThere() {
        TrafficWorld world = new TrafficWorld();
        world.service(service ->
                service.editMetadata().removeFromAnnotations(FakeBalancer.LB).endMetadata());
        world.pod("a", "10.0.0.1");
        world.settle();
        world.balancer.foreign("lb-1", "10.0.0.1", 8080);
        assertThat(world.pod("a").annotations().get(Names.AVAILABLE_CONDITIONS)).contains("Service/shop/web");
        steps(world, 30);
        assertThat(world.stored().orElseThrow().getMetadata().getAnnotations())
                .as("it names no Pod")
                .doesNotContainKey(Names.EMPLOYEES_PROTECTED);

        world.edit(service -> service.editMetadata()
                .addToAnnotations(FakeBalancer.LB, "lb-1")
                .withDeletionTimestamp("2026-01-01T00:00:00Z")
                .endMetadata());
        world.settle();

        assertThat(world.pod("a").annotations().getOrDefault(Names.AVAILABLE_CONDITIONS, ""))
                .doesNotContain("Service/shop/web");
        assertThat(world.stored()).isEmpty();
        assertThat(world.balancer.weights("lb-1")).hasSize(1);
    }

    @Test
    void holdsAPodWhoseFinalizerIsMissing() {
        TrafficWorld world = started();
        world.change("a", Pods::withoutFinalizers);
        world.image("app:v2");

        world.settle();

        assertUpdated(world);
    }

    @Test
    void takesOverAServiceOfKuperator() {
        TrafficWorld world = new TrafficWorld();
        world.service(service -> service.editMetadata()
                .addToFinalizers(Names.CLEAN_FINALIZER_LEGACY + "web", "other/finalizer")
                .addToAnnotations(Names.EMPLOYEES_PROTECTED, "a,b")
                .endMetadata());
        world.pod("a", "10.0.0.1");
        world.pod("b", "10.0.0.2");
        world.pod("c", "10.0.0.3");
        world.settle();

        Service service = world.stored().orElseThrow();
        assertThat(service.getMetadata().getFinalizers()).containsExactly("other/finalizer", Names.CLEAN_FINALIZER);
        assertThat(service.getMetadata().getAnnotations()).containsEntry(Names.EMPLOYEES_PROTECTED, "a,b,c");
    }

    @Test
    void givesAPodTheWeightThatItsAnnotationAsksFor() {
        TrafficWorld world = started();
        world.change("a", pod -> pod.annotation("slb.traffic.operating.kusionstack.io/weight", "30"));

        world.settle();

        assertThat(world.balancer.weights("lb-1"))
                .isEqualTo(Map.of("10.0.0.1:8080", 30, "10.0.0.2:8080", 100, "10.0.0.3:8080", 100));
        assertThat(world.traffic.shown(world.pod("a")).getFirst().weight()).contains(30);
    }

    @Test
    void asksNobodyWhileNothingHappens() {
        TrafficWorld world = started();
        int looks = world.balancer.looks;
        int applies = world.balancer.applies;

        steps(world, 20);

        assertThat(world.balancer.looks).isEqualTo(looks);
        assertThat(world.balancer.applies).isEqualTo(applies);
    }

    @Test
    void aWeightThatIsNoneLetsItsPodNotLeaveForAnUpdate() {
        TrafficWorld world = started();
        world.change("a", pod -> pod.annotation("slb.traffic.operating.kusionstack.io/weight", "0"));
        world.settle();

        world.image("app:v2");
        steps(world, 60);

        assertThat(world.pod("a")).matches(pod -> !Tales.isUpdated(pod));
        assertThat(world.balancer.weights("lb-1")).isEqualTo(ALL_ON);
        assertThat(List.of(world.pod("b"), world.pod("c"))).allMatch(Tales::isUpdated);
    }
}
