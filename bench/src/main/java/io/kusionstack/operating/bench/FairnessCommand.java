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
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ./dev bench fairness}: a large set begins an update, and at once a small one is scaled from three Pods to four. */
@Command(
        name = "fairness",
        description = "Scales a small set while a large one begins an update: how long until its new Pod serves.")
final class FairnessCommand implements Callable<Integer> {
    private static final String NAMESPACE = "bench-fairness";

    @Option(names = "--pods", defaultValue = "2000", description = "Pods of the large set, default: ${DEFAULT-VALUE}.")
    private int pods;

    @Option(names = "--runs", defaultValue = "5", description = "How many updates to begin, default: ${DEFAULT-VALUE}.")
    private int runs;

    @Option(names = "--json", description = "Print the figures as one JSON object on the last line as well.")
    private boolean asJson;

    @Override
    public Integer call() throws Exception {
        Path root = Path.of(System.getProperty("operating.root", "."));
        try (ControlPlane cluster = ControlPlane.start(
                        ControlPlaneOptions.defaults().withUser(Playground.USER, List.of("system:masters")));
                SimulatedNodes nodes = SimulatedNodes.start(
                        cluster.connection(ControlPlaneOptions.ADMIN),
                        NodesConfig.of(20).with(Cadence.INSTANT));
                KubeApi api = new KubeApi(cluster.connection(ControlPlaneOptions.ADMIN), "bench/1")) {
            if (!Await.until(Duration.ofSeconds(30), nodes::areSchedulable)) {
                throw new IllegalStateException("the simulated nodes did not become schedulable");
            }
            UpdateCommand.namespace(api, NAMESPACE);
            Playground.Setup setup = Playground.Setup.of(root.resolve("distribution/target/operating"), NAMESPACE);
            try (Playground playground = Playground.open(cluster, nodes, setup)) {
                playground.host().awaitReady();
                report(measure(new Fairness(playground, pods)));
            }
        }
        return 0;
    }

    private List<Double> measure(Fairness fairness) throws InterruptedException {
        fairness.prepare();
        List<Double> seconds = new ArrayList<>();
        for (int run = 1; run <= runs; run++) {
            seconds.add(fairness.scaleBesideAnUpdate(run).toMillis() / 1000.0);
        }
        return seconds;
    }

    private void report(List<Double> seconds) {
        System.out.printf(
                "Seconds until the new Pod of a small set serves, beside %,d Pods that begin an update: %s, median %.2f%n",
                pods, seconds, median(seconds));
        if (asJson) {
            ObjectNode json = JsonMapper.builder().build().createObjectNode();
            json.put("pods", pods).put("runs", runs).put("secondsUntilServing", median(seconds));
            System.out.println(json);
        }
    }

    private static double median(List<Double> figures) {
        List<Double> sorted = figures.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }
}
