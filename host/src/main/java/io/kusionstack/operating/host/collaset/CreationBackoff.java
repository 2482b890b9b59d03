package io.kusionstack.operating.host.collaset;

import io.kusionstack.operating.host.plan.ContainerRecord;
import io.kusionstack.operating.host.plan.PodCondition;
import io.kusionstack.operating.host.plan.PodRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * How fast a set may create Pods while they end soon after their creation: one at a time, with pauses that double from a
 * second to five minutes. One Pod that lasts ends the pauses, and so does a set that needs no other Pod: none is
 * missing, none that ended is left, none may still show that it lasts, and the pause is over.
 *
 * @param strikes observations in a row that found Pods which ended soon
 * @param at when the last of them was
 * @param born when the youngest of those Pods was created
 * @param counted uids of ended Pods that are counted already
 * @param cause why the last of them ended, in the words of the kubelet
 */
record CreationBackoff(int strikes, Instant at, Instant born, Set<String> counted, String cause) {
    static final CreationBackoff NONE = new CreationBackoff(0, Instant.EPOCH, Instant.EPOCH, Set.of(), "");

    /** A Pod whose containers run for so long lasts. */
    private static final Duration LASTING = Duration.ofMinutes(1);

    /** The longest pause; a Pod that was created longer ago does not end soon. */
    private static final Duration LONGEST = Duration.ofMinutes(5);

    /** No event tells that a Pod lasts. */
    static final Duration LOOK = Duration.ofSeconds(15);

    private static final int MOST_DOUBLINGS = 9;
    private static final Set<String> DISRUPTIONS = Set.of("Evicted", "Preempting", "Terminated", "NodeShutdown");
    private static final Comparator<PodRecord> BY_AGE =
            Comparator.comparing(PodRecord::created).thenComparing(PodRecord::name);

    CreationBackoff {
        counted = Set.copyOf(counted);
    }

    /**
     * @param pods all of the set
     * @param replicas how many are wanted
     */
    CreationBackoff seen(List<PodRecord> pods, int replicas, Instant now) {
        Set<String> ended = new HashSet<>();
        Optional<PodRecord> last = Optional.empty();
        boolean lasted = false;
        boolean open = now.isBefore(until());
        int live = 0;
        for (PodRecord pod : pods) {
            if (pod.inactive()) {
                ended.add(pod.uid());
                boolean soon = pod.created().plus(LONGEST).isAfter(now) && !pod.terminating() && !isDisrupted(pod);
                last = soon && !counted.contains(pod.uid()) ? younger(last, pod) : last;
                open |= !pod.terminating();
            } else {
                live += pod.terminating() ? 0 : 1;
                open |= isYoung(pod, now) && !pod.terminating();
                lasted = lasted || (!pod.created().isBefore(born) && lasts(pod, now));
            }
        }
        if (last.isPresent()) {
            return new CreationBackoff(strikes + 1, now, last.get().created(), ended, words(last.get()));
        }
        boolean needed = open || live < replicas;
        return strikes > 0 && needed && !lasted ? new CreationBackoff(strikes, at, born, ended, cause) : NONE;
    }

    /** A container that was started again is in the kubelet's care, which has pauses of its own. */
    private static boolean lasts(PodRecord pod, Instant now) {
        if (pod.terminating()
                || !pod.phase().equals("Running")
                || pod.created().plus(LASTING).isAfter(now)) {
            return false;
        }
        return pod.containers().stream()
                .filter(container -> !container.init() && container.restartCount() == 0)
                .allMatch(container -> container.startedAt() == null
                        || !container.startedAt().plus(LASTING).isAfter(now));
    }

    private static Optional<PodRecord> younger(Optional<PodRecord> one, PodRecord other) {
        return one.filter(known -> BY_AGE.compare(known, other) > 0).or(() -> Optional.of(other));
    }

    boolean holds() {
        return strikes > 0;
    }

    /** True if this observation found a Pod that ended soon. */
    boolean isNew(Instant now) {
        return holds() && at.equals(now);
    }

    /** When the next Pod may be created. */
    Instant until() {
        long seconds = 1L << Math.min(Math.max(0, strikes - 1), MOST_DOUBLINGS);
        return at.plus(Duration.ofSeconds(Math.min(seconds, LONGEST.toSeconds())));
    }

    /** True if this Pod may still show that it lasts: until then no other is created. One without a node shows nothing. */
    boolean isTrial(PodRecord pod, Instant now) {
        return holds() && !pod.node().isEmpty() && isYoung(pod, now);
    }

    private boolean isYoung(PodRecord pod, Instant now) {
        return !pod.created().isBefore(born) && pod.created().plus(LONGEST).isAfter(now);
    }

    /** True if the node or the cluster ended a running Pod. A Pod that its node did not admit was not running: the next Pod may not be admitted either. */
    private static boolean isDisrupted(PodRecord pod) {
        boolean ran = pod.containers().stream()
                .anyMatch(container -> !container.containerId().isEmpty());
        return ran
                && (DISRUPTIONS.contains(pod.reason())
                        || pod.condition(PodCondition.DISRUPTION_TARGET)
                                .filter(PodCondition::isTrue)
                                .isPresent());
    }

    String explanation() {
        return "Pods end soon after their creation, " + strikes + (strikes == 1 ? " time" : " times in a row")
                + "; the last one, " + cause + "; another one is tried after " + until()
                + ", and the others once it lasts for " + LASTING.toSeconds()
                + " s; correct spec.template or the nodes";
    }

    private static String words(PodRecord pod) {
        StringBuilder words = new StringBuilder(pod.name()).append(", ").append(pod.phase());
        if (!pod.reason().isEmpty()) {
            words.append(", ").append(pod.reason());
        }
        if (!pod.message().isEmpty()) {
            words.append(": ").append(pod.message());
        }
        for (ContainerRecord container : pod.containers()) {
            if (container.state() == ContainerRecord.State.TERMINATED) {
                words.append(", container ")
                        .append(container.name())
                        .append(' ')
                        .append(container.reason());
            }
        }
        return words.toString();
    }
}
