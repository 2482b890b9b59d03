package io.kusionstack.operating.host.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.PodRecord;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TrafficStoryTest {
    private static final String FINALIZER = Employment.finalizer("web");

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

    private static void updated(TrafficWorld world) {
        world.image("app:v2");
        world.settle();
        assertThat(world.cluster.pods())
                .allMatch(PodRecord::available)
                .allMatch(pod -> pod.containers().getFirst().runningImage().equals("app:v2"))
                .allMatch(pod -> pod.finalizers().contains(FINALIZER));
        assertThat(world.balancer.weights("lb-1"))
                .isEqualTo(Map.of("10.0.0.1:8080", 100, "10.0.0.2:8080", 100, "10.0.0.3:8080", 100));
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
