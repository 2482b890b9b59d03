package io.kusionstack.operating.plugins.slb;

import io.kusionstack.operating.plugin.KubernetesReads;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What the plugin has to know of its cluster: its identity, which is the uid of the namespace {@code kube-system} unless the settings
 * name one, and once, for backends that an older version left, which Pods live. Any thread.
 */
final class ClusterReads {
    private final Optional<String> named;
    private final KubernetesReads reads;
    /** Empty until it was read; all who read it find the same. */
    private volatile Optional<String> identity;

    private final Map<String, Set<String>> living = new ConcurrentHashMap<>();

    ClusterReads(Optional<String> named, KubernetesReads reads) {
        this.named = named;
        this.reads = reads;
        this.identity = named;
    }

    /** @throws IllegalStateException if the API server does not tell; the message says what it needs */
    Cluster cluster() {
        String known = identity.orElseGet(this::read);
        identity = Optional.of(known);
        return new Cluster(known, named, Set.of());
    }

    private String read() {
        Optional<Map<String, Object>> namespace = reads.get("v1", "Namespace", "", "kube-system");
        return namespace
                .map(ClusterReads::uid)
                .filter(uid -> !uid.isEmpty())
                .orElseThrow(() -> new IllegalStateException("namespace kube-system has no uid: set cluster in"
                        + " plugins.settings.slb to a name that no other cluster has"));
    }

    /** Uids of the Pods of a namespace, read once: what an older version put on was put on before. */
    Set<String> living(String namespace) {
        Set<String> known = living.get(namespace);
        if (known != null) {
            return known;
        }
        Set<String> uids = new HashSet<>();
        reads.list("v1", "Pod", namespace, Map.of()).forEach(pod -> uids.add(uid(pod)));
        living.put(namespace, Set.copyOf(uids));
        return uids;
    }

    private static String uid(Map<String, Object> object) {
        return object.get("metadata") instanceof Map<?, ?> metadata && metadata.get("uid") instanceof String uid
                ? uid
                : "";
    }
}
