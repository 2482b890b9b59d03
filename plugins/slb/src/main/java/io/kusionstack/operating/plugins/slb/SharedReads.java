package io.kusionstack.operating.plugins.slb;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Reads that Services of one load balancer share: what one of them read late enough need not be read for the next. Never holds
 * more than was read within a minute. Any thread.
 */
final class SharedReads {
    private static final Duration KEPT = Duration.ofMinutes(1);

    private final SlbApi api;
    private final Clock clock;
    private final Map<String, Read<ServerGroup>> groups = new ConcurrentHashMap<>();
    private final Map<String, Read<List<HealthRow>>> health = new ConcurrentHashMap<>();

    /** @param at when the API was asked */
    record Read<T>(Instant at, T value) {
        boolean isBefore(Instant time) {
            return at.isBefore(time);
        }
    }

    /** @param notBefore a read of that time or later will do */
    record When(Instant notBefore, Instant deadline) {}

    private interface Ask<T> {
        T until(String id, Instant deadline) throws SlbRefusal;
    }

    SharedReads(SlbApi api, Clock clock) {
        this.api = api;
        this.clock = clock;
    }

    Read<ServerGroup> group(String id, When when) throws SlbRefusal {
        return read(groups, id, when, api::group);
    }

    Read<List<HealthRow>> health(String loadBalancer, When when) throws SlbRefusal {
        return read(health, loadBalancer, when, api::health);
    }

    private <T> Read<T> read(Map<String, Read<T>> known, String id, When when, Ask<T> ask) throws SlbRefusal {
        Optional<Read<T>> shared = Optional.ofNullable(known.get(id)).filter(read -> !read.isBefore(when.notBefore()));
        if (shared.isPresent()) {
            return shared.get();
        }
        Instant at = clock.instant();
        known.values().removeIf(read -> read.isBefore(at.minus(KEPT)));
        Read<T> read = new Read<>(at, ask.until(id, when.deadline()));
        known.put(id, read);
        return read;
    }
}
