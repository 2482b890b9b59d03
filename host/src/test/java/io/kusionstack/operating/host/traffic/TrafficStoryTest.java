package io.kusionstack.operating.host.traffic;

import static io.kusionstack.operating.host.traffic.Tales.ALL_ON;
import static io.kusionstack.operating.host.traffic.Tales.annotate;
import static io.kusionstack.operating.host.traffic.Tales.assertNothingLeft;
import static io.kusionstack.operating.host.traffic.Tales.assertUpdated;
import static io.kusionstack.operating.host.traffic.Tales.start;
import static io.kusionstack.operating.host.traffic.Tales.started;
import static io.kusionstack.operating.host.traffic.Tales.steps;
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
    private static final String FINALIZER = ManagedService.finalizer("web");

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
            world.patience = 90;
            world.balancer.throttlesEvery = 3;
            world.balancer.losesEvery = 4;
            world.balancer.namesPods = true;
            start(world);
            updated(world);
        });
    }

    @Test
    void asksFirstWhereNobodyAnswersAndLastWhereStillSomebodyDoes() {
        TrafficWorld world = started();
        world.image("app:v2");
        world.step();
        world.balancer.silent = Optional.of(new Wait(Reason.PLUGIN_FAILED, "slb", "slb gave no answer"));
        world.vanish("b");
        world.pod("d", "10.0.0.4");
        steps(world, 8);
        world.balancer.asked.clear();
        world.balancer.silent = Optional.empty();

        steps(world, 8);

        assertThat(world.balancer.asked.subList(0, 4))
                .extracting(FakeBalancer.Asked::ip)
                .containsExactly("10.0.0.2", "10.0.0.4", "10.0.0.1", "10.0.0.3");
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
            assertThat(loadBalancers(world)).contains("lb-2").doesNotContain("lb-1");
        });
    }

    @Test
    void movesToAnotherGroupInTheMiddleOfAnUpdate() {
        replayed(world -> {
            world.service(service -> service.editMetadata()
                    .addToAnnotations(FakeBalancer.GROUPS, "g-1,g-2")
                    .endMetadata());
            world.pod("a", "10.0.0.1");
            world.pod("b", "10.0.0.2");
            world.pod("c", "10.0.0.3");
            world.settle();
            world.image("app:v2");
            steps(world, 4);
            annotate(world, FakeBalancer.GROUPS, "g-2,g-3");
            world.settle();
            assertThat(world.balancer.at("lb-1/g-1")).isEmpty();
            assertThat(world.balancer.weights("lb-1/g-2")).isEqualTo(ALL_ON);
            assertThat(world.balancer.weights("lb-1/g-3")).isEqualTo(ALL_ON);
            assertUpdated(world);
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
            annotate(world, Names.TRAFFIC_MAY_BE_EMPTY, "true");
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
        world.balancer.loadBalancers.clear();
        world.restart();

        world.settle();

        assertNothingLeft(world);
        assertThat(world.cluster.done())
                .filteredOn(Action.Announce.class::isInstance)
                .extracting(action -> ((Action.Announce) action).message())
                .containsExactly(
                        "Service shop/web is gone together with its finalizer, and nothing says at which load balancer its"
                                + " Pods are registered (a, b, c): remove what is left there by hand");
    }

    @Test
    void takesOffWhatAServiceLeftThatIsGoneInTheMiddle() {
        TrafficWorld world = started();
        world.loseService();

        world.settle();

        assertNothingLeft(world);
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

    private static String loadBalancers(TrafficWorld world) {
        return world.stored().orElseThrow().getMetadata().getAnnotations().get(Names.TRAFFIC_SERVED);
    }

    private static void updated(TrafficWorld world) {
        world.image("app:v2");
        world.settle();
        assertUpdated(world);
        assertThat(world.cluster.pods()).allMatch(pod -> pod.finalizers().contains(FINALIZER));
        assertThat(world.balancer.weights("lb-1")).isEqualTo(ALL_ON);
    }
}
