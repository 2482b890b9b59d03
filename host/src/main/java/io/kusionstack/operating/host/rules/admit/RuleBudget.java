package io.kusionstack.operating.host.rules.admit;

import io.kusionstack.operating.host.rules.admit.RuleWorld.Workload;
import io.kusionstack.operating.host.rules.spec.AvailabilityRule;
import io.kusionstack.operating.host.rules.spec.RuleSpec;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.ToIntFunction;

/**
 * The Pods of one rule, counted as they come, change and go, so that a decision costs the same for ten Pods as for ten
 * thousand. Mutable; guarded by the lock of the namespace.
 */
final class RuleBudget {
    /** Far more than there can be, and far from where numbers overflow. */
    private static final int MOST_MISSING = 100_000_000;

    private final RuleSpec spec;
    private final List<RuleSpec.CheckedRule> plugged;
    private final NavigableSet<String> targets = new TreeSet<>();
    private final NavigableSet<String> staged = new TreeSet<>();
    private final NavigableSet<PodFacts.QueuePosition> queue = new TreeSet<>();
    // by workload
    private final Map<String, Integer> trackedPods = new HashMap<>();
    private final Map<String, Integer> down = new HashMap<>();
    private final Map<String, Integer> going = new HashMap<>();
    private final Map<String, Integer> terminating = new HashMap<>();
    private final ToIntFunction<String> owned;
    private Map<String, Integer> replicas = Map.of();
    private Set<String> whole = Set.of();
    private final NavigableMap<String, TrackedPod> out = new TreeMap<>();
    private int pods;
    private long moves;

    /** @param owned how many Pods that have not ended a workload has, by its uid, selected by a rule or not */
    RuleBudget(RuleSpec spec, ToIntFunction<String> owned) {
        this.spec = spec;
        this.owned = owned;
        this.plugged = spec.plugged();
    }

    RuleSpec spec() {
        return spec;
    }

    /** The rules that plugins serve. */
    List<RuleSpec.CheckedRule> plugged() {
        return plugged;
    }

    /** Names of all selected Pods, sorted. */
    List<String> targets() {
        return List.copyOf(targets);
    }

    /** Names of the selected Pods in a stage, sorted. */
    List<String> staged() {
        return List.copyOf(staged);
    }

    /** The Pods as they count: one that goes is left out where its workload has all the Pods it wants without it. */
    AvailabilityRule.PodCounts count() {
        long missing = 0;
        for (String workload : whole) {
            missing += Math.max(0, replicas.getOrDefault(workload, 0) - owned.applyAsInt(workload));
        }
        int spare = 0;
        for (String workload : down.keySet()) {
            spare += spare(workload);
        }
        return new AvailabilityRule.PodCounts(pods - spare, out.size() - spare, (int) Math.min(missing, MOST_MISSING));
    }

    /** Of the workloads that have more Pods than they want, and count here with all of them. */
    Map<String, Surplus> surplus() {
        Map<String, Surplus> known = new HashMap<>();
        down.forEach((workload, number) -> {
            if (surplus(workload) > 0 && countsAllOf(workload)) {
                known.put(workload, new Surplus(surplus(workload), going(workload), number));
            }
        });
        return known;
    }

    private int spare(String workload) {
        return Math.min(surplus(workload), going(workload));
    }

    /**
     * How many Pods that are down do not stay: those that are being deleted; where a workload counts here with all its Pods
     * also those that wait for it, for of a part nobody can say that the others which go are among it; of one that wants none
     * all.
     */
    private int going(String workload) {
        if (!countsAllOf(workload)) {
            return terminating.getOrDefault(workload, 0);
        }
        return (replicas.getOrDefault(workload, 0) == 0 ? down : going).getOrDefault(workload, 0);
    }

    /** True if all Pods of the workload are counted here, which is known only if the rule selects its template. */
    private boolean countsAllOf(String workload) {
        return whole.contains(workload) && trackedPods.getOrDefault(workload, 0) >= owned.applyAsInt(workload);
    }

    private int surplus(String workload) {
        Integer wanted = replicas.get(workload);
        return wanted == null ? 0 : Math.max(0, owned.applyAsInt(workload) - wanted);
    }

    /** The first Pods that count as out of service, by name, each with its cause. */
    List<String> out(int most) {
        Map<String, Integer> spare = new HashMap<>();
        down.keySet().forEach(workload -> spare.put(workload, spare(workload)));
        Set<String> uncounted = new HashSet<>();
        out.values().stream()
                .filter(TrackedPod::isDown)
                .sorted(Comparator.comparing(RuleBudget::stays))
                .filter(tracked -> spare.merge(tracked.workload().orElse(""), -1, Integer::sum) >= 0)
                .forEach(tracked -> uncounted.add(tracked.pod().name()));
        return out.values().stream()
                .filter(tracked -> !uncounted.contains(tracked.pod().name()))
                .limit(most)
                .map(tracked -> tracked.pod().name() + " (" + tracked.absence() + ")")
                .toList();
    }

    /** Pods that are being deleted are left out first, then those that are to be. */
    private static int stays(TrackedPod tracked) {
        if (tracked.pod().terminating()) {
            return 0;
        }
        return tracked.isGoing() ? 1 : 2;
    }

    /** Another number whenever a Pod came, changed or went. */
    long moves() {
        return moves;
    }

    /** True if another Pod is in the queue before this place; a Pod without a place comes after all. */
    boolean behind(Optional<PodFacts.QueuePosition> place) {
        if (queue.isEmpty()) {
            return false;
        }
        return place.isEmpty() || queue.first().compareTo(place.get()) < 0;
    }

    /**
     * Takes the workloads that want Pods. Pods can be missing only of a workload all of whose Pods the rule selects: for a
     * rule that selects a part of a set the number of its missing Pods is not known.
     */
    void workloads(List<Workload> all) {
        Map<String, Integer> wanted = new HashMap<>();
        Set<String> selected = new HashSet<>();
        for (Workload workload : all) {
            wanted.put(workload.uid(), workload.replicas());
            boolean selects = spec.selects(workload.podLabels())
                    || workload.olderPodLabels().stream().anyMatch(spec::selects);
            if (selects) {
                selected.add(workload.uid());
            }
        }
        replicas = Map.copyOf(wanted);
        whole = Set.copyOf(selected);
    }

    /** Uids of the workloads all of whose Pods the rule selects, will select once they are updated, or did until then. */
    Set<String> whole() {
        return whole;
    }

    /** Counts no Pod any more. */
    void clear() {
        targets.clear();
        staged.clear();
        queue.clear();
        trackedPods.clear();
        down.clear();
        going.clear();
        terminating.clear();
        out.clear();
        pods = 0;
    }

    void add(TrackedPod tracked) {
        targets.add(tracked.pod().name());
        if (tracked.inStage()) {
            staged.add(tracked.pod().name());
        }
        if (spec.limits()) {
            tracked.queued().ifPresent(queue::add);
        }
        count(tracked, 1);
    }

    void remove(TrackedPod tracked) {
        targets.remove(tracked.pod().name());
        staged.remove(tracked.pod().name());
        tracked.queued().ifPresent(queue::remove);
        count(tracked, -1);
    }

    private void count(TrackedPod tracked, int change) {
        moves++;
        if (!tracked.counted()) {
            return;
        }
        pods += change;
        if (!tracked.out() || change < 0) {
            out.remove(tracked.pod().name());
        } else {
            out.put(tracked.pod().name(), tracked);
        }
        tracked.workload().ifPresent(uid -> {
            trackedPods.merge(uid, change, RuleBudget::sumOrNone);
            if (tracked.isDown()) {
                down.merge(uid, change, RuleBudget::sumOrNone);
            }
            if (tracked.isGoing()) {
                going.merge(uid, change, RuleBudget::sumOrNone);
            }
            if (tracked.pod().terminating()) {
                terminating.merge(uid, change, RuleBudget::sumOrNone);
            }
        });
    }

    @SuppressWarnings("NullAway") // null tells Map.merge to drop the entry
    static Integer sumOrNone(Integer one, Integer other) {
        int sum = one + other;
        return sum == 0 ? null : sum;
    }
}
