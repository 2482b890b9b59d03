package io.kusionstack.operating.host.traffic;

import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.plugin.traffic.Progress;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * One backend that is being put on or taken off: from the first request until an observation shows the result.
 *
 * @param tries how often it was requested since its state last changed
 * @param seenFrom before that, an observation may show the state before the backend was taken off, and does not prove that it is on
 * @param due when to observe, and to request it again if nothing has changed
 * @param accepted when the provider first took it
 * @param told the answer of the provider to the last request; empty if it took the request without a remark
 */
record PendingChange(
        boolean on, int tries, Instant seenFrom, Instant due, Optional<Instant> accepted, Optional<Wait> told) {
    private static final Duration FIRST = Duration.ofMillis(20);
    private static final Duration NEXT = Duration.ofMillis(200);
    private static final Duration MOST = Duration.ofSeconds(30);
    private static final Duration LONGEST_WORD = Duration.ofSeconds(30);
    /** The longest pause while the provider carries out an earlier change, which is over soon. */
    private static final Duration MOST_BUSY = Duration.ofSeconds(2);

    private static final Duration REFUSED = Duration.ofSeconds(15);

    /** How long a provider may go on showing a backend as it was before it took the change. */
    private static final Duration SHOWN = Duration.ofSeconds(2);

    static PendingChange begun(boolean on, Instant now) {
        return new PendingChange(on, 0, Instant.EPOCH, now, Optional.empty(), Optional.empty());
    }

    /** The change of the same backend in the other direction, before an observation showed the first change done. */
    PendingChange turned(Instant now) {
        return new PendingChange(!on, 0, on ? Instant.EPOCH : now.plus(SHOWN), now, Optional.empty(), Optional.empty());
    }

    /** The result was observed too early to be believed: nothing is requested until it may be believed. */
    PendingChange awaitingObservation() {
        return new PendingChange(on, tries, seenFrom, seenFrom, accepted, told);
    }

    /** True if an observation at that time may be believed. */
    boolean isSeenAt(Instant look) {
        return !look.isBefore(seenFrom);
    }

    boolean isDue(Instant now) {
        return !due.isAfter(now);
    }

    /** An observation shows progress: a backend that is put on needs only time then, one that is taken off a further request. */
    PendingChange moved(Instant now) {
        return new PendingChange(on, 0, seenFrom, on ? now.plus(NEXT) : now, accepted, Optional.empty());
    }

    /** @param word the result of the plugin, as a wait; empty if the provider took the request */
    PendingChange requested(Progress progress, Optional<Wait> word, Instant now) {
        Duration pace = pace(tries + 1);
        return switch (progress) {
            case Progress.Done done -> taken(now);
            case Progress.Pending pending -> underWay(pending, word, now);
            case Progress.Failed failed ->
                again(failed.retryable() ? longer(pace, NEXT) : REFUSED, accepted, word, now);
        };
    }

    /** The first time that the provider works on the change, earlier refusals do not count. */
    private PendingChange underWay(Progress.Pending pending, Optional<Wait> word, Instant now) {
        boolean taken = WaitMessages.isTaken(pending);
        int times = taken && accepted.isEmpty() ? 1 : tries + 1;
        boolean isBusy = pending.kind() == Progress.Pending.Kind.BUSY;
        Duration pace = isBusy ? shorter(pace(times), MOST_BUSY) : pace(times);
        Duration after = longer(pace, shorter(pending.after(), LONGEST_WORD));
        Optional<Instant> first = taken ? Optional.of(accepted.orElse(now)) : accepted;
        return new PendingChange(on, times, seenFrom, now.plus(after), first, word);
    }

    /** The provider took the request: after another answer that is progress, so it is observed soon. */
    private PendingChange taken(Instant now) {
        int times = told.isPresent() ? 1 : tries + 1;
        return new PendingChange(
                on, times, seenFrom, now.plus(pace(times)), Optional.of(accepted.orElse(now)), Optional.empty());
    }

    /** To be observed soon, because the beginning of the change has to be observed. */
    PendingChange soon(Instant now) {
        Instant soon = now.plus(NEXT);
        return due.isAfter(soon) ? new PendingChange(on, tries, seenFrom, soon, accepted, told) : this;
    }

    /** The outcome of the request is not known. */
    PendingChange lost(Wait why, Duration after, Instant now) {
        return again(patience(tries + 2, after), accepted, Optional.of(why), now);
    }

    /** How long to wait after so many calls without an answer; {@code after} is the time that the plugin asks for. */
    static Duration patience(int times, Duration after) {
        return longer(pace(times + 1), shorter(after, LONGEST_WORD));
    }

    private PendingChange again(Duration after, Optional<Instant> taken, Optional<Wait> word, Instant now) {
        return new PendingChange(on, tries + 1, seenFrom, now.plus(after), taken, word);
    }

    private static Duration pace(int tries) {
        Duration pace = tries <= 1 ? FIRST : NEXT;
        for (int i = 2; i < tries && pace.compareTo(MOST) < 0; i++) {
            pace = pace.multipliedBy(2);
        }
        return shorter(pace, MOST);
    }

    private static Duration longer(Duration one, Duration other) {
        return one.compareTo(other) >= 0 ? one : other;
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) <= 0 ? one : other;
    }
}
