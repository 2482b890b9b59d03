package io.kusionstack.operating.host.plan;

import io.kusionstack.operating.host.kernel.Backoff;
import io.kusionstack.operating.host.kernel.Durations;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A write of a Pod that did not get through, as long as none of its kind did.
 *
 * @param edit what was sent, the gate's part included; empty for a deletion
 * @param attempts how often in a row
 * @param until when it may be tried again
 * @param left whether the Pod was out of service at the last try, which a dry run did not show
 */
public record Refusal(WriteResult.NotDone result, PodEdit edit, int attempts, Instant until, boolean left) {
    private static final String NEXT_TRY = "; a Pod leaves service to try again at ";
    /** Between tries that cost nothing. */
    public static final Backoff PAUSES = new Backoff(Duration.ofSeconds(1), Duration.ofMinutes(1));
    /** Between tries that take the Pod out of service. */
    private static final Backoff RESTS = new Backoff(Duration.ofMinutes(1), Duration.ofHours(1));
    /** So often in a row, over some seconds, and it is no blip. */
    private static final int LASTING = 4;
    /** How long at least it is known after its pause: another try is made within it. */
    private static final Duration KEPT = Duration.ofSeconds(30);

    /** True if the Pod does not wait for it out of service any longer. */
    public boolean lasts() {
        return attempts >= LASTING;
    }

    /**
     * From when on the Pod may leave service to try it again: a try that costs service is made ever more seldom, after 1 min
     * to 1 h, where one that costs none is made after the pause.
     */
    public Instant leavesFrom() {
        return rests() ? until.minus(PAUSES.after(attempts)).plus(RESTS.after(attempts - LASTING + 1)) : until;
    }

    /** After which times to look at the Pod: it may be tried again, out of service, or leave for it. */
    public List<Duration> tries(Instant now) {
        return Stream.of(until, leavesFrom())
                .distinct()
                .map(time -> Duration.between(now, time))
                .toList();
    }

    /** When it is tried again; empty once that may happen at any moment. */
    public Optional<Instant> nextTry(Instant now) {
        return Stream.of(until, leavesFrom()).filter(now::isBefore).findFirst();
    }

    /** True if the next try takes the Pod out of service, and is made ever more seldom. */
    public boolean rests() {
        return left && lasts();
    }

    /** What counts of it once its Pod is gone: a Pod that leaves service to try it again does so after a rest. */
    public Refusal outlasting() {
        Duration longer = PAUSES.after(LASTING).minus(PAUSES.after(attempts));
        return lasts() || !left ? this : new Refusal(result, edit, LASTING, until.plus(longer), left);
    }

    /** False if nobody has tried again for so long that it may not be wanted any more. */
    public boolean isRecent(Instant now) {
        return !now.isAfter(until.plus(kept()));
    }

    /** Whether nobody could be about to try it again. */
    public boolean isOver(Instant now) {
        return now.isAfter(leavesFrom().plus(kept()));
    }

    private Duration kept() {
        Duration pause = PAUSES.after(attempts);
        return Durations.longer(pause, KEPT);
    }

    /** One sentence with the server's words, the remedy, and the next try where that is far; the same until then. */
    public String sentence() {
        return problem() + (rests() ? NEXT_TRY + leavesFrom().truncatedTo(ChronoUnit.SECONDS) : "");
    }

    /** The part of {@link #sentence} that is the same at every try. */
    public String problem() {
        String pod = "Pod " + edit.pod().name();
        if (result.cause() == WriteResult.Cause.UNDONE) {
            return "writing " + pod + " has no effect: " + result.message() + ": "
                    + result.cause().remedy();
        }
        return deed() + pod + result.ending() + "; " + remedy();
    }

    private String deed() {
        if (edit.isEmpty()) {
            return "deleting ";
        }
        if (edit.serviceReady().isPresent()) {
            return "writing the status of ";
        }
        return isUpdate() ? "updating " : "writing ";
    }

    private boolean isUpdate() {
        return !edit.images().isEmpty();
    }

    private String remedy() {
        if (result.cause() == WriteResult.Cause.CONFLICT) {
            return "it is tried again; find the client that writes the Pod all the time";
        }
        if (result.cause() != WriteResult.Cause.REFUSED) {
            return result.cause().remedy();
        }
        if (edit.isEmpty()) {
            return "change the policy that refuses it";
        }
        return isUpdate()
                ? "correct spec.template, or the policy that refuses it"
                : result.cause().remedy();
    }

    public Wait asWait() {
        return new Wait(result.cause().reason(), "", sentence());
    }

    public boolean isRunning(Instant now) {
        return now.isBefore(until);
    }
}
