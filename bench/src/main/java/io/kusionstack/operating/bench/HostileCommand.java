package io.kusionstack.operating.bench;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kusionstack.operating.testbed.Await;
import io.kusionstack.operating.testbed.api.KubeApi;
import io.kusionstack.operating.testbed.controlplane.ControlPlane;
import io.kusionstack.operating.testbed.controlplane.ControlPlaneOptions;
import io.kusionstack.operating.testbed.demo.Neighbours;
import io.kusionstack.operating.testbed.demo.Playground;
import io.kusionstack.operating.testbed.nodes.Cadence;
import io.kusionstack.operating.testbed.nodes.NodesConfig;
import io.kusionstack.operating.testbed.nodes.SimulatedNodes;
import io.kusionstack.operating.testbed.operator.HostProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ./dev bench hostile}: the update of a set that has nothing to do with plugins, beside sets whose plugins do harm. */
@Command(
        name = "hostile",
        description = "Updates Pods beside Pods whose plugins hang, throw and lie: medians with and without them.")
final class HostileCommand implements Callable<Integer> {
    private static final String OURS = "bench";
    private static final String THEIRS = "bench-theirs";

    @Option(names = "--pods", defaultValue = "200", description = "How many Pods, default: ${DEFAULT-VALUE}.")
    private int pods;

    @Option(names = "--runs", defaultValue = "5", description = "How many runs of each, default: ${DEFAULT-VALUE}.")
    private int runs;

    @Option(names = "--json", description = "Print the figures as one JSON object on the last line as well.")
    private boolean asJson;

    private final Path root = Path.of(System.getProperty("operating.root", "."));

    @Override
    public Integer call() throws Exception {
        List<Double> alone = new ArrayList<>();
        List<Double> beside = new ArrayList<>();
        // In turns, so that what slows the machine for a while slows both; each on a control plane of its own.
        for (int run = 0; run < runs; run++) {
            alone.add(measure(false));
            beside.add(measure(true));
        }
        report(alone, beside);
        return 0;
    }

    private double measure(boolean hasNeighbours) throws InterruptedException, IOException {
        try (ControlPlane cluster = ControlPlane.start(
                        ControlPlaneOptions.defaults().withUser(Playground.USER, List.of("system:masters")));
                SimulatedNodes nodes = SimulatedNodes.start(
                        cluster.connection(ControlPlaneOptions.ADMIN),
                        NodesConfig.of(10).with(Cadence.INSTANT));
                KubeApi api = new KubeApi(cluster.connection(ControlPlaneOptions.ADMIN), "bench/1")) {
            if (!Await.until(Duration.ofSeconds(30), nodes::areSchedulable)) {
                throw new IllegalStateException("the simulated nodes did not become schedulable");
            }
            UpdateCommand.namespace(api, OURS);
            UpdateCommand.namespace(api, THEIRS);
            try (Playground playground = Playground.open(cluster, nodes, setup())) {
                playground.host().awaitReady();
                Site site = new Site(cluster, api, new Progress(System.err));
                return hasNeighbours ? beside(site, playground) : updated(site, playground);
            }
        }
    }

    private double beside(Site site, Playground playground) throws InterruptedException, IOException {
        Neighbours neighbours =
                new Neighbours(playground.api(), THEIRS, root.resolve("testplugins/trial/neighbours.yaml"));
        neighbours.moveIn();
        neighbours.update();
        double figure = updated(site, playground);
        neighbours.waits(playground.host()).forEach((plugin, waits) -> System.out.println(plugin + " waits: " + waits));
        return figure;
    }

    private double updated(Site site, Playground playground) throws InterruptedException, IOException {
        return new Update(site, playground, Optional.empty(), 1)
                .measure(pods)
                .run()
                .podsPerSecond();
    }

    /** All plugins are loaded in both cases; what differs is whether anybody is bound to them. */
    private Playground.Setup setup() {
        ObjectNode config = HostProcess.config();
        config.putArray("watchNamespaces").add(THEIRS);
        Playground.Setup setup = Playground.Setup.of(distribution(), OURS).with(config);
        for (Path jar : Neighbours.jars(root.resolve("testplugins"))) {
            setup = setup.with(jar);
        }
        return setup;
    }

    private Path distribution() {
        return root.resolve("distribution/target/operating");
    }

    private void report(List<Double> alone, List<Double> beside) {
        double ratio = median(beside) / median(alone);
        System.out.printf("Pods per second alone:  %s, median %.1f%n", alone, median(alone));
        System.out.printf("Pods per second beside: %s, median %.1f%n", beside, median(beside));
        System.out.printf("Beside six hostile plugins: %.0f %% of alone%n", 100 * ratio);
        if (asJson) {
            ObjectNode json = JsonMapper.builder().build().createObjectNode();
            json.put("pods", pods)
                    .put("runs", runs)
                    .put("podsPerSecondAlone", median(alone))
                    .put("podsPerSecondBeside", median(beside))
                    .put("ratio", ratio);
            System.out.println(json);
        }
    }

    private static double median(List<Double> figures) {
        List<Double> sorted = figures.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }
}
