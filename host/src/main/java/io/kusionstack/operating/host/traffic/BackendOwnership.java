package io.kusionstack.operating.host.traffic;

import io.kusionstack.operating.host.plan.PodRecord;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Assigns the backends of an observation to Pods. Where the provider names the Pod, its uid decides; else the address does: of several Pods
 * with one IP (an IP given to another Pod, Pods on the network of their node) it belongs to the one that serves, then to
 * one that lives, then to the newest.
 */
final class BackendOwnership {
    private static final Comparator<ServicePod> LIKELIER = Comparator.comparing(ServicePod::isWanted)
            .thenComparing(servicePod ->
                    !servicePod.pod().terminating() && !servicePod.pod().inactive())
            .thenComparing(servicePod -> servicePod.pod().created())
            .thenComparing(servicePod -> servicePod.pod().name());

    private final Map<String, SortedSet<EndpointAddress>> byPod = new HashMap<>();
    private final SortedSet<EndpointAddress> leftovers = new TreeSet<>();
    private final Map<String, ServicePod> byIp = new HashMap<>();

    private BackendOwnership() {}

    static BackendOwnership of(ObservedBackends observed, List<ServicePod> servicePods) {
        BackendOwnership ownership = new BackendOwnership();
        Set<String> known = new HashSet<>();
        for (ServicePod servicePod : servicePods) {
            known.add(servicePod.pod().uid());
            servicePod.ip().ifPresent(ip -> ownership.byIp.merge(ip, servicePod, BackendOwnership::likelier));
        }
        observed.addresses().forEach((address, seen) -> {
            if (seen.isOurs()) {
                ownership.attribute(address, seen.pods(), known);
            }
        });
        return ownership;
    }

    private static ServicePod likelier(ServicePod one, ServicePod other) {
        return LIKELIER.compare(one, other) >= 0 ? one : other;
    }

    private void attribute(EndpointAddress address, Set<String> named, Set<String> known) {
        boolean found = false;
        for (String uid : named) {
            if (known.contains(uid)) {
                add(uid, address);
                found = true;
            }
        }
        Optional<String> owner =
                Optional.ofNullable(byIp.get(address.ip())).map(ServicePod::pod).map(PodRecord::uid);
        if (!found && named.isEmpty() && owner.isPresent()) {
            add(owner.get(), address);
        } else if (!found) {
            leftovers.add(address);
        }
    }

    private void add(String uid, EndpointAddress address) {
        byPod.computeIfAbsent(uid, pod -> new TreeSet<>()).add(address);
    }

    SortedSet<EndpointAddress> of(ServicePod servicePod) {
        return byPod.getOrDefault(servicePod.pod().uid(), Collections.emptySortedSet());
    }

    /** Ours, and of no Pod that there still is. */
    SortedSet<EndpointAddress> leftovers() {
        return Collections.unmodifiableSortedSet(leftovers);
    }

    /** The Pod to which the address of this one belongs, where that is another one. */
    Optional<ServicePod> sharesIpWith(ServicePod servicePod) {
        return servicePod
                .ip()
                .map(byIp::get)
                .filter(owner -> !owner.pod().uid().equals(servicePod.pod().uid()));
    }
}
