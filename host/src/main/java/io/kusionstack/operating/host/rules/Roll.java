package io.kusionstack.operating.host.rules;

import io.kusionstack.operating.host.kernel.Key;
import io.kusionstack.operating.host.model.PodTransitionRule;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.rules.RuleWorld.Workload;
import io.kusionstack.operating.host.rules.Standing.Place;
import io.kusionstack.operating.host.rules.Tally.Member;
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
import org.jspecify.annotations.Nullable;

/**
 * The Pods of one namespace that rules select. What moved is only noted ({@code ...Moved}: any thread); the desk looks at
 * it, by reading the cache, when it next needs to know. All else is guarded by the lock of the namespace's desk.
 */
final class Roll {
    private final String namespace;
    private final RuleWorld world;
    private final Grants grants;

    private final Set<String> movedPods = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean rulesMoved = new AtomicBoolean(true);
    private final AtomicBoolean workloadsMoved = new AtomicBoolean(true);
    private volatile List<RuleSpec> published = List.of();

    private final Map<String, Member> members = new HashMap<>();
    private final Map<String, Long> aside = new HashMap<>();
    private List<Tally> tallies = List.of();

    Roll(String namespace, RuleWorld world, Grants grants) {
        this.namespace = namespace;
        this.world = world;
        this.grants = grants;
    }

    void podMoved(String name) {
        movedPods.add(name);
    }

    void rulesMoved() {
        rulesMoved.set(true);
    }

    void workloadsMoved() {
        workloadsMoved.set(true);
    }

    /** The rules as the desk last saw them; any thread. */
    List<RuleSpec> published() {
        return published;
    }

    /** Looks at all that moved; true if the rules are others than before. */
    boolean refresh() {
        boolean rulesChanged = rulesMoved.getAndSet(false) && reread(world.rules(namespace));
        if (workloadsMoved.getAndSet(false) || rulesChanged) {
            List<Workload> workloads = world.workloads(namespace);
            tallies.forEach(tally -> tally.workloads(workloads));
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
            aside.remove(old.pod().uid());
        }
        pod.ifPresent(this::enroll);
    }

    /** Counts a Pod anew after its grants changed. */
    void recount(String name) {
        Member old = strike(name);
        if (old != null) {
            enroll(old.pod());
        }
    }

    /** Gives the Pod no slot of its own accord until a record newer than this version is seen. */
    void setAside(String name, String uid, long version) {
        aside.put(uid, version);
        recount(name);
    }

    boolean isAside(PodRecord pod) {
        return pod.resourceVersion() <= aside.getOrDefault(pod.uid(), -1L);
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
        tallies = live.stream().map(RuleSpecs::of).map(Tally::new).toList();
        published = tallies.stream().map(Tally::spec).toList();
        enrollAll();
        return true;
    }

    private void enrollAll() {
        movedPods.clear();
        members.clear();
        Set<String> uids = new HashSet<>();
        for (PodRecord pod : world.pods(namespace)) {
            uids.add(pod.uid());
            enroll(pod);
        }
        grants.keepOnly(uids);
        aside.keySet().retainAll(uids);
    }

    private @Nullable Member strike(String name) {
        Member old = members.remove(name);
        if (old != null) {
            old.tallies().forEach(tally -> tally.remove(old));
        }
        return old;
    }

    private void enroll(PodRecord pod) {
        grants.observe(pod);
        List<Tally> selecting = tallies.stream()
                .filter(tally -> tally.spec().selects(pod.labels()))
                .toList();
        boolean granted = grants.holds(pod.uid());
        if (selecting.isEmpty() && !granted) {
            return;
        }
        boolean counted = Standing.counted(pod);
        boolean out = counted && (granted || !Standing.serving(pod));
        Optional<Place> place = counted ? Standing.place(pod, Stage.PRE_CHECK) : Optional.empty();
        boolean inStage = counted
                && (place.isPresent() || Standing.place(pod, Stage.POST_CHECK).isPresent());
        Optional<Place> queued = out || isAside(pod) ? Optional.empty() : place;
        Member member = new Member(pod, selecting, counted, out, queued, inStage);
        members.put(pod.name(), member);
        selecting.forEach(tally -> tally.add(member));
    }
}
