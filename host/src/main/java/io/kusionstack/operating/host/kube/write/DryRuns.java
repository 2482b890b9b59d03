package io.kusionstack.operating.host.kube.write;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kusionstack.operating.host.kube.ApiClient;
import io.kusionstack.operating.host.kube.ApiResponse;
import io.kusionstack.operating.host.kube.write.ApiActuator.ActuatorPorts;
import io.kusionstack.operating.host.plan.Owner;
import io.kusionstack.operating.host.plan.PodEdit;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.Refusal;
import io.kusionstack.operating.host.plan.WriteResult;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Before a Pod leaves service for an edit or a deletion, that is tried as a dry run, once in half a minute for all Pods of one owner that
 * get the same: the status that takes a Pod out of service may be written where the Pod itself may not. Denied, it is tried again at
 * growing pauses, and meanwhile all these Pods stay in service; so they do while there is no answer. A webhook that cannot be asked by a
 * dry run holds no Pod. Any thread; blocks for one request where nothing is known.
 */
final class DryRuns {
    private static final int MOST_REMEMBERED = 1024;
    private static final String ASKED = "its dry run has no answer yet";
    private static final String DRY_RUN = "?dryRun=All";

    /** So long an answer counts: what is refused since then is seen before many have left. */
    private static final Duration VALID = Duration.ofSeconds(30);

    private static final Duration SOON = Duration.ofMillis(100);

    private final ActuatorPorts ports;
    private final RequestSender sender;
    private final Refusals refusals;
    private final PodWakes wakes;
    // guarded by this
    private final Map<String, DryRun> known = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, DryRun> eldest) {
            return size() > MOST_REMEMBERED;
        }
    };

    private sealed interface DryRun {
        int denials();

        /**
         * A request is under way.
         *
         * @param isOutdated what is answered may be older than a refusal
         */
        record Asked(int denials, boolean isOutdated) implements DryRun {}

        record Proven(int denials, Instant until) implements DryRun {}

        record Denied(int denials, WriteResult.NotDone result, Instant until) implements DryRun {}
    }

    DryRuns(ActuatorPorts ports, RequestSender sender, Refusals refusals, PodWakes wakes) {
        this.ports = ports;
        this.sender = sender;
        this.refusals = refusals;
        this.wakes = wakes;
    }

    /** Where it is noted what was denied. */
    Refusals refusals() {
        return refusals;
    }

    /** By which the Pods that it keeps in service are looked at again. */
    PodWakes wakes() {
        return wakes;
    }

    /**
     * To be called in turn, before the edit is sent.
     *
     * @return why the Pod has to stay in service for now; empty if it may leave, or does not leave by this edit
     */
    Optional<WriteResult.NotDone> keepsInService(PodRecord seen, PodEdit edit) {
        Optional<PodEdit> next = next(seen, edit);
        if (next.isEmpty()) {
            return Optional.empty();
        }
        String key = key(seen, next.get());
        return switch (lookUp(key)) {
            case DryRun.Proven proven -> Optional.empty();
            case DryRun.Denied denied -> {
                Duration rest = Duration.between(ports.clock().instant(), denied.until);
                wakes.after(rest.isNegative() ? Duration.ZERO : rest, seen.ref());
                yield Optional.of(denied.result);
            }
            case DryRun.Asked(int denials, boolean ignored)
            when denials < 0 -> {
                wakes.after(SOON, seen.ref());
                yield Optional.of(RequestSender.notSent(ASKED));
            }
            case DryRun.Asked(int denials, boolean ignored) -> ask(key, denials, seen, next.get());
        };
    }

    /** True if the Pod does not leave by this edit, or is known to be free to; asks nobody. */
    boolean mayLeave(PodRecord seen, PodEdit edit) {
        return next(seen, edit).filter(next -> !isProven(key(seen, next))).isEmpty();
    }

    private synchronized boolean isProven(String key) {
        return known.get(key) instanceof DryRun.Proven proven
                && ports.clock().instant().isBefore(proven.until);
    }

    /** The write for which the Pod leaves service by this edit; empty if it does not leave, or others decide about it. */
    private Optional<PodEdit> next(PodRecord seen, PodEdit edit) {
        return !edit.serviceReady().equals(Optional.of(false))
                        || seen.gateClosed()
                        || seen.controller().isEmpty()
                ? Optional.empty()
                : ports.gate()
                        .wanted(seen, edit, ports.clock().instant())
                        .filter(wanted -> !wanted.isEmpty() || isDeletedByUs(seen));
    }

    private static String key(PodRecord seen, PodEdit next) {
        return seen.controller().map(Owner::uid).orElseThrow() + Refusals.signature(next);
    }

    /** The edit was refused though it had been tried: the next Pod tries it again first. */
    synchronized void forgetPassed(PodRecord seen) {
        if (seen.controller().isEmpty()) {
            return;
        }
        String owner = seen.controller().get().uid();
        known.entrySet()
                .removeIf(entry -> entry.getKey().startsWith(owner) && entry.getValue() instanceof DryRun.Proven);
        known.replaceAll(
                (key, state) -> key.startsWith(owner) && state instanceof DryRun.Asked(int denials, boolean any)
                        ? new DryRun.Asked(denials, true)
                        : state);
    }

    /** A Pod of others is deleted by them: what would be said to us says nothing. */
    private static boolean isDeletedByUs(PodRecord seen) {
        return !seen.terminating() && Refusals.set(seen).isPresent();
    }

    /** What is known; Asked with the denials so far where this caller is to ask, with -1 where another does. */
    private synchronized DryRun lookUp(String key) {
        DryRun before = known.get(key);
        Instant now = ports.clock().instant();
        if (before instanceof DryRun.Proven proven && now.isBefore(proven.until)
                || before instanceof DryRun.Denied denied && now.isBefore(denied.until)) {
            return before;
        }
        if (before instanceof DryRun.Asked) {
            return new DryRun.Asked(-1, false);
        }
        DryRun asked = new DryRun.Asked(before == null ? 0 : before.denials(), false);
        known.put(key, asked);
        return asked;
    }

    private Optional<WriteResult.NotDone> ask(String key, int denials, PodRecord seen, PodEdit next) {
        Optional<DryRun> learned = Optional.empty();
        try {
            learned = Optional.of(tried(denials, seen, next));
        } finally {
            learned = learn(key, learned);
        }
        if (learned.isEmpty()) {
            wakes.after(SOON, seen.ref());
            return Optional.of(RequestSender.notSent(ASKED));
        }
        if (learned.get() instanceof DryRun.Proven) {
            refusals.forgetDryRun(seen, next);
        }
        return learned.filter(DryRun.Denied.class::isInstance).map(denied -> ((DryRun.Denied) denied).result);
    }

    private DryRun tried(int denials, PodRecord seen, PodEdit next) {
        WriteResult result = sender.sendInTurn("Pod", "dry-run", () -> true, client -> dryRun(client, seen, next));
        if (!(result instanceof WriteResult.NotDone failed)) {
            return taken(result, denials, seen, next);
        }
        return switch (failed.cause()) {
            case REFUSED, UNDONE, FORBIDDEN, FAILED ->
                failed.isOfDryRunOnly() ? proven(denials) : denied(failed, denials, seen, next);
            case UNKNOWN -> denied(failed, denials, seen, next);
            case CONFLICT, BUSY, NOT_SENT -> later(RequestSender.notSent(failed.message()), denials, seen);
        };
    }

    private ApiResponse dryRun(ApiClient client, PodRecord seen, PodEdit next) throws IOException {
        if (next.isEmpty()) {
            return client.delete(PodPatch.path(seen) + DRY_RUN, deletion(seen));
        }
        PodPatch patch = PodPatch.of(seen, next, ports.clock().instant());
        ObjectNode body = patch.body().deepCopy();
        body.withObjectProperty("metadata").remove("resourceVersion");
        return client.patch(patch.path() + DRY_RUN, ApiClient.STRATEGIC, body.toString());
    }

    /** Said in the body, for where there is one, the API server reads no options of the query: it would delete the Pod. */
    private static String deletion(PodRecord seen) {
        ObjectNode options = ObjectWriter.preconditions(seen.uid(), OptionalLong.empty());
        options.putArray("dryRun").add("All");
        return options.toString();
    }

    private DryRun taken(WriteResult result, int denials, PodRecord seen, PodEdit next) {
        PodEdit undone = !next.isEmpty() && result instanceof WriteResult.Written(byte[] answer)
                ? undone(answer, seen, next)
                : PodEdit.of(seen);
        return undone.isEmpty() ? proven(denials) : denied(Refusals.undone(undone), denials, seen, next);
    }

    private DryRun proven(int denials) {
        return new DryRun.Proven(denials, ports.clock().instant().plus(VALID));
    }

    /** What a webhook or a policy would take back. */
    private PodEdit undone(byte[] answer, PodRecord seen, PodEdit next) {
        return PodPatch.missing(seen, PodReader.parsed(ports.cache(), answer), next, ports.cache()::keeps);
    }

    private DryRun denied(WriteResult.NotDone failed, int denials, PodRecord seen, PodEdit next) {
        refusals.noteDryRun(seen, next, failed);
        // what was not answered is still only a dry run: nothing was sent
        return later(failed.isRefusal() ? failed : RequestSender.notSent(failed.message()), denials, seen);
    }

    /** It is asked again, after a pause that grows. */
    private DryRun later(WriteResult.NotDone result, int denials, PodRecord seen) {
        Duration pause = Refusal.PAUSES.after(denials + 1);
        wakes.after(pause, seen.ref());
        return new DryRun.Denied(denials + 1, result, ports.clock().instant().plus(pause));
    }

    /** @return what counts: not a yes from before it was disproved */
    private synchronized Optional<DryRun> learn(String key, Optional<DryRun> learned) {
        boolean outdated = known.get(key) instanceof DryRun.Asked asked && asked.isOutdated();
        Optional<DryRun> counts = learned.filter(answer -> !outdated || !(answer instanceof DryRun.Proven));
        if (counts.isPresent()) {
            known.put(key, counts.get());
        } else {
            known.remove(key);
        }
        return counts;
    }
}
