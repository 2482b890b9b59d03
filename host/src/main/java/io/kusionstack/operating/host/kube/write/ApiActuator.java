package io.kusionstack.operating.host.kube.write;

import com.fasterxml.jackson.databind.JsonNode;
import io.kusionstack.operating.host.kernel.DelayedTasks;
import io.kusionstack.operating.host.kernel.Durations;
import io.kusionstack.operating.host.kernel.Outcome;
import io.kusionstack.operating.host.kube.ApiClient;
import io.kusionstack.operating.host.kube.ClusterAccess;
import io.kusionstack.operating.host.kube.cache.PodCache;
import io.kusionstack.operating.host.plan.Action;
import io.kusionstack.operating.host.plan.Actuator;
import io.kusionstack.operating.host.plan.Applied;
import io.kusionstack.operating.host.plan.EditReports;
import io.kusionstack.operating.host.plan.Failure;
import io.kusionstack.operating.host.plan.ObjectKind;
import io.kusionstack.operating.host.plan.ObjectRef;
import io.kusionstack.operating.host.plan.Obstacles;
import io.kusionstack.operating.host.plan.Plan;
import io.kusionstack.operating.host.plan.PodGate;
import io.kusionstack.operating.host.plan.PodLanes;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.Refusal;
import io.kusionstack.operating.host.plan.StatusRefusal;
import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.host.plan.WriteResult;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** The actuator that writes to an API server, on a connection of its own. */
public final class ApiActuator implements Actuator, PodLanes, Obstacles, AutoCloseable {
    private static final Duration BUSY_PAUSE = Duration.ofSeconds(1);

    private final ApiClient client;
    private final WriteLanes lanes = new WriteLanes();
    private final DelayedTasks later = new DelayedTasks("actuator");
    private final ExecutorService creating = Executors.newVirtualThreadPerTaskExecutor();
    private final Refusals refusals;
    private final WritePauses pauses;
    private final PodWriter podWriter;
    private final PodCreateDelete podCreateDelete;
    private final ObjectWriter objects;
    private final StatusWriter statuses;
    private final EventRecorder eventRecorder;

    /**
     * The ports through which the actuator reaches the rest of the host.
     *
     * @param untracked Pods whose field tracking is cleared with what is written anyway
     * @param learner takes the responses of writes of small objects
     */
    public record ActuatorPorts(
            PodCache cache,
            PodGate gate,
            Expectations expectations,
            Fence fence,
            WriteMetrics metrics,
            EditReports reports,
            Predicate<PodRecord> untracked,
            BiConsumer<ObjectKind, JsonNode> learner,
            InstantSource clock) {}

    /** @param inFlight how many writes may be under way at once */
    public ApiActuator(ClusterAccess access, ActuatorPorts ports, int inFlight) {
        this.client = new ApiClient(access);
        ApiLimiter limiter = new ApiLimiter(inFlight);
        RequestSender sender = new RequestSender(client, limiter, ports.fence(), ports.metrics());
        // events have a limit of their own: one that is refused or slow makes no other write wait
        RequestSender events = new RequestSender(client, new ApiLimiter(1), ports.fence(), ports.metrics());
        this.eventRecorder = new EventRecorder(events, ports.clock());
        this.refusals = new Refusals(ports.clock(), eventRecorder::announce);
        this.pauses = new WritePauses(ports.clock(), eventRecorder::announce);
        DryRuns dryRuns = new DryRuns(ports, sender, refusals, new PodWakes(ports, later));
        this.podWriter = new PodWriter(ports, sender, dryRuns, later, lanes);
        this.podCreateDelete = new PodCreateDelete(ports, sender, dryRuns, later);
        this.objects = new ObjectWriter(ports.learner(), sender);
        this.statuses = new StatusWriter(ports.learner(), sender, ports.clock());
        ports.cache().onChange(refusals);
    }

    @Override
    public Applied apply(Plan plan) {
        List<Failure> failures = new ArrayList<>();
        List<CompletableFuture<Optional<Failure>>> pods = new ArrayList<>();
        Optional<Duration> statusDue = Optional.empty();
        boolean intentFailed = false;
        for (Action action : plan.actions()) {
            Optional<Duration> due = heldBack(action);
            if (due.isPresent()) {
                statusDue = Plan.sooner(statusDue, due);
                continue;
            }
            if (isIntent(action)) {
                collect(pods, failures);
            }
            if (intentFailed && !isTelling(action)) {
                failures.add(new Failure(action, RequestSender.notSent("an earlier action of the plan failed")));
                continue;
            }
            Optional<Failure> failure = act(action, pods);
            failure.ifPresent(failures::add);
            intentFailed = intentFailed || (failure.isPresent() && isIntent(action));
        }
        collect(pods, failures);
        return new Applied(outcome(plan, statusDue, failures), failures);
    }

    /** How long until a status may be written that was written just now. */
    private Optional<Duration> heldBack(Action action) {
        return action instanceof Action.WriteStatus status ? statuses.due(status) : Optional.empty();
    }

    private Optional<Failure> act(Action action, List<CompletableFuture<Optional<Failure>>> pods) {
        return switch (action) {
            case Action.EditPod edit -> {
                podWriter.submit(PendingEdits.PendingEdit.planned(edit.edit()));
                yield Optional.empty();
            }
            case Action.CreatePod create -> {
                pods.add(CompletableFuture.supplyAsync(() -> podCreateDelete.create(create), creating));
                yield Optional.empty();
            }
            case Action.TryPod trial -> {
                pods.add(CompletableFuture.supplyAsync(() -> podCreateDelete.attempt(trial), creating));
                yield Optional.empty();
            }
            case Action.DeletePod delete -> {
                pods.add(inLane(delete, delete.pod().uid(), () -> podCreateDelete.delete(delete)));
                yield Optional.empty();
            }
            case Action.ReleasePod release -> {
                pods.add(inLane(release, release.pod().uid(), () -> podCreateDelete.release(release)));
                yield Optional.empty();
            }
            case Action.CreateObject create -> unlessPaused(create, () -> objects.create(create));
            case Action.PatchObject patch -> unlessPaused(patch, () -> objects.patch(patch));
            case Action.PatchStatus patch -> unlessPaused(patch, () -> objects.patchStatus(patch));
            case Action.DeleteObject delete -> unlessPaused(delete, () -> objects.delete(delete));
            case Action.WriteStatus status -> unlessPaused(status, () -> statuses.write(status));
            case Action.Announce event -> {
                eventRecorder.announce(event);
                yield Optional.empty();
            }
        };
    }

    private Optional<Failure> unlessPaused(Action action, Supplier<Optional<Failure>> write) {
        return pauses.unlessPaused(target(action).orElseThrow(), action, write);
    }

    /** What the pauses know it by; empty where others keep the pause: of Pods the refusals, of creations their set. */
    private static Optional<WritePauses.WriteTarget> target(Action action) {
        return switch (action) {
            case Action.CreateObject create -> Optional.of(new WritePauses.WriteTarget("create", create.object(), 0));
            case Action.PatchObject patch ->
                Optional.of(new WritePauses.WriteTarget("patch", patch.object(), patch.resourceVersion()));
            case Action.PatchStatus patch ->
                Optional.of(new WritePauses.WriteTarget("patch-status", patch.object(), patch.resourceVersion()));
            case Action.DeleteObject delete ->
                Optional.of(new WritePauses.WriteTarget("delete", delete.object(), delete.resourceVersion()));
            case Action.WriteStatus status ->
                Optional.of(new WritePauses.WriteTarget(WritePauses.STATUS, status.object(), status.resourceVersion()));
            case Action.EditPod ignored -> Optional.empty();
            case Action.CreatePod ignored -> Optional.empty();
            case Action.TryPod ignored -> Optional.empty();
            case Action.DeletePod ignored -> Optional.empty();
            case Action.ReleasePod ignored -> Optional.empty();
            case Action.Announce ignored -> Optional.empty();
        };
    }

    /** A write that breaks by a mistake of ours is not known to be done; its lane logs the cause. */
    private CompletableFuture<Optional<Failure>> inLane(Action action, String uid, Supplier<Optional<Failure>> write) {
        CompletableFuture<Optional<Failure>> result = new CompletableFuture<>();
        lanes.submit(uid, () -> result.complete(write.get())).exceptionally(broken -> {
            WriteResult.NotDone known = broken instanceof RejectedExecutionException
                    ? RequestSender.notSent(RequestSender.STOPPING)
                    : RequestSender.unknown(broken.toString());
            result.complete(Optional.of(new Failure(action, known)));
            return null;
        });
        return result;
    }

    private static void collect(List<CompletableFuture<Optional<Failure>>> pods, List<Failure> failures) {
        for (CompletableFuture<Optional<Failure>> pod : pods) {
            pod.join().ifPresent(failures::add);
        }
        pods.clear();
    }

    /** Others may rely on it, so nothing behind it is done when it fails. */
    private static boolean isIntent(Action action) {
        return switch (action) {
            case Action.CreateObject ignored -> true;
            case Action.PatchObject ignored -> true;
            case Action.PatchStatus ignored -> true;
            case Action.DeleteObject ignored -> true;
            case Action.EditPod ignored -> false;
            case Action.CreatePod ignored -> false;
            case Action.TryPod ignored -> false;
            case Action.DeletePod ignored -> false;
            case Action.ReleasePod ignored -> false;
            case Action.WriteStatus ignored -> false;
            case Action.Announce ignored -> false;
        };
    }

    private static boolean isTelling(Action action) {
        return action instanceof Action.WriteStatus || action instanceof Action.Announce;
    }

    private Outcome outcome(Plan plan, Optional<Duration> statusDue, List<Failure> failures) {
        Optional<Duration> soonest = Plan.sooner(plan.lookAgain(), statusDue);
        String why = soonest.equals(statusDue) ? "status" : "planned";
        for (Failure failure : failures) {
            Duration wanted = lookAfter(failure);
            if (soonest.isEmpty() || wanted.compareTo(soonest.get()) < 0) {
                soonest = Optional.of(wanted);
                why = failure.result().cause().name();
            }
        }
        return soonest.isEmpty() ? Outcome.done() : Outcome.requeueAfter(soonest.get(), why);
    }

    /** When it may be tried again; an answer that is lost must not arrive after that. */
    private Duration lookAfter(Failure failure) {
        Duration paused = target(failure.action()).map(pauses::left).orElse(Duration.ZERO);
        Duration least = switch (failure.result().cause()) {
            case CONFLICT -> Duration.ZERO;
            case BUSY, NOT_SENT, REFUSED, UNDONE, FORBIDDEN, FAILED -> BUSY_PAUSE;
            case UNKNOWN -> client.timeout().plusSeconds(2);
        };
        return Durations.longer(paused, least);
    }

    @Override
    public Optional<PodGate.Advance> advance(PodRecord pod) {
        return podWriter.advance(pod);
    }

    @Override
    public Optional<Refusal> refusal(PodRecord pod) {
        return refusals.of(pod);
    }

    @Override
    public Optional<Instant> nextTry(PodRecord pod) {
        return refusals.nextTry(pod);
    }

    /** A Pod in service whose writes meet one conflict after another leaves its slot to others for a while. */
    @Override
    public List<Wait> ahead(PodRecord pod, String operation) {
        return refusals.contended(pod).map(Refusal::asWait).stream().toList();
    }

    @Override
    public Optional<StatusRefusal> statusRefusal(ObjectRef object) {
        return pauses.statusRefusal(object);
    }

    /** Lets writes under way end, so that a lease may be released after it; then ends all connections. */
    @Override
    public void close() {
        later.close();
        lanes.close(client.timeout());
        creating.close();
        eventRecorder.close();
        client.close();
    }
}
