package io.kusionstack.operating.bench;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kusionstack.operating.testbed.Await;
import io.kusionstack.operating.testbed.api.KubeApi;
import io.kusionstack.operating.testbed.controlplane.ControlPlane;
import io.kusionstack.operating.testbed.controlplane.ControlPlaneOptions;
import io.kusionstack.operating.testbed.nodes.Cadence;
import io.kusionstack.operating.testbed.nodes.NodesConfig;
import io.kusionstack.operating.testbed.nodes.SimulatedNodes;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ./dev bench update}: one graceful in-place update of many Pods, beside the floor. */
@Command(
        name = "update",
        description = "Updates many Pods in place: Pods per second against the floor, and every write.")
final class UpdateCommand implements Callable<Integer> {
    @Option(names = "--pods", defaultValue = "500", description = "How many Pods, default: ${DEFAULT-VALUE}.")
    private int pods;

    @Option(names = "--cadence", description = "Let nodes look at a Pod only once a second, as true kubelets do.")
    private boolean cadence;

    @Override
    public Integer call() throws Exception {
        try (ControlPlane cluster =
                        ControlPlane.start(ControlPlaneOptions.defaults().withUsers("host"));
                SimulatedNodes nodes = SimulatedNodes.start(
                        cluster.connection(ControlPlaneOptions.ADMIN),
                        NodesConfig.of(10).with(cadence ? Cadence.KUBELET : Cadence.INSTANT));
                KubeApi api = new KubeApi(cluster.connection(ControlPlaneOptions.ADMIN), "bench/1")) {
            if (!Await.until(Duration.ofSeconds(30), nodes::areSchedulable)) {
                throw new IllegalStateException("the simulated nodes did not become schedulable");
            }
            namespace(api, "floor");
            Duration floor = new Floor(api, "floor").measure(pods);
            System.out.printf("floor %.1f Pods/s%n", pods * 1000.0 / floor.toMillis());
        }
        return 0;
    }

    private static void namespace(KubeApi api, String name) {
        ObjectNode namespace = JsonMapper.builder().build().createObjectNode();
        namespace
                .put("apiVersion", "v1")
                .put("kind", "Namespace")
                .putObject("metadata")
                .put("name", name);
        api.create("/api/v1/namespaces", namespace);
    }
}
