package io.kusionstack.operating.host.plan;

import io.kusionstack.operating.host.model.Names;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Until when a Pod may be getting requests, or may get some again without a write of ours. Pure. */
final class Serving {
    /** A Pod whose containers run is given so long to become Ready again by itself. */
    static final Duration BLIP = Duration.ofSeconds(30);

    private Serving() {}

    /**
     * @return {@link Instant#MAX} while nothing but an event can end it, an earlier time for a Pod that stopped being Ready a
     *     moment ago, empty for one that is out until it is mended or written
     */
    static Optional<Instant> until(PodRecord pod) {
        if (pod.terminating() || pod.inactive() || isGateClosed(pod)) {
            return Optional.empty();
        }
        Optional<PodCondition> ready = pod.condition(PodCondition.READY);
        if (ready.filter(PodCondition::isTrue).isPresent() || pod.readyButForKubelet()) {
            return Optional.of(Instant.MAX);
        }
        return ready.filter(condition -> hasServed(pod, condition))
                .map(condition -> condition.lastTransition().plus(BLIP));
    }

    private static boolean isGateClosed(PodRecord pod) {
        return pod.gated()
                && pod.condition(Names.SERVICE_READY)
                        .filter(PodCondition::isTrue)
                        .isEmpty();
    }

    /** Its containers run, and have been ready since they started: a container that waits or ended is broken. */
    private static boolean hasServed(PodRecord pod, PodCondition ready) {
        Instant started = Instant.MIN;
        for (ContainerRecord container : pod.containers()) {
            if (container.init()) {
                continue;
            }
            if (container.state() != ContainerRecord.State.RUNNING || container.startedAt() == null) {
                return false;
            }
            started = container.startedAt().isAfter(started) ? container.startedAt() : started;
        }
        // times have whole seconds: within one second, only a Pod that was never in service counts as one that was
        // never
        // ready
        return pod.hasLabel(Names.CREATING)
                ? ready.lastTransition().isAfter(started)
                : !ready.lastTransition().isBefore(started);
    }
}
