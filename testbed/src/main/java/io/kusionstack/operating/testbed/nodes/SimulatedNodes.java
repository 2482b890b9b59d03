package io.kusionstack.operating.testbed.nodes;

import com.fasterxml.jackson.databind.JsonNode;
import io.kusionstack.operating.testbed.api.ApiException;
import io.kusionstack.operating.testbed.api.Connection;
import io.kusionstack.operating.testbed.api.KubeApi;
import io.kusionstack.operating.testbed.api.Watch;
import io.kusionstack.operating.testbed.api.WatchEvent;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Nodes that behave, as far as the API can see, like kubelets: they register and renew themselves and report for every
 * Pod bound to them what a container runtime would do, in a kubelet's order and cadence. Their user agent is {@code
 * simulated-nodes/1}. Started over a cluster that has such nodes and Pods already, they go on where it stands: running
 * containers go on running. Any thread may call any method; after {@link #close} the objects stay as they are.
 */
public final class SimulatedNodes implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SimulatedNodes.class);
    private static final String PODS = "/api/v1/pods?fieldSelector=spec.nodeName%21%3D";
    private static final Duration RENEWAL = Duration.ofSeconds(10);
    private static final Duration BLIP = Duration.ofMillis(200);

    private final KubeApi api;
    private final NodeObjects objects;
    private final Shell shell;
    private final NodesConfig config;
    private final Set<String> names;
    private final Set<String> lost = ConcurrentHashMap.newKeySet();
    private final Map<String, PodLane> lanes = new ConcurrentHashMap<>();
    private final Map<String, String> nodeOf = new ConcurrentHashMap<>();
    private final Set<String> unconfirmed = new HashSet<>();
    private final Map<String, JsonNode> unseen = new HashMap<>();
    private final Set<String> misspelt = new HashSet<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final NodeWishes wishes;
    private final Watch watch;
    private final Watch nodeWatch;

    private SimulatedNodes(Connection connection, NodesConfig config, Clock clock) {
        this.api = new KubeApi(connection, "simulated-nodes/1");
        this.objects = new NodeObjects(api);
        this.config = config;
        this.names = Set.copyOf(config.names());
        this.shell = new Shell(api, new LiveWorld(config), clock, config.writesInFlight());
        for (String name : config.names()) {
            objects.register(name, shell.world().hostIp(name), shell.now());
        }
        renew();
        shell.every(RENEWAL, this::renew);
        this.watch = api.watch(PODS, this::accept);
        this.wishes = new NodeWishes(this);
        this.nodeWatch = api.watch(NodeObjects.NODES, this::acceptNode);
    }

    /** Registers the nodes and begins to serve their Pods; the scheduler may need a second to see them Ready. */
    public static SimulatedNodes start(Connection connection, NodesConfig config) {
        return new SimulatedNodes(connection, config, Clock.systemUTC());
    }

    /** The nodes' names. */
    public Set<String> names() {
        return names;
    }

    /** Whether the scheduler may use every node. */
    public boolean areSchedulable() {
        return names.stream().allMatch(objects::isSchedulable);
    }

    /** Adds a script over those before it; it holds for what containers do from now on. */
    public void play(NodeScript script) {
        shell.world().play(script);
    }

    /** When each Pod really answered. */
    public NodeHistory history() {
        return shell.history();
    }

    /**
     * Whether a request to that address would have been answered at that instant: what health checks and traffic see. Every
     * port of a Pod answers alike; an address of a node never does.
     */
    public boolean wasServing(String ip, int port, Instant at) {
        return shell.world()
                .holder(ip)
                .map(uid -> shell.history().wasServing(uid, at))
                .orElse(false);
    }

    /** Whether that address answered from one instant to another without a break; the end included. */
    public boolean wasServing(String ip, Instant from, Instant to) {
        return shell.world()
                .holder(ip)
                .map(uid -> shell.history().wasServing(uid, from, to))
                .orElse(false);
    }

    /** How many Pod status writes the API server has accepted so far. */
    public long statusWrites() {
        return shell.statusWrites();
    }

    /** How many Pods are on the nodes. */
    public int pods() {
        return lanes.size();
    }

    /**
     * The readiness probes of the Pods that the glob matches, as {@code namespace/name}, fail from now on for that time, and
     * nothing is answered, as when their port is blocked. Their containers run on.
     */
    public void unready(String pods, Duration time) {
        Span span = new Span(Duration.ZERO, time);
        lanes.values().stream()
                .filter(lane -> NodeScript.matches(pods, lane.key()))
                .forEach(lane -> lane.accept(new PodEvent.Unready(span, false)));
    }

    /**
     * The node's kubelet starts anew: no container is restarted and all answer, but its Pods are published unready for 0.2 s, as a true
     * kubelet does with some of them.
     */
    public void restartKubelet(String node) {
        restartKubelet(known(node), new Span(Duration.ZERO, BLIP));
    }

    void restartKubelet(String node, Span blip) {
        onNode(node, lane -> lane.accept(new PodEvent.Unready(blip, true)));
    }

    /**
     * Cuts the node off, as the node controller sees it when the grace period is over: the node's Ready condition turns Unknown, and so
     * that of its Pods False; ContainersReady and readiness gates stay. The containers go on, and answer. What is changed meanwhile, image
     * or deletion, the node does not learn; nor does it report anything. The taints, and in time the deletion of its Pods, are the
     * controller manager's.
     */
    public void lose(String node) {
        if (lost.add(known(node))) {
            objects.reportLost(node, shell.now());
            locked(() -> onNode(node, PodLane::cutOff));
        }
    }

    /** Brings a lost node back: it is Ready, and does for all its Pods at once what was asked of them meanwhile. */
    public void recover(String node) {
        if (lost.contains(known(node))) {
            objects.renew(node, shell.now());
            objects.reportReady(node, shell.now());
            locked(() -> back(node));
        }
    }

    private void back(String node) {
        lost.remove(node);
        onNode(node, PodLane::back);
        List<JsonNode> pods = List.copyOf(unseen.values());
        unseen.clear();
        pods.forEach(this::seen);
    }

    /** The images, as globs, that the node cannot pull; in place of those said before. */
    void missing(String node, List<String> images) {
        shell.world().missing(node, images);
    }

    /** A tag was added on the node: a running container's image has another digest now, without a restart. */
    public void retag(String podUid, String container, String imageId) {
        PodLane lane = lanes.get(podUid);
        if (lane == null) {
            throw new IllegalArgumentException("no simulated node has a Pod with uid " + podUid);
        }
        lane.accept(new PodEvent.Retagged(container, imageId));
    }

    /** Deletes the nodes and stops; their Pods are left to the garbage collection of the controller manager. */
    public void unregister() {
        names.forEach(objects::delete);
        close();
    }

    /** Stops reporting at once. Nodes and Pods stay in the API as they are. */
    @Override
    public void close() {
        watch.close();
        nodeWatch.close();
        wishes.close();
        shell.close();
        api.close();
    }

    private String known(String node) {
        if (!names.contains(node)) {
            throw new IllegalArgumentException("no node " + node + " is simulated; there are " + config.names());
        }
        return node;
    }

    private void onNode(String node, Consumer<PodLane> action) {
        nodeOf.forEach((uid, where) -> {
            PodLane lane = lanes.get(uid);
            if (where.equals(node) && lane != null) {
                action.accept(lane);
            }
        });
    }

    private void renew() {
        for (String name : names) {
            if (!lost.contains(name)) {
                try {
                    objects.renew(name, shell.now());
                } catch (ApiException | UncheckedIOException e) {
                    // A young server has no namespace for leases yet; the next renewal is soon.
                    LOG.atDebug().setCause(e).addKeyValue("node", name).log("Lease not renewed");
                }
            }
        }
    }

    private void locked(Runnable action) {
        lock.lock();
        try {
            action.run();
        } finally {
            lock.unlock();
        }
    }

    /** On a watch's thread only. */
    private void acceptNode(WatchEvent event) {
        switch (event) {
            case WatchEvent.Added(JsonNode node) -> wishes.see(node);
            case WatchEvent.Modified(JsonNode node) -> wishes.see(node);
            case WatchEvent.Deleted deleted -> {}
            case WatchEvent.Restarted restarted -> {}
            case WatchEvent.Synced synced -> {}
        }
    }

    /** On a watch's thread only. */
    private void accept(WatchEvent event) {
        locked(() -> follow(event));
    }

    private void follow(WatchEvent event) {
        switch (event) {
            case WatchEvent.Added(JsonNode pod) -> seen(pod);
            case WatchEvent.Modified(JsonNode pod) -> seen(pod);
            case WatchEvent.Deleted(JsonNode pod) ->
                forget(pod.path("metadata").path("uid").asText());
            case WatchEvent.Restarted() -> {
                unconfirmed.addAll(lanes.keySet());
                unseen.clear();
            }
            case WatchEvent.Synced(String version) -> {
                unconfirmed.forEach(this::forget);
                unconfirmed.clear();
            }
        }
    }

    private void seen(JsonNode object) {
        PodView pod = PodView.parse(object);
        if (!names.contains(pod.node())) {
            return;
        }
        unconfirmed.remove(pod.uid());
        tellMisspelt(pod);
        PodLane lane = lanes.get(pod.uid());
        if (lane != null) {
            lane.accept(new PodEvent.Seen(pod));
        } else if (lost.contains(pod.node())) {
            unseen.put(pod.uid(), object);
        } else {
            nodeOf.put(pod.uid(), pod.node());
            lanes.put(pod.uid(), new PodLane(shell, first(object, pod)));
        }
    }

    private void tellMisspelt(PodView pod) {
        Span.problem(pod.unready())
                .filter(problem -> misspelt.add(pod.uid() + problem))
                .ifPresent(problem -> LOG.atWarn()
                        .addKeyValue("pod", pod.key())
                        .addKeyValue("annotation", PodView.UNREADY)
                        .log("Annotation not understood: {}", problem));
    }

    private Step first(JsonNode object, PodView pod) {
        Instant now = shell.now();
        String ip = object.path("status").path("podIP").asText();
        if (!ip.isEmpty()) {
            shell.world().adoptPodIp(pod.uid(), ip);
        }
        return PodPickup.of(object, pod, now, shell.world())
                .map(known -> SimulatedPod.pickedUp(known, now, shell.world()))
                .orElseGet(() -> SimulatedPod.bound(pod, now, shell.world()));
    }

    private void forget(String uid) {
        nodeOf.remove(uid);
        unseen.remove(uid);
        misspelt.removeIf(told -> told.startsWith(uid));
        PodLane lane = lanes.remove(uid);
        if (lane != null) {
            lane.forget();
            shell.world().forget(uid);
        }
    }
}
