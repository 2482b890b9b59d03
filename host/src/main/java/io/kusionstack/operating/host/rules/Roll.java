package io.kusionstack.operating.host.rules;

import io.kusionstack.operating.host.kernel.Key;
import io.kusionstack.operating.host.lifecycle.PodOps;
import io.kusionstack.operating.host.model.PodTransitionRule;
import io.kusionstack.operating.host.plan.Owner;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.host.rules.RuleWorld.Workload;
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
 * The Pods of one namespace that rules select. What moved is only noted ({@code ...Moved}: any thread); the desk looks at
 * it, by reading the cache, when it next needs to know. All else is guarded by the lock of the namespace's desk.
 */
final class Roll {
    private final String namespace;
    private final RuleWorld world;
    private final Grants grants;
    private final Consumer<Key> ruleKeys;

    private final Set<String> movedPods = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean rulesMoved = new AtomicBoolean(true);
    private final AtomicBoolean workloadsMoved = new AtomicBoolean(true);
    private final Set<String> movedWorkloads = ConcurrentHashMap.newKeySet();
    private volatile List<Reach> published = List.of();

    private final Set<String> names = ConcurrentHashMap.newKeySet();
    private final Map<String, List<Key>> keptBy = new ConcurrentHashMap<>();
    private final Map<String, Member> members = new HashMap<>();
    private final Map<String, Integer> owned = new HashMap<>();
    private final Map<String, Refused> refused = new HashMap<>();
    private List<Tally> tallies = List.of();
    private Set<String> followed = Set.of();

    /** A write that the server does not take: of which record, and of which workload's Pod. */
    private record Refused(long version, String owner) {}

    /**
     * What moves a rule.
     *
     * @param workloads uids of those all of whose Pods it counts
     */
    record Reach(RuleSpec spec, Set<String> workloads) {
        boolean has(@Nullable PodRecord pod) {
            return pod != null
                    && (spec.selects(pod.labels())
                            || !workloads.isEmpty()
                                    && owner(pod).filter(workloads::contains).isPresent());
        }
    }

    /** @param ruleKeys takes the rules of a Pod of which something is learned that its record does not show */
    Roll(String namespace, RuleWorld world, Grants grants, Consumer<Key> ruleKeys) {
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

    /** Of one that no rule selects, and none counts, nothing has to be noted: when rules change all are read. */
    void podMoved(String name) {
        movedPods.add(name);
    }

    void rulesMoved() {
        rulesMoved.set(true);
    }

    void workloadsMoved() {
        workloadsMoved.set(true);
    }

    /** What a workload wants of its Pods has changed, so that a write refused before may be taken now. */
    void workloadMoved(String uid) {
        movedWorkloads.add(uid);
    }

    /** The rules as the desk last saw them; any thread. */
    List<Reach> published() {
        return published;
    }

    /** True if it knows all that moved, there is no rule, and no slot is held: then nothing is lost with it. */
    boolean isIdle() {
        return tallies.isEmpty() && !rulesMoved.get() && grants.size() == 0;
    }

    /** Looks at all that moved; true if the rules are others than before. */
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
    List<Tally> tallies() {
        return tallies;
    }

    Optional<Tally> tally(Key rule) {
        return tallies.stream().filter(tally -> tally.spec().key().equals(rule)).findFirst();
    }

    boolean selectsAny(Map<String, String> labels) {
        return tallies.stream().anyMatch(tally -> tally.spec().selects(labels));
    }

    Optional<Member> member(String name) {
        return Optional.ofNullable(members.get(name));
    }

    /** Reads one Pod from the cache again. */
    void reread(String name) {
        Optional<PodRecord> pod = world.pod(new Key(namespace, name));
        Member old = strike(name);
        if (old != null && pod.filter(now -> now.uid().equals(old.pod().uid())).isEmpty()) {
            grants.gone(old.pod().uid());
            refused.remove(old.pod().uid());
        }
        boolean same = old != null
                && pod.filter(now -> now.uid().equals(old.pod().uid())).isPresent();
        pod.ifPresent(now -> enroll(now, same ? rules(old) : Set.of()));
        tell(old, name);
        pod.filter(PodRecord::gateClosed).ifPresent(this::forgiveOthers);
    }

    /** What was refused for this Pod was taken, so it will be for the others of its workload. */
    private void forgiveOthers(PodRecord pod) {
        Refused write = refused.get(pod.uid());
        if (write != null && pod.resourceVersion() > write.version()) {
            refused.remove(pod.uid());
            if (!write.owner().isEmpty()) {
                forgive(write.owner());
            }
        }
    }

    /** Counts a Pod anew after its grants changed. */
    void recount(String name) {
        Member old = strike(name);
        if (old != null) {
            enroll(old.pod(), rules(old));
            tell(old, name);
        }
    }

    /** An obstacle comes and goes without a change of its Pod, and whoever sees it first lets the rules know. */
    private void tell(@Nullable Member old, String name) {
        Member now = members.get(name);
        if (old != null && now != null && !now.aside().equals(old.aside())) {
            now.tallies().forEach(tally -> ruleKeys.accept(tally.spec().key()));
        }
    }

    /** Gives the Pod no slot of its own accord until a newer record is seen, or its workload wants something else. */
    void setAside(String name, String uid, long version) {
        Optional<PodRecord> pod =
                member(name).map(Member::pod).filter(known -> known.uid().equals(uid));
        if (pod.isPresent()) {
            refused.put(uid, new Refused(version, owner(pod.get()).orElse("")));
            recount(name);
        }
    }

    /** Looks again at what is ahead of a Pod that waits. */
    void lookAhead(String name) {
        Member member = members.get(name);
        if (member != null && !aside(member.pod(), member.standing()).equals(member.aside())) {
            recount(name);
        }
    }

    private void lookAheadOfAll(String workload) {
        List<String> waiting = members.values().stream()
                .filter(member -> member.inStage()
                        && member.workload().filter(workload::equals).isPresent())
                .map(member -> member.pod().name())
                .toList();
        waiting.forEach(this::lookAhead);
    }

    private void forgive(String workload) {
        Set<String> uids = new HashSet<>();
        refused.forEach((uid, write) -> {
            if (write.owner().equals(workload)) {
                uids.add(uid);
            }
        });
        refused.keySet().removeAll(uids);
        List<String> names = members.values().stream()
                .filter(member -> uids.contains(member.pod().uid()))
                .map(member -> member.pod().name())
                .toList();
        names.forEach(this::recount);
    }

    private Optional<Wait> aside(PodRecord pod, Standing standing) {
        Refused write = refused.get(pod.uid());
        if (write != null && pod.resourceVersion() <= write.version()) {
            return Optional.of(
                    new Wait(
                            Reason.REFUSED_BY_SERVER,
                            "",
                            "the API server refused the last write of this Pod, so others go first; it is tried again at growing pauses"));
        }
        return standing.preCheck().isEmpty()
                ? Optional.empty()
                : world.ahead(pod, standing.operations(Stage.PRE_CHECK));
    }

    private static Optional<String> owner(PodRecord pod) {
        return pod.controller().map(Owner::uid);
    }

    private boolean reread(List<PodTransitionRule> objects) {
        List<PodTransitionRule> live = objects.stream()
                .filter(rule -> rule.getMetadata().getDeletionTimestamp() == null)
                .sorted(Comparator.comparing(rule -> rule.getMetadata().getUid()))
                .toList();
        Map<String, Long> before = new HashMap<>();
        tallies.forEach(tally -> before.put(tally.spec().uid(), tally.spec().generation()));
        Map<String, Long> now = new HashMap<>();
        live.forEach(rule -> now.put(
                rule.getMetadata().getUid(),
                Optional.ofNullable(rule.getMetadata().getGeneration()).orElse(0L)));
        if (now.equals(before)) {
            return false;
        }
        tallies = live.stream()
                .map(RuleSpecs::of)
                .map(spec -> new Tally(spec, uid -> owned.getOrDefault(uid, 0)))
                .toList();
        return true;
    }

    private void reread(List<Workload> workloads, boolean rulesChanged) {
        Set<String> whole = new HashSet<>();
        for (Tally tally : tallies) {
            tally.workloads(workloads);
            whole.addAll(tally.whole());
        }
        published = tallies.stream()
                .map(tally -> new Reach(tally.spec(), tally.whole()))
                .toList();
        boolean others = !whole.equals(followed);
        followed = Set.copyOf(whole);
        if (rulesChanged || others) {
            enrollAll();
        }
    }

    private void enrollAll() {
        Map<String, Set<Key>> before = new HashMap<>();
        members.values().forEach(member -> before.put(member.pod().uid(), rules(member)));
        movedPods.clear();
        members.clear();
        keptBy.clear();
        names.clear();
        owned.clear();
        tallies.forEach(Tally::clear);
        Set<String> uids = new HashSet<>();
        for (PodRecord pod : world.pods(namespace)) {
            uids.add(pod.uid());
            enroll(pod, before.getOrDefault(pod.uid(), Set.of()));
        }
        grants.keepOnly(uids);
        refused.keySet().retainAll(uids);
    }

    private @Nullable Member strike(String name) {
        Member old = members.remove(name);
        if (old != null) {
            names.remove(name);
            keptBy.remove(name);
            old.tallies().forEach(tally -> tally.remove(old));
            own(old.pod(), -1);
        }
        return old;
    }

    /** @param before the rules that counted this Pod so far */
    private void enroll(PodRecord pod, Set<Key> before) {
        grants.observe(pod);
        boolean owes = !before.isEmpty() && isOutByAnOperation(pod);
        List<Tally> selecting = tallies.stream()
                .filter(tally -> tally.spec().selects(pod.labels())
                        || owes && before.contains(tally.spec().key())
                        || isMissed(pod, tally))
                .toList();
        List<Key> kept = selecting.stream()
                .filter(tally -> !tally.spec().selects(pod.labels()))
                .map(tally -> tally.spec().key())
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
        Standing standing = Standing.of(pod);
        Member member = Member.of(pod, selecting, standing, granted, aside(pod, standing));
        members.put(pod.name(), member);
        names.add(pod.name());
        selecting.forEach(tally -> tally.add(member));
        own(pod, 1);
    }

    /** Whose labels an update changes still owes its slot to the rule that gave it, until it is back. */
    private static boolean isOutByAnOperation(PodRecord pod) {
        return !pod.available() && PodOps.hasLeftPreCheck(pod);
    }

    /** Out of service, and of a workload all of whose Pods the rule counts: its labels do not hide that. */
    private static boolean isMissed(PodRecord pod, Tally tally) {
        return !pod.available()
                && !pod.terminating()
                && owner(pod).filter(tally.whole()::contains).isPresent();
    }

    private static Set<Key> rules(@Nullable Member member) {
        return member == null
                ? Set.of()
                : member.tallies().stream().map(tally -> tally.spec().key()).collect(Collectors.toSet());
    }

    private void own(PodRecord pod, int change) {
        if (!pod.inactive()) {
            owner(pod).ifPresent(uid -> owned.merge(uid, change, Tally::sumOrNone));
        }
    }
}
