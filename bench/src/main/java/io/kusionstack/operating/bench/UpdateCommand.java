package io.kusionstack.operating.bench;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kusionstack.operating.testbed.Await;
import io.kusionstack.operating.testbed.api.KubeApi;
import io.kusionstack.operating.testbed.controlplane.ControlPlane;
import io.kusionstack.operating.testbed.controlplane.ControlPlaneOptions;
import io.kusionstack.operating.testbed.demo.Playground;
import io.kusionstack.operating.testbed.nodes.Cadence;
import io.kusionstack.operating.testbed.nodes.NodesConfig;
import io.kusionstack.operating.testbed.nodes.SimulatedNodes;
import io.kusionstack.operating.testbed.operator.HostProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ./dev bench update}: one graceful in-place update of many Pods, beside the floor; then the same under traffic. */
@Command(
        name = "update",
        description = "Updates many Pods in place: Pods per second against the floor, and every write.")
final class UpdateCommand implements Callable<Integer> {
    private static final String PLAIN = "bench";
    private static final String BALANCED = "bench-traffic";
    private static final String FLOOR = "floor";

    @Option(names = "--pods", defaultValue = "500", description = "How many Pods, default: ${DEFAULT-VALUE}.")
    private int pods;

    @Option(names = "--cadence", description = "Let nodes look at a Pod only once a second, as true kubelets do.")
    private boolean cadence;

    @Option(
            names = "--traffic",
            negatable = true,
            defaultValue = "true",
            fallbackValue = "true",
            description =
                    "Whether to measure again with all Pods behind a load balancer; it does, unless told --no-traffic.")
    private boolean traffic;

    @Option(
            names = "--rounds",
            defaultValue = "1",
            description =
                    "Update so many times in a row and report the last, default: ${DEFAULT-VALUE}. The first is made"
                            + " by a JVM that has just started.")
    private int rounds;

    @Option(names = "--json", description = "Print the figures as one JSON object on the last line as well.")
    private boolean asJson;

    @Override
    public Integer call() throws Exception {
        Path root = Path.of(System.getProperty("operating.root", "."));
        try (ControlPlane cluster = ControlPlane.start(options());
                SimulatedNodes nodes = SimulatedNodes.start(
                        cluster.connection(ControlPlaneOptions.ADMIN),
                        NodesConfig.of(10).with(cadence ? Cadence.KUBELET : Cadence.INSTANT));
                KubeApi api = new KubeApi(cluster.connection(ControlPlaneOptions.ADMIN), "bench/1")) {
            if (!Await.until(Duration.ofSeconds(30), nodes::areSchedulable)) {
                throw new IllegalStateException("the simulated nodes did not become schedulable");
            }
            List.of(FLOOR, PLAIN, BALANCED).forEach(name -> namespace(api, name));
            Duration floor = new Floor(api, FLOOR).measure(pods);
            UpdateReport plain;
            try (Playground playground = Playground.open(cluster, nodes, setup(root, PLAIN))) {
                playground.host().awaitReady();
                plain = new Update(cluster, playground, rounds).measure(pods, floor);
            }
            Optional<UpdateReport> balanced = Optional.empty();
            if (traffic) {
                try (Playground playground = Playground.open(cluster, nodes, setup(root, BALANCED))) {
                    playground.host().awaitReady();
                    balanced = Optional.of(new Update(cluster, playground, rounds).measureBehindBalancer(pods, floor));
                }
            }
            report(plain, balanced);
        }
        return 0;
    }

    private static ControlPlaneOptions options() {
        return ControlPlaneOptions.defaults().withUser(Playground.USER, List.of("system:masters"));
    }

    private static Playground.Setup setup(Path root, String namespace) {
        ObjectNode config = HostProcess.config();
        // The emulator takes every call; the plugin's own pace is for an account with quotas.
        config.withObject("/plugins/settings/slb").put("readsPerSecond", 1000).put("writesPerSecond", 1000);
        return Playground.Setup.of(root.resolve("distribution/target/operating"), namespace)
                .with(config);
    }

    private void report(UpdateReport plain, Optional<UpdateReport> balanced) {
        System.out.println("Without a load balancer:");
        System.out.print(plain.table());
        balanced.ifPresent(report -> {
            System.out.println();
            System.out.println("Behind a load balancer:");
            System.out.print(report.table());
        });
        if (asJson) {
            ObjectNode json = plain.json();
            balanced.ifPresent(report -> json.set("traffic", report.json()));
            System.out.println(json);
        }
    }

    static void namespace(KubeApi api, String name) {
        ObjectNode namespace = JsonMapper.builder().build().createObjectNode();
        namespace
                .put("apiVersion", "v1")
                .put("kind", "Namespace")
                .putObject("metadata")
                .put("name", name);
        api.create("/api/v1/namespaces", namespace);
    }
}
