package io.kusionstack.operating.host.kube.cache;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.NodeCondition;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.fabric8.kubernetes.client.informers.cache.BasicItemStore;
import io.kusionstack.operating.host.plan.Nodes;
import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plan.Wait;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The nodes, as far as the host has to know them: name, and whether the kubelet follows. A host that may not list
 * nodes goes on without: it says so once, and takes every node for reachable. Any thread.
 */
final class NodeCache implements Nodes, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(NodeCache.class);
    private static final int FORBIDDEN = 403;

    private final KubernetesClient client;
    /** By name the status of the condition Ready, empty before the first. */
    private final Map<String, String> readiness = new ConcurrentHashMap<>();

    private final List<Consumer<String>> listeners = new CopyOnWriteArrayList<>();
    private volatile SharedIndexInformer<Node> informer;
    private volatile boolean forbidden;
    private final LastConnected lastConnected = new LastConnected();

    NodeCache(KubernetesClient client) {
        this.client = client;
        this.informer = prepared();
    }

    private SharedIndexInformer<Node> prepared() {
        SharedIndexInformer<Node> fresh = client.nodes().runnableInformer(0);
        fresh.itemStore(new LeanNodes());
        fresh.addEventHandler(new NodeFeed());
        fresh.exceptionHandler((started, cause) -> mayRetry(cause));
        return fresh;
    }

    /** What was known of nodes is not true any more where they may not be read; the right may come back. */
    private boolean mayRetry(Throwable cause) {
        if (!(cause instanceof KubernetesClientException refused) || refused.getCode() != FORBIDDEN) {
            LOG.atWarn().addKeyValue("cause", String.valueOf(cause)).log("The watch of nodes broke; it is resumed");
            return true;
        }
        if (!forbidden) {
            forbidden = true;
            LOG.atWarn()
                    .addKeyValue("cause", refused.getMessage())
                    .log("No right to list and watch nodes: a node that is not Ready is not told from others; see"
                            + " deploy/rbac.yaml");
        }
        List<String> known = List.copyOf(readiness.keySet());
        readiness.clear();
        known.forEach(this::tell);
        return true;
    }

    /** Has {@code changed} called with the name of a node whose kubelet began or ceased to follow; it must not block. */
    public void onChange(Consumer<String> changed) {
        listeners.add(changed);
    }

    /** Begins to watch; returns at once. */
    void start() {
        informer.start();
    }

    /** A new epoch has begun: lists again. What was known stays until it is shown otherwise. */
    void listAgain() {
        SharedIndexInformer<Node> old = informer;
        informer = prepared();
        old.close();
        start();
    }

    /** True once the nodes that existed at the start are known, or it is known that they will not be. */
    boolean isSynced() {
        return forbidden || informer.hasSynced();
    }

    /** Empty while there is no right to read nodes. */
    Optional<ClusterCaches.StreamHealth> health(Instant now) {
        boolean isWatching = informer.isWatching();
        Instant lastHeard = lastConnected.at(isWatching, now);
        return forbidden
                ? Optional.empty()
                : Optional.of(new ClusterCaches.StreamHealth("Node", informer.hasSynced(), isWatching, lastHeard));
    }

    @Override
    public Optional<Wait> unreachable(String node) {
        String ready = node.isEmpty() ? null : readiness.get(node);
        return ready == null || ready.equals("True") ? Optional.empty() : Optional.of(wait(node, ready));
    }

    private static Wait wait(String node, String ready) {
        return new Wait(
                Reason.NODE_UNREACHABLE,
                node,
                "node " + node + " is not Ready ("
                        + (ready.isEmpty() ? "no status yet" : "Ready=" + ready)
                        + "): its kubelet would not follow; mend the node, or delete the Pod");
    }

    private void show(Node node) {
        forbidden = false;
        String name = node.getMetadata().getName();
        String now = status(node);
        String before = readiness.put(name, now);
        if (before != null && !before.equals(now)) {
            tell(name);
        }
    }

    private void tell(String node) {
        listeners.forEach(listener -> listener.accept(node));
    }

    private static String status(Node node) {
        return ready(node).map(NodeCondition::getStatus).orElse("");
    }

    private static Optional<NodeCondition> ready(Node node) {
        List<NodeCondition> conditions =
                node.getStatus() == null ? List.of() : node.getStatus().getConditions();
        return conditions.stream()
                .filter(condition -> "Ready".equals(condition.getType()))
                .findFirst();
    }

    @Override
    public void close() {
        informer.close();
    }

    /** Keeps of a node no more than is looked at: images and addresses of thousands would take megabytes. */
    private static final class LeanNodes extends BasicItemStore<Node> {
        LeanNodes() {
            super(node -> node.getMetadata().getName());
        }

        @Override
        public Node put(String key, Node node) {
            return super.put(key, lean(node));
        }

        private static Node lean(Node node) {
            return new NodeBuilder()
                    .withNewMetadata()
                    .withName(node.getMetadata().getName())
                    .withUid(node.getMetadata().getUid())
                    .withResourceVersion(node.getMetadata().getResourceVersion())
                    .endMetadata()
                    .withNewStatus()
                    .withConditions(ready(node).stream().toList())
                    .endStatus()
                    .build();
        }
    }

    private final class NodeFeed implements ResourceEventHandler<Node> {
        @Override
        public void onAdd(Node node) {
            show(node);
        }

        @Override
        public void onUpdate(Node before, Node after) {
            show(after);
        }

        @Override
        public void onDelete(Node node, boolean deletedFinalStateUnknown) {
            readiness.remove(node.getMetadata().getName());
            tell(node.getMetadata().getName());
        }
    }
}
