package io.kusionstack.operating.host.traffic;

import io.kusionstack.operating.plugin.traffic.ObservedBackend;
import io.kusionstack.operating.plugin.traffic.Serving;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * One address with all its backends.
 *
 * @param serving the highest state of its backends: On, then Starting, then Draining
 * @param since when that state was first observed; a drain counts from here
 */
record ObservedAddress(Serving serving, Instant since, List<ObservedBackend> backends) {
    ObservedAddress {
        backends = List.copyOf(backends);
    }

    static ObservedAddress of(List<ObservedBackend> backends, Optional<ObservedAddress> before, Instant now) {
        Serving serving = Serving.FOREIGN;
        for (ObservedBackend backend : backends) {
            serving = backend.serving().compareTo(serving) < 0 ? backend.serving() : serving;
        }
        Serving same = serving;
        return new ObservedAddress(
                serving,
                before.filter(old -> old.serving == same)
                        .map(ObservedAddress::since)
                        .orElse(now),
                backends);
    }

    boolean isOurs() {
        return serving != Serving.FOREIGN;
    }

    /** True if it gets new requests wherever it is registered. */
    boolean isOn() {
        return backends.stream().allMatch(backend -> backend.serving() == Serving.ON);
    }

    Optional<Instant> drainingSince() {
        return serving == Serving.DRAINING ? Optional.of(since) : Optional.empty();
    }

    /** The Pods the provider names, by uid; empty where it names none. */
    Set<String> pods() {
        Set<String> pods = new LinkedHashSet<>();
        for (ObservedBackend backend : backends) {
            if (backend.serving() != Serving.FOREIGN
                    && !backend.backend().pod().uid().isEmpty()) {
                pods.add(backend.backend().pod().uid());
            }
        }
        return pods;
    }

    String detail() {
        return backends.stream()
                .map(ObservedBackend::detail)
                .filter(text -> !text.isEmpty())
                .distinct()
                .collect(Collectors.joining("; "));
    }
}
