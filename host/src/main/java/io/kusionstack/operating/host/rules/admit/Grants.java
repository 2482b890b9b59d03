package io.kusionstack.operating.host.rules.admit;

import io.kusionstack.operating.host.lifecycle.PodOps;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.WriteResult;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The grants of one namespace; {@link Grant} shows their states, and the only ways in which they end. Mutable; guarded
 * by the lock of the namespace.
 */
final class Grants {
    private final Map<String, Map<String, Grant>> byPod = new HashMap<>();

    /** Gives, or gives again. */
    void give(Grant grant) {
        byPod.computeIfAbsent(grant.pod().uid(), uid -> new HashMap<>())
                .merge(grant.operation(), grant, (held, again) -> again.after(held));
    }

    Optional<Grant> of(String podUid, String operation) {
        return Optional.ofNullable(byPod.getOrDefault(podUid, Map.of()).get(operation));
    }

    List<Grant> of(String podUid) {
        return List.copyOf(byPod.getOrDefault(podUid, Map.of()).values());
    }

    /** True if the Pod may leave service by any operation on it. */
    boolean holds(String podUid) {
        return byPod.containsKey(podUid);
    }

    int size() {
        return byPod.size();
    }

    /** Takes back all grants that are only reserved: to be called when no rule is left. */
    void withdrawReserved() {
        byPod.values().forEach(ofPod -> ofPod.values().removeIf(grant -> grant.write() == Grant.GrantWrite.RESERVED));
        byPod.values().removeIf(Map::isEmpty);
    }

    /** Takes back a grant that no write can use any more, because the rules changed or an obstacle came. */
    void withdraw(Grant grant) {
        Map<String, Grant> ofPod = byPod.getOrDefault(grant.pod().uid(), new HashMap<>());
        ofPod.remove(grant.operation());
        prune(grant.pod().uid(), ofPod);
    }

    /** Ends the grants that this record, the newest of its Pod, shows as used, or does not want any more. */
    void observe(PodRecord pod) {
        Map<String, Grant> ofPod = byPod.get(pod.uid());
        if (ofPod == null) {
            return;
        }
        boolean shows = shows(pod);
        ofPod.values().removeIf(grant -> shows || (pod.resourceVersion() > grant.askedOn() && !wants(pod, grant)));
        prune(pod.uid(), ofPod);
    }

    /**
     * Ends the grants that the result of the write ends, and returns them. A write that was not applied for a reason outside of
     * it costs a Pod that still waits nothing: its slot stays reserved, unless the Pod is held back.
     *
     * @param waits true for a grant whose Pod shows that it waits for it
     */
    List<Grant> settle(String podUid, WriteResult result, Predicate<Grant> waits) {
        return switch (result) {
            case WriteResult.Written written -> {
                // it is under way no more; whether it ends, the Pod shows
                mark(podUid, Grant.GrantWrite.ASKED, Grant.GrantWrite.ASKED);
                yield List.of();
            }
            case WriteResult.NotDone notDone -> settleNotDone(podUid, notDone, waits);
            case WriteResult.ReadAgain read -> {
                List<Grant> released = reserveOrRelease(podUid, Grant.GrantWrite.UNKNOWN, waits);
                mark(podUid, Grant.GrantWrite.ASKED_AGAIN, Grant.GrantWrite.ASKED);
                yield released;
            }
        };
    }

    private List<Grant> settleNotDone(String podUid, WriteResult.NotDone result, Predicate<Grant> waits) {
        List<Grant> released = switch (result.cause()) {
            case REFUSED, UNDONE, FORBIDDEN -> release(podUid, Grant.GrantWrite.ASKED);
            case CONFLICT, BUSY, FAILED, NOT_SENT -> reserveOrRelease(podUid, Grant.GrantWrite.ASKED, waits);
            case UNKNOWN -> {
                mark(podUid, Grant.GrantWrite.ASKED, Grant.GrantWrite.UNKNOWN);
                yield List.of();
            }
        };
        mark(podUid, Grant.GrantWrite.ASKED_AGAIN, Grant.GrantWrite.UNKNOWN);
        return released;
    }

    private void mark(String podUid, Grant.GrantWrite from, Grant.GrantWrite to) {
        byPod.getOrDefault(podUid, new HashMap<>())
                .replaceAll((operation, grant) -> grant.write() == from ? grant.with(to) : grant);
    }

    private List<Grant> reserveOrRelease(String podUid, Grant.GrantWrite write, Predicate<Grant> waits) {
        byPod.getOrDefault(podUid, new HashMap<>())
                .replaceAll((operation, grant) ->
                        grant.write() == write && waits.test(grant) ? grant.with(Grant.GrantWrite.RESERVED) : grant);
        return release(podUid, write);
    }

    private List<Grant> release(String podUid, Grant.GrantWrite write) {
        Map<String, Grant> ofPod = byPod.getOrDefault(podUid, new HashMap<>());
        List<Grant> released =
                ofPod.values().stream().filter(grant -> grant.write() == write).toList();
        ofPod.values().removeAll(released);
        prune(podUid, ofPod);
        return released;
    }

    /** Forgets the Pods that are not among these. */
    void keepOnly(Set<String> podUids) {
        byPod.keySet().retainAll(podUids);
    }

    void gone(String podUid) {
        byPod.remove(podUid);
    }

    /** From here on the Pod itself counts as out of service, until it is back. */
    private static boolean shows(PodRecord pod) {
        return PodFacts.of(pod).leaving();
    }

    /** True if the Pod, as it is stored, waits for this grant. */
    static boolean wants(PodRecord pod, Grant grant) {
        return PodFacts.of(pod).marks(grant.stage()).containsKey(grant.operation())
                && PodOps.round(pod, grant.operation()).orElse("").equals(grant.round());
    }

    private void prune(String podUid, Map<String, Grant> ofPod) {
        if (ofPod.isEmpty()) {
            byPod.remove(podUid);
        }
    }
}
