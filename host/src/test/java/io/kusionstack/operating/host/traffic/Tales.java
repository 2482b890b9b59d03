package io.kusionstack.operating.host.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.Action;
import io.kusionstack.operating.host.plan.PodRecord;
import java.util.List;
import java.util.Map;

/** What most stories of three Pods behind {@code lb-1} begin and end with. */
final class Tales {
    static final Map<String, Integer> ALL_ON = Map.of("10.0.0.1:8080", 100, "10.0.0.2:8080", 100, "10.0.0.3:8080", 100);

    private Tales() {}

    static void steps(TrafficWorld world, int steps) {
        for (int i = 0; i < steps; i++) {
            world.step();
        }
    }

    static void annotate(TrafficWorld world, String key, String value) {
        world.edit(
                service -> service.editMetadata().addToAnnotations(key, value).endMetadata());
    }

    static boolean isUpdated(PodRecord pod) {
        return pod.containers().getFirst().image().equals("app:v2");
    }

    static void assertUpdated(TrafficWorld world) {
        assertThat(world.cluster.pods())
                .allMatch(PodRecord::available)
                .allMatch(pod -> pod.containers().getFirst().runningImage().equals("app:v2"));
    }

    static void assertNothingLeft(TrafficWorld world) {
        assertThat(world.balancer.loadBalancers.values()).allMatch(Map::isEmpty);
        assertThat(world.cluster.pods())
                .allMatch(pod -> pod.finalizers().isEmpty())
                .allMatch(pod -> pod.annotations()
                        .getOrDefault(Names.AVAILABLE_CONDITIONS, "{}")
                        .equals("{}"));
    }

    static TrafficWorld started() {
        TrafficWorld world = new TrafficWorld();
        start(world);
        return world;
    }

    static void start(TrafficWorld world) {
        world.service(service -> {});
        world.pod("a", "10.0.0.1");
        world.pod("b", "10.0.0.2");
        world.pod("c", "10.0.0.3");
        world.settle();
    }

    /** The events, each as its severity and its reason. */
    static List<String> announced(TrafficWorld world) {
        return world.cluster.done().stream()
                .filter(Action.Announce.class::isInstance)
                .map(Action.Announce.class::cast)
                .map(event -> event.severity() + " " + event.reason())
                .toList();
    }
}
