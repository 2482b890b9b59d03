package io.kusionstack.operating.host.collaset;

import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.PodRecord;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The instance ids of a set: those of its Pods, and more until there are as many as replicas. Equal input gives equal ids;
 * entries of other sets are never touched, and the id of a Pod that left the set is free only when the Pod is gone.
 */
final class InstanceIds {
    /** The order in which ids are given up: those without a Pod so far first, then the highest. */
    private static final Comparator<InstanceIdentity> DISPENSABLE_FIRST = Comparator.comparing(
                    InstanceIdentity::justCreated)
            .thenComparing(InstanceIdentity::id)
            .reversed();

    private InstanceIds() {}

    /** The wanted entries by id; those of other sets are unchanged. */
    static SortedMap<Integer, InstanceIdentity> settle(List<InstanceIdentity> stored, IdDemand demand) {
        SortedMap<Integer, InstanceIdentity> all = new TreeMap<>();
        stored.forEach(identity -> all.put(identity.id(), identity));
        Set<Integer> alive = ids(demand.live());
        all.values()
                .removeIf(identity ->
                        identity.ownedBy(demand.owner()) && identity.leaving() && !alive.contains(identity.id()));
        adopt(all, demand);
        retire(all, alive, demand);
        allocate(all, demand);
        return all;
    }

    /** The id of a Pod, or -1 if it has none that can be read. */
    static int of(PodRecord pod) {
        String text = pod.label(Names.INSTANCE_ID).orElse("");
        boolean number = !text.isEmpty() && text.length() < 10 && text.chars().allMatch(Character::isDigit);
        return number ? Integer.parseInt(text) : -1;
    }

    private static Set<Integer> ids(List<PodRecord> pods) {
        Set<Integer> ids = new HashSet<>();
        pods.forEach(pod -> ids.add(of(pod)));
        return ids;
    }

    private static void adopt(Map<Integer, InstanceIdentity> all, IdDemand demand) {
        for (PodRecord pod : demand.live()) {
            int id = of(pod);
            if (id >= 0 && !pod.hasLabel(Names.REPLACE_PAIR_ORIGIN_NAME)) {
                all.computeIfAbsent(
                        id,
                        missing -> InstanceIdentity.adopted(
                                missing,
                                demand.owner(),
                                pod.label(Names.REVISION).orElse(demand.current())));
            }
        }
    }

    private static void retire(Map<Integer, InstanceIdentity> all, Set<Integer> alive, IdDemand demand) {
        List<InstanceIdentity> mine = owned(all, demand);
        int surplus = mine.size() - Math.max(demand.replicas(), demand.live().size());
        mine.stream()
                .filter(identity -> !alive.contains(identity.id()))
                .sorted(DISPENSABLE_FIRST)
                .limit(Math.max(0, surplus))
                .forEach(identity -> all.remove(identity.id()));
    }

    private static void allocate(Map<Integer, InstanceIdentity> all, IdDemand demand) {
        List<InstanceIdentity> mine = owned(all, demand);
        List<Integer> fresh = new ArrayList<>();
        for (int id = 0; mine.size() + fresh.size() < demand.replicas(); id++) {
            if (!all.containsKey(id) && !demand.held().contains(id)) {
                fresh.add(id);
            }
        }
        int updated = updatedAmong(fresh.size(), mine, demand);
        for (int i = 0; i < fresh.size(); i++) {
            boolean onUpdated = i >= fresh.size() - updated;
            int id = fresh.get(i);
            all.put(
                    id,
                    InstanceIdentity.allocated(id, demand.owner(), onUpdated ? demand.updated() : demand.current()));
        }
    }

    private static int updatedAmong(int fresh, List<InstanceIdentity> mine, IdDemand demand) {
        return switch (demand.rollout()) {
            case Rollout.Labelled() -> 0;
            case Rollout.Paused() -> 0;
            case Rollout.Partition(int kept, boolean given) -> {
                if (!given) {
                    yield fresh;
                }
                long already = mine.stream()
                        .filter(identity -> identity.revision().equals(demand.updated()))
                        .count();
                yield Math.clamp(demand.replicas() - (long) kept - already, 0, fresh);
            }
        };
    }

    private static List<InstanceIdentity> owned(Map<Integer, InstanceIdentity> all, IdDemand demand) {
        return all.values().stream()
                .filter(identity -> identity.ownedBy(demand.owner()) && !demand.holds(identity))
                .toList();
    }
}
