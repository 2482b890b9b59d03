package io.kusionstack.operating.host.rules;

import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.Judgements.Settlement;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.rules.Grant.Write;
import io.kusionstack.operating.plugin.Stage;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The ledger of grants in one namespace. Mutable; guarded by the lock of the namespace's desk. A grant ends for one of
 * five reasons and no other: the Pod shows that it left service; a newer record of it no longer wants what was granted;
 * its write is known not to have happened; the Pod is gone; the rules changed, and no write can use it any more.
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

    /** Takes back a grant that was given under other rules and that no write can use any more. */
    void withdraw(Grant grant) {
        Map<String, Grant> ofPod = byPod.getOrDefault(grant.pod().uid(), new HashMap<>());
        ofPod.remove(grant.operation());
        prune(grant.pod().uid(), ofPod);
    }

    /** Releases what this record, the newest of its Pod, shows or no longer wants. */
    void observe(PodRecord pod) {
        Map<String, Grant> ofPod = byPod.get(pod.uid());
        if (ofPod == null) {
            return;
        }
        ofPod.values()
                .removeIf(grant -> shows(pod) || (pod.resourceVersion() > grant.judgedAt() && !wants(pod, grant)));
        prune(pod.uid(), ofPod);
    }

    /** Releases what the fate of the write allows, and returns it. */
    List<Grant> settle(String podUid, Settlement settlement) {
        return switch (settlement) {
            case WRITTEN -> List.of();
            case REFUSED, NOT_SENT -> {
                List<Grant> released = release(podUid, Write.ASKED);
                mark(podUid, Write.ASKED_AGAIN, Write.UNKNOWN);
                yield released;
            }
            case UNKNOWN -> {
                mark(podUid, Write.ASKED, Write.UNKNOWN);
                mark(podUid, Write.ASKED_AGAIN, Write.UNKNOWN);
                yield List.of();
            }
            case READ_AGAIN -> {
                List<Grant> released = release(podUid, Write.UNKNOWN);
                mark(podUid, Write.ASKED_AGAIN, Write.ASKED);
                yield released;
            }
        };
    }

    private void mark(String podUid, Write from, Write to) {
        byPod.getOrDefault(podUid, new HashMap<>())
                .replaceAll((operation, grant) -> grant.write() == from ? grant.with(to) : grant);
    }

    private List<Grant> release(String podUid, Write write) {
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

    /** From here on the Pod itself counts as out of service. */
    private static boolean shows(PodRecord pod) {
        return !pod.hasLabel(Names.SERVICE_AVAILABLE) || Standing.leaving(pod);
    }

    private static boolean wants(PodRecord pod, Grant grant) {
        String mark = grant.stage() == Stage.PRE_CHECK ? Names.PRE_CHECK : Names.POST_CHECK;
        return pod.hasLabel(Names.key(mark, grant.operation()))
                && pod.label(Names.key(Names.OPERATING, grant.operation()))
                        .orElse("")
                        .equals(grant.operating());
    }

    private void prune(String podUid, Map<String, Grant> ofPod) {
        if (ofPod.isEmpty()) {
            byPod.remove(podUid);
        }
    }
}
