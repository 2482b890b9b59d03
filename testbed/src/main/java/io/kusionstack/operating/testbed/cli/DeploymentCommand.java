package io.kusionstack.operating.testbed.cli;

import io.kusionstack.operating.testbed.Await;
import io.kusionstack.operating.testbed.api.Connection;
import io.kusionstack.operating.testbed.api.KubeApi;
import io.kusionstack.operating.testbed.api.PatchType;
import io.kusionstack.operating.testbed.controlplane.ControlPlane;
import io.kusionstack.operating.testbed.controlplane.ControlPlaneOptions;
import io.kusionstack.operating.testbed.nodes.NodesConfig;
import io.kusionstack.operating.testbed.nodes.SimulatedNodes;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ./dev demo deployment}: a real control plane with simulated nodes, a Deployment rolled on it, and all gone again. */
@Command(name = "deployment", description = "A Deployment comes up on simulated nodes and is rolled to another image.")
final class DeploymentCommand implements Callable<Integer> {
    private static final Duration LIMIT = Duration.ofMinutes(5);
    private static final String NAMESPACE = "default";

    @Option(names = "--nodes", defaultValue = "3", description = "How many nodes, default: ${DEFAULT-VALUE}.")
    private int nodeCount;

    @Option(names = "--pods", defaultValue = "6", description = "How many Pods, default: ${DEFAULT-VALUE}.")
    private int podCount;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        out.println("Starting a control plane ...");
        out.flush();
        try (ControlPlane cluster = ControlPlane.start(ControlPlaneOptions.defaults())) {
            Connection admin = cluster.connection(ControlPlaneOptions.ADMIN);
            try (SimulatedNodes nodes = SimulatedNodes.start(admin, NodesConfig.of(nodeCount));
                    KubeApi api = new KubeApi(admin, "demo/1")) {
                return show(api, nodes, out);
            }
        }
    }

    private int show(KubeApi api, SimulatedNodes nodes, PrintWriter out) {
        String account = "/api/v1/namespaces/" + NAMESPACE + "/serviceaccounts/default";
        if (!Await.until(
                LIMIT, () -> nodes.areSchedulable() && api.find(account).isPresent())) {
            out.println("The nodes are not schedulable after " + LIMIT.toSeconds() + " s.");
            return 1;
        }
        out.println(nodeCount + " nodes are Ready. A Deployment of " + podCount + " Pods comes up:");
        api.createFromYaml(deployment(), NAMESPACE);
        try (PodTable table = new PodTable(api, NAMESPACE, podCount, out)) {
            if (!follow(table, "web:v1", nodes)) {
                return 1;
            }
            table.say("Rolling it to web:v2:");
            api.patch(
                    "/apis/apps/v1/namespaces/" + NAMESPACE + "/deployments/web",
                    PatchType.JSON,
                    PodTable.json("[{op: replace, path: /spec/template/spec/containers/0/image, value: 'web:v2'}]"));
            return follow(table, "web:v2", nodes) ? 0 : 1;
        }
    }

    /** Shows the Pods until all run the image and are Ready. */
    private static boolean follow(PodTable table, String image, SimulatedNodes nodes) {
        long start = System.nanoTime();
        long writes = nodes.statusWrites();
        boolean done = Await.until(LIMIT, () -> table.showUntilAllRun(image));
        double seconds = (System.nanoTime() - start) / 1e9;
        table.say(String.format(
                Locale.ROOT,
                done
                        ? "All Pods run %s and are Ready: %.1f s, %d status writes."
                        : "Not all Pods run %s after %.1f s (%d status writes).",
                image,
                seconds,
                nodes.statusWrites() - writes));
        return done;
    }

    private String deployment() {
        return """
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: web}
                spec:
                  replicas: %d
                  selector: {matchLabels: {app: web}}
                  template:
                    metadata: {labels: {app: web}}
                    spec:
                      containers: [{name: app, image: "web:v1"}]
                """.formatted(podCount);
    }
}
