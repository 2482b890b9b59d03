package io.kusionstack.operating.host.kube.cache;

import io.kusionstack.operating.host.kernel.Key;
import io.kusionstack.operating.host.kube.ApiResponse;
import io.kusionstack.operating.host.plan.Owner;
import io.kusionstack.operating.host.plan.PodRecord;
import java.io.IOException;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * All Pods in scope as immutable records. Filled by {@link PodStream}, and by the responses of our own writes, so that the
 * next look does not wait for the watch. Of two records of one Pod the one with the higher resourceVersion stays.
 *
 * <p>Reading never blocks and any thread may do it; an answer is a copy of the moment.
 */
public final class PodCache {
    private final PodParser parser;
    private final ReentrantLock changing = new ReentrantLock();
    private final Map<String, PodRecord> byUid = new ConcurrentHashMap<>();
    private final Map<Key, PodRecord> byKey = new ConcurrentHashMap<>();
    private final PodIndex byOwner = new PodIndex();
    private final PodIndex byNamespace = new PodIndex();
    private final PodIndex byNode = new PodIndex();
    private final PodIndex aliveByController = new PodIndex();
    private final PodIndex orphans = new PodIndex();
    private final List<PodListener> listeners = new CopyOnWriteArrayList<>();
    private final List<Runnable> onNewEpoch = new CopyOnWriteArrayList<>();
    private volatile long epoch = 1;
    private volatile int unsettled;
    private volatile long highestVersion;

    /** Asks for Pods in protobuf. */
    public PodCache(Set<String> annotations) {
        this(annotations, PodStream.Encoding.PROTOBUF);
    }

    /**
     * @param annotations keys to keep beside those under kusionstack.io, since rules ask for them
     * @param encoding in which Pods are asked for
     */
    public PodCache(Set<String> annotations, PodStream.Encoding encoding) {
        parser = new PodParser(annotations, encoding, this::known);
    }

    /**
     * A version is one state of the Pod within an epoch; of another epoch nothing is known. Not of a Pod that is being deleted: the answer to the
     * patch that takes its last finalizer, and so deletes it, has no finalizer any more, and the version of before
     * (Store.deleteWithoutFinalizers in k8s.io/apiserver/pkg/registry/generic/registry/store.go).
     */
    private @Nullable PodRecord known(String uid, long version) {
        PodRecord known = isSettled() ? byUid.get(uid) : null;
        return known != null && known.resourceVersion() == version && !known.terminating() ? known : null;
    }

    /** How this cache reads Pods. */
    PodParser parser() {
        return parser;
    }

    /** What a request accepts that is answered with a Pod; a dry run, whose answer has the version of before, accepts JSON. */
    public String accepted() {
        return parser.accepted();
    }

    /** The same response to such a request, with its Status, if it is one, in JSON. */
    public ApiResponse readable(ApiResponse response) {
        return parser.readable(response);
    }

    /** The record of the Pod in a response, which is not taken into the cache by this. */
    public PodRecord parse(byte[] pod) throws IOException {
        return parser.parse(pod);
    }

    /** The annotations that rules ask for, beside those under kusionstack.io. */
    public Set<String> namedAnnotations() {
        return parser.namedAnnotations();
    }

    /** True if records show this annotation. */
    public boolean keeps(String annotation) {
        return parser.keeps(annotation);
    }

    public Optional<PodRecord> get(Key key) {
        return Optional.ofNullable(byKey.get(key));
    }

    public Optional<PodRecord> byUid(String uid) {
        return Optional.ofNullable(byUid.get(uid));
    }

    /** Pods that name this uid among their owners, as controller or not. */
    public List<PodRecord> ownedBy(String ownerUid) {
        return byOwner.get(ownerUid);
    }

    /** Pods of a namespace that no controller answers for, terminating ones too. */
    public List<PodRecord> orphans(String namespace) {
        return orphans.get(namespace);
    }

    /** How many Pods have this controller and neither ended nor are terminating. */
    public int alive(String controllerUid) {
        return aliveByController.size(controllerUid);
    }

    /** The Pods that {@link #alive} counts. */
    public void forEachAlive(String controllerUid, Consumer<PodRecord> action) {
        aliveByController.forEach(controllerUid, action);
    }

    public List<PodRecord> inNamespace(String namespace) {
        return byNamespace.get(namespace);
    }

    public List<PodRecord> onNode(String node) {
        return byNode.get(node);
    }

    /** Some Pod that is not terminating. */
    public Optional<PodRecord> any() {
        return byUid.values().stream().filter(pod -> !pod.terminating()).findAny();
    }

    public int size() {
        return byUid.size();
    }

    /** Calls {@code listener} on every change from now on, and once for each Pod known already. */
    public void onChange(PodListener listener) {
        changing.lock();
        try {
            listeners.add(listener);
            byUid.values().forEach(pod -> listener.changed(null, pod));
        } finally {
            changing.unlock();
        }
    }

    /**
     * Changes when the API server was restored to an earlier state, as from a backup of etcd. To be read
     * before a write is sent, and handed to {@link #learn} with its response.
     */
    public long epoch() {
        return epoch;
    }

    /** False while a new epoch has begun and its list is not complete: nothing in here is to be acted on. */
    public boolean isSettled() {
        return unsettled == 0;
    }

    /** The highest resourceVersion seen in this epoch, responses of our own writes included. */
    long highestVersion() {
        return highestVersion;
    }

    /** What a watch or a list showed: a new Pod, or a newer record of a known one. */
    public void observe(PodRecord pod) {
        changing.lock();
        try {
            PodRecord known = byUid.get(pod.uid());
            if (known == null || known.resourceVersion() < pod.resourceVersion()) {
                replace(known, pod);
            }
        } finally {
            changing.unlock();
        }
    }

    /** What a watch showed: the Pod is gone. */
    public void gone(String uid) {
        changing.lock();
        try {
            PodRecord known = byUid.get(uid);
            if (known != null) {
                replace(known, null);
            }
        } finally {
            changing.unlock();
        }
    }

    /**
     * The response of a write or of a single read. Never brings back a Pod that is gone, and says nothing about another
     * epoch than the one in which the request was sent.
     *
     * @return false if it was not taken
     */
    public boolean learn(PodRecord response, long sentInEpoch) {
        changing.lock();
        try {
            PodRecord known = byUid.get(response.uid());
            if (sentInEpoch != epoch || known == null || known.resourceVersion() >= response.resourceVersion()) {
                return false;
            }
            replace(known, response);
            return true;
        } finally {
            changing.unlock();
        }
    }

    /** Calls the listeners for a Pod that did not change, if it is still there. */
    public void wake(String uid) {
        changing.lock();
        try {
            PodRecord known = byUid.get(uid);
            if (known != null) {
                tell(known, known);
            }
        } finally {
            changing.unlock();
        }
    }

    /** As {@link #wake}, for every Pod. */
    void wakeAll() {
        List.copyOf(byUid.keySet()).forEach(this::wake);
    }

    /**
     * The end of a list in the same epoch, all of whose Pods were observed: others are removed, unless they are newer than
     * the list.
     */
    void keepOnly(String scope, Set<String> listed, long listVersion) {
        changing.lock();
        try {
            for (PodRecord pod : inScope(scope)) {
                if (!listed.contains(pod.uid()) && pod.resourceVersion() <= listVersion) {
                    replace(pod, null);
                }
            }
        } finally {
            changing.unlock();
        }
    }

    /** Runs {@code action} whenever a new epoch begins; it must not block. */
    public void onNewEpoch(Runnable action) {
        onNewEpoch.add(action);
    }

    /** A new epoch: from now on no response is learned that was sent before. */
    void beginEpoch() {
        changing.lock();
        try {
            epoch = epoch + 1;
            highestVersion = 0;
            unsettled = unsettled + 1;
        } finally {
            changing.unlock();
        }
        onNewEpoch.forEach(Runnable::run);
    }

    /** The first complete list of a new epoch replaces all that was known in its scope, whatever its versions. */
    void settle(String scope, Collection<PodRecord> listed) {
        changing.lock();
        try {
            Set<String> present = new HashSet<>();
            for (PodRecord pod : listed) {
                present.add(pod.uid());
                replace(byUid.get(pod.uid()), pod);
            }
            for (PodRecord pod : inScope(scope)) {
                if (!present.contains(pod.uid())) {
                    replace(pod, null);
                }
            }
            unsettled = unsettled - 1;
        } finally {
            changing.unlock();
        }
    }

    /** @param scope a namespace, or empty for all */
    private List<PodRecord> inScope(String scope) {
        return scope.isEmpty() ? List.copyOf(byUid.values()) : byNamespace.get(scope);
    }

    private void replace(@Nullable PodRecord before, @Nullable PodRecord after) {
        if (before != null && after == null) {
            byUid.remove(before.uid());
            byKey.remove(keyOf(before), before);
        }
        if (after != null) {
            highestVersion = Math.max(highestVersion, after.resourceVersion());
            byUid.put(after.uid(), after);
            byKey.put(keyOf(after), after);
        }
        byNamespace.replace(before, after, pod -> List.of(pod.namespace()));
        byNode.replace(before, after, pod -> pod.node().isEmpty() ? List.of() : List.of(pod.node()));
        byOwner.replace(
                before, after, pod -> pod.owners().stream().map(Owner::uid).toList());
        aliveByController.replace(before, after, PodCache::aliveFor);
        orphans.replace(before, after, pod -> pod.controller().isEmpty() ? List.of(pod.namespace()) : List.of());
        tell(before, after);
    }

    private static List<String> aliveFor(PodRecord pod) {
        return pod.terminating() || pod.inactive()
                ? List.of()
                : pod.controller().map(Owner::uid).stream().toList();
    }

    private void tell(@Nullable PodRecord before, @Nullable PodRecord after) {
        for (PodListener listener : listeners) {
            listener.changed(before, after);
        }
    }

    private static Key keyOf(PodRecord pod) {
        return new Key(pod.namespace(), pod.name());
    }

    /** Called while the cache is locked, by the thread of a stream or of a write: it may only compute keys and enqueue them. */
    @FunctionalInterface
    public interface PodListener {
        /**
         * @param before null for a new Pod
         * @param after null for one that is gone; the same as {@code before} after {@link #wake}
         */
        void changed(@Nullable PodRecord before, @Nullable PodRecord after);
    }
}
