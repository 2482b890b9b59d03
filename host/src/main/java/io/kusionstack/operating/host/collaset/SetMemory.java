package io.kusionstack.operating.host.collaset;

import io.kusionstack.operating.host.kube.Applied;
import io.kusionstack.operating.host.kube.Failure;
import io.kusionstack.operating.host.plan.Action;
import io.kusionstack.operating.host.plan.ObjectRef;
import io.kusionstack.operating.host.plan.Plan;
import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.plugin.PodRef;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToLongFunction;

/**
 * What is remembered of a set between two looks; losing it costs a look, nothing else.
 *
 * @param obstacle why the last Pod could not be created
 * @param awaited writes of our own that the caches may not show yet
 * @param written when those were done
 */
record SetMemory(
        Optional<CollaSetSnapshot.Obstacle> obstacle,
        List<Awaited> awaited,
        Instant written,
        Map<PodRef, List<Wait>> waits) {
    static final SetMemory NONE = new SetMemory(Optional.empty(), List.of(), Instant.EPOCH, Map.of());
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    SetMemory {
        awaited = List.copyOf(awaited);
        waits = Map.copyOf(waits);
    }

    /** @param replaced the version that is no more once the write is seen; 0 where the object was created */
    record Awaited(ObjectRef object, long replaced) {}

    /** @param versions the version that the caches show of an object, 0 where they show none */
    boolean isSeen(ToLongFunction<ObjectRef> versions, Instant now) {
        return now.isAfter(written.plus(PATIENCE))
                || awaited.stream().allMatch(each -> versions.applyAsLong(each.object()) != each.replaced());
    }

    SetMemory stored(Plan intent, Instant now) {
        List<Awaited> writes = intent.actions().stream()
                .flatMap(action -> awaited(action).stream())
                .toList();
        return new SetMemory(obstacle, writes, now, waits);
    }

    SetMemory acted(Plan acts, Applied applied, long generation, Instant now) {
        return new SetMemory(obstacle(acts, applied, generation, now), awaited, written, acts.waits());
    }

    private Optional<CollaSetSnapshot.Obstacle> obstacle(Plan acts, Applied applied, long generation, Instant now) {
        Optional<Failure> refused = applied.failures().stream()
                .filter(failure ->
                        failure.action() instanceof Action.CreatePod && failure.kind() == Failure.Kind.REFUSED)
                .findFirst();
        if (refused.isPresent()) {
            int before = obstacle.filter(known -> known.generation() == generation)
                    .map(CollaSetSnapshot.Obstacle::attempts)
                    .orElse(0);
            return Optional.of(new CollaSetSnapshot.Obstacle(
                    generation, refused.get().code(), refused.get().message(), before + 1, now));
        }
        boolean created = acts.actions().stream().anyMatch(Action.CreatePod.class::isInstance);
        return created ? Optional.empty() : obstacle;
    }

    private static Optional<Awaited> awaited(Action action) {
        return switch (action) {
            case Action.CreateObject create -> Optional.of(new Awaited(create.object(), 0));
            case Action.PatchObject patch -> Optional.of(new Awaited(patch.object(), patch.resourceVersion()));
            case Action.PatchStatus patch -> Optional.of(new Awaited(patch.object(), patch.resourceVersion()));
            case Action.DeleteObject delete -> Optional.of(new Awaited(delete.object(), delete.resourceVersion()));
            case Action.EditPod ignored -> Optional.empty();
            case Action.CreatePod ignored -> Optional.empty();
            case Action.DeletePod ignored -> Optional.empty();
            case Action.WriteStatus ignored -> Optional.empty();
            case Action.Announce ignored -> Optional.empty();
        };
    }
}
