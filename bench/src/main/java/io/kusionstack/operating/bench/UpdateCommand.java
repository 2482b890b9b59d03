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
import io.kusionstack.operating.testbed.operator.Definitions;
import io.kusionstack.operating.testbed.operator.HostProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
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

    @Option(names = "--json", description = "Print the figures as one JSON object on the last line as well.")
    private boolean asJson;

    @Override
    public Integer call() throws Exception {
        Path root = Path.of(System.getProperty("operating.root", "."));
        ControlPlaneOptions options = ControlPlaneOptions.defaults().withUser("host", List.of("system:masters"));
        try (ControlPlane cluster = ControlPlane.start(options);
                SimulatedNodes nodes = SimulatedNodes.start(
                        cluster.connection(ControlPlaneOptions.ADMIN),
                        NodesConfig.of(10).with(cadence ? Cadence.KUBELET : Cadence.INSTANT));
                KubeApi api = new KubeApi(cluster.connection(ControlPlaneOptions.ADMIN), "bench/1")) {
            if (!Await.until(Duration.ofSeconds(30), nodes::areSchedulable)) {
                throw new IllegalStateException("the simulated nodes did not become schedulable");
            }
            Definitions.of(root.resolve("deploy/crds")).install(api);
            Update.namespaces().forEach(name -> namespace(api, name));
            Duration floor = new Floor(api, "floor").measure(pods);
            ObjectNode config = HostProcess.config();
            config.putArray("watchNamespaces").add("bench");
            try (HostProcess host = HostProcess.start(cluster, root.resolve("host/target/operating"), "host", config)) {
                host.awaitReady();
                report(new Update(cluster, api, host, "bench").measure(pods, floor));
            }
        }
        return 0;
    }

    private void report(UpdateReport report) {
        System.out.print(report.table());
        if (asJson) {
            System.out.println(report.json());
        }
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
