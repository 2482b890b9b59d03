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
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** {@code ./dev bench update}: one graceful in-place update of many Pods, beside two floors; then the same under traffic. */
@Command(
        name = "update",
        description = "Updates many Pods in place: Pods per second against two floors, and every write.")
final class UpdateCommand implements Callable<Integer> {
    private static final String PLAIN = "bench";
    private static final String BALANCED = "bench-traffic";
    private static final int WARM_UP = 100;
    /** Enough for a rate: more only takes longer. */
    private static final int FLOOR_PODS = 1000;

    @Option(names = "--pods", defaultValue = "500", description = "How many Pods, default: ${DEFAULT-VALUE}.")
    private int pods;

    @Option(
            names = "--floor-pods",
            description = "How many Pods the floors have, default: as many, without --rule at most 1000.")
    private Optional<Integer> floorPods = Optional.empty();

    @Option(names = "--cadence", description = "Let nodes look at a Pod only once a second, as true kubelets do.")
    private boolean cadence;

    @Option(
            names = "--rule",
            paramLabel = "PERCENT",
            converter = RuleOption.class,
            description =
                    "Let a rule keep all but so many Pods in service, for example 10%%; the floors keep to it too,"
                            + " and the times of one Pod are reported. Sensible with --cadence.")
    private Optional<Percentage> rule = Optional.empty();

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

    private static final class RuleOption implements ITypeConverter<Percentage> {
        @Override
        public Percentage convert(String text) {
            try {
                return Percentage.parse(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }

    private final Path root = Path.of(System.getProperty("operating.root", "."));

    @Override
    public Integer call() throws Exception {
        Progress progress = new Progress(System.err);
        try (ControlPlane cluster = ControlPlane.start(options());
                SimulatedNodes nodes = SimulatedNodes.start(
                        cluster.connection(ControlPlaneOptions.ADMIN),
                        NodesConfig.of(10).with(cadence ? Cadence.KUBELET : Cadence.INSTANT));
                KubeApi api = new KubeApi(cluster.connection(ControlPlaneOptions.ADMIN), "bench/1")) {
            if (!Await.until(Duration.ofSeconds(30), nodes::areSchedulable)) {
                throw new IllegalStateException("the simulated nodes did not become schedulable");
            }
            Site site = new Site(cluster, api, progress);
            progress.done("control plane and nodes started");
            Floors floors = floors(site);
            UpdateReport plain = new UpdateReport(host(site, nodes, PLAIN), floors);
            Optional<UpdateReport> balanced =
                    traffic ? Optional.of(new UpdateReport(host(site, nodes, BALANCED), floors)) : Optional.empty();
            report(plain, balanced);
        }
        return 0;
    }

    private static ControlPlaneOptions options() {
        return ControlPlaneOptions.defaults().withUser(Playground.USER, List.of("system:masters"));
    }

    /** A few Pods go first: client, nodes and API server are slower as long as they are new. */
    private Floors floors(Site site) throws InterruptedException, ExecutionException {
        // What a rule lets out at a time is a share of all Pods, so under a rule the rate depends on how many there
        // are.
        int count = floorPods.orElse(rule.isPresent() ? pods : Math.min(pods, FLOOR_PODS));
        floor(site, "floor-warm-up", Optional.empty()).measure(Math.min(count, WARM_UP));
        return floor(site, "floor", rule).measure(count);
    }

    private static Floor floor(Site site, String namespace, Optional<Percentage> limit) {
        namespace(site.api(), namespace);
        return new Floor(site, namespace, limit);
    }

    private HostRun host(Site site, SimulatedNodes nodes, String namespace) throws InterruptedException, IOException {
        namespace(site.api(), namespace);
        try (Playground playground = Playground.open(site.cluster(), nodes, setup(namespace))) {
            playground.host().awaitReady();
            site.progress().done(namespace + ": host started");
            Update update = new Update(site, playground, rule, rounds);
            return namespace.equals(BALANCED) ? update.measureBehindBalancer(pods) : update.measure(pods);
        }
    }

    private Playground.Setup setup(String namespace) {
        ObjectNode config = HostProcess.config();
        // The emulator takes every call; the plugin's own pace is for an account with quotas.
        config.withObject("/plugins/settings/slb").put("readsPerSecond", 1000).put("writesPerSecond", 1000);
        return Playground.Setup.of(root.resolve("distribution/target/operating"), namespace)
                .with(config);
    }

    private void report(UpdateReport plain, Optional<UpdateReport> balanced) {
        System.out.println("Without a load balancer:");
        System.out.print(UpdateTable.of(plain));
        balanced.ifPresent(report -> {
            System.out.println();
            System.out.println("Behind a load balancer:");
            System.out.print(UpdateTable.of(report));
        });
        if (asJson) {
            ObjectNode json = UpdateJson.of(plain);
            balanced.ifPresent(report -> json.set("traffic", UpdateJson.of(report)));
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
