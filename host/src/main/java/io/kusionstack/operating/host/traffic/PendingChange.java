package io.kusionstack.operating.host.traffic;

import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.plugin.traffic.Progress;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * One backend that is being put on or taken off: from the first request until an observation shows the result.
 *
 * @param tries how often it was asked for since it last moved
 * @param seenFrom before that an observation may still show how it was before it was taken off, and proves nothing of its being on
 * @param due when to look, and to ask again if nothing moved
 * @param accepted when the provider first took it
 * @param told what the provider said of the last try; empty where it took it without a word
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

    /** The same backend in the other direction, before it was seen where it was on its way to. */
    PendingChange turned(Instant now) {
        return new PendingChange(!on, 0, on ? Instant.EPOCH : now.plus(SHOWN), now, Optional.empty(), Optional.empty());
    }

    /** Seen where it is on its way to, too early to be believed: nothing is asked for until it may be. */
    PendingChange awaitingObservation() {
        return new PendingChange(on, tries, seenFrom, seenFrom, accepted, told);
    }

    /** True if what an observation of then shows may be believed. */
    boolean isSeenAt(Instant look) {
        return !look.isBefore(seenFrom);
    }

    boolean isDue(Instant now) {
        return !due.isAfter(now);
    }

    /** A look shows that it moved: being put on needs only patience then, being taken off a further word. */
    PendingChange moved(Instant now) {
        return new PendingChange(on, 0, seenFrom, on ? now.plus(NEXT) : now, accepted, Optional.empty());
    }

    /** @param word the plugin's result, as a reason; empty if the provider took it */
    PendingChange asked(Progress progress, Optional<Wait> word, Instant now) {
        Duration pace = pace(tries + 1);
        return switch (progress) {
            case Progress.Done done -> taken(now);
            case Progress.Pending pending -> underWay(pending, word, now);
            case Progress.Failed failed ->
                again(failed.retryable() ? longer(pace, NEXT) : REFUSED, accepted, word, now);
        };
    }

    /** The first time that the provider works on it, whatever it refused before does not count. */
    private PendingChange underWay(Progress.Pending pending, Optional<Wait> word, Instant now) {
        boolean taken = WaitMessages.isTaken(pending);
        int times = taken && accepted.isEmpty() ? 1 : tries + 1;
        boolean isBusy = pending.kind() == Progress.Pending.Kind.BUSY;
        Duration pace = isBusy ? shorter(pace(times), MOST_BUSY) : pace(times);
        Duration after = longer(pace, shorter(pending.after(), LONGEST_WORD));
        Optional<Instant> first = taken ? Optional.of(accepted.orElse(now)) : accepted;
        return new PendingChange(on, times, seenFrom, now.plus(after), first, word);
    }

    /** The provider took it: after another word that is a step forward, so it is looked at soon. */
    private PendingChange taken(Instant now) {
        int times = told.isPresent() ? 1 : tries + 1;
        return new PendingChange(
                on, times, seenFrom, now.plus(pace(times)), Optional.of(accepted.orElse(now)), Optional.empty());
    }

    /** To be looked at soon: what was asked for has to be seen beginning. */
    PendingChange soon(Instant now) {
        Instant soon = now.plus(NEXT);
        return due.isAfter(soon) ? new PendingChange(on, tries, seenFrom, soon, accepted, told) : this;
    }

    /** Nobody knows what became of it. */
    PendingChange lost(Wait why, Duration after, Instant now) {
        return again(patience(tries + 2, after), accepted, Optional.of(why), now);
    }

    /** How long to wait after so many calls without an answer, which was expected {@code after} that. */
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
