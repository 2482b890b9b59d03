package io.kusionstack.operating.host.kube.write;

import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.host.kube.Cluster;
import io.kusionstack.operating.host.kube.CountingMetrics;
import io.kusionstack.operating.host.kube.FakeApi;
import io.kusionstack.operating.host.kube.cache.PodCache;
import io.kusionstack.operating.host.plan.Action;
import io.kusionstack.operating.host.plan.MapEdit;
import io.kusionstack.operating.host.plan.Plan;
import io.kusionstack.operating.host.plan.PodEdit;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.world.Pods;
import io.kusionstack.operating.host.world.Results;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * When a slot may be free again whose write got no answer, told by a scripted API server. A request takes at most two
 * seconds here; a Pod whose write got no answer is read after one.
 */
class LostWritesIT {
    private static final Duration TIMEOUT = Duration.ofSeconds(2);

    @TempDir
    Path folder;

    private final FakeApi api = new FakeApi();
    private final PodCache cache = new PodCache(Set.of());
    private final CountingMetrics metrics = new CountingMetrics();
    private final List<Told> told = new CopyOnWriteArrayList<>();
    private final PodRecord pod = Pods.pod("a").version(10).build();
    private ApiActuator actuator;

    /** What was known when the result of a write was told; version 0 means that the Pod is gone. */
    private record Told(String result, long version, List<String> methods) {}

    @BeforeEach
    void start() {
        cache.observe(pod);
        actuator = new ApiActuator(
                api.access(folder).withRequestTimeout(TIMEOUT),
                new ApiActuator.ActuatorPorts(
                        cache,
                        Cluster.openGate(),
                        new Expectations(InstantSource.system(), metrics),
                        Fence.alwaysOpen(),
                        metrics,
                        (pod, result) -> told.add(new Told(Results.word(result), version(), methods())),
                        pod -> false,
                        (kind, response) -> {},
                        InstantSource.system()),
                Cluster.IN_FLIGHT);
    }

    @AfterEach
    void stop() {
        actuator.close();
        api.close();
    }

    @Test
    void isSettledByAReadThatBeganWhenItCouldNoLongerArrive() {
        api.answers(500, "{}")
                .answers(200, FakeApi.pod("a", 10))
                .answers(500, "{}")
                .answers(200, FakeApi.pod("a", 11));

        write();

        assertThat(awaitSettled())
                .containsExactly(
                        new Told("UNKNOWN", 10, List.of("PATCH")),
                        new Told("READ_AGAIN", 11, List.of("PATCH", "GET", "GET", "GET")));
    }

    @Test
    void isNotSettledWhileALaterWriteOfThePodMayStillArrive() {
        api.answers(500, "{}")
                .answers(200, FakeApi.pod("a", 10))
                .answers(500, "{}")
                .answers(200, FakeApi.pod("a", 10))
                .answers(200, FakeApi.pod("a", 10));
        write();
        Cluster.await().until(() -> methods().equals(List.of("PATCH", "GET")));

        write();

        assertThat(awaitSettled()).extracting(Told::result).containsExactly("UNKNOWN", "UNKNOWN", "READ_AGAIN");
        assertThat(told.get(1).methods()).containsExactly("PATCH", "GET", "PATCH");
        assertThat(told.getLast().methods()).startsWith("PATCH", "GET", "PATCH", "GET");
    }

    @Test
    void isSettledWhenThePodIsGone() {
        api.answers(500, "{}").answers(200, FakeApi.pod("a", 10)).answers(404, "{}");

        write();

        assertThat(awaitSettled())
                .containsExactly(
                        new Told("UNKNOWN", 10, List.of("PATCH")),
                        new Told("READ_AGAIN", 0, List.of("PATCH", "GET", "GET")));
    }

    @Test
    void isSettledWhenAnotherPodHasTheName() {
        String another = FakeApi.pod("a", 20).replace("uid-a", "uid-another");
        api.answers(500, "{}").answers(200, FakeApi.pod("a", 10)).answers(200, another);

        write();

        assertThat(awaitSettled())
                .containsExactly(
                        new Told("UNKNOWN", 10, List.of("PATCH")),
                        new Told("READ_AGAIN", 0, List.of("PATCH", "GET", "GET")));
        assertThat(cache.size()).isZero();
    }

    private List<Told> awaitSettled() {
        Cluster.await()
                .until(() -> told.stream().anyMatch(report -> report.result().equals("READ_AGAIN")));
        return told;
    }

    private void write() {
        actuator.apply(Plan.of(new Action.EditPod(PodEdit.of(pod).labels(MapEdit.set("x", "1")))));
    }

    private long version() {
        return cache.byUid("uid-a").map(PodRecord::resourceVersion).orElse(0L);
    }

    private List<String> methods() {
        return api.requests().stream()
                .map(request -> request.substring(0, request.indexOf(' ')))
                .toList();
    }
}
