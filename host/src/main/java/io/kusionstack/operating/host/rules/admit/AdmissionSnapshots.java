package io.kusionstack.operating.host.rules.admit;

import io.kusionstack.operating.host.plan.Decision;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.host.rules.plugin.VerdictCache;
import io.kusionstack.operating.host.rules.spec.RuleSpec;
import io.kusionstack.operating.host.rules.spec.SkippedRules;
import io.kusionstack.operating.plugin.Stage;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Makes the snapshots on which RuleEngine decides. Reads the index of Pods and the verdicts, and changes neither. Guarded by
 * the lock of the namespace.
 */
final class AdmissionSnapshots {
    /** The status may be out of date about an obstacle for this time, because no event says that an obstacle is gone. */
    private static final Duration OBSTACLE = Duration.ofSeconds(1);

    private final RuleIndex index;
    private final VerdictCache verdicts;

    AdmissionSnapshots(RuleIndex index, VerdictCache verdicts) {
        this.index = index;
        this.verdicts = verdicts;
    }

    /** The rule and all rules that share a Pod in a stage with it, directly or through others, in the order of their uids. */
    List<RuleBudget> joined(RuleBudget first) {
        Set<RuleBudget> found = new LinkedHashSet<>(List.of(first));
        Deque<RuleBudget> open = new ArrayDeque<>(found);
        while (!open.isEmpty() && found.size() < index.budgets().size()) {
            for (String name : open.remove().staged()) {
                for (RuleBudget other :
                        index.tracked(name).map(TrackedPod::budgets).orElse(List.of())) {
                    if (found.add(other)) {
                        open.add(other);
                    }
                }
            }
        }
        return index.budgets().stream().filter(found::contains).toList();
    }

    /** All Pods that are in a stage under these rules, in the order in which they get slots. */
    RuleSnapshot all(List<RuleBudget> budgets, Instant now) {
        Map<PodFacts.QueuePosition, List<RuleSnapshot.StagedPod>> ordered = new TreeMap<>();
        Map<RuleSnapshot.VerdictKey, Decision> plugged = new HashMap<>();
        Set<String> names = new LinkedHashSet<>();
        budgets.forEach(budget -> names.addAll(budget.staged()));
        for (String name : names) {
            TrackedPod tracked = index.tracked(name).orElseThrow();
            for (Stage stage : Stage.values()) {
                Optional<PodFacts.QueuePosition> place = tracked.facts().place(stage);
                if (place.isPresent()) {
                    RuleSnapshot.StagedPod stagedPod = stagedPod(tracked, stage, now);
                    ordered.computeIfAbsent(place.get(), at -> new ArrayList<>())
                            .add(
                                    isHeldByPlugins(tracked)
                                            ? cached(
                                                    stagedPod,
                                                    tracked,
                                                    tracked.facts().marks(stage),
                                                    plugged,
                                                    now)
                                            : stagedPod);
                }
            }
        }
        List<RuleSnapshot.StagedPod> stagedPods =
                ordered.values().stream().flatMap(List::stream).toList();
        return new RuleSnapshot(counted(budgets), stagedPods, plugged);
    }

    private static boolean isHeldByPlugins(TrackedPod tracked) {
        for (RuleBudget budget : tracked.budgets()) {
            if (!budget.plugged().isEmpty()) {
                return true;
            }
        }
        return false;
    }

    /** One Pod alone. */
    RuleSnapshot one(TrackedPod tracked, AdmissionRequest ask, RuleSnapshot.SlotNeed slotNeed) {
        Map<RuleSnapshot.VerdictKey, Decision> plugged = new HashMap<>();
        RuleSnapshot.StagedPod stagedPod = stagedPod(tracked, ask.stage(), slotNeed, Optional.empty());
        RuleSnapshot.StagedPod cached = cached(stagedPod, tracked, ask.marks(tracked), plugged, ask.now());
        return new RuleSnapshot(counted(tracked.budgets()), List.of(cached), plugged);
    }

    /** A Pod that left service without a slot, and could serve again. */
    RuleSnapshot again(TrackedPod tracked) {
        RuleSnapshot.StagedPod stagedPod =
                stagedPod(tracked, Stage.PRE_CHECK, RuleSnapshot.SlotNeed.LEFT, Optional.empty());
        return new RuleSnapshot(counted(tracked.budgets()), List.of(stagedPod), Map.of());
    }

    /**
     * When a Pod that waits under these rules may pass although no event comes: it needs no slot any more, or an obstacle is
     * gone. Empty if only an event can change the decision.
     */
    Optional<Instant> nextLook(List<RuleBudget> budgets, Instant now) {
        Instant next = Instant.MAX;
        for (RuleBudget budget : budgets) {
            for (String name : budget.staged()) {
                TrackedPod tracked = index.tracked(name).orElseThrow();
                Instant until = tracked.hasObstacle()
                        ? now.plus(OBSTACLE)
                        : tracked.slotUntil().orElse(Instant.MAX);
                if (until.isAfter(now) && until.isBefore(next)) {
                    next = until;
                }
            }
        }
        return Optional.of(next).filter(known -> known.isBefore(Instant.MAX));
    }

    /** Adds the verdicts of plugins on the Pod; one with a yes that is too old is held back until there is a newer one. */
    private RuleSnapshot.StagedPod cached(
            RuleSnapshot.StagedPod stagedPod,
            TrackedPod tracked,
            Map<String, String> marks,
            Map<RuleSnapshot.VerdictKey, Decision> plugged,
            Instant now) {
        Optional<Wait> lapsed = Optional.empty();
        for (RuleBudget budget : tracked.budgets()) {
            for (RuleSpec.CheckedRule rule : budget.plugged()) {
                Optional<VerdictCache.EffectiveVerdict> verdict = Optional.empty();
                if (stagedPod.mustPass(rule)) {
                    verdict = verdicts.verdict(budget.spec(), rule, tracked.pod(), marks, now);
                } else if (stagedPod.returnsThrough(rule)) {
                    verdict = verdicts.ahead(budget.spec(), rule);
                }
                if (verdict.isPresent()) {
                    plugged.put(
                            new RuleSnapshot.VerdictKey(
                                    budget.spec().uid(),
                                    rule.name(),
                                    tracked.pod().uid(),
                                    stagedPod.stage()),
                            verdict.get().decision());
                }
                if (lapsed.isEmpty() && verdict.isPresent() && verdict.get().lapsed()) {
                    lapsed = Optional.of(budget.spec()
                            .wait(Reason.WAITING_FOR_RULE, rule, "its plugin said yes and is asked once more"));
                }
            }
        }
        return lapsed.map(stagedPod::heldBack).orElse(stagedPod);
    }

    private static RuleSnapshot.StagedPod stagedPod(TrackedPod tracked, Stage stage, Instant now) {
        boolean leaves = stage == Stage.PRE_CHECK;
        return stagedPod(
                tracked,
                stage,
                leaves ? tracked.slotNeed(now) : RuleSnapshot.SlotNeed.OUT,
                leaves && !tracked.granted() ? tracked.heldBack() : Optional.empty());
    }

    private static RuleSnapshot.StagedPod stagedPod(
            TrackedPod tracked, Stage stage, RuleSnapshot.SlotNeed slotNeed, Optional<Wait> heldBack) {
        PodRecord pod = tracked.pod();
        boolean goes = tracked.isGoing()
                || slotNeed == RuleSnapshot.SlotNeed.LEFT && tracked.facts().toDelete();
        Optional<String> goingOf = goes ? tracked.workload() : Optional.empty();
        return new RuleSnapshot.StagedPod(
                pod.ref(), stage, pod.labels(), SkippedRules.of(pod), slotNeed, goingOf, heldBack);
    }

    private static List<RuleSnapshot.CountedRule> counted(List<RuleBudget> budgets) {
        return budgets.stream()
                .map(budget -> new RuleSnapshot.CountedRule(budget.spec(), budget.count(), budget.surplus()))
                .toList();
    }
}
