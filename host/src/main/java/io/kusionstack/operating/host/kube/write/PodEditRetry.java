package io.kusionstack.operating.host.kube.write;

import io.kusionstack.operating.host.kube.ApiClient;
import io.kusionstack.operating.host.kube.write.ApiActuator.ActuatorPorts;
import io.kusionstack.operating.host.plan.PodEdit;
import io.kusionstack.operating.host.plan.PodGate;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.WriteResult;
import java.util.Optional;

/**
 * Sends the edit of a Pod again after a conflict. The Pod is read; where its record is as it was but for the version, so that a client that
 * writes annotations of the Pod all the time does not starve its lifecycle, the gate is asked once more, for any version of this record, and
 * its edit goes as a {@link PodJsonPatch}. A Pod that would leave service for a write whose dry run is denied meanwhile stays. To be called in turn, in the lane of the Pod; blocks.
 */
final class PodEditRetry {
    private static final String KIND = "Pod";
    private static final int MOST_RETRIES = 3;

    private final ActuatorPorts ports;
    private final RequestSender sender;
    private final PodReader reader;
    private final DryRuns dryRuns;

    PodEditRetry(ActuatorPorts ports, RequestSender sender, PodReader reader, DryRuns dryRuns) {
        this.ports = ports;
        this.sender = sender;
        this.reader = reader;
        this.dryRuns = dryRuns;
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

    /**
     * An edit that was sent.
     *
     * @param tries how often
     */
    record SentEdit(PodEdit edit, WriteResult result, int tries) {
        static SentEdit once(PodEdit edit, WriteResult result) {
            return new SentEdit(edit, result, 1);
        }
    }

    /** True if there is a newer record of the Pod, at the API server or in the cache. */
    static boolean isOfNewerRecord(WriteResult result) {
        return result instanceof WriteResult.NotDone notDone
                && notDone.cause() == WriteResult.Cause.CONFLICT
                && !ObjectWriter.isGone(result);
    }

    /** The edit that was sent last, and its result; this one where it met no conflict, or where the Pod has changed. */
    SentEdit afterConflict(PodWrite write, SentEdit first) {
        SentEdit sent = first;
        for (int i = 0; i < MOST_RETRIES && isOfNewerRecord(sent.result); i++) {
            Optional<SentEdit> again = sendAgain(write, sent);
            if (again.isEmpty()) {
                return sent;
            }
            sent = again.get();
        }
        return sent;
    }

    /** Empty where the Pod has changed, where what is decided now is another edit, or where a dry run keeps the Pod in service. */
    private Optional<SentEdit> sendAgain(PodWrite write, SentEdit before) {
        PodRecord seen = write.seen;
        // before the gate is asked again, for the dry run may take as long as a request may
        Optional<WriteResult.NotDone> kept = dryRuns.keepsInService(seen, before.edit);
        if (kept.isPresent()) {
            ports.reports().settled(seen.ref(), kept.get());
            return Optional.empty();
        }
        Optional<PodReader.ReadPod> read = reader.readIfLike(seen, write.epoch);
        if (read.isEmpty()) {
            return Optional.empty();
        }
        ports.reports().settled(seen.ref(), before.result);
        PodRecord any = seen.ofAnyVersion();
        PodEdit edit = PodPatch.allowed(
                any,
                write.gate.advance(any, write.planned, ports.clock().instant()).edit());
        boolean isSame = Refusals.signature(edit).equals(Refusals.signature(before.edit));
        if (!isSame || !dryRuns.mayLeave(seen, edit)) {
            ports.reports().settled(seen.ref(), RequestSender.notSent("another edit is wanted meanwhile"));
            return Optional.empty();
        }
        WriteResult result = send(write, edit, read.get());
        // the first conflict is told in words that say more
        return Optional.of(new SentEdit(edit, isOfNewerRecord(result) ? before.result : result, before.tries + 1));
    }

    /** For any version of the record. */
    private WriteResult send(PodWrite write, PodEdit edit, PodReader.ReadPod read) {
        PodRecord seen = write.seen;
        PodPatch patch = PodPatch.of(seen.ofAnyVersion(), edit, ports.clock().instant());
        String operations = PodJsonPatch.of(read.json(), patch, ports.cache()).toString();
        return ports.cache().isSettled()
                ? sender.sendInTurn(
                        KIND,
                        patch.verb(),
                        () -> reader.isLikeNewest(seen, write.epoch),
                        client -> ports.cache()
                                .readable(client.patch(
                                        patch.path(),
                                        ApiClient.JSON_PATCH,
                                        operations,
                                        ports.cache().accepted()))
                                .ofJsonPatch())
                : RequestSender.newEpoch();
    }
}
