package io.kusionstack.operating.host.collaset;

import io.kusionstack.operating.host.model.CollaSetStatus;
import io.kusionstack.operating.host.plan.Reason;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How far a set was when it was seen last, and since when.
 *
 * @param counters what its status counts that tells how far it is; a container that ends again and again moves none of these
 */
record ProgressRecord(List<Integer> counters, long generation, Instant since) {
    static final ProgressRecord NONE = new ProgressRecord(List.of(), -1, Instant.MAX);

    /** As long as a Deployment waits for progress: a node may come, or come back, and an image may be pushed. */
    static final Duration LONG = Duration.ofMinutes(10);

    private static final Set<Reason> OTHER_REASONS = EnumSet.of(
            Reason.INVALID_SPEC,
            Reason.TEMPLATE_REFUSED,
            Reason.REVISION_UNPROVEN,
            Reason.UPDATE_FAILED,
            Reason.SCALE_OUT_FAILED,
            Reason.SCALE_IN_FAILED,
            Reason.DELETION_FAILED,
            Reason.REFUSED_BY_SERVER,
            Reason.FORBIDDEN_BY_SERVER,
            Reason.WRITE_FAILED,
            Reason.SERVER_UNREACHABLE);
    private static final Duration LOOK = Duration.ofSeconds(20);
    private static final Duration SELDOM_LOOK = Duration.ofMinutes(5);

    ProgressRecord {
        counters = List.copyOf(counters);
    }

    /** Seen again. One whose status says that it stalls stood still before this process came. */
    ProgressRecord seen(SetSpec set, Instant now) {
        CollaSetStatus status = set.status();
        ProgressRecord next = new ProgressRecord(
                counted(
                        status.replicas(),
                        status.availableReplicas(),
                        status.updatedReplicas(),
                        status.updatedAvailableReplicas(),
                        status.operatingReplicas(),
                        status.terminatingReplicas()),
                set.generation(),
                now);
        if (next.counters.equals(counters) && next.generation == generation) {
            return this;
        }
        boolean isObserved = Objects.equals(status.observedGeneration(), set.generation());
        return generation == NONE.generation && isObserved && isStalled(status)
                ? new ProgressRecord(next.counters, next.generation, now.minus(LONG))
                : next;
    }

    /** By what its Pods wait for: of what the server refuses, or of a spec that is wrong, nobody says since when nothing moves. */
    private static boolean isStalled(CollaSetStatus status) {
        return status.conditions().stream()
                .anyMatch(condition -> SetConditions.STALLED.equals(condition.type())
                        && "True".equals(condition.status())
                        && OTHER_REASONS.stream()
                                .noneMatch(reason -> reason.word().equals(condition.reason())));
    }

    /** When to look again at what others have to say, which comes without an event of the set's. */
    Duration look(Instant now) {
        return lasts(LONG.multipliedBy(2), now) ? SELDOM_LOOK : LOOK;
    }

    private static List<Integer> counted(@Nullable Integer... numbers) {
        List<Integer> counted = new ArrayList<>();
        Arrays.stream(numbers).forEach(number -> counted.add(number == null ? 0 : number));
        return counted;
    }

    boolean lasts(Duration patience, Instant now) {
        return since.isBefore(now) && Duration.between(since, now).compareTo(patience) >= 0;
    }
}
