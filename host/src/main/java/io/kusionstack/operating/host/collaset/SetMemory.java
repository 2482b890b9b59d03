package io.kusionstack.operating.host.collaset;

import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.Action;
import io.kusionstack.operating.host.plan.Applied;
import io.kusionstack.operating.host.plan.Failure;
import io.kusionstack.operating.host.plan.ObjectRef;
import io.kusionstack.operating.host.plan.Plan;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.Refusal;
import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.host.plan.WriteResult.Cause;
import io.kusionstack.operating.plugin.PodRef;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/**
 * What is remembered of a set between two looks; losing it costs a look, nothing else.
 *
 * @param obstacle why the last Pod could not be created
 * @param trials by the name of a revision: what the API server said of Pods of it
 * @param backoff how fast Pods may be created
 * @param resting by uid: what was refused; it outlasts its Pod for its pause
 * @param lastRevisions by instance id: the revision of its last Pod
 * @param progress since when nothing of the set has moved
 * @param takenPodNames names under which the last look could not create a Pod, for others have them
 * @param awaited writes of our own that the caches may not show yet
 * @param written when those were done
 */
record SetMemory(
        Optional<CollaSetSnapshot.Obstacle> obstacle,
        Map<String, TemplateTrial> trials,
        CreationBackoff backoff,
        Map<String, Refusal> resting,
        Map<Integer, String> lastRevisions,
        ProgressRecord progress,
        Set<String> takenPodNames,
        List<AwaitedWrite> awaited,
        Instant written,
        Map<PodRef, List<Wait>> waits) {
    static final SetMemory NONE = new SetMemory(
            Optional.empty(),
            Map.of(),
            CreationBackoff.NONE,
            Map.of(),
            Map.of(),
            ProgressRecord.NONE,
            Set.of(),
            List.of(),
            Instant.EPOCH,
            Map.of());
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    SetMemory {
        trials = Map.copyOf(trials);
        resting = Map.copyOf(resting);
        lastRevisions = Map.copyOf(lastRevisions);
        takenPodNames = Set.copyOf(takenPodNames);
        awaited = List.copyOf(awaited);
        waits = Map.copyOf(waits);
    }

    /** @param replaced the version that is no more once the write is seen; 0 where the object was created */
    record AwaitedWrite(ObjectRef object, long replaced) {}

    /** @param versions the version that the caches show of an object, 0 where they show none */
    boolean isSeen(ToLongFunction<ObjectRef> versions, Instant now) {
        return now.isAfter(written.plus(PATIENCE))
                || awaited.stream().allMatch(each -> versions.applyAsLong(each.object()) != each.replaced());
    }

    SetMemory stored(Plan intent, Instant now) {
        List<AwaitedWrite> writes = intent.actions().stream()
                .flatMap(action -> awaited(action).stream())
                .toList();
        return new SetMemory(
                obstacle, trials, backoff, resting, lastRevisions, progress, takenPodNames, writes, now, waits);
    }

    /** What is seen of the set's Pods now. */
    SetMemory seen(CollaSetSnapshot snapshot) {
        Map<String, Refusal> rests = new HashMap<>(snapshot.refusals());
        rests.values().removeIf(refusal -> !outlasts(refusal, snapshot.now()));
        boolean same = snapshot.backoff().equals(backoff)
                && snapshot.lastRevisions().equals(lastRevisions)
                && snapshot.progress().equals(progress)
                && rests.equals(resting);
        return same
                ? this
                : new SetMemory(
                        obstacle,
                        trials,
                        snapshot.backoff(),
                        rests,
                        snapshot.lastRevisions(),
                        snapshot.progress(),
                        takenPodNames,
                        awaited,
                        written,
                        waits);
    }

    private static boolean outlasts(Refusal refusal, Instant now) {
        return refusal.result().isRefusal() && now.isBefore(refusal.outlasting().leavesFrom());
    }

    /** @param known of the Pods that are there; with those that still count though their Pod is gone, or about to be */
    Map<String, Refusal> refusals(Map<String, Refusal> known, List<PodRecord> pods, Instant now) {
        Map<String, Refusal> all = new HashMap<>(known);
        Set<String> staying = pods.stream()
                .filter(pod -> !pod.terminating())
                .map(PodRecord::uid)
                .collect(Collectors.toSet());
        resting.forEach((uid, refusal) -> {
            if (!staying.contains(uid) && outlasts(refusal, now)) {
                all.put(uid, refusal.outlasting());
            }
        });
        return all;
    }

    /** Of the Pods that are there, and of those that were. */
    Map<Integer, String> lastRevisions(List<PodRecord> pods, CollaSetSnapshot.Context context) {
        Map<Integer, String> last = new HashMap<>(lastRevisions);
        last.keySet()
                .retainAll(
                        context.identities().stream().map(InstanceIdentity::id).collect(Collectors.toSet()));
        for (PodRecord pod : pods) {
            int id = InstanceIds.of(pod);
            if (id >= 0) {
                pod.label(Names.REVISION).ifPresent(revision -> last.put(id, revision));
            }
        }
        return last;
    }

    SetMemory acted(CollaSetSnapshot snapshot, Plan acts, Applied applied) {
        return new SetMemory(
                obstacle(acts, applied, snapshot.set().generation(), snapshot.now()),
                trials(snapshot, acts, applied),
                backoff,
                resting,
                lastRevisions,
                progress,
                taken(applied),
                awaited,
                written,
                acts.waits());
    }

    /** All that the plan touches or lets wait waits for one thing, for nothing of the plan was done. */
    SetMemory waiting(Plan acts, Wait why) {
        Map<PodRef, List<Wait>> all = new HashMap<>();
        acts.waits().keySet().forEach(pod -> all.put(pod, List.of(why)));
        for (Action action : acts.actions()) {
            if (action instanceof Action.EditPod edit) {
                all.put(edit.edit().pod(), List.of(why));
            } else if (action instanceof Action.DeletePod delete) {
                all.put(delete.pod(), List.of(why));
            }
        }
        return new SetMemory(
                obstacle, trials, backoff, resting, lastRevisions, progress, takenPodNames, awaited, written, all);
    }

    private static Set<String> taken(Applied applied) {
        Set<String> names = new HashSet<>();
        for (Failure failure : applied.failures()) {
            if (failure.action() instanceof Action.CreatePod create
                    && failure.result().cause() == Cause.CONFLICT) {
                names.add(create.name());
            }
        }
        return names;
    }

    /** Whoever knew a revision forgets it with the revision. */
    private Map<String, TemplateTrial> trials(CollaSetSnapshot snapshot, Plan acts, Applied applied) {
        Map<String, TemplateTrial> known = new HashMap<>(trials);
        known.keySet()
                .retainAll(snapshot.revisions().stream().map(Revision::name).collect(Collectors.toSet()));
        long generation = snapshot.set().generation();
        for (Action action : acts.actions()) {
            Optional<Failure> failure = applied.failures().stream()
                    .filter(each -> each.action() == action)
                    .findFirst();
            if (action instanceof Action.TryPod attempt) {
                Optional<TemplateTrial> before = Optional.ofNullable(trials.get(attempt.revision()));
                known.put(attempt.revision(), TemplateTrial.tried(failure, before, generation, snapshot.now()));
            } else if (action instanceof Action.CreatePod create) {
                String revision = revision(create);
                Optional<TemplateTrial> before = Optional.ofNullable(known.get(revision));
                TemplateTrial.created(failure, before, generation, snapshot.now())
                        .ifPresent(trial -> known.put(revision, trial));
            }
        }
        return known;
    }

    private static String revision(Action.CreatePod create) {
        return create.body()
                .path("metadata")
                .path("labels")
                .path(Names.REVISION)
                .asText();
    }

    private Optional<CollaSetSnapshot.Obstacle> obstacle(Plan acts, Applied applied, long generation, Instant now) {
        Optional<Failure> refused = applied.failures().stream()
                .filter(failure -> failure.action() instanceof Action.CreatePod && isObstacle(failure))
                .findFirst();
        if (refused.isPresent()) {
            int before = obstacle.filter(known -> known.generation() == generation)
                    .map(CollaSetSnapshot.Obstacle::attempts)
                    .orElse(0);
            return Optional.of(new CollaSetSnapshot.Obstacle(
                    refused.get().action() instanceof Action.CreatePod create ? revision(create) : "",
                    generation,
                    refused.get().result().code(),
                    refused.get().result().message(),
                    before + 1,
                    now));
        }
        boolean created = acts.actions().stream().anyMatch(Action.CreatePod.class::isInstance);
        return created ? Optional.empty() : obstacle;
    }

    /** A conflict is planned anew; what was not sent stands behind something else that failed. */
    private static boolean isObstacle(Failure failure) {
        Cause cause = failure.result().cause();
        return cause != Cause.CONFLICT && cause != Cause.NOT_SENT;
    }

    private static Optional<AwaitedWrite> awaited(Action action) {
        return switch (action) {
            case Action.CreateObject create -> Optional.of(new AwaitedWrite(create.object(), 0));
            case Action.PatchObject patch -> Optional.of(new AwaitedWrite(patch.object(), patch.resourceVersion()));
            case Action.PatchStatus patch -> Optional.of(new AwaitedWrite(patch.object(), patch.resourceVersion()));
            case Action.DeleteObject delete -> Optional.of(new AwaitedWrite(delete.object(), delete.resourceVersion()));
            case Action.EditPod ignored -> Optional.empty();
            case Action.CreatePod ignored -> Optional.empty();
            case Action.TryPod ignored -> Optional.empty();
            case Action.DeletePod ignored -> Optional.empty();
            case Action.ReleasePod ignored -> Optional.empty();
            case Action.WriteStatus ignored -> Optional.empty();
            case Action.Announce ignored -> Optional.empty();
        };
    }
}
