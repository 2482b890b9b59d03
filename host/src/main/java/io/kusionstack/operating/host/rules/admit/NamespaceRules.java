package io.kusionstack.operating.host.rules.admit;

import io.kusionstack.operating.host.kernel.Key;
import io.kusionstack.operating.host.plan.Decision;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.host.plan.WriteResult;
import io.kusionstack.operating.host.rules.plugin.PluginQuery;
import io.kusionstack.operating.host.rules.plugin.VerdictCache;
import io.kusionstack.operating.host.rules.plugin.VerdictCache.PluginReply;
import io.kusionstack.operating.host.rules.spec.RuleSpec;
import io.kusionstack.operating.plugin.PodRef;
import io.kusionstack.operating.plugin.Stage;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * The rules of one namespace, behind one lock, with their own index of Pods: {@link #tryAdmit} and {@link #admitWaiting} take
 * slots, {@link #explain}, {@link #mayStayOut} and {@code evaluate} only tell.
 */
final class NamespaceRules {
    private static final Duration SOON = Duration.ofSeconds(1);

    private final ReentrantLock lock = new ReentrantLock();
    private final String namespace;
    private final RuleWorld world;
    private final Instant grantsFrom;
    private final Consumer<Key> ruleKeys;
    private final Grants grants = new Grants();
    private final RuleIndex index;
    private final VerdictCache verdicts = new VerdictCache();
    private final AdmissionSnapshots snapshots;
    private final RuleQueries queries;
    private final GrantRelease release;
    private final WokenPods wakes = new WokenPods();
    /** Uids of Pods whose write may be applied to any version, read without the lock. */
    private final Set<String> unbound = ConcurrentHashMap.newKeySet();

    private boolean rulesChanged;

    NamespaceRules(String namespace, RuleWorld world, Instant grantsFrom, Consumer<Key> ruleKeys) {
        this.namespace = namespace;
        this.world = world;
        this.grantsFrom = grantsFrom;
        this.ruleKeys = ruleKeys;
        this.index = new RuleIndex(namespace, world, grants, ruleKeys);
        this.release = new GrantRelease(grants, index);
        this.snapshots = new AdmissionSnapshots(index, verdicts);
        this.queries = new RuleQueries(index, verdicts);
    }

    RuleIndex index() {
        return index;
    }

    private void refresh() {
        if (index.refresh()) {
            rulesChanged = true;
            if (index.budgets().isEmpty()) {
                grants.withdrawReserved();
            }
            verdicts.keepOnly(
                    index.budgets().stream().map(budget -> budget.spec().uid()).collect(Collectors.toSet()));
        }
    }

    /**
     * Lets one Pod that asks go on, and takes its slots, if every rule says yes. It comes after all that wait, unless it is
     * the first.
     */
    Decision tryAdmit(PodRecord asking, String operation, Stage stage, Instant now) {
        lock.lock();
        try {
            refresh();
            if (index.tracked(asking.name()).isEmpty()) {
                if (!index.selectsAny(asking.labels())) {
                    return new Decision.Admitted();
                }
                index.reread(asking.name());
            }
            index.lookAhead(asking.name());
            if (asking.resourceVersion() == PodRecord.ANY_VERSION) {
                unbound.add(asking.uid());
            }
            return index.tracked(asking.name())
                    .filter(known -> known.pod().uid().equals(asking.uid()))
                    .map(known -> tryAdmit(known, new AdmissionRequest(asking, operation, stage, now)))
                    .orElseGet(() -> waiting("the Pod is not in the cache yet", SOON));
        } finally {
            lock.unlock();
        }
    }

    private Decision tryAdmit(TrackedPod known, AdmissionRequest ask) {
        PodRecord asking = ask.pod();
        if (known.budgets().isEmpty()) {
            return new Decision.Admitted();
        }
        Grant wanted = Grant.asked(known, ask);
        boolean withdrawn = false;
        for (Grant held : grants.of(asking.uid())) {
            if (!wanted.allows(held)) {
                if (held.mayBeUnderWayAt(asking.resourceVersion())) {
                    return waiting("a write decided on under other rules may still be under way", SOON);
                }
                grants.withdraw(held);
                withdrawn = true;
            }
        }
        if (grants.of(asking.uid(), ask.operation()).isPresent()) {
            grants.give(wanted);
            return new Decision.Admitted();
        }
        if (!withdrawn) {
            return tryAdmitAnew(known, wanted, ask);
        }
        index.recount(asking.name());
        known.budgets().forEach(budget -> ruleKeys.accept(budget.spec().key()));
        return tryAdmitAnew(index.tracked(asking.name()).orElse(known), wanted, ask);
    }

    /**
     * Decides, by the limits alone, about a Pod that left service without a slot, because it was out anyway, and could serve
     * again.
     */
    Decision mayStayOut(PodRecord pod) {
        lock.lock();
        try {
            refresh();
            return index.tracked(pod.name())
                    .filter(known -> known.pod().uid().equals(pod.uid()) && known.counted() && !known.granted())
                    .map(known -> RuleEngine.evaluateLimits(snapshots.again(known))
                            .getFirst()
                            .decision())
                    .orElseGet(Decision.Admitted::new);
        } finally {
            lock.unlock();
        }
    }

    private Decision tryAdmitAnew(TrackedPod known, Grant wanted, AdmissionRequest ask) {
        Decision decision = evaluate(known, ask);
        if (decision instanceof Decision.Admitted && ask.leaves(known)) {
            grants.give(wanted);
            index.recount(ask.pod().name());
        }
        if (!(decision instanceof Decision.Admitted)) {
            // its plugin may be due
            known.budgets().stream()
                    .map(RuleBudget::spec)
                    .filter(RuleSpec::asksPlugins)
                    .forEach(spec -> ruleKeys.accept(spec.key()));
        }
        return decision;
    }

    /** The decision about the Pod; takes no slot. */
    private Decision evaluate(TrackedPod known, AdmissionRequest ask) {
        RuleSnapshot.SlotNeed slotNeed = ask.slotNeed(known);
        if (slotNeed != RuleSnapshot.SlotNeed.OUT && ask.now().isBefore(grantsFrom)) {
            return waiting(
                    "slots are given out once all that an earlier leader sent has settled", untilOpen(ask.now()));
        }
        RuleEngine.PodVerdict podVerdict =
                RuleEngine.evaluate(snapshots.one(known, ask, slotNeed)).getFirst();
        if (!(podVerdict.decision() instanceof Decision.Admitted)) {
            return podVerdict.decision();
        }
        for (RuleBudget budget : known.budgets()) {
            if (slotNeed != RuleSnapshot.SlotNeed.OUT && budget.behind(known.queued())) {
                return new Decision.Rejected(List.of(known.heldBack().orElseGet(() -> turn(budget.spec()))));
            }
        }
        return podVerdict.decision();
    }

    /** Why rules keep a Pod from going on; takes no slot. */
    List<Wait> explain(PodRecord pod, Instant now) {
        lock.lock();
        try {
            refresh();
            index.lookAhead(pod.name());
            Set<Wait> waits = new LinkedHashSet<>();
            index.tracked(pod.name())
                    .filter(known -> !known.granted())
                    .flatMap(TrackedPod::heldBack)
                    .ifPresent(waits::add);
            for (Stage stage : Stage.values()) {
                if (PodFacts.of(pod).place(stage).isPresent()) {
                    index.tracked(pod.name())
                            .map(known -> evaluate(known, new AdmissionRequest(pod, "", stage, now)))
                            .map(Decision::waits)
                            .ifPresent(waits::addAll);
                }
            }
            return List.copyOf(waits);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Decides about all Pods that wait for this rule, or for a rule that shares a Pod with it, and reserves the slots of
     * those that pass.
     */
    PassResult admitWaiting(Key rule, Instant now) {
        lock.lock();
        try {
            Set<Key> woken = new TreeSet<>();
            refresh();
            if (rulesChanged) {
                rulesChanged = false;
                wakeAll(woken);
            }
            Optional<RuleBudget> budget = index.budget(rule);
            if (budget.isEmpty()) {
                return new PassResult(woken, Set.of(rule), Optional.empty(), Optional.empty(), Optional.empty());
            }
            if (now.isBefore(grantsFrom)) {
                return new PassResult(woken, Set.of(), Optional.empty(), Optional.of(untilOpen(now)), Optional.empty());
            }
            List<RuleBudget> joined = snapshots.joined(budget.get());
            joined.forEach(release::outdated);
            joined.forEach(known -> known.staged().forEach(index::lookAhead));
            List<RuleEngine.PodVerdict> podVerdicts = RuleEngine.evaluate(snapshots.all(joined, now));
            podVerdicts.forEach(podVerdict -> settle(podVerdict, woken));
            Set<Key> asks = queries.withQueries(joined, now);
            Optional<Duration> next = snapshots.nextLook(joined, now).map(at -> Duration.between(now, at));
            return new PassResult(woken, asks, Optional.of(report(budget.get(), podVerdicts)), Optional.empty(), next);
        } finally {
            lock.unlock();
        }
    }

    /** The queries of this rule object that are due; empty if the object is gone. */
    Optional<PluginQuery.QueryBatch> batch(Key rule, Instant now) {
        lock.lock();
        try {
            refresh();
            return index.budget(rule)
                    .map(budget -> new PluginQuery.QueryBatch(
                            budget.spec(), queries.due(budget, now), queries.next(budget, now)));
        } finally {
            lock.unlock();
        }
    }

    /** Takes the reply to a query; one to an earlier generation of the rule is ignored. */
    void learn(PluginQuery query, PluginReply reply) {
        lock.lock();
        try {
            refresh();
            verdicts.put(query, reply);
            if (reply instanceof PluginReply.Judged judged) {
                // a Pod that passes now is woken, though its record is the same as before
                judged.cached().forEach((pod, cached) -> {
                    if (cached.isYes()) {
                        wakes.forget(pod);
                    }
                });
            }
        } finally {
            lock.unlock();
        }
    }

    /** A plugin has learned something of a rule, and wants to be asked again. */
    void wake(PluginQuery query) {
        lock.lock();
        try {
            verdicts.wake(query.spec(), query.rule());
        } finally {
            lock.unlock();
        }
    }

    /** Takes the result of a write; returns the rules that have free slots again. */
    List<Key> settled(PodRef pod, WriteResult result) {
        boolean isNews = unbound.remove(pod.uid()) || !(result instanceof WriteResult.Written);
        if (!isNews) {
            return List.of();
        }
        lock.lock();
        try {
            refresh();
            index.lookAhead(pod.name());
            return release.settle(pod, result);
        } finally {
            lock.unlock();
        }
    }

    /** Takes back the grants of the Pod that no write can use; returns the rules that have free slots again. */
    List<Key> releaseUnused(PodRecord pod) {
        lock.lock();
        try {
            index.lookAhead(pod.name());
            if (!release.hasUnused(pod)) {
                return List.of();
            }
            refresh();
            return release.unused(pod);
        } finally {
            lock.unlock();
        }
    }

    /** True if nothing is lost when this object is dropped. */
    boolean isIdle() {
        lock.lock();
        try {
            return index.isIdle();
        } finally {
            lock.unlock();
        }
    }

    private void settle(RuleEngine.PodVerdict podVerdict, Set<Key> woken) {
        RuleSnapshot.StagedPod stagedPod = podVerdict.stagedPod();
        Optional<TrackedPod> tracked = index.tracked(stagedPod.pod().name());
        if (tracked.isEmpty() || !(podVerdict.decision() instanceof Decision.Admitted)) {
            return;
        }
        PodRecord pod = tracked.get().pod();
        if (podVerdict.granted()) {
            for (String operation : tracked.get().facts().operations(stagedPod.stage())) {
                grants.give(
                        Grant.asked(tracked.get(), new AdmissionRequest(pod, operation, stagedPod.stage(), grantsFrom))
                                .with(Grant.GrantWrite.RESERVED));
            }
            index.recount(pod.name());
        }
        if (wakes.isNews(pod) || podVerdict.granted()) {
            woken.add(new Key(namespace, pod.name()));
        }
    }

    /** After rules changed: a Pod that no rule selects any more is woken by no other event. */
    private void wakeAll(Set<Key> woken) {
        wakes.forgetAll();
        for (PodRecord pod : world.pods(namespace)) {
            if (PodFacts.of(pod).isInStage()) {
                woken.add(new Key(namespace, pod.name()));
            }
        }
    }

    private RuleReport report(RuleBudget budget, List<RuleEngine.PodVerdict> podVerdicts) {
        List<RuleEngine.PodVerdict> own = podVerdicts.stream()
                .filter(podVerdict ->
                        budget.spec().selects(podVerdict.stagedPod().labels()))
                .toList();
        return new RuleReport(budget, own, verdicts.check(budget.spec()));
    }

    private static Wait turn(RuleSpec spec) {
        return new Wait(
                Reason.WAITING_FOR_RULE,
                spec.key().name(),
                "PodTransitionRule " + spec.key() + ": other Pods have waited longer and come first");
    }

    private static Decision waiting(String why, Duration after) {
        return new Decision.Postponed(List.of(new Wait(Reason.WAITING_FOR_RULE, "", why)), after);
    }

    private Duration untilOpen(Instant now) {
        return Duration.between(now, grantsFrom);
    }
}
