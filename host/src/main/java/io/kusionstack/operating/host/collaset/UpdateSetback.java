package io.kusionstack.operating.host.collaset;

import io.kusionstack.operating.host.kube.Fate;
import io.kusionstack.operating.host.kube.Refusal;
import io.kusionstack.operating.host.model.Names;
import java.time.Instant;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What the API server does not take of an update. A write that is refused for one Pod would be for the others: nobody else
 * begins, who waits in service goes on serving, and who is out and was not touched comes back when it lasts.
 *
 * @param byPod by uid, what concerns the newest revision
 * @param worst the one that stops the others, the most often tried first; empty while nothing is refused
 */
record UpdateSetback(Map<String, Refusal> byPod, Optional<Refusal> worst) {
    /** So often refused in a row, over some seconds, and it is no blip. */
    private static final int LASTING = 4;

    UpdateSetback {
        byPod = Map.copyOf(byPod);
    }

    static UpdateSetback of(CollaSetSnapshot snapshot, String target) {
        Map<String, Refusal> byPod = snapshot.refusals().entrySet().stream()
                .filter(entry -> concerns(entry.getValue(), target))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
        Optional<Refusal> worst = byPod.values().stream()
                .filter(known -> known.fate().isNo())
                .max(Comparator.comparing(Refusal::attempts)
                        .thenComparing(known -> known.edit().pod().name(), Comparator.reverseOrder()));
        return new UpdateSetback(byPod, worst);
    }

    private static boolean concerns(Refusal refusal, String target) {
        return target.equals(refusal.edit().labels().set().getOrDefault(Names.REVISION, target));
    }

    /** Why this Pod is not to be written yet. */
    Optional<Refusal> running(Member member, Instant now) {
        return Optional.ofNullable(byPod.get(member.uid())).filter(known -> known.isRunning(now));
    }

    /** Whether the Pod may not begin now: it was refused a moment ago itself, or another one is. */
    boolean stops(Member member, Instant now) {
        return running(member, now).isPresent() || worst.isPresent() && !byPod.containsKey(member.uid());
    }

    /** Of a Pod that was not touched yet. */
    boolean callsBack(Member member) {
        boolean serves = member.pod().hasLabel(Names.SERVICE_AVAILABLE);
        return worst.isPresent()
                && (serves && !byPod.containsKey(member.uid()) || worst.get().attempts() >= LASTING);
    }

    /** What a user has to know and mend. */
    Optional<String> trouble() {
        return worst.or(() -> byPod.values().stream().findFirst()).map(UpdateSetback::told);
    }

    private static String told(Refusal refusal) {
        return refusal.fate() == Fate.REFUSED
                ? "updating Pod " + refusal.edit().pod().name() + " was refused (" + refusal.code() + "): "
                        + refusal.message() + "; correct spec.template"
                : refusal.sentence();
    }
}
