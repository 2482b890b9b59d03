package io.kusionstack.operating.host.kube.write;

import io.kusionstack.operating.host.kube.Cluster;
import io.kusionstack.operating.host.kube.CountingMetrics;
import io.kusionstack.operating.host.kube.FakeApi;
import io.kusionstack.operating.host.kube.cache.PodCache;
import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.Action;
import io.kusionstack.operating.host.plan.EditReports;
import io.kusionstack.operating.host.plan.FinalizerPatch;
import io.kusionstack.operating.host.plan.ObjectKind;
import io.kusionstack.operating.host.plan.ObjectRef;
import io.kusionstack.operating.host.plan.Plan;
import io.kusionstack.operating.host.plan.PodEdit;
import io.kusionstack.operating.host.plan.PodGate;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.WriteResult;
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
import org.junit.jupiter.api.io.TempDir;

/** An actuator that writes to a scripted API server. */
abstract class ScriptedActuator {
    static final String FALSE = "{\"type\":\"" + Names.SERVICE_READY + "\",\"status\":\"False\"}";
    static final String TRUE = "{\"type\":\"" + Names.SERVICE_READY + "\",\"status\":\"True\"}";
    static final ObjectRef SET = new ObjectRef(ObjectKind.COLLASET, "shop", "web", "uid-web");
    static final FinalizerPatch FINALIZER = FinalizerPatch.of(List.of("x/y")).with("a/b");
    static final String POD = "/api/v1/namespaces/shop/pods/a";

    @TempDir
    Path folder;

    final FakeApi api = new FakeApi();
    final PodCache cache = new PodCache(Set.of());
    final CountingMetrics metrics = new CountingMetrics();
    final List<String> results = new CopyOnWriteArrayList<>();
    final Expectations expectations = new Expectations(InstantSource.system(), metrics);
    final PodRecord pod = Pods.pod("a").version(10).build();
    volatile PodGate gate = Cluster.openGate();
    volatile EditReports reports = (pod, result) -> {};
    volatile InstantSource clock = InstantSource.system();
    volatile Duration ahead = Duration.ZERO;
    ApiActuator actuator;

    @BeforeEach
    void start() {
        cache.observe(pod);
        actuator = new ApiActuator(
                api.access(folder),
                new ApiActuator.ActuatorPorts(
                        cache,
                        (seen, edit, now) -> gate.advance(seen, edit, now),
                        expectations,
                        Fence.alwaysOpen(),
                        metrics,
                        (pod, result) -> {
                            reports.settled(pod, result);
                            results.add(Results.word(result));
                        },
                        pod -> false,
                        (kind, response) -> {},
                        () -> clock.instant().plus(ahead)),
                Cluster.IN_FLIGHT);
    }

    @AfterEach
    void stop() {
        actuator.close();
        api.close();
    }

    WriteResult.Cause failed(Action action) {
        return actuator.apply(Plan.of(action)).failures().getFirst().result().cause();
    }

    void write(PodEdit edit) {
        actuator.apply(Plan.of(new Action.EditPod(edit)));
    }

    long version() {
        return cache.byUid("uid-a").orElseThrow().resourceVersion();
    }

    /** The Pod as the server shows it. */
    static String shown(long version, String labels, String conditions) {
        return "{\"kind\":\"Pod\",\"metadata\":{\"name\":\"a\",\"namespace\":\"shop\",\"uid\":\"uid-a\",\"resourceVersion\":\""
                + version + "\",\"labels\":{" + labels + "}},\"status\":{\"conditions\":[" + conditions + "]},"
                + "\"spec\":{\"readinessGates\":[{\"conditionType\":\"" + Names.SERVICE_READY + "\"}]}}";
    }

    /** The cache learns the answer before the result is reported. */
    void awaitResults(String... words) {
        Cluster.await().until(() -> results.equals(List.of(words)));
    }
}
