package io.kusionstack.operating.host.kube;

import io.kusionstack.operating.host.kube.EditReports.Fate;
import io.kusionstack.operating.host.plan.PodEdit;
import io.kusionstack.operating.host.plan.PodGate;
import io.kusionstack.operating.host.plan.PodRecord;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes edits of Pods, each in the lane of its Pod: takes the newest record, lets the gate advance the edit, sends it,
 * learns the response.
 */
final class PodWriter {
    private static final Logger LOG = LoggerFactory.getLogger(PodWriter.class);
    private static final String KIND = "Pod";
    private static final Duration PATIENCE = Duration.ofSeconds(1);
    private static final int MOST_TRIES_WHILE_BUSY = 5;

    private final ActuatorParts parts;
    private final Delivery delivery;
    private final Refusals refusals;
    private final Later later;
    private final PodReader reader;
    private final LostWrites lostWrites;
    private final PodParser parser;

    PodWriter(ActuatorParts parts, Delivery delivery, Refusals refusals, Later later, WriteLanes lanes) {
        this.parts = parts;
        this.delivery = delivery;
        this.refusals = refusals;
        this.later = later;
        this.reader = new PodReader(parts, delivery);
        this.lostWrites = new LostWrites(parts, reader, later, lanes);
        this.parser = parts.parser();
    }

    /** To be called in the lane of the Pod. */
    void write(PodEdit planned) {
        long epoch = parts.cache().epoch();
        Optional<PodRecord> newest = parts.cache().byUid(planned.pod().uid());
        if (newest.isEmpty() || newest.get().resourceVersion() != planned.resourceVersion()) {
            parts.metrics().outdated(KIND);
            return;
        }
        Write write = new Write(newest.get(), planned, epoch);
        PodEdit edit = advanced(write, parts.gate());
        Tried tried = attempt(write, edit);
        if (tried == Tried.REFUSED) {
            PodEdit plain = advanced(write, parts.gate()::advanceWithoutIntention);
            if (!plain.equals(edit)) {
                attempt(write, plain);
            }
        }
    }

    /** What stays the same while one edit is written. */
    private record Write(PodRecord seen, PodEdit planned, long epoch) {}

    private enum Tried {
        DONE,
        REFUSED,
        GIVEN_UP,
        BUSY
    }

    private PodEdit advanced(Write write, PodGate gate) {
        PodEdit edit =
                gate.advance(write.seen, write.planned, parts.clock().instant()).edit();
        return PodPatch.allowed(write.seen, edit);
    }

    private Tried attempt(Write write, PodEdit edit) {
        if (edit.isEmpty() || refusals.covers(write.seen, edit)) {
            parts.reports().reported(write.seen, edit, Fate.NOT_SENT);
            return Tried.GIVEN_UP;
        }
        Tried tried = Tried.BUSY;
        for (int i = 0; tried == Tried.BUSY && i < MOST_TRIES_WHILE_BUSY; i++) {
            tried = send(write, edit);
        }
        if (tried == Tried.BUSY) {
            parts.reports().reported(write.seen, edit, Fate.NOT_SENT);
            wakeLater(write.seen);
        }
        return tried;
    }

    private Tried send(Write write, PodEdit edit) {
        // asked at the first gate that is written, with or without labels, so that the answer is there when it matters
        if (edit.serviceReady().isPresent()
                && !parts.metadataTravels().getAsBoolean()
                && PodPatch.touchesMetadata(edit)) {
            return sendInTwo(write, edit);
        }
        return interpret(write, edit, sendOne(write.seen, edit));
    }

    /** Labels first and the gate second: the other way round a gate might stand on a Pod that does not say why. */
    private Tried sendInTwo(Write write, PodEdit edit) {
        PodEdit labels = PodPatch.withoutGate(edit);
        Tried tried = interpret(write, labels, sendOne(write.seen, labels));
        Optional<PodRecord> after = parts.cache().byUid(write.seen.uid());
        if (tried != Tried.DONE || after.isEmpty()) {
            return tried;
        }
        PodEdit gate = PodEdit.of(after.get()).serviceReady(edit.serviceReady().orElseThrow());
        Write second = new Write(after.get(), gate, write.epoch);
        return interpret(second, gate, sendOne(after.get(), gate));
    }

    private Delivery.Result sendOne(PodRecord seen, PodEdit edit) {
        PodPatch patch = PodPatch.of(seen, edit, parts.clock().instant());
        String body = patch.body().toString();
        if (!parts.cache().isSettled()) {
            return new Delivery.Result.NotSent("the API server has gone back to an older past");
        }
        return delivery.send(
                KIND,
                edit.serviceReady().isPresent() ? "patch-status" : "patch",
                () -> isNewest(seen),
                () -> parts.client().patch(patch.path(), ApiClient.STRATEGIC, body));
    }

    private boolean isNewest(PodRecord seen) {
        return parts.cache()
                .byUid(seen.uid())
                .filter(newest -> newest.resourceVersion() == seen.resourceVersion())
                .isPresent();
    }

    private Tried interpret(Write write, PodEdit edit, Delivery.Result result) {
        return switch (result) {
            case Delivery.Result.Answered answered -> answered(write, edit, answered.answer());
            case Delivery.Result.Overtaken overtaken -> {
                // the newer record has woken everybody already
                parts.metrics().outdated(KIND);
                parts.reports().reported(write.seen, edit, Fate.NOT_SENT);
                yield Tried.GIVEN_UP;
            }
            case Delivery.Result.NotSent ignored -> {
                parts.reports().reported(write.seen, edit, Fate.NOT_SENT);
                wakeLater(write.seen);
                yield Tried.GIVEN_UP;
            }
            case Delivery.Result.Lost lost -> {
                LOG.atWarn()
                        .addKeyValue("pod", write.seen.ref())
                        .addKeyValue("cause", lost.why())
                        .log("No answer to a write of a Pod; it will be read");
                parts.reports().reported(write.seen, edit, Fate.UNKNOWN);
                lostWrites.note(write.seen, edit);
                readLater(write.seen, true);
                yield Tried.GIVEN_UP;
            }
        };
    }

    private Tried answered(Write write, PodEdit edit, Answer answer) {
        if (answer.isSuccess()) {
            learn(write, edit, answer);
            return Tried.DONE;
        }
        if (answer.isBusy()) {
            return Tried.BUSY;
        }
        if (answer.isRefusal()) {
            LOG.atWarn()
                    .addKeyValue("pod", write.seen.ref())
                    .addKeyValue("code", answer.code())
                    .addKeyValue("answer", answer.message())
                    .log("The API server refuses an edit of a Pod");
            refusals.note(write.seen, new Refusal(answer.code(), answer.message(), edit));
            parts.reports().reported(write.seen, edit, Fate.REFUSED);
            return Tried.REFUSED;
        }
        parts.reports().reported(write.seen, edit, Fate.CONFLICT);
        readLater(write.seen, false);
        return Tried.GIVEN_UP;
    }

    private void learn(Write write, PodEdit edit, Answer answer) {
        PodRecord after = parsed(answer);
        if (!PodPatch.isShown(after, edit)) {
            parts.metrics().intentMissed(KIND);
            LOG.atWarn()
                    .addKeyValue("pod", write.seen.ref())
                    .addKeyValue("missing", edit.against(after))
                    .log("The API server took an edit of a Pod and did not do all of it; does a webhook undo it?");
            refusals.note(
                    after,
                    new Refusal(
                            answer.code(),
                            "taken, but not done",
                            advanced(new Write(after, PodEdit.of(after), write.epoch), parts.gate())));
        }
        parts.cache().learn(after, write.epoch);
        parts.reports().reported(write.seen, edit, Fate.DONE);
    }

    private PodRecord parsed(Answer answer) {
        try {
            return parser.parse(answer.body());
        } catch (IOException e) {
            throw new UncheckedIOException("the API server's answer is no Pod", e);
        }
    }

    private void wakeLater(PodRecord seen) {
        later.after(PATIENCE, () -> parts.cache().wake(seen.uid()));
    }

    /** A newer record wakes everybody; where none comes, the object is read. */
    private void readLater(PodRecord seen, boolean wake) {
        later.after(PATIENCE, () -> read(seen, wake));
    }

    private void read(PodRecord seen, boolean wake) {
        if (!isNewest(seen)) {
            return;
        }
        switch (reader.read(seen)) {
            case NOTHING -> readLater(seen, wake);
            case KNOWN -> {
                if (wake) {
                    parts.cache().wake(seen.uid());
                }
            }
            case NEWER, GONE -> {}
        }
    }
}
