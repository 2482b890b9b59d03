package io.kusionstack.operating.host.collaset;

import io.kusionstack.operating.host.plan.Action;
import io.kusionstack.operating.host.plan.ObjectRef;
import io.kusionstack.operating.host.plan.Plan;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.ToLongFunction;

/**
 * Writes of our own that the caches may not show yet.
 *
 * @param written when they were done
 */
record AwaitedWrites(List<AwaitedWrite> writes, Instant written) {
    static final AwaitedWrites NONE = new AwaitedWrites(List.of(), Instant.EPOCH);

    /** A cache that shows a write no earlier than this is not waited for. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    AwaitedWrites {
        writes = List.copyOf(writes);
    }

    /** @param replaced the version that the write replaced; 0 if it created the object */
    record AwaitedWrite(ObjectRef object, long replaced) {}

    static AwaitedWrites of(Plan done, Instant now) {
        List<AwaitedWrite> writes = done.actions().stream()
                .flatMap(action -> write(action).stream())
                .toList();
        return new AwaitedWrites(writes, now);
    }

    /** @param versions the version that the caches show of an object, 0 if they show none */
    boolean areSeen(ToLongFunction<ObjectRef> versions, Instant now) {
        return now.isAfter(written.plus(PATIENCE))
                || writes.stream().allMatch(each -> versions.applyAsLong(each.object()) != each.replaced());
    }

    private static Optional<AwaitedWrite> write(Action action) {
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
