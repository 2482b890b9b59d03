package io.kusionstack.operating.host.rules.admit;

import io.kusionstack.operating.host.kernel.Key;
import io.kusionstack.operating.host.lifecycle.PodOps;
import io.kusionstack.operating.host.model.PodTransitionRule;
import io.kusionstack.operating.host.plan.Owner;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.host.rules.admit.RuleWorld.Workload;
import io.kusionstack.operating.host.rules.spec.RuleSpec;
import io.kusionstack.operating.plugin.Stage;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The Pods of one namespace that rules count. The methods {@code ...Moved} only note a change, on any thread; the admission
 * reads the changed objects from the cache when it decides next. All other methods are guarded by the lock of the namespace,
 * where they do not say otherwise.
 */
final class RuleIndex {
    private final String namespace;
    private final RuleWorld world;
    private final Grants grants;
    private final Consumer<Key> ruleKeys;

    private final Set<String> movedPods = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean rulesMoved = new AtomicBoolean(true);
    private final AtomicBoolean workloadsMoved = new AtomicBoolean(true);
    private final Set<String> movedWorkloads = ConcurrentHashMap.newKeySet();
    private volatile List<RuleScope> published = List.of();

    private final Set<String> names = ConcurrentHashMap.newKeySet();
    private final Map<String, List<Key>> keptBy = new ConcurrentHashMap<>();
    private final Map<String, TrackedPod> trackedPods = new HashMap<>();
    private final Map<String, Integer> owned = new HashMap<>();
    private final PodsByWorkload namesByWorkload = new PodsByWorkload();
    private final RefusedPods refused = new RefusedPods();
    private List<RuleBudget> budgets = List.of();
    private Map<String, ReadVersion> read = Map.of();
    private Set<String> followed = Set.of();

    /**
     * The Pods that a rule counts.
     *
     * @param workloads uids of those all of whose Pods it counts
     */
    record RuleScope(RuleSpec spec, Set<String> workloads) {
        boolean has(@Nullable PodRecord pod) {
            return pod != null
                    && (spec.selects(pod.labels())
                            || !workloads.isEmpty()
                                    && owner(pod).filter(workloads::contains).isPresent());
        }
    }

    /** @param keptSelector from the status; empty for a spec without problems, which does not depend on it */
    private record ReadVersion(Optional<Long> generation, Optional<String> keptSelector) {}

    /** @param ruleKeys takes the rules of a Pod of which something is learned that its record does not show */
    RuleIndex(String namespace, RuleWorld world, Grants grants, Consumer<Key> ruleKeys) {
        this.namespace = namespace;
        this.world = world;
        this.grants = grants;
        this.ruleKeys = ruleKeys;
    }

    /** True for a Pod that is counted here; any thread. */
    boolean knows(String name) {
        return names.contains(name);
    }

    /** The rules that count this Pod though they do not select it any more; any thread. */
    List<Key> keptBy(String name) {
        return keptBy.getOrDefault(name, List.of());
    }

    /** Needed only for a Pod that a rule selects or counts: when rules change, all Pods are read. */
    void podMoved(String name) {
        movedPods.add(name);
    }

    void rulesMoved() {
        rulesMoved.set(true);
    }

    void workloadsMoved() {
        workloadsMoved.set(true);
    }

    /** The spec of a workload changed, so that a write that was refused may be taken now. */
    void workloadMoved(String uid) {
        movedWorkloads.add(uid);
    }

    /** The rules as the admission last saw them; any thread. */
    List<RuleScope> published() {
        return published;
    }

    /** True if there is no rule and no grant, and no rule has moved: nothing is lost with this index. */
    boolean isIdle() {
        return budgets.isEmpty() && !rulesMoved.get() && grants.size() == 0;
    }

    /** Reads all objects that moved; true if the rules are others than before. */
    boolean refresh() {
        boolean rulesChanged = rulesMoved.getAndSet(false) && reread(world.rules(namespace));
        if (workloadsMoved.getAndSet(false) || rulesChanged) {
            reread(world.workloads(namespace), rulesChanged);
        }
        for (String uid : movedWorkloads) {
            movedWorkloads.remove(uid);
            forgive(uid);
            lookAheadOfAll(uid);
        }
        for (String name : movedPods) {
            movedPods.remove(name);
            reread(name);
        }
        return rulesChanged;
    }

    /** In the order of the rules' uids. */
    List<RuleBudget> budgets() {
        return budgets;
    }

    Optional<RuleBudget> budget(Key rule) {
        return budgets.stream()
                .filter(budget -> budget.spec().key().equals(rule))
                .findFirst();
    }

    boolean selectsAny(Map<String, String> labels) {
        return budgets.stream().anyMatch(budget -> budget.spec().selects(labels));
    }

    Optional<TrackedPod> tracked(String name) {
        return Optional.ofNullable(trackedPods.get(name));
    }

    /** Reads one Pod from the cache again. */
    void reread(String name) {
        Optional<PodRecord> pod = world.pod(new Key(namespace, name));
        TrackedPod old = strike(name);
        if (old != null && pod.filter(now -> now.uid().equals(old.pod().uid())).isEmpty()) {
            grants.gone(old.pod().uid());
            refused.forget(old.pod().uid());
        }
        boolean same = old != null
                && pod.filter(now -> now.uid().equals(old.pod().uid())).isPresent();
        pod.ifPresent(now -> enroll(now, same ? rules(old) : Set.of()));
        tell(old, name);
        pod.filter(PodRecord::gateClosed).ifPresent(this::forgiveOthers);
    }

    /** A write like the refused one was taken, so it is for the other Pods of the workload. */
    private void forgiveOthers(PodRecord pod) {
        refused.taken(pod).ifPresent(this::forgive);
    }

    /** Counts a Pod anew after its grants changed. */
    void recount(String name) {
        TrackedPod old = strike(name);
        if (old != null) {
            enroll(old.pod(), rules(old));
            tell(old, name);
        }
    }

    /** An obstacle comes and goes without a change of its Pod, so the rules are enqueued by the first look that sees it. */
    private void tell(@Nullable TrackedPod old, String name) {
        TrackedPod now = trackedPods.get(name);
        if (old != null && now != null && !now.heldBack().equals(old.heldBack())) {
            now.budgets().forEach(budget -> ruleKeys.accept(budget.spec().key()));
        }
    }

    /** Gives the Pod no slot in a pass until a newer record is known, or its workload wants something else. */
    void holdBack(String name, String uid, long version) {
        Optional<PodRecord> pod =
                tracked(name).map(TrackedPod::pod).filter(known -> known.uid().equals(uid));
        if (pod.isPresent()) {
            refused.add(pod.get(), version);
            recount(name);
        }
    }

    /** Looks again for an obstacle ahead of a Pod that waits. */
    void lookAhead(String name) {
        TrackedPod tracked = trackedPods.get(name);
        if (tracked != null && !heldBack(tracked.pod(), tracked.facts()).equals(tracked.heldBack())) {
            recount(name);
        }
    }

    private void lookAheadOfAll(String workload) {
        for (String name : namesByWorkload.of(workload)) {
            if (tracked(name).filter(TrackedPod::inStage).isPresent()) {
                lookAhead(name);
            }
        }
    }

    private void forgive(String workload) {
        refused.forgive(workload).forEach((uid, name) -> {
            if (tracked(name).filter(now -> now.pod().uid().equals(uid)).isPresent()) {
                recount(name);
            }
        });
    }

    private Optional<Wait> heldBack(PodRecord pod, PodFacts facts) {
        if (refused.holdsBack(pod)) {
            return Optional.of(
                    new Wait(
                            Reason.REFUSED_BY_SERVER,
                            "",
                            "the API server refused the last write of this Pod, so others go first; it is tried again at growing pauses"));
        }
        return facts.preCheck().isEmpty() ? Optional.empty() : world.ahead(pod, facts.operations(Stage.PRE_CHECK));
    }

    private static Optional<String> owner(PodRecord pod) {
        return pod.controller().map(Owner::uid);
    }

    private boolean reread(List<PodTransitionRule> objects) {
        List<PodTransitionRule> live = objects.stream()
                .filter(rule -> rule.getMetadata().getDeletionTimestamp() == null)
                .sorted(Comparator.comparing(rule -> rule.getMetadata().getUid()))
                .toList();
        if (versions(live).equals(read)) {
            return false;
        }
        budgets = live.stream()
                .map(RuleSpec::of)
                .map(spec -> new RuleBudget(spec, uid -> owned.getOrDefault(uid, 0)))
                .toList();
        read = versions(live);
        return true;
    }

    private Map<String, ReadVersion> versions(List<PodTransitionRule> live) {
        Set<String> dependent = budgets.stream()
                .map(RuleBudget::spec)
                .filter(spec -> !spec.problems().isEmpty())
                .map(RuleSpec::uid)
                .collect(Collectors.toSet());
        Map<String, ReadVersion> versions = new HashMap<>();
        for (PodTransitionRule rule : live) {
            String uid = rule.getMetadata().getUid();
            versions.put(
                    uid,
                    new ReadVersion(
                            Optional.ofNullable(rule.getMetadata().getGeneration()),
                            Optional.ofNullable(rule.getStatus().selector())
                                    .filter(selector -> dependent.contains(uid))));
        }
        return versions;
    }

    private void reread(List<Workload> workloads, boolean rulesChanged) {
        Set<String> whole = new HashSet<>();
        for (RuleBudget budget : budgets) {
            budget.workloads(workloads);
            whole.addAll(budget.whole());
        }
        published = budgets.stream()
                .map(budget -> new RuleScope(budget.spec(), budget.whole()))
                .toList();
        boolean others = !whole.equals(followed);
        followed = Set.copyOf(whole);
        if (rulesChanged || others) {
            enrollAll();
        }
    }

    private void enrollAll() {
        Map<String, Set<Key>> before = new HashMap<>();
        trackedPods.values().forEach(tracked -> before.put(tracked.pod().uid(), rules(tracked)));
        movedPods.clear();
        trackedPods.clear();
        keptBy.clear();
        names.clear();
        owned.clear();
        namesByWorkload.clear();
        budgets.forEach(RuleBudget::clear);
        Set<String> uids = new HashSet<>();
        for (PodRecord pod : world.pods(namespace)) {
            uids.add(pod.uid());
            enroll(pod, before.getOrDefault(pod.uid(), Set.of()));
        }
        grants.keepOnly(uids);
        refused.keepOnly(uids);
    }

    private @Nullable TrackedPod strike(String name) {
        TrackedPod old = trackedPods.remove(name);
        if (old != null) {
            names.remove(name);
            keptBy.remove(name);
            old.budgets().forEach(budget -> budget.remove(old));
            old.workload().ifPresent(uid -> namesByWorkload.remove(uid, name));
            own(old.pod(), -1);
        }
        return old;
    }

    /** @param before the rules that counted this Pod so far */
    private void enroll(PodRecord pod, Set<Key> before) {
        grants.observe(pod);
        boolean owes = !before.isEmpty() && isOutByAnOperation(pod);
        List<RuleBudget> selecting = budgets.stream()
                .filter(budget -> budget.spec().selects(pod.labels())
                        || owes && before.contains(budget.spec().key())
                        || isMissed(pod, budget))
                .toList();
        List<Key> kept = selecting.stream()
                .filter(budget -> !budget.spec().selects(pod.labels()))
                .map(budget -> budget.spec().key())
                .toList();
        if (!kept.isEmpty()) {
            keptBy.put(pod.name(), kept);
        }
        boolean granted = grants.holds(pod.uid());
        if (selecting.isEmpty()
                && !granted
                && owner(pod).filter(followed::contains).isEmpty()) {
            return;
        }
        PodFacts facts = PodFacts.of(pod);
        TrackedPod tracked = TrackedPod.of(pod, selecting, facts, granted, heldBack(pod, facts));
        trackedPods.put(pod.name(), tracked);
        names.add(pod.name());
        tracked.workload().ifPresent(uid -> namesByWorkload.add(uid, pod.name()));
        selecting.forEach(budget -> budget.add(tracked));
        own(pod, 1);
    }

    /** A Pod whose labels an update changes counts under the rule that gave its slot until it is back. */
    private static boolean isOutByAnOperation(PodRecord pod) {
        return !pod.available() && PodOps.hasLeftPreCheck(pod);
    }

    /** A Pod that is out of service counts under a rule that counts all Pods of its workload, whatever its labels are. */
    private static boolean isMissed(PodRecord pod, RuleBudget budget) {
        return !pod.available()
                && !pod.terminating()
                && owner(pod).filter(budget.whole()::contains).isPresent();
    }

    private static Set<Key> rules(@Nullable TrackedPod tracked) {
        return tracked == null
                ? Set.of()
                : tracked.budgets().stream().map(budget -> budget.spec().key()).collect(Collectors.toSet());
    }

    private void own(PodRecord pod, int change) {
        if (!pod.inactive()) {
            owner(pod).ifPresent(uid -> owned.merge(uid, change, RuleBudget::sumOrNone));
        }
    }
}
