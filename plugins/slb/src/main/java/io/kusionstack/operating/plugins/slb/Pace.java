package io.kusionstack.operating.plugins.slb;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * How fast each action may be called, for the whole account: a bucket of one second's calls, and a pause after the API said that
 * it is too often, doubled each time until it goes well. Any thread.
 */
final class Pace {
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

    private record Action(double calls, Instant at, Instant pausedUntil, Duration pause) {}

    private final int perSecond;
    private final Map<String, Action> actions = new HashMap<>();

    Pace(int perSecond) {
        this.perSecond = perSecond;
    }

    /** Takes one call, or tells how long to wait. */
    synchronized Optional<Duration> take(String name, Instant now) {
        Action action = actions.getOrDefault(name, new Action(perSecond, now, Instant.MIN, Duration.ZERO));
        if (now.isBefore(action.pausedUntil())) {
            return Optional.of(Duration.between(now, action.pausedUntil()));
        }
        double earned = Duration.between(action.at(), now).toNanos() / 1e9 * perSecond;
        double calls = Math.min(perSecond, action.calls() + Math.max(0, earned));
        if (calls < 1) {
            return Optional.of(Duration.ofNanos((long) ((1 - calls) / perSecond * 1e9)));
        }
        actions.put(name, new Action(calls - 1, now, Instant.MIN, action.pause()));
        return Optional.empty();
    }

    /** The API said that it is too often. */
    synchronized Duration pause(String name, Instant now) {
        Action action = actions.getOrDefault(name, new Action(perSecond, now, Instant.MIN, Duration.ZERO));
        Duration pause = action.pause().isZero() ? FIRST_PAUSE : action.pause().multipliedBy(2);
        pause = pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause;
        actions.put(name, new Action(action.calls(), action.at(), now.plus(pause), pause));
        return pause;
    }

    /** It went well. */
    synchronized void relax(String name) {
        actions.computeIfPresent(
                name,
                (same, action) -> new Action(
                        action.calls(),
                        action.at(),
                        action.pausedUntil(),
                        action.pause().dividedBy(2)));
    }
}
