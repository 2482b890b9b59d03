package io.kusionstack.operating.host.kube;

import io.kusionstack.operating.host.kernel.Outcome;
import io.kusionstack.operating.host.plan.Action;
import io.kusionstack.operating.host.plan.Plan;
import io.kusionstack.operating.host.plan.PodGate;
import io.kusionstack.operating.host.plan.PodRecord;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** The actuator that writes to an API server, on a connection of its own. */
public final class ApiActuator implements Actuator, AutoCloseable {
    private static final Duration BUSY_PAUSE = Duration.ofSeconds(1);

    private final ApiClient client;
    private final WriteLanes lanes = new WriteLanes();
    private final Later later = new Later();
    private final ExecutorService creating = Executors.newVirtualThreadPerTaskExecutor();
    private final Refusals refusals = new Refusals();
    private final PodWriter podWriter;
    private final PodLife podLife;
    private final ObjectWriter objects;
    private final StatusWriter statuses;
    private final Announcer announcer;

    /**
     * What the actuator works with.
     *
     * @param annotations keys of Pods that rules ask for, as the stream has them
     * @param learner takes the responses of writes of small objects
     */
    public record Surroundings(
            PodCache cache,
            Set<String> annotations,
            PodGate gate,
            Expectations expectations,
            Fence fence,
            ActMetrics metrics,
            EditReports reports,
            LearningCaches learner,
            InstantSource clock) {}

    /** @param inFlight how many writes may be under way at once */
    public ApiActuator(ClusterAccess access, Surroundings around, int inFlight) {
        this.client = new ApiClient(access);
        ApiLimiter limiter = new ApiLimiter(inFlight);
        Delivery delivery = new Delivery(limiter, around.fence(), around.metrics(), client.timeout());
        PodParser parser = new PodParser(around.annotations());
        StatusMetadataProbe probe = new StatusMetadataProbe(client, around.cache(), parser);
        ActuatorParts parts = new ActuatorParts(
                client,
                around.cache(),
                parser,
                around.gate(),
                around.expectations(),
                around.metrics(),
                around.reports(),
                around.learner(),
                probe::metadataTravels,
                around.clock());
        this.podWriter = new PodWriter(parts, delivery, refusals, later, lanes);
        this.podLife = new PodLife(parts, delivery, later);
        this.objects = new ObjectWriter(parts, delivery);
        this.statuses = new StatusWriter(parts, delivery, later);
        this.announcer = new Announcer(client, delivery, around.clock());
        around.cache().onChange(refusals);
    }

    @Override
    public Applied apply(Plan plan) {
        List<Failure> failures = new ArrayList<>();
        List<CompletableFuture<Optional<Failure>>> pods = new ArrayList<>();
        boolean intentFailed = false;
        for (Action action : plan.actions()) {
            if (isIntent(action)) {
                collect(pods, failures);
            }
            if (intentFailed && !isTelling(action)) {
                failures.add(new Failure(action, Failure.Kind.NOT_SENT, 0, "an earlier action of the plan failed"));
                continue;
            }
            Optional<Failure> failure = act(action, pods);
            failure.ifPresent(failures::add);
            intentFailed = intentFailed || (failure.isPresent() && isIntent(action));
        }
        collect(pods, failures);
        return new Applied(outcome(plan, failures), failures);
    }

    private Optional<Failure> act(Action action, List<CompletableFuture<Optional<Failure>>> pods) {
        return switch (action) {
            case Action.EditPod edit -> {
                lanes.submit(edit.edit().pod().uid(), () -> podWriter.write(edit.edit()));
                yield Optional.empty();
            }
            case Action.CreatePod create -> {
                pods.add(CompletableFuture.supplyAsync(() -> podLife.create(create), creating));
                yield Optional.empty();
            }
            case Action.TryPod trial -> {
                pods.add(CompletableFuture.supplyAsync(() -> podLife.attempt(trial), creating));
                yield Optional.empty();
            }
            case Action.DeletePod delete -> {
                pods.add(deletion(delete));
                yield Optional.empty();
            }
            case Action.CreateObject create -> objects.create(create);
            case Action.PatchObject patch -> objects.patch(patch);
            case Action.PatchStatus patch -> objects.patchStatus(patch);
            case Action.DeleteObject delete -> objects.delete(delete);
            case Action.WriteStatus status -> statuses.write(status);
            case Action.Announce event -> {
                announcer.announce(event);
                yield Optional.empty();
            }
        };
    }

    private CompletableFuture<Optional<Failure>> deletion(Action.DeletePod delete) {
        CompletableFuture<Optional<Failure>> result = new CompletableFuture<>();
        lanes.submit(delete.pod().uid(), () -> result.complete(podLife.delete(delete)))
                .thenRun(() -> result.complete(Optional.empty()));
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
            case Action.WriteStatus ignored -> false;
            case Action.Announce ignored -> false;
        };
    }

    private static boolean isTelling(Action action) {
        return action instanceof Action.WriteStatus || action instanceof Action.Announce;
    }

    private Outcome outcome(Plan plan, List<Failure> failures) {
        Optional<Duration> soonest = plan.lookAgain();
        String why = "planned";
        for (Failure failure : failures) {
            Optional<Duration> wanted = lookAfter(failure.kind());
            if (wanted.isPresent() && (soonest.isEmpty() || wanted.get().compareTo(soonest.get()) < 0)) {
                soonest = wanted;
                why = failure.kind().name();
            }
        }
        return soonest.isEmpty() ? Outcome.done() : Outcome.lookAgain(soonest.get(), why);
    }

    /** Empty for a refusal: it changes only when what was refused changes, and that comes as an event. */
    private Optional<Duration> lookAfter(Failure.Kind kind) {
        return switch (kind) {
            case CONFLICT -> Optional.of(Duration.ZERO);
            case BUSY, NOT_SENT -> Optional.of(BUSY_PAUSE);
            case UNKNOWN -> Optional.of(client.timeout().plusSeconds(2));
            case REFUSED -> Optional.empty();
        };
    }

    @Override
    public Optional<Refusal> refusal(PodRecord pod) {
        return refusals.of(pod);
    }

    /** Lets writes under way end, so that a lease may be released after it; then ends all connections. */
    @Override
    public void close() {
        later.close();
        lanes.close(client.timeout());
        creating.close();
        announcer.close();
        client.close();
    }
}
