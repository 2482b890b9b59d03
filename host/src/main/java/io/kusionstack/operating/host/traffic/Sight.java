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
 * Whose backends a look shows. Where the provider names the Pod, its uid decides; else the address does: of several Pods
 * with one IP (an IP given to another Pod, Pods on the network of their node) it belongs to the one that serves, then to
 * one that lives, then to the newest.
 */
final class Sight {
    private static final Comparator<Employee> LIKELIER = Comparator.comparing(Employee::isWanted)
            .thenComparing(
                    employee -> !employee.pod().terminating() && !employee.pod().inactive())
            .thenComparing(employee -> employee.pod().created())
            .thenComparing(employee -> employee.pod().name());

    private final Map<String, SortedSet<Spot>> byPod = new HashMap<>();
    private final SortedSet<Spot> leftovers = new TreeSet<>();
    private final Map<String, Employee> byIp = new HashMap<>();

    private Sight() {}

    static Sight of(Look look, List<Employee> employees) {
        Sight sight = new Sight();
        Set<String> known = new HashSet<>();
        for (Employee employee : employees) {
            known.add(employee.pod().uid());
            employee.ip().ifPresent(ip -> sight.byIp.merge(ip, employee, Sight::likelier));
        }
        look.spots().forEach((spot, seen) -> {
            if (seen.isOurs()) {
                sight.attribute(spot, seen.pods(), known);
            }
        });
        return sight;
    }

    private static Employee likelier(Employee one, Employee other) {
        return LIKELIER.compare(one, other) >= 0 ? one : other;
    }

    private void attribute(Spot spot, Set<String> named, Set<String> known) {
        boolean found = false;
        for (String uid : named) {
            if (known.contains(uid)) {
                add(uid, spot);
                found = true;
            }
        }
        Optional<String> owner =
                Optional.ofNullable(byIp.get(spot.ip())).map(Employee::pod).map(PodRecord::uid);
        if (!found && named.isEmpty() && owner.isPresent()) {
            add(owner.get(), spot);
        } else if (!found) {
            leftovers.add(spot);
        }
    }

    private void add(String uid, Spot spot) {
        byPod.computeIfAbsent(uid, pod -> new TreeSet<>()).add(spot);
    }

    SortedSet<Spot> of(Employee employee) {
        return byPod.getOrDefault(employee.pod().uid(), Collections.emptySortedSet());
    }

    /** Ours, and of no Pod that there still is. */
    SortedSet<Spot> leftovers() {
        return Collections.unmodifiableSortedSet(leftovers);
    }

    /** The Pod to which the address of this one belongs, where that is another one. */
    Optional<Employee> sharesIpWith(Employee employee) {
        return employee.ip()
                .map(byIp::get)
                .filter(owner -> !owner.pod().uid().equals(employee.pod().uid()));
    }
}
