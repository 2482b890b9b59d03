package io.kusionstack.operating.testbed.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kusionstack.operating.testbed.api.KubeApi;
import io.kusionstack.operating.testbed.controlplane.ControlPlane;
import io.kusionstack.operating.testbed.controlplane.ControlPlaneOptions;
import io.kusionstack.operating.testbed.nodes.SimulatedNodes;
import io.kusionstack.operating.testbed.operator.Definitions;
import io.kusionstack.operating.testbed.operator.HostProcess;
import io.kusionstack.operating.testbed.operator.PluginFolder;
import io.kusionstack.operating.testbed.operator.Role;
import io.kusionstack.operating.testbed.slb.SlbBackend;
import io.kusionstack.operating.testbed.slb.SlbEmulator;
import io.kusionstack.operating.testbed.slb.SlbListener;
import io.kusionstack.operating.testbed.slb.SlbOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * One namespace of a control plane with all that an update needs: the packaged operator with its plugins, a load balancer
 * of its own, and a watch over the Pods. Any thread may call; what starts and stops processes blocks.
 *
 * <pre>{@code
 * try (Playground playground = Playground.open(cluster, nodes, Playground.Setup.of(distribution, "shop"))) {
 *     Sample sample = Sample.of(root.resolve("samples/quickstart"));
 *     playground.balance(sample.the("Service"));
 *     sample.create(playground.api(), "shop");
 *     playground.pods().awaitServing(6, "registry.example/web:v1", limit);
 * }
 * }</pre>
 */
public final class Playground implements AutoCloseable {
    /** Who the operator is for the API server: the control plane must have been started with this user. */
    public static final String USER = "host";

    private static final String PREFIX = "slb.traffic.operating.kusionstack.io/";
    private static final String BALANCER = "service.k8s.alibaba/loadbalancer-id";

    private final KubeApi api;
    private final SimulatedNodes nodes;
    private final SlbEmulator balancer;
    private final HostProcess host;
    private final PodBoard pods;
    private final Setup setup;
    private final List<String> groups = new CopyOnWriteArrayList<>();

    /**
     * What differs from one to the next.
     *
     * @param distribution the folder with the packaged operator
     * @param namespace the one that the operator looks after, beside those that its configuration names
     * @param plugins jars, or folders of jars, beside those of the distribution
     * @param config the operator's configuration, as far as it is not about where things are
     */
    public record Setup(Path distribution, String namespace, List<Path> plugins, ObjectNode config) {
        public Setup {
            plugins = List.copyOf(plugins);
        }

        /** The distribution as it is shipped. */
        public static Setup of(Path distribution, String namespace) {
            return new Setup(distribution, namespace, List.of(), HostProcess.config());
        }

        /** The same with one more plugin jar, or folder of jars. */
        public Setup with(Path plugin) {
            List<Path> more = new ArrayList<>(plugins);
            more.add(plugin);
            return new Setup(distribution, namespace, more, config);
        }

        /** The same with another configuration. */
        public Setup with(ObjectNode other) {
            return new Setup(distribution, namespace, plugins, other);
        }
    }

    private Playground(KubeApi api, SimulatedNodes nodes, SlbEmulator balancer, HostProcess host, Setup setup) {
        this.api = api;
        this.nodes = nodes;
        this.balancer = balancer;
        this.host = host;
        this.setup = setup;
        this.pods = new PodBoard(api, setup.namespace());
    }

    /** Installs definitions and rights, starts load balancer and operator, and waits until the operator is ready. */
    public static Playground open(ControlPlane cluster, SimulatedNodes nodes, Setup setup) {
        KubeApi api = new KubeApi(cluster.connection(ControlPlaneOptions.ADMIN), "demo/1");
        Definitions.of(setup.distribution().resolve("deploy/crds")).install(api);
        Role.of(setup.distribution().resolve("deploy/rbac.yaml")).grant(api, USER);
        SlbEmulator balancer = SlbEmulator.start(SlbOptions.standard(nodes::wasServing));
        Path folder = cluster.instance().folder();
        HostProcess host = HostProcess.start(cluster, setup.distribution(), USER, config(setup, folder, balancer));
        return new Playground(api, nodes, balancer, host, setup);
    }

    private static ObjectNode config(Setup setup, Path folder, SlbEmulator balancer) {
        PluginFolder plugins = PluginFolder.at(folder.resolve("plugins-" + setup.namespace()))
                .add(setup.distribution().resolve("plugins"));
        setup.plugins().forEach(plugins::add);
        ObjectNode config = setup.config().deepCopy();
        config.withArray("/watchNamespaces").insert(0, setup.namespace());
        ObjectNode section = plugins.section();
        section.setAll(config.withObject("/plugins"));
        Path key = folder.resolve("balancer-key-" + setup.namespace());
        section.putArray("secrets").add("file:" + key + "/");
        section.withObject("/settings/slb")
                .put("region", balancer.options().region())
                .put("accessKeyId", secret(key, "id", balancer.options().accessKeyId()))
                .put("accessKeySecret", secret(key, "secret", balancer.options().accessKeySecret()))
                .put("endpoint", balancer.endpoint())
                .put("protocol", "http");
        config.set("plugins", section);
        return config;
    }

    /** Writes a secret down and returns the reference to it. */
    private static String secret(Path folder, String name, String value) {
        try {
            return "file:" + Files.writeString(Files.createDirectories(folder).resolve(name), value);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Makes the load balancer and the groups that a Service names. */
    public void balance(JsonNode service) {
        String id = service.path("metadata").path("labels").path(BALANCER).asText();
        String named = service.path("metadata")
                .path("annotations")
                .path(PREFIX + "vserver-groups")
                .asText();
        balancer.addLoadBalancer(id);
        for (String group : named.split(",", -1)) {
            String name = group.split(":", 2)[0].strip();
            int port = Integer.parseInt(group.split(":", 2)[1].strip());
            balancer.addGroup(id, name, List.of(new SlbListener(port, "tcp", true)));
            groups.add(name);
        }
    }

    /** Whom the load balancer would send a request to now, by address, with the weights of all its groups. */
    public Map<String, Integer> weights() {
        Map<String, Integer> weights = new HashMap<>();
        for (String group : groups) {
            balancer.weights(group)
                    .forEach((backend, weight) -> weights.merge(backend.serverIp(), weight, Integer::sum));
        }
        return weights;
    }

    /** The weights that are set at the load balancer, also of those that it sends nothing to. */
    public Map<String, Integer> configuredWeights() {
        Map<String, Integer> weights = new HashMap<>();
        for (String group : groups) {
            for (SlbBackend backend : balancer.backends(group)) {
                weights.merge(backend.serverIp(), backend.weight(), Integer::sum);
            }
        }
        return weights;
    }

    /** The groups of {@link #balance}. */
    public List<String> groups() {
        return List.copyOf(groups);
    }

    /** Begins to send requests through the load balancer. */
    public Traffic traffic(Traffic.Load load) {
        return Traffic.start(load, this::weights, this::answered, Clock.systemUTC());
    }

    private boolean answered(String address, Instant from, Instant to) {
        return nodes.wasServing(address, from, to);
    }

    public KubeApi api() {
        return api;
    }

    public HostProcess host() {
        return host;
    }

    public SlbEmulator balancer() {
        return balancer;
    }

    public PodBoard pods() {
        return pods;
    }

    public String namespace() {
        return setup.namespace();
    }

    /** Ends the operator and the load balancer; objects stay. */
    @Override
    public void close() {
        pods.close();
        host.close();
        balancer.close();
        api.close();
    }
}
