package io.kusionstack.operating.host.kube.write;

import io.kusionstack.operating.host.kernel.DelayedTasks;
import io.kusionstack.operating.host.kube.ApiClient;
import io.kusionstack.operating.host.kube.write.ApiActuator.ActuatorPorts;
import io.kusionstack.operating.host.kube.write.PendingEdits.EditTarget;
import io.kusionstack.operating.host.kube.write.PendingEdits.PendingEdit;
import io.kusionstack.operating.host.kube.write.PodEditRetry.PodWrite;
import io.kusionstack.operating.host.plan.PodEdit;
import io.kusionstack.operating.host.plan.PodGate;
import io.kusionstack.operating.host.plan.PodLanes;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.Refusal;
import io.kusionstack.operating.host.plan.WriteResult;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Writes edits of Pods, each in the lane of its Pod: takes the newest record, lets the gate advance the edit, sends it,
 * and learns the response. In the lane an advance of the lifecycle is decided as well.
 */
final class PodWriter {
    private static final Logger LOG = LoggerFactory.getLogger(PodWriter.class);
    private static final String KIND = "Pod";
    private static final Duration PATIENCE = Duration.ofSeconds(1);
    private static final int MOST_TRIES_WHILE_BUSY = 5;

    private final ActuatorPorts ports;
    private final RequestSender sender;
    private final Refusals refusals;
    private final DelayedTasks later;
    private final PodWakes wakes;
    private final StatusMetadataProbe probe;
    private final PodReader reader;
    private final LostWrites lostWrites;
    private final WriteLanes lanes;
    private final PodEditRetry retry;
    private final DryRuns dryRuns;
    private final PodWriteRate rate;
    private final PendingEdits pending = new PendingEdits();

    PodWriter(ActuatorPorts ports, RequestSender sender, DryRuns dryRuns, DelayedTasks later, WriteLanes lanes) {
        this.ports = ports;
        this.sender = sender;
        this.refusals = dryRuns.refusals();
        this.later = later;
        this.wakes = dryRuns.wakes();
        this.probe = new StatusMetadataProbe(sender, ports.cache());
        this.reader = new PodReader(ports.cache(), sender);
        this.retry = new PodEditRetry(ports, sender, reader, dryRuns);
        this.lostWrites = new LostWrites(ports.reports(), reader, later, lanes);
        this.lanes = lanes;
        this.dryRuns = dryRuns;
        this.rate = new PodWriteRate(ports.clock());
    }

    /** Has the edit written in the lane of its Pod; it takes the place of one of its kind that was not sent yet. */
    void submit(PendingEdit edit) {
        EditTarget target = EditTarget.of(edit.planned());
        if (pending.add(target, edit)) {
            lanes.submit(target.uid(), () -> write(target));
        }
    }

    /** As {@link PodLanes#advance}. */
    Optional<PodGate.Advance> advance(PodRecord pod) {
        CompletableFuture<PodGate.Advance> decision = new CompletableFuture<>();
        boolean isIdle = lanes.submitIfIdle(pod.uid(), () -> advanceNow(pod, decision));
        return isIdle ? Optional.of(decision.join()) : Optional.empty();
    }

    private void advanceNow(PodRecord pod, CompletableFuture<PodGate.Advance> decision) {
        PodRecord seen = ports.cache().byUid(pod.uid()).orElse(pod);
        Instant now = ports.clock().instant();
        try {
            decision.complete(ports.gate().advance(seen, PodEdit.of(seen), now));
        } catch (RuntimeException | Error e) {
            // the caller tells of it
            decision.completeExceptionally(e);
            return;
        }
        PodEdit advanced = decision.join().edit();
        if (!advanced.isEmpty()) {
            PendingEdit edit = PendingEdit.decided(seen, advanced, now);
            EditTarget target = EditTarget.of(edit.planned());
            pending.add(target, edit);
            write(target);
        }
    }

    private void write(EditTarget target) {
        Optional<PendingEdit> waiting = current(target);
        for (int i = 0; i < MOST_TRIES_WHILE_BUSY && waiting.isPresent(); i++) {
            PendingEdit known = waiting.get();
            PodEdit planned = known.planned();
            Urgency urgency =
                    newest(planned).map(seen -> Urgency.of(seen, planned)).orElse(Urgency.SLOT_HOLDER);
            // what waited for its turn is decided when the turn is there, not before
            Optional<EditAttempt> tried =
                    sender.inTurn(urgency, () -> writeNow(pending.take(target).orElse(known)));
            if (tried.isEmpty() || tried.get() != EditAttempt.BUSY) {
                return;
            }
        }
        waiting.flatMap(edit -> newest(edit.planned())).ifPresent(seen -> wakes.after(PATIENCE, seen.ref()));
    }

    /** What was decided on an older record does not wait for a turn. */
    private Optional<PendingEdit> current(EditTarget target) {
        Optional<PendingEdit> waiting = pending.peek(target);
        while (waiting.isPresent() && newest(waiting.get().planned()).isEmpty()) {
            if (pending.drop(target, waiting.get())) {
                ports.metrics().outdated(KIND);
                return Optional.empty();
            }
            waiting = pending.peek(target);
        }
        return waiting;
    }

    /** The record that the edit was decided on, if there is no newer one. */
    private Optional<PodRecord> newest(PodEdit edit) {
        return ports.cache().byUid(edit.pod().uid()).filter(seen -> seen.resourceVersion() == edit.resourceVersion());
    }

    private EditAttempt writeNow(PendingEdit waiting) {
        long epoch = ports.cache().epoch();
        Optional<PodRecord> newest = newest(waiting.planned());
        if (newest.isEmpty()) {
            ports.metrics().outdated(KIND);
            return EditAttempt.GIVEN_UP;
        }
        PodWrite write = new PodWrite(newest.get(), waiting.planned(), ports.gate(), epoch);
        PodGate.Advance advance = waiting.decidedBy(ports.clock().instant())
                .map(PodGate.Advance::of)
                .orElseGet(() -> advanced(write));
        PodEdit edit = PodPatch.allowed(write.seen(), advance.edit());
        if (edit.isEmpty()) {
            // the caller knows only an earlier decision
            advance.lookAgain()
                    .ifPresent(pause -> wakes.after(pause, write.seen().ref()));
        }
        EditAttempt tried = attempt(write, edit);
        if (tried != EditAttempt.REFUSED) {
            return tried;
        }
        PodWrite without = write.by(ports.gate()::advanceWithoutIntention);
        PodEdit plain = PodPatch.allowed(write.seen(), advanced(without).edit());
        return plain.equals(edit) ? tried : attempt(without, plain);
    }

    private enum EditAttempt {
        DONE,
        REFUSED,
        GIVEN_UP,
        BUSY
    }

    private PodGate.Advance advanced(PodWrite write) {
        return write.gate().advance(write.seen(), write.planned(), ports.clock().instant());
    }

    private EditAttempt attempt(PodWrite write, PodEdit edit) {
        Optional<Refusal> holding = edit.isEmpty() ? Optional.empty() : refusals.holding(write.seen(), edit);
        if (edit.isEmpty() || holding.isPresent()) {
            report(write, holding.map(PodWriter::heldBack).orElseGet(() -> RequestSender.notSent("nothing to write")));
            return EditAttempt.GIVEN_UP;
        }
        Optional<WriteResult.NotDone> kept = dryRuns.keepsInService(write.seen(), edit);
        if (kept.isPresent()) {
            report(write, kept.get());
            return EditAttempt.GIVEN_UP;
        }
        return send(write, edit);
    }

    /** The result that is reported while the result of an earlier try holds the edit back. */
    private static WriteResult.NotDone heldBack(Refusal refusal) {
        return refusal.result().cause() == WriteResult.Cause.UNKNOWN
                ? RequestSender.notSent("an earlier try had no answer")
                : refusal.result();
    }

    private void report(PodWrite write, WriteResult result) {
        ports.reports().settled(write.seen().ref(), result);
    }

    private EditAttempt send(PodWrite write, PodEdit edit) {
        Duration pause = rate.take(write.seen().uid());
        if (pause.isPositive()) {
            report(write, RequestSender.notSent("the Pod was written without a pause"));
            wakes.after(pause, write.seen().ref());
            return EditAttempt.GIVEN_UP;
        }
        // asked at the first gate that is written, with or without labels, so that the answer is there when it matters
        if (edit.serviceReady().isPresent() && !probe.metadataTravels() && PodPatch.touchesMetadata(edit)) {
            return sendInTwo(write, edit);
        }
        return sendOne(write, edit);
    }

    /** Labels first and the gate second: the other way round a gate might be closed on a Pod whose labels do not say why. */
    private EditAttempt sendInTwo(PodWrite write, PodEdit edit) {
        PodEdit labels = PodPatch.withoutGate(edit);
        PodGate gate = write.gate();
        EditAttempt tried = sendOne(
                write.by((seen, planned, now) -> PodGate.Advance.of(
                        PodPatch.withoutGate(gate.advance(seen, planned, now).edit()))),
                labels);
        Optional<PodRecord> after = ports.cache().byUid(write.seen().uid());
        if (tried != EditAttempt.DONE || after.isEmpty()) {
            return tried;
        }
        PodEdit flip = PodEdit.of(after.get()).serviceReady(edit.serviceReady().orElseThrow());
        // the labels say already what the gate follows
        return sendOne(write.of(after.get(), flip).by((seen, planned, now) -> PodGate.Advance.of(planned)), flip);
    }

    private EditAttempt sendOne(PodWrite write, PodEdit edit) {
        try {
            PodEditRetry.SentEdit first = PodEditRetry.SentEdit.once(edit, sendOnce(write.seen(), edit));
            return interpret(write, retry.afterConflict(write, first));
        } catch (RuntimeException | Error e) {
            // whatever it broke at, the rules hear of the write, and no slot is held for ever
            report(write, RequestSender.unknown(e.toString()));
            lostWrites.note(write.seen());
            throw e;
        }
    }

    private WriteResult sendOnce(PodRecord seen, PodEdit edit) {
        PodPatch plain = PodPatch.of(seen, edit, ports.clock().instant());
        PodPatch patch = ports.untracked().test(seen) ? plain.clearingFieldTracking() : plain;
        String body = patch.body().toString();
        return ports.cache().isSettled()
                ? sender.sendInTurn(
                        KIND,
                        patch.verb(),
                        () -> isNewest(seen),
                        client -> ports.cache()
                                .readable(client.patch(
                                        patch.path(),
                                        ApiClient.STRATEGIC,
                                        body,
                                        ports.cache().accepted())))
                : RequestSender.newEpoch();
    }

    private boolean isNewest(PodRecord seen) {
        return ports.cache()
                .byUid(seen.uid())
                .filter(newest -> newest.resourceVersion() == seen.resourceVersion())
                .isPresent();
    }

    private EditAttempt interpret(PodWrite write, PodEditRetry.SentEdit sent) {
        return switch (sent.result()) {
            case WriteResult.Written written -> {
                learn(write, sent.edit(), written);
                yield EditAttempt.DONE;
            }
            case WriteResult.NotDone failed -> {
                if (PodEditRetry.isOfNewerRecord(failed) && isKnown(write.seen())) {
                    refusals.noteConflict(write.seen(), sent.edit(), failed, sent.tries())
                            .ifPresent(wakes::atTries);
                }
                yield failed(write, sent.edit(), failed);
            }
            case WriteResult.ReadAgain read -> throw new IllegalStateException("only a read tells so: " + read);
        };
    }

    private EditAttempt failed(PodWrite write, PodEdit edit, WriteResult.NotDone result) {
        if (result.isRefusal()) {
            noteRefused(write, edit, result);
        }
        report(write, result);
        return switch (result.cause()) {
            case BUSY -> EditAttempt.BUSY;
            case REFUSED, UNDONE, FORBIDDEN -> EditAttempt.REFUSED;
            case FAILED -> EditAttempt.GIVEN_UP;
            case CONFLICT -> {
                readLater(write.seen(), PATIENCE, false);
                yield EditAttempt.GIVEN_UP;
            }
            case NOT_SENT -> {
                wakes.after(PATIENCE, write.seen().ref());
                yield EditAttempt.GIVEN_UP;
            }
            case UNKNOWN -> {
                noteUnknown(write, edit, result);
                yield EditAttempt.GIVEN_UP;
            }
        };
    }

    private boolean isKnown(PodRecord pod) {
        return ports.cache().byUid(pod.uid()).isPresent();
    }

    private void noteUnknown(PodWrite write, PodEdit edit, WriteResult.NotDone lost) {
        LOG.atWarn()
                .addKeyValue("pod", write.seen().ref())
                .addKeyValue("cause", lost.message())
                .log("No answer to a write of a Pod; it will be read");
        lostWrites.note(write.seen());
        Refusal refusal = refusals.note(write.seen(), edit, lost);
        readLater(write.seen(), Duration.between(ports.clock().instant(), refusal.until()), true);
    }

    private void noteRefused(PodWrite write, PodEdit edit, WriteResult.NotDone refused) {
        Refusal refusal = refusals.note(write.seen(), edit, refused);
        LOG.atLevel(refusal.attempts() == 1 ? Level.WARN : Level.DEBUG)
                .addKeyValue("pod", write.seen().ref())
                .addKeyValue("code", refused.code())
                .addKeyValue("answer", refused.message())
                .log("The API server refuses an edit of a Pod");
        dryRuns.forgetPassed(write.seen());
        wakes.atTries(refusal);
    }

    private void learn(PodWrite write, PodEdit edit, WriteResult.Written result) {
        PodRecord after = PodReader.parsed(ports.cache(), result.body());
        PodEdit missing = PodPatch.missing(write.seen(), after, edit, ports.cache()::keeps);
        if (!missing.isEmpty()) {
            ports.metrics().intentMissed(KIND);
            LOG.atWarn()
                    .addKeyValue("pod", write.seen().ref())
                    .addKeyValue("missing", missing)
                    .log("The API server took an edit of a Pod and did not do all of it; does a webhook undo it?");
            noteUndone(write, missing, after);
        } else {
            refusals.forget(write.seen(), edit);
        }
        ports.cache().learn(after, write.epoch());
        report(write, result);
    }

    /** Noted as what would be sent next: it would be undone as well. */
    private void noteUndone(PodWrite write, PodEdit missing, PodRecord after) {
        PodWrite second = write.of(after, PodEdit.of(after)).by(ports.gate());
        PodEdit next = PodPatch.allowed(after, advanced(second).edit());
        PodEdit undone = next.isEmpty() ? missing : next;
        wakes.atTries(refusals.note(after, undone, Refusals.undone(missing)));
    }

    /** A newer record calls the listeners; where none comes, the Pod is read. */
    private void readLater(PodRecord seen, Duration pause, boolean wake) {
        later.after(pause, () -> read(seen, wake));
    }

    private void read(PodRecord seen, boolean wake) {
        if (!isNewest(seen)) {
            if (wake) {
                ports.cache().wake(seen.uid());
            }
            return;
        }
        switch (reader.read(seen)) {
            case NOTHING -> readLater(seen, PATIENCE, wake);
            case KNOWN -> {
                if (wake) {
                    ports.cache().wake(seen.uid());
                }
            }
            case NEWER, GONE -> {}
        }
    }
}
