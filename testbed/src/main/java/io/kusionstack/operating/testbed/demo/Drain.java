package io.kusionstack.operating.testbed.demo;

import io.kusionstack.operating.testbed.slb.SlbBackend;
import io.kusionstack.operating.testbed.slb.SlbChange;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One removal of a backend from a group.
 *
 * @param lasted how long it had got no new requests by then; zero where it still got some
 */
public record Drain(String address, Duration lasted) {
    /** All removals of a group's history, oldest first. */
    public static List<Drain> of(List<SlbChange> history) {
        List<Drain> drains = new ArrayList<>();
        Map<String, Instant> since = new HashMap<>();
        Map<String, SlbBackend> before = new HashMap<>();
        for (SlbChange change : history) {
            Map<String, SlbBackend> now = new HashMap<>();
            change.backends().forEach(backend -> now.put(backend.serverIp(), backend));
            before.keySet().stream()
                    .filter(address -> !now.containsKey(address))
                    .sorted()
                    .forEach(address -> {
                        Instant began = since.remove(address);
                        drains.add(new Drain(
                                address, began == null ? Duration.ZERO : Duration.between(began, change.at())));
                    });
            now.values().forEach(backend -> note(since, backend, change.at()));
            before = now;
        }
        return drains;
    }

    private static void note(Map<String, Instant> since, SlbBackend backend, Instant at) {
        if (backend.weight() == 0) {
            since.putIfAbsent(backend.serverIp(), at);
        } else {
            since.remove(backend.serverIp());
        }
    }

    /** The shortest of them. */
    public static Optional<Duration> shortest(List<Drain> drains) {
        return drains.stream().map(Drain::lasted).min(Duration::compareTo);
    }
}
