package io.kusionstack.operating.testbed.demo;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kusionstack.operating.testbed.Await;
import io.kusionstack.operating.testbed.api.KubeApi;
import io.kusionstack.operating.testbed.controlplane.ControlPlane;
import io.kusionstack.operating.testbed.controlplane.ControlPlaneOptions;
import io.kusionstack.operating.testbed.nodes.NodeScript;
import io.kusionstack.operating.testbed.nodes.NodesConfig;
import io.kusionstack.operating.testbed.nodes.SimulatedNodes;
import io.kusionstack.operating.testbed.operator.HostProcess;
import io.kusionstack.operating.testbed.operator.Sample;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** Both acts on a control plane of their own, from the first process to the summary. */
public final class Demo {
    private static final String NAMESPACE = "default";
    private static final Duration LIMIT = Duration.ofMinutes(3);
    private static final Traffic.Load LOAD = new Traffic.Load(100, Duration.ofMillis(1500), 20_261_125);

    private final Plan plan;
    private final Screen screen;

    /**
     * What is wanted of it.
     *
     * @param root the repository
     * @param pods how many Pods
     * @param nodes on how many nodes
     * @param keep whether all runs on after the summary, until the command is ended
     */
    public record Plan(Path root, int pods, int nodes, boolean keep) {
        Path distribution() {
            return root.resolve("distribution/target/operating");
        }

        Path slowPlugin() {
            return root.resolve("testplugins/slow-rule/target/slow-rule.jar");
        }
    }

    /**
     * What came of it.
     *
     * @param ok whether everything promised held, in both acts
     * @param json the figures of the first act
     */
    public record Outcome(boolean ok, ObjectNode json) {}

    public Demo(Plan plan, Screen screen) {
        this.plan = plan;
        this.screen = screen;
    }

    /** Plays all of it; blocks until the last process has ended. */
    public Outcome play() throws InterruptedException {
        screen.say("A control plane, " + plan.nodes() + " nodes, a load balancer and the operator start ...");
        ControlPlaneOptions options = ControlPlaneOptions.defaults().withUsers(Playground.USER);
        try (ControlPlane cluster = ControlPlane.start(options);
                SimulatedNodes nodes = SimulatedNodes.start(
                        cluster.connection(ControlPlaneOptions.ADMIN),
                        NodesConfig.of(plan.nodes())
                                .with(NodeScript.forImage("*:missing").pullFails()))) {
            boolean well = false;
            try {
                awaitSchedulable(cluster, nodes);
                Outcome outcome = playOn(cluster, nodes);
                well = outcome.ok();
                return outcome;
            } finally {
                if (!well) {
                    cluster.keepFolder();
                    screen.say("Not everything went well; the logs stay in "
                            + cluster.instance().logs());
                }
            }
        }
    }

    private Outcome playOn(ControlPlane cluster, SimulatedNodes nodes) throws InterruptedException {
        ObjectNode config = HostProcess.config();
        config.putObject("limits").put("requestTimeout", "5s");
        Playground.Setup setup =
                Playground.Setup.of(plan.distribution(), NAMESPACE).with(config).with(plan.slowPlugin());
        try (Playground playground = Playground.open(cluster, nodes, setup)) {
            playground.host().awaitReady();
            Outcome outcome = play(cluster, playground);
            stay(cluster, playground);
            return outcome;
        }
    }

    private static void awaitSchedulable(ControlPlane cluster, SimulatedNodes nodes) {
        String account = "/api/v1/namespaces/" + NAMESPACE + "/serviceaccounts/default";
        try (KubeApi api = new KubeApi(cluster.connection(ControlPlaneOptions.ADMIN), "demo/1")) {
            if (!Await.until(
                    LIMIT, () -> nodes.areSchedulable() && api.find(account).isPresent())) {
                throw new IllegalStateException("the nodes are not schedulable after " + LIMIT.toSeconds()
                        + " s; see the logs in " + cluster.instance().logs());
            }
        }
    }

    private Outcome play(ControlPlane cluster, Playground playground) throws InterruptedException {
        Sample sample = Sample.of(plan.root().resolve("samples/quickstart"));
        sample.the("CollaSet").withObject("/spec").put("replicas", plan.pods());
        playground.balance(sample.the("Service"));
        sample.create(playground.api(), NAMESPACE);
        Stage stage = new Stage(playground, screen, sample, plan.pods());
        screen.say("samples/quickstart is applied; " + plan.pods() + " Pods come up:");
        if (!stage.followUntilAllServe(stage.firstImage(), LIMIT)) {
            throw new IllegalStateException("not all Pods serve after " + LIMIT.toSeconds() + " s; see "
                    + playground.host().process().log());
        }
        FirstAct first = new FirstAct(stage, cluster.instance().auditLog());
        Figures figures;
        try (Traffic traffic = playground.traffic(LOAD)) {
            figures = first.play(traffic);
        }
        List<Promise> promises = new ArrayList<>(first.promises(figures));
        Sample slowRule = Sample.of(plan.root().resolve("testplugins/slow-rule/rule.yaml"));
        try (Traffic traffic = playground.traffic(LOAD)) {
            promises.addAll(new SecondAct(stage, slowRule).play(traffic));
        }
        return summary(figures, promises);
    }

    private Outcome summary(Figures figures, List<Promise> promises) {
        screen.say("");
        screen.say("Act one:");
        figures.lines().forEach(screen::say);
        figures.requests().examples().forEach(request -> screen.say("  misrouted: " + request));
        screen.say("What was promised:");
        promises.forEach(promise -> screen.say(promise.toString()));
        boolean ok = promises.stream().allMatch(Promise::held);
        return new Outcome(ok, figures.json().put("ok", ok));
    }

    private void stay(ControlPlane cluster, Playground playground) throws InterruptedException {
        if (!plan.keep()) {
            return;
        }
        screen.say("");
        screen.say("Everything runs on; Ctrl-C ends it.");
        screen.say("  export KUBECONFIG=" + cluster.kubeconfig(ControlPlaneOptions.ADMIN));
        screen.say("  API server     " + cluster.server());
        screen.say("  operator       " + playground.host().address());
        screen.say("  load balancer  http://" + playground.balancer().endpoint());
        screen.say("  logs           " + cluster.instance().logs());
        new CountDownLatch(1).await();
    }
}
