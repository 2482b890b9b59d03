package io.kusionstack.operating.host.traffic;

import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.PodCondition;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.plugin.traffic.Backend;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * One Pod that gets requests of a Service, or may still get them.
 *
 * @param targeted true if the Service wants and selects it
 * @param ports on which it listens for this Service; empty while they are not known
 * @param lacksPort true if its EndpointSlices list it without a port that the Service names
 * @param offSince the ticket under which the host learnt that it has to be off; 0 while it may be on
 * @param backSince the ticket under which the host learnt that it is fit again though it kept its finalizer; 0 if it did not keep it
 * @param deferred how long to hold back the removal of its finalizer, so that it goes in one request with the next change
 */
record ServicePod(
        PodRecord pod,
        boolean targeted,
        SortedSet<Integer> ports,
        boolean lacksPort,
        long offSince,
        long backSince,
        Optional<Duration> deferred) {
    ServicePod {
        ports = Collections.unmodifiableSortedSet(new TreeSet<>(ports));
    }

    /**
     * Able to answer requests of any sender: its containers are ready, and the gate of the lifecycle and all other gates are open. A Pod
     * without the gate of the lifecycle is fit if it is Ready, as in upstream.
     */
    static boolean isFit(PodRecord pod) {
        if (pod.terminating() || pod.inactive() || pod.ips().isEmpty()) {
            return false;
        }
        if (!pod.gated() && pod.condition(Names.SERVICE_READY).isEmpty()) {
            return pod.ready();
        }
        return is(pod, PodCondition.CONTAINERS_READY)
                && is(pod, Names.SERVICE_READY)
                && pod.readinessGates().stream().allMatch(gate -> is(pod, gate));
    }

    private static boolean is(PodRecord pod, String condition) {
        return pod.condition(condition).filter(PodCondition::isTrue).isPresent();
    }

    boolean isWanted() {
        return targeted && offSince == 0 && isFit(pod);
    }

    /** True if requests are still answered: only the lifecycle, or the Service, says that it is to get none. */
    boolean answers() {
        return !pod.terminating() && !pod.inactive() && pod.readyButForOurGate();
    }

    /** True if the lifecycle may be waiting for traffic to be off. */
    boolean isGateClosed() {
        return pod.gateClosed();
    }

    Optional<String> ip() {
        return pod.ips().isEmpty() ? Optional.empty() : Optional.of(pod.ips().getFirst());
    }

    /** Where it can be registered. */
    List<EndpointAddress> addresses() {
        return ports.stream()
                .flatMap(port -> ip().map(known -> new EndpointAddress(known, port)).stream())
                .toList();
    }

    Backend backend(String ip, int port, String plugin) {
        return new Backend(pod.ref(), ip, port, attributes(plugin));
    }

    private Map<String, String> attributes(String plugin) {
        String prefix = plugin + "." + Names.TRAFFIC_DOMAIN + "/";
        Map<String, String> attributes = new TreeMap<>();
        pod.annotations().forEach((key, value) -> {
            if (key.startsWith(prefix)) {
                attributes.put(key.substring(prefix.length()), value);
            }
        });
        return attributes;
    }
}
