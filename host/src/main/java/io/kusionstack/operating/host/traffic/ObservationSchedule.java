package io.kusionstack.operating.host.traffic;

import io.kusionstack.operating.host.kernel.Durations;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** When a load balancer has to be observed: now, or later. Lives for one plan. */
final class ObservationSchedule {
    /** How long a plugin that answered from a cache is not asked again. */
    private static final Duration CACHED = Duration.ofMillis(200);

    private static final Duration SOON = Duration.ofMillis(500);

    private final LoadBalancerState state;
    private final Instant now;
    private boolean due;
    private boolean patient;
    private boolean resting;
    private Optional<Instant> next = Optional.empty();

    ObservationSchedule(LoadBalancerState state, Instant now) {
        this.state = state;
        this.now = now;
        state.pendingChanges().values().forEach(pendingChange -> at(pendingChange.due()));
        state.doubts().values().forEach(this::at);
    }

    /** True if the load balancer has to be observed even if no Pod has changed. */
    static boolean isDue(LoadBalancerState state, Instant now) {
        return state.due().filter(due -> !due.isAfter(now)).isPresent();
    }

    void first() {
        due = true;
    }

    /** A newer observation than this one is needed. */
    void verify(ObservedBackends observed) {
        Instant when = observed.fresh() ? now : observed.at().plus(CACHED);
        at(when);
        if (!when.isAfter(now)) {
            next = Optional.of(now);
        }
    }

    /** A backend may appear at any moment. */
    void soon(ObservedBackends observed) {
        at(observed.at().plus(SOON));
    }

    /** @param settled false if a Pod is not on or off as it has to be, no matter which party has to act */
    void settled(boolean settled) {
        patient = patient || !settled;
    }

    /**
     * To be called last.
     *
     * @param rest the time between two observations while no change is to be made
     */
    void resync(ObservedBackends observed, Duration rest) {
        boolean urgent = due;
        at(observed.at().plus(patient ? patience(observed, rest) : rest));
        resting = due && !urgent && !patient;
    }

    /** The longer nothing changes there, the longer the time to the next observation. */
    private Duration patience(ObservedBackends observed, Duration rest) {
        Duration quiet = Duration.between(observed.unchangedSince(), now).dividedBy(4);
        Duration least = Durations.longer(quiet, LoadBalancerPlanner.PATIENCE);
        return Durations.shorter(least, rest);
    }

    /** True if this change may be requested now; then the load balancer is observed first. */
    boolean isDue(EndpointAddress address, boolean on) {
        PendingChange pendingChange = state.pendingChanges().get(address);
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
        return state.trouble().filter(trouble -> trouble.until().isAfter(now)).isPresent();
    }

    /** How old the observation may be, if one is due: at rest the observations for other Services are new enough. */
    Optional<Duration> look() {
        if (!due || isBlocked()) {
            return Optional.empty();
        }
        return Optional.of(resting ? LoadBalancerPlanner.SHARED : Duration.ZERO);
    }

    Optional<Duration> lookAgain() {
        Optional<Instant> when = isBlocked() ? state.trouble().map(ObservationFailure::until) : next;
        return when.map(time -> Duration.between(now, time));
    }
}
