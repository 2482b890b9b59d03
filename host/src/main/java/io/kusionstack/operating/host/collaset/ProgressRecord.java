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
 * The progress of a set at its last observation, and since when it has been so.
 *
 * @param counters the numbers of the status that tell its progress; a container that ends again and again changes none of them
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
            Reason.WRITE_CONFLICT,
            Reason.SERVER_UNREACHABLE);
    private static final Duration LOOK = Duration.ofSeconds(20);
    private static final Duration SELDOM_LOOK = Duration.ofMinutes(5);

    ProgressRecord {
        counters = List.copyOf(counters);
    }

    /** At the next observation. A set whose status says that it stalls had no progress before this process started. */
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

    /** True if it stalls by waits of its Pods: for a refusal of the API server, or an invalid spec, the status does not tell since when. */
    private static boolean isStalled(CollaSetStatus status) {
        return status.conditions().stream()
                .anyMatch(condition -> SetConditions.STALLED.equals(condition.type())
                        && "True".equals(condition.status())
                        && OTHER_REASONS.stream()
                                .noneMatch(reason -> reason.word().equals(condition.reason())));
    }

    /** When to check again the facts of other rooms, which come without an event of the set. */
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
