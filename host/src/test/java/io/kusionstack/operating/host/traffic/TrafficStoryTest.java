package io.kusionstack.operating.host.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Service;
import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.Action;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.host.world.Pods;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class TrafficStoryTest {
    private static final String FINALIZER = Employment.finalizer("web");
    private static final Map<String, Integer> ALL_ON =
            Map.of("10.0.0.1:8080", 100, "10.0.0.2:8080", 100, "10.0.0.3:8080", 100);

    @Test
    void putsNewPodsOnAndTakesTwoWritesForEach() {
        TrafficWorld world = started();

        assertThat(world.balancer.weights("lb-1"))
                .isEqualTo(Map.of("10.0.0.1:8080", 100, "10.0.0.2:8080", 100, "10.0.0.3:8080", 100));
        assertThat(world.cluster.pods())
                .hasSize(3)
                .allMatch(PodRecord::available)
                .allMatch(pod -> pod.finalizers().contains(FINALIZER))
                .allMatch(pod -> pod.annotations()
                        .get(Names.AVAILABLE_CONDITIONS)
                        .equals("{\"expectedFinalizers\":{\"Service/shop/web\":\"" + FINALIZER + "\"}}"));
        assertThat(world.podWrites).isEqualTo(Map.of("a", 2, "b", 2, "c", 2));
    }

    @Test
    void updatesInPlaceWithFourWritesForEachPod() {
        TrafficWorld world = started();
        world.podWrites.clear();

        updated(world);

        assertThat(world.podWrites).isEqualTo(Map.of("a", 4, "b", 4, "c", 4));
    }

    @Test
    void updatesInPlaceWhateverTheMomentInWhichTheHostDies() {
        replayed(world -> {
            start(world);
            updated(world);
        });
    }

    @Test
    void updatesInPlaceThoughTheProviderThrottlesAndLosesAnswers() {
        replayed(world -> {
            world.patience = 45;
            world.balancer.throttlesEvery = 3;
            world.balancer.losesEvery = 4;
            world.balancer.namesPods = true;
            start(world);
            updated(world);
        });
    }

    @Test
    void takesAllOffAndLetsGoWhenTheServiceIsDeleted() {
        replayed(world -> {
            start(world);
            world.delete();
            world.settle();
            assertThat(world.stored()).isEmpty();
            assertNothingLeft(world);
        });
    }

    @Test
    void takesAllOffAndLetsGoWhenTheServiceLosesItsLabelInTheMiddleOfAnUpdate() {
        replayed(world -> {
            start(world);
            world.image("app:v2");
            steps(world, 4);
            world.edit(service ->
                    service.editMetadata().removeFromLabels(Names.CONTROL).endMetadata());
            world.settle();
            Service left = world.stored().orElseThrow();
            assertThat(left.getMetadata().getFinalizers()).isEmpty();
            assertThat(left.getMetadata().getAnnotations()).isEqualTo(Map.of(FakeBalancer.LB, "lb-1"));
            assertNothingLeft(world);
            assertUpdated(world);
        });
    }

    @Test
    void takesAllOffWhenTheServiceIsOfAnotherType() {
        replayed(world -> {
            start(world);
            world.edit(service -> service.editSpec().withType("ClusterIP").endSpec());
            world.settle();
            assertNothingLeft(world);
        });
    }

    @Test
    void movesToAnotherLoadBalancerInTheMiddleOfAnUpdate() {
        replayed(world -> {
            start(world);
            world.image("app:v2");
            steps(world, 4);
            annotate(world, FakeBalancer.LB, "lb-2");
            world.settle();
            assertThat(world.balancer.at("lb-1")).isEmpty();
            assertThat(world.balancer.weights("lb-2")).isEqualTo(ALL_ON);
            assertUpdated(world);
            assertThat(places(world)).contains("lb-2").doesNotContain("lb-1");
        });
    }

    @Test
    void movesToAnotherPluginAndLeavesNothingWithTheOldOne() {
        replayed(world -> {
            start(world);
            annotate(world, FakeBalancer.LB, "lb-2");
            annotate(world, Names.TRAFFIC_PLUGIN, "slb-b");
            world.settle();
            assertThat(world.balancer.at("lb-1")).isEmpty();
            assertThat(world.balancer.weights("lb-2")).isEqualTo(ALL_ON);
        });
    }

    @Test
    void releasesWhomTheServiceSelectsNoMore() {
        replayed(world -> {
            start(world);
            world.change("a", pod -> pod.label("app", "other"));
            world.settle();
            PodRecord left = world.pod("a");
            assertThat(left.finalizers()).isEmpty();
            assertThat(left.annotations()).containsEntry(Names.AVAILABLE_CONDITIONS, "{}");
            assertThat(world.balancer.weights("lb-1")).isEqualTo(Map.of("10.0.0.2:8080", 100, "10.0.0.3:8080", 100));

            world.change("a", pod -> pod.label("app", "web"));
            world.settle();
            assertThat(world.balancer.weights("lb-1")).isEqualTo(ALL_ON);
            assertThat(world.pod("a").finalizers()).containsExactly(FINALIZER);
        });
    }

    @Test
    void selectsNobodyWithAnEmptySelector() {
        replayed(world -> {
            start(world);
            world.edit(service -> service.editSpec().withSelector(Map.of()).endSpec());
            world.settle();
            assertNothingLeft(world);
        });
    }

    @Test
    void letsATerminatingPodGoOnceItIsOff() {
        replayed(world -> {
            start(world);
            world.change("a", Pods::terminating);
            world.settle();
            assertThat(world.cluster.pods()).extracting(PodRecord::name).containsExactly("b", "c");
            assertThat(world.balancer.weights("lb-1")).isEqualTo(Map.of("10.0.0.2:8080", 100, "10.0.0.3:8080", 100));
        });
    }

    @Test
    void takesOffWhatAPodThatVanishedLeftBehind() {
        replayed(world -> {
            start(world);
            world.vanish("a");
            world.settle();
            assertThat(world.balancer.weights("lb-1")).isEqualTo(Map.of("10.0.0.2:8080", 100, "10.0.0.3:8080", 100));
        });
    }

    @Test
    void putsAPodOnThatHasTheAddressOfOneThatWasThereBefore() {
        for (boolean names : List.of(true, false)) {
            replayed(world -> {
                world.balancer.namesPods = names;
                start(world);
                world.vanish("a");
                world.pod("d", "10.0.0.1");
                world.settle();
                assertThat(world.balancer.weights("lb-1")).isEqualTo(ALL_ON);
                assertThat(world.pod("d").available()).isTrue();
            });
        }
    }

    @Test
    void releasesPodsOfAServiceThatWasGoneWhenTheHostCame() {
        TrafficWorld world = started();
        world.loseService();
        world.balancer.places.clear();
        world.restart();

        world.settle();

        assertNothingLeft(world);
    }

    @Test
    void takesOffWhatAServiceLeftThatIsGoneInTheMiddle() {
        TrafficWorld world = started();
        world.loseService();

        world.settle();

        assertNothingLeft(world);
    }

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
        assertThat(announced(world)).containsExactly("WARNING PluginUnavailable");

        annotate(world, FakeBalancer.LB, "lb-1");
        world.settle();
        assertThat(world.pod("a").available()).isTrue();
        assertThat(world.traffic.waits(world.pod("a"))).isEmpty();
        assertThat(announced(world)).containsExactly("WARNING PluginUnavailable", "NORMAL TrafficRecovered");
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
        assertThat(world.cluster.pods()).noneMatch(TrafficStoryTest::isUpdated);
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
    void touchesNoPodWhileThePluginIsSilent() {
        TrafficWorld world = started();
        world.patience = 24;
        Wait why = new Wait(Reason.PLUGIN_UNAVAILABLE, "slb", "slb hangs");
        world.balancer.silent = Optional.of(why);
        world.image("app:v2");
        world.settle();

        assertThat(world.cluster.pods()).noneMatch(TrafficStoryTest::isUpdated);
        assertThat(world.traffic.waits(world.pod("a"))).contains(why);

        world.balancer.silent = Optional.empty();
        world.settle();
        assertUpdated(world);
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

        world.balancer.at("lb-1").remove(new Spot("10.0.0.1", 8080));
        world.settle();
        assertThat(world.pod("a").available()).isTrue();
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
        assertThat(world.traffic.shown(world.pod("a")).getFirst().weight()).isEqualTo(30);
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

    /**
     * Tells the story once in peace, then once for every write of it with a crash of the host after that, and once for
     * every call of the plugin with a crash after it was done and before its answer came.
     */
    private static void replayed(Consumer<TrafficWorld> story) {
        TrafficWorld calm = new TrafficWorld();
        story.accept(calm);
        for (int survived = 0; survived < calm.cluster.writes(); survived++) {
            int writes = survived;
            told(story, "write " + survived, world -> world.cluster.crashAfter(writes));
        }
        for (int survived = 0; survived < calm.balancer.calls(); survived++) {
            int calls = survived;
            told(story, "call " + survived, world -> world.balancer.callsUntilCrash = calls);
        }
    }

    private static void told(Consumer<TrafficWorld> story, String when, Consumer<TrafficWorld> crash) {
        TrafficWorld world = new TrafficWorld();
        crash.accept(world);
        try {
            story.accept(world);
        } catch (AssertionError e) {
            throw new AssertionError("with a crash after " + when + ": " + e.getMessage(), e);
        }
    }

    private static void steps(TrafficWorld world, int steps) {
        for (int i = 0; i < steps; i++) {
            world.step();
        }
    }

    private static void annotate(TrafficWorld world, String key, String value) {
        world.edit(
                service -> service.editMetadata().addToAnnotations(key, value).endMetadata());
    }

    private static List<String> announced(TrafficWorld world) {
        return world.cluster.done().stream()
                .filter(Action.Announce.class::isInstance)
                .map(Action.Announce.class::cast)
                .map(event -> event.severity() + " " + event.reason())
                .toList();
    }

    private static String places(TrafficWorld world) {
        return world.stored().orElseThrow().getMetadata().getAnnotations().get(Names.TRAFFIC_SERVED);
    }

    private static void assertNothingLeft(TrafficWorld world) {
        assertThat(world.balancer.places.values()).allMatch(Map::isEmpty);
        assertThat(world.cluster.pods())
                .allMatch(pod -> pod.finalizers().isEmpty())
                .allMatch(pod -> pod.annotations()
                        .getOrDefault(Names.AVAILABLE_CONDITIONS, "{}")
                        .equals("{}"));
    }

    private static boolean isUpdated(PodRecord pod) {
        return pod.containers().getFirst().image().equals("app:v2");
    }

    private static void assertUpdated(TrafficWorld world) {
        assertThat(world.cluster.pods())
                .allMatch(PodRecord::available)
                .allMatch(pod -> pod.containers().getFirst().runningImage().equals("app:v2"));
    }

    private static void updated(TrafficWorld world) {
        world.image("app:v2");
        world.settle();
        assertUpdated(world);
        assertThat(world.cluster.pods()).allMatch(pod -> pod.finalizers().contains(FINALIZER));
        assertThat(world.balancer.weights("lb-1")).isEqualTo(ALL_ON);
    }

    private static TrafficWorld started() {
        TrafficWorld world = new TrafficWorld();
        start(world);
        return world;
    }

    private static void start(TrafficWorld world) {
        world.service(service -> {});
        world.pod("a", "10.0.0.1");
        world.pod("b", "10.0.0.2");
        world.pod("c", "10.0.0.3");
        world.settle();
    }
}
