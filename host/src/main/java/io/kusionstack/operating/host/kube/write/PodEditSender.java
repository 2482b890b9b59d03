package io.kusionstack.operating.host.kube.write;

import io.kusionstack.operating.host.kube.ApiClient;
import io.kusionstack.operating.host.kube.write.ApiActuator.ActuatorPorts;
import io.kusionstack.operating.host.plan.PodEdit;
import io.kusionstack.operating.host.plan.PodGate;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.WriteResult;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * Sends the edit of a Pod, with the version that it was decided on as its precondition. After a conflict the Pod is read; where its record is
 * as it was but for the version, so that a client that writes annotations of the Pod all the time does not starve its lifecycle, the gate is
 * asked once more, for any version of this record, and its edit goes as a {@link PodJsonPatch}. To be called in turn, in the lane of the Pod;
 * blocks.
 */
final class PodEditSender {
    private static final String KIND = "Pod";
    private static final int MOST_RETRIES = 3;

    private final ActuatorPorts ports;
    private final RequestSender sender;
    private final PodReader reader;

    PodEditSender(ActuatorPorts ports, RequestSender sender, PodReader reader) {
        this.ports = ports;
        this.sender = sender;
        this.reader = reader;
    }

    /**
     * What stays the same while one edit is written.
     *
     * @param seen the record that the edit was decided on
     * @param planned what its planner wants; the gate's part not included
     * @param gate makes the edit of it
     */
    record PodWrite(PodRecord seen, PodEdit planned, PodGate gate, long epoch) {
        PodWrite of(PodRecord newer, PodEdit edit) {
            return new PodWrite(newer, edit, gate, epoch);
        }

        PodWrite by(PodGate other) {
            return new PodWrite(seen, planned, other, epoch);
        }
    }

    /** The edit that was sent last, and its result. */
    record SentEdit(PodEdit edit, WriteResult result) {}

    /** True if there is a newer record of the Pod, at the API server or in the cache. */
    static boolean isOfNewerRecord(WriteResult result) {
        return result instanceof WriteResult.NotDone notDone
                && notDone.cause() == WriteResult.Cause.CONFLICT
                && !ObjectWriter.isGone(result);
    }

    SentEdit send(PodWrite write, PodEdit edit) {
        SentEdit sent = new SentEdit(edit, sendOnce(write.seen, edit));
        for (int i = 0; i < MOST_RETRIES && isOfNewerRecord(sent.result); i++) {
            Optional<SentEdit> again = sendAgain(write, sent);
            if (again.isEmpty()) {
                return sent;
            }
            sent = again.get();
        }
        return sent;
    }

    private WriteResult sendOnce(PodRecord seen, PodEdit edit) {
        PodPatch plain = PodPatch.of(seen, edit, ports.clock().instant());
        PodPatch patch = ports.untracked().test(seen) ? plain.clearingFieldTracking() : plain;
        return sendIf(
                patch,
                () -> ports.cache()
                        .byUid(seen.uid())
                        .filter(newest -> newest.resourceVersion() == seen.resourceVersion())
                        .isPresent(),
                client -> client.patch(
                        patch.path(), ApiClient.STRATEGIC, patch.body().toString()));
    }

    /** Empty where the Pod has changed, or where what is decided now is another edit. */
    private Optional<SentEdit> sendAgain(PodWrite write, SentEdit before) {
        PodRecord seen = write.seen;
        Optional<PodReader.ReadPod> read = reader.readIfLike(seen, write.epoch);
        if (read.isEmpty()) {
            return Optional.empty();
        }
        ports.reports().settled(seen.ref(), before.result);
        PodRecord any = seen.ofAnyVersion();
        PodEdit edit = PodPatch.allowed(
                any,
                write.gate.advance(any, write.planned, ports.clock().instant()).edit());
        if (!Refusals.signature(edit).equals(Refusals.signature(before.edit))) {
            ports.reports().settled(seen.ref(), RequestSender.notSent("another edit is wanted meanwhile"));
            return Optional.empty();
        }
        PodPatch patch = PodPatch.of(any, edit, ports.clock().instant());
        String operations =
                PodJsonPatch.of(read.get().json(), patch, ports.cache()).toString();
        WriteResult result = sendIf(
                patch,
                () -> reader.isLikeNewest(seen, write.epoch),
                client -> client.patch(patch.path(), ApiClient.JSON_PATCH, operations)
                        .ofJsonPatch());
        // the first conflict is told in words that say more
        return Optional.of(new SentEdit(edit, isOfNewerRecord(result) ? before.result : result));
    }

    private WriteResult sendIf(PodPatch patch, BooleanSupplier current, RequestSender.ApiRequest request) {
        return ports.cache().isSettled()
                ? sender.sendInTurn(KIND, patch.verb(), current, request)
                : RequestSender.newEpoch();
    }
}
