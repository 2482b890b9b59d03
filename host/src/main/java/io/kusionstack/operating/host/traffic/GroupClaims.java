package io.kusionstack.operating.host.traffic;

import io.fabric8.kubernetes.api.model.Service;
import io.kusionstack.operating.host.kernel.Key;
import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.Wait;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Which Services have backends in which group, by their records. Two Services in one group would take each other's Pods for foreign
 * backends, so the second Service is refused before anything is put on for it. A Service that is leaving a group bars it only from
 * Services that may select the same Pods: others have no backends there, and two that swap their groups would wait for each other.
 * Any thread.
 */
final class GroupClaims {
    private static final Duration AGAIN = Duration.ofSeconds(15);

    private final Map<String, SortedSet<Key>> holders = new HashMap<>();
    private final Map<Key, GroupWish> wishes = new HashMap<>();
    /** By the Service that is told to wait: the groups that it names. */
    private final Map<Key, Set<String>> barred = new HashMap<>();

    void serviceChanged(@Nullable Service before, @Nullable Service after) {
        String was = record(before);
        String is = record(after);
        if (!was.equals(is) || after == null) {
            change(before, was, after, is);
        }
    }

    private static String record(@Nullable Service service) {
        if (service == null || service.getMetadata().getAnnotations() == null) {
            return "";
        }
        return service.getMetadata().getAnnotations().getOrDefault(Names.TRAFFIC_SERVED, "");
    }

    private synchronized void change(@Nullable Service before, String was, @Nullable Service after, String is) {
        if (before != null) {
            ManagedService old = ManagedService.of(before);
            for (String group :
                    groups(LoadBalancerRecord.parse(was, old.employer().ref()))) {
                leave(group, old.key());
            }
        }
        if (before != null && after == null) {
            wishes.remove(ManagedService.of(before).key());
            barred.remove(ManagedService.of(before).key());
        }
        if (after != null) {
            enter(ManagedService.of(after), is);
        }
    }

    /** The groups of a Service that is gone together with its finalizer are barred until the Service is forgotten. */
    synchronized void departed(ManagedService gone) {
        wishes.put(gone.key(), new GroupWish(gone, Set.of()));
    }

    /** No backend is left of a Service that is gone, or its successor records those that are left. */
    synchronized void forget(ManagedService departed, Optional<ManagedService> successor) {
        Key key = departed.key();
        for (String group : groups(
                LoadBalancerRecord.parse(record(departed), departed.employer().ref()))) {
            leave(group, key);
        }
        if (successor.isEmpty()) {
            wishes.remove(key);
            barred.remove(key);
        }
        successor.ifPresent(now -> enter(now, record(now)));
    }

    private static String record(ManagedService managedService) {
        return managedService.records().getOrDefault(Names.TRAFFIC_SERVED, "");
    }

    private void leave(String group, Key service) {
        holders.computeIfPresent(group, (same, keys) -> {
            keys.remove(service);
            return keys.isEmpty() ? null : keys;
        });
    }

    private void enter(ManagedService service, String record) {
        for (String group :
                groups(LoadBalancerRecord.parse(record, service.employer().ref()))) {
            holders.computeIfAbsent(group, absent -> new TreeSet<>()).add(service.key());
        }
    }

    /** @return the Services that wait for a group that the record named before the change and may not name any more */
    synchronized Set<Key> waitingFor(@Nullable Service before, @Nullable Service after) {
        if (before == null || record(before).equals(record(after))) {
            return Set.of();
        }
        List<String> groups = groups(LoadBalancerRecord.parse(
                record(before), ManagedService.of(before).employer().ref()));
        Set<Key> waiting = new HashSet<>();
        barred.forEach((key, named) -> {
            if (!Collections.disjoint(named, groups)) {
                waiting.add(key);
            }
        });
        return waiting;
    }

    /** Unknown if another Service is in one of the groups already: of two that are, the first by name goes on. */
    Resolution unlessTaken(ManagedService managedService, Resolution found) {
        Optional<LoadBalancer> wanted =
                LoadBalancerClient.loadBalancer(found).filter(loadBalancer -> managedService.wanted());
        note(managedService, found, wanted);
        Optional<Resolution> taken = wanted.flatMap(loadBalancer -> taken(managedService, loadBalancer));
        noteBarred(
                managedService.key(), taken.isPresent() ? groups(wanted.stream().toList()) : List.of());
        return taken.orElse(found);
    }

    private synchronized void noteBarred(Key key, List<String> groups) {
        if (groups.isEmpty()) {
            barred.remove(key);
        } else {
            barred.put(key, Set.copyOf(groups));
        }
    }

    /** The groups that a Service names are not known if its load balancer cannot be found: then it bars all groups of its record. */
    private synchronized void note(ManagedService managedService, Resolution found, Optional<LoadBalancer> wanted) {
        if (managedService.wanted() && found instanceof Resolution.Unresolved) {
            wishes.remove(managedService.key());
        } else {
            List<String> groups = groups(wanted.stream().toList());
            wishes.put(managedService.key(), new GroupWish(managedService, Set.copyOf(groups)));
        }
    }

    private synchronized Optional<Resolution> taken(ManagedService managedService, LoadBalancer loadBalancer) {
        for (String group : loadBalancer.groups()) {
            Optional<Key> first = holders.getOrDefault(name(loadBalancer, group), new TreeSet<>()).stream()
                    .filter(key -> bars(key, name(loadBalancer, group), managedService))
                    .findFirst();
            if (first.filter(key -> !key.equals(managedService.key())).isPresent()) {
                GroupWish wish = wishes.get(first.get());
                Wait why = wish == null || wish.groups().contains(name(loadBalancer, group))
                        ? ServiceWaits.shared(loadBalancer, group, first.get())
                        : ServiceWaits.leaving(
                                loadBalancer,
                                group,
                                first.get(),
                                wish.managedService().wanted());
                return Optional.of(new Resolution.Unresolved(why, AGAIN));
            }
        }
        return Optional.empty();
    }

    private boolean bars(Key holder, String group, ManagedService asking) {
        GroupWish wish = wishes.get(holder);
        // of one that is gone, one of its name may come back and want its groups
        return wish == null
                || !wish.managedService().exists()
                || holder.equals(asking.key())
                || wish.bars(group, asking);
    }

    private static List<String> groups(List<LoadBalancer> loadBalancers) {
        List<String> groups = new ArrayList<>();
        loadBalancers.forEach(
                loadBalancer -> loadBalancer.groups().forEach(group -> groups.add(name(loadBalancer, group))));
        return groups;
    }

    private static String name(LoadBalancer loadBalancer, String group) {
        return loadBalancer.plugin() + " " + loadBalancer.lockKey() + " " + group;
    }
}
