package io.kusionstack.operating.host.traffic;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** When a load balancer has to be looked at: now, or later. Lives for one plan. */
final class ObservationSchedule {
    /** How long to leave a plugin alone that answered from a cache. */
    private static final Duration CACHED = Duration.ofMillis(200);

    private static final Duration SOON = Duration.ofMillis(500);

    private final LoadBalancerState memory;
    private final Instant now;
    private boolean due;
    private boolean patient;
    private boolean resting;
    private Optional<Instant> next = Optional.empty();

    ObservationSchedule(LoadBalancerState memory, Instant now) {
        this.memory = memory;
        this.now = now;
        memory.pendingChanges().values().forEach(pendingChange -> at(pendingChange.due()));
        memory.doubts().values().forEach(this::at);
    }

    /** True if the load balancer has to be looked at whatever has become of the Pods. */
    static boolean isDue(LoadBalancerState memory, Instant now) {
        return memory.due().filter(due -> !due.isAfter(now)).isPresent();
    }

    void first() {
        due = true;
    }

    /** Something has to be seen that this look was too early for. */
    void verify(ObservedBackends look) {
        Instant when = look.fresh() ? now : look.at().plus(CACHED);
        at(when);
        if (!when.isAfter(now)) {
            next = Optional.of(now);
        }
    }

    /** Something may show any moment. */
    void soon(ObservedBackends look) {
        at(look.at().plus(SOON));
    }

    /** @param settled false if a Pod is not where it ought to be, whoever has to act */
    void settled(boolean settled) {
        patient = patient || !settled;
    }

    /**
     * Comes last: nothing else needs an observation.
     *
     * @param rest how long to leave the load balancer alone while nothing is to be done there
     */
    void resync(ObservedBackends look, Duration rest) {
        boolean urgent = due;
        at(look.at().plus(patient ? patience(look, rest) : rest));
        resting = due && !urgent && !patient;
    }

    /** The longer nothing moves there, the more patient. */
    private Duration patience(ObservedBackends look, Duration rest) {
        Duration quiet = Duration.between(look.unchangedSince(), now).dividedBy(4);
        Duration least = quiet.compareTo(LoadBalancerPlanner.PATIENCE) < 0 ? LoadBalancerPlanner.PATIENCE : quiet;
        return least.compareTo(rest) < 0 ? least : rest;
    }

    /** True if this change may be asked for now; then the load balancer is looked at first. */
    boolean isDue(EndpointAddress address, boolean on) {
        PendingChange pendingChange = memory.pendingChanges().get(address);
        boolean ask = pendingChange == null || pendingChange.on() != on || pendingChange.isDue(now);
        due = due || ask;
        return ask;
    }

    private void at(Instant time) {
        if (!time.isAfter(now)) {
            due = true;
        } else if (next.isEmpty() || time.isBefore(next.get())) {
            next = Optional.of(time);
        }
    }

    private boolean isBlocked() {
        return memory.trouble().filter(trouble -> trouble.until().isAfter(now)).isPresent();
    }

    /** How old a read may be, if one is due: at rest the reads of others will do. */
    Optional<Duration> look() {
        if (!due || isBlocked()) {
            return Optional.empty();
        }
        return Optional.of(resting ? LoadBalancerPlanner.SHARED : Duration.ZERO);
    }

    Optional<Duration> lookAgain() {
        Optional<Instant> when = isBlocked() ? memory.trouble().map(LoadBalancerState.ObservationFailure::until) : next;
        return when.map(time -> Duration.between(now, time));
    }
}
