package io.kusionstack.operating.host.kube.write;

import io.kusionstack.operating.host.kernel.Durations;
import io.kusionstack.operating.host.kube.cache.PodCache;
import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.Action;
import io.kusionstack.operating.host.plan.MapEdit;
import io.kusionstack.operating.host.plan.ObjectKind;
import io.kusionstack.operating.host.plan.ObjectRef;
import io.kusionstack.operating.host.plan.Owner;
import io.kusionstack.operating.host.plan.PodEdit;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.Refusal;
import io.kusionstack.operating.host.plan.WriteResult;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which writes of Pods did not get through, and the pause until each may be tried again: 1 s, doubling up to a minute for
 * as long as none of the kind gets through. A refusal for the content holds back only what is like it, and ends early when
 * another client changes the Pod's content; all else holds back every write by the same way, so that a Pod can still be called
 * back by its status while writes of the Pod itself fail. A refusal without another try is forgotten after a while. The first refusal
 * of a row is told by an event. Any thread.
 */
final class Refusals implements PodCache.PodListener {
    private static final String DELETION = "delete";
    private static final int MOST_OF_ONE_POD = 16;
    /** Without an answer, it takes two to be worth telling. */
    private static final int WORTH_TELLING = 2;
    /** So many conflicts in a row are no race any more. */
    private static final int MOST_CONFLICTS = 5;
    /** Nothing is wrong with the write, and the Pod may wait for it out of service. */
    private static final Duration LONGEST_OF_CONFLICTS = Duration.ofSeconds(8);

    private final Map<String, Map<String, NotedRefusal>> byUid = new ConcurrentHashMap<>();
    /** Those in a row, by uid. */
    private final Map<String, ConflictRow> conflicts = new ConcurrentHashMap<>();

    private final InstantSource clock;
    private final Consumer<Action.Announce> events;

    /**
     * @param content of the record the write was decided on, as far as others write it: what the host itself does with the Pod
     *     meanwhile, such as calling it back, says nothing about the refusal
     * @param byDryRun by a dry run, so that one which passes takes it back; a real write is taken back by a real one
     * @param isNews a user has to be told of it now
     * @param refused whether this row has had a refusal
     */
    private record NotedRefusal(String content, boolean byDryRun, Refusal refusal, boolean isNews, boolean refused) {
        boolean speaksOf(PodRecord pod, Instant now) {
            return !isForgotten(pod, now) && (!refusal.result().isToContent() || content.equals(contentOf(pod)));
        }

        /** As long as an operation is on the Pod its next try may yet come, however long a drain or a delay takes. */
        private boolean isForgotten(PodRecord pod, Instant now) {
            boolean busy = Urgency.isBegun(pod);
            return !busy && refusal.isOver(now);
        }

        boolean isWorthTelling() {
            return refusal.result().isRefusal() || refusal.attempts() >= worthTelling(refusal.result());
        }
    }

    /** Conflicts of writes of one Pod, each soon after the one before, and none of its writes got through between. */
    private record ConflictRow(int length, Instant last) {
        static final Duration SOON = Duration.ofSeconds(30);

        ConflictRow next(int more, Instant now) {
            return new ConflictRow(now.isAfter(last.plus(SOON)) ? more : length + more, now);
        }
    }

    Refusals(InstantSource clock, Consumer<Action.Announce> events) {
        this.clock = clock;
        this.events = events;
    }

    Refusal note(PodRecord seen, PodEdit edit, WriteResult.NotDone failed) {
        return note(seen, edit, failed, false);
    }

    /**
     * Conflicts: they count as a write that does not get through only after several in a row.
     *
     * @param tries how many requests met one
     */
    Optional<Refusal> noteConflict(PodRecord seen, PodEdit edit, WriteResult.NotDone conflict, int tries) {
        Instant now = clock.instant();
        ConflictRow row = conflicts.compute(
                seen.uid(), (uid, before) -> before == null ? new ConflictRow(tries, now) : before.next(tries, now));
        return row.length >= MOST_CONFLICTS ? Optional.of(note(seen, edit, conflict)) : Optional.empty();
    }

    /** A dry run of the edit was refused, or not answered. */
    Refusal noteDryRun(PodRecord seen, PodEdit edit, WriteResult.NotDone failed) {
        return note(seen, edit, failed, true);
    }

    private Refusal note(PodRecord seen, PodEdit edit, WriteResult.NotDone failed, boolean byDryRun) {
        Instant now = clock.instant();
        boolean isConflict = failed.cause() == WriteResult.Cause.CONFLICT;
        String key = isConflict ? conflictOf(edit) : failed.isToContent() ? signature(edit) : way(edit);
        int worthTelling = worthTelling(failed);
        Map<String, NotedRefusal> all = byUid.computeIfAbsent(seen.uid(), uid -> new ConcurrentHashMap<>());
        if (all.size() >= MOST_OF_ONE_POD) {
            all.clear();
        }
        NotedRefusal noted = all.compute(key, (same, before) -> {
            boolean isFirst = before == null || before.isForgotten(seen, now);
            int attempts = isFirst ? 1 : before.refusal.attempts() + 1;
            boolean refused = !isFirst && before.refused;
            Duration pause = Refusal.PAUSES.after(attempts);
            Instant until = now.plus(isConflict ? pause.minus(cutOff(attempts)) : pause);
            boolean left = !byDryRun && seen.gateClosed() && !isConflict;
            return new NotedRefusal(
                    contentOf(seen),
                    byDryRun && (before == null || before.byDryRun),
                    new Refusal(failed, edit, attempts, until, left),
                    failed.isRefusal() ? !refused : attempts == worthTelling,
                    refused || failed.isRefusal());
        });
        if (noted.isNews) {
            events.accept(event(seen, noted.refusal));
        }
        return noted.refusal;
    }

    /** The API server took the write, and did not do all of it. */
    static WriteResult.NotDone undone(PodEdit missing) {
        return new WriteResult.NotDone(
                WriteResult.Cause.UNDONE, 0, "the API server takes it and leaves out " + PodPatch.named(missing));
    }

    /** Conflicts are told once they are counted at all. */
    private static int worthTelling(WriteResult.NotDone failed) {
        return failed.cause() == WriteResult.Cause.CONFLICT ? 1 : WORTH_TELLING;
    }

    /** A write like this got through. */
    void forget(PodRecord seen, PodEdit edit) {
        conflicts.remove(seen.uid());
        byUid.computeIfPresent(seen.uid(), (uid, all) -> {
            all.remove(signature(edit));
            all.remove(way(edit));
            all.remove(conflictOf(edit));
            return all.isEmpty() ? null : all;
        });
    }

    /** A dry run of the edit was taken: that says nothing of what was refused in earnest. */
    void forgetDryRun(PodRecord seen, PodEdit edit) {
        byUid.computeIfPresent(seen.uid(), (uid, all) -> {
            for (String key : List.of(signature(edit), way(edit))) {
                all.computeIfPresent(key, (same, noted) -> noted.byDryRun ? null : noted);
            }
            return all.isEmpty() ? null : all;
        });
    }

    /** What a user has to know of this Pod: what will last rather than what will pass. */
    Optional<Refusal> of(PodRecord pod) {
        return told(pod, clock.instant())
                .max(Comparator.comparing((Refusal refusal) -> refusal.result().isRefusal())
                        .thenComparing(Refusal::attempts)
                        .thenComparing(Refusal::until));
    }

    /** Why this edit of this record is not to be sent yet. */
    Optional<Refusal> holding(PodRecord seen, PodEdit edit) {
        Map<String, NotedRefusal> all = byUid.getOrDefault(seen.uid(), Map.of());
        if (all.isEmpty()) {
            return Optional.empty();
        }
        Instant now = clock.instant();
        return Stream.of(signature(edit), way(edit), conflictOf(edit))
                .flatMap(key -> Optional.ofNullable(all.get(key)).stream())
                .filter(noted -> isHolding(noted, seen, now))
                .findFirst()
                .map(NotedRefusal::refusal);
    }

    /**
     * The conflicts for which this Pod does not get a slot. Up to a minute, longer than its writes pause: where many Pods are contended, others
     * have to come between their tries. None for a Pod that needs no slot to leave service.
     */
    Optional<Refusal> contended(PodRecord pod) {
        Instant now = clock.instant();
        if (pod.gateClosed() || !pod.mayServe(now)) {
            return Optional.empty();
        }
        return told(pod, now)
                .filter(refusal -> refusal.result().cause() == WriteResult.Cause.CONFLICT)
                .filter(refusal -> now.isBefore(refusal.until().plus(cutOff(refusal.attempts()))))
                .max(Comparator.comparing(Refusal::until));
    }

    /** By so much the pause after conflicts is shorter than after other results. */
    private static Duration cutOff(int attempts) {
        Duration pause = Refusal.PAUSES.after(attempts);
        return pause.minus(Durations.shorter(pause, LONGEST_OF_CONFLICTS));
    }

    Optional<Instant> nextTry(PodRecord pod) {
        Instant now = clock.instant();
        return told(pod, now).flatMap(refusal -> refusal.nextTry(now).stream()).min(Comparator.naturalOrder());
    }

    private Stream<Refusal> told(PodRecord pod, Instant now) {
        Map<String, NotedRefusal> all = byUid.getOrDefault(pod.uid(), Map.of());
        return all.isEmpty()
                ? Stream.empty()
                : all.values().stream()
                        .filter(noted -> noted.speaksOf(pod, now) && noted.isWorthTelling())
                        .map(NotedRefusal::refusal);
    }

    private static boolean isHolding(NotedRefusal noted, PodRecord seen, Instant now) {
        return noted.speaksOf(seen, now) && noted.refusal.isRunning(now);
    }

    @Override
    public void changed(@Nullable PodRecord before, @Nullable PodRecord after) {
        if (after == null && before != null) {
            byUid.remove(before.uid());
            conflicts.remove(before.uid());
        }
    }

    /** What users and other controllers write. */
    private static String contentOf(PodRecord pod) {
        return pod.generation() + others(pod.labels()) + others(pod.annotations());
    }

    private static String others(Map<String, String> entries) {
        Map<String, String> others = new TreeMap<>(entries);
        others.keySet().removeIf(Names::isOurs);
        return others.toString();
    }

    private static String way(PodEdit edit) {
        if (edit.isEmpty()) {
            return DELETION;
        }
        return edit.serviceReady().isPresent() ? "status" : "pod";
    }

    /** Conflicts count apart: nothing is wrong with what is written. */
    private static String conflictOf(PodEdit edit) {
        return way(edit) + "/conflict";
    }

    /** The same for edits that differ only in what the lifecycle makes anew each time: the time stamps of its marks. */
    static String signature(PodEdit edit) {
        return way(edit)
                + values(edit.labels())
                + values(edit.annotations())
                + edit.addFinalizers()
                + edit.removeFinalizers()
                + edit.serviceReady()
                + edit.images();
    }

    private static String values(MapEdit edit) {
        Map<String, String> values = new HashMap<>();
        edit.set()
                .forEach(
                        (key, value) -> values.put(key, Names.isOurs(key) && !key.equals(Names.REVISION) ? "" : value));
        edit.removed().forEach(key -> values.put(key, "-"));
        return new TreeMap<>(values).toString();
    }

    private static Action.Announce event(PodRecord pod, Refusal refusal) {
        return new Action.Announce(
                owner(pod),
                Action.Severity.WARNING,
                refusal.result().cause().reason().word(),
                refusal.sentence());
    }

    /** The CollaSet that controls the Pod. */
    static Optional<Owner> set(PodRecord pod) {
        return pod.controller().filter(Owner::isCollaSet);
    }

    private static ObjectRef owner(PodRecord pod) {
        return set(pod).map(owner -> new ObjectRef(ObjectKind.COLLASET, pod.namespace(), owner.name(), owner.uid()))
                .orElseGet(() -> new ObjectRef(ObjectKind.POD, pod.namespace(), pod.name(), pod.uid()));
    }
}
