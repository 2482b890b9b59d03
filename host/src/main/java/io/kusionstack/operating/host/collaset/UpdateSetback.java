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

    /** Whether the Pod may not begin now: one of those that are refused tries again for all, after its pause. */
    boolean stops(Member member, Instant now) {
        return running(member, now).isPresent() || isAnother(member);
    }

    private boolean isAnother(Member member) {
        return worst.filter(known -> !known.edit().pod().uid().equals(member.uid()))
                .isPresent();
    }

    /** Of a Pod that was not touched yet. The one that tries again for all is out of service only for that. */
    boolean callsBack(Member member, Instant now) {
        boolean lasts = worst.filter(known -> known.attempts() >= LASTING).isPresent();
        return isAnother(member)
                ? lasts || member.pod().hasLabel(Names.SERVICE_AVAILABLE)
                : lasts && running(member, now).isPresent();
    }

    /** What a user has to know and mend. */
    Optional<String> trouble() {
        return worst.or(() -> byPod.values().stream().findFirst()).map(UpdateSetback::told);
    }

    private static String told(Refusal refusal) {
        boolean byContent = refusal.fate() == Fate.REFUSED && refusal.code() != 0;
        return byContent
                ? "updating Pod " + refusal.edit().pod().name() + " was refused (" + refusal.code() + "): "
                        + refusal.message() + "; correct spec.template, or the policy that refuses it"
                : refusal.sentence();
    }
}
