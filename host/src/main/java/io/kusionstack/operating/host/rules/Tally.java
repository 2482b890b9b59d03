package io.kusionstack.operating.host.rules;

import io.kusionstack.operating.host.plan.Owner;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.rules.AvailabilityRule.Count;
import io.kusionstack.operating.host.rules.RuleWorld.Workload;
import io.kusionstack.operating.host.rules.Standing.Place;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;

/**
 * The Pods of one rule, counted as they come, change and go, so that a judgement costs the same for ten Pods as for ten
 * thousand. Mutable; guarded by the lock of the namespace's desk.
 */
final class Tally {
    private final RuleSpec spec;
    private final List<RuleSpec.Rule> plugged;
    private final NavigableSet<String> targets = new TreeSet<>();
    private final NavigableSet<String> staged = new TreeSet<>();
    private final NavigableSet<Place> queue = new TreeSet<>();
    private final Map<String, Integer> owned = new HashMap<>();
    private List<Workload> workloads = List.of();
    private int pods;
    private int out;
    private long moves;

    Tally(RuleSpec spec) {
        this.spec = spec;
        this.plugged = spec.plugged();
    }

    RuleSpec spec() {
        return spec;
    }

    /** The rules that plugins serve. */
    List<RuleSpec.Rule> plugged() {
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

    Count count() {
        int missing = 0;
        for (Workload workload : workloads) {
            missing += Math.max(0, workload.replicas() - owned.getOrDefault(workload.uid(), 0));
        }
        return new Count(pods, out, missing);
    }

    /** Another number whenever a Pod came, changed or went. */
    long moves() {
        return moves;
    }

    /** How many Pods stand in the queue. */
    int waiting() {
        return queue.size();
    }

    /** True if somebody else stands in the queue before this place; whoever has no place yet comes after all. */
    boolean behind(Optional<Place> place) {
        if (queue.isEmpty()) {
            return false;
        }
        return place.isEmpty() || queue.first().compareTo(place.get()) < 0;
    }

    /**
     * Says which workloads want Pods. Only those count all of whose Pods the rule selects: of a rule for a part of a set
     * nobody can say how many Pods it misses.
     */
    void workloads(List<Workload> all) {
        workloads = all.stream()
                .filter(workload -> spec.selects(workload.podLabels()))
                .toList();
    }

    void add(Member member) {
        targets.add(member.pod().name());
        if (member.inStage()) {
            staged.add(member.pod().name());
        }
        if (spec.limits()) {
            member.queued().ifPresent(queue::add);
        }
        count(member, 1);
    }

    void remove(Member member) {
        targets.remove(member.pod().name());
        staged.remove(member.pod().name());
        member.queued().ifPresent(queue::remove);
        count(member, -1);
    }

    private void count(Member member, int change) {
        moves++;
        if (!member.counted()) {
            return;
        }
        pods += change;
        if (member.out()) {
            out += change;
        }
        member.pod().controller().map(Owner::uid).ifPresent(uid -> owned.merge(uid, change, Tally::sumOrNone));
    }

    @SuppressWarnings("NullAway") // null tells Map.merge to drop the entry
    private static Integer sumOrNone(Integer one, Integer other) {
        int sum = one + other;
        return sum == 0 ? null : sum;
    }

    /**
     * A Pod as it was counted.
     *
     * @param tallies of all rules that select it
     * @param counted false for one that no rule keeps available: not in the lifecycle, or ended
     * @param out it is out of service, or may leave it
     * @param queued its place among those that wait for a slot
     * @param inStage it stands at PreCheck or PostCheck
     */
    record Member(
            PodRecord pod,
            List<Tally> tallies,
            boolean counted,
            boolean out,
            Optional<Place> queued,
            boolean inStage) {}
}
