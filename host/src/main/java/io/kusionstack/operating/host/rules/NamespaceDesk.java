package io.kusionstack.operating.host.rules;

import io.kusionstack.operating.host.kernel.Key;
import io.kusionstack.operating.host.plan.Judgement;
import io.kusionstack.operating.host.plan.Judgements.Settlement;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.host.rules.RuleEngine.Ruling;
import io.kusionstack.operating.host.rules.RuleSnapshot.Leave;
import io.kusionstack.operating.host.rules.RuleSnapshot.Subject;
import io.kusionstack.operating.plugin.PodRef;
import io.kusionstack.operating.plugin.Stage;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** The judge of one namespace: everything it decides, it decides under one lock, on its own roll of Pods. */
final class NamespaceDesk {
    private static final Duration SOON = Duration.ofSeconds(1);

    private final ReentrantLock lock = new ReentrantLock();
    private final String namespace;
    private final RuleWorld world;
    private final Instant grantsFrom;
    private final Consumer<Key> ruleKeys;
    private final Grants grants = new Grants();
    private final Roll roll;
    private final Verdicts verdicts = new Verdicts();
    private final Docket docket;
    private final Wakes wakes = new Wakes();
    private boolean rulesChanged;

    NamespaceDesk(String namespace, RuleWorld world, Instant grantsFrom, Consumer<Key> ruleKeys) {
        this.namespace = namespace;
        this.world = world;
        this.grantsFrom = grantsFrom;
        this.ruleKeys = ruleKeys;
        this.roll = new Roll(namespace, world, grants, ruleKeys);
        this.docket = new Docket(roll, verdicts);
    }

    Roll roll() {
        return roll;
    }

    private void refresh() {
        if (roll.refresh()) {
            rulesChanged = true;
            if (roll.tallies().isEmpty()) {
                grants.withdrawReserved();
            }
            verdicts.keepOnly(
                    roll.tallies().stream().map(tally -> tally.spec().uid()).collect(Collectors.toSet()));
        }
    }

    /** Judges one Pod that asks. It comes after all that wait, unless it is the first of them. */
    Judgement judge(PodRecord asking, String operation, Stage stage, Instant now) {
        lock.lock();
        try {
            refresh();
            if (roll.member(asking.name()).isEmpty()) {
                if (!roll.selectsAny(asking.labels())) {
                    return new Judgement.Passed();
                }
                roll.reread(asking.name());
            }
            roll.lookAhead(asking.name());
            return roll.member(asking.name())
                    .filter(known -> known.pod().uid().equals(asking.uid()))
                    .map(known -> judge(known, new Ask(asking, operation, stage, now)))
                    .orElseGet(() -> waiting("the Pod is not in the cache yet", SOON));
        } finally {
            lock.unlock();
        }
    }

    private Judgement judge(Member known, Ask ask) {
        PodRecord asking = ask.pod();
        if (known.tallies().isEmpty()) {
            return new Judgement.Passed();
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
            return new Judgement.Passed();
        }
        if (!withdrawn) {
            return judgeAnew(known, wanted, ask);
        }
        roll.recount(asking.name());
        known.tallies().forEach(tally -> ruleKeys.accept(tally.spec().key()));
        return judgeAnew(roll.member(asking.name()).orElse(known), wanted, ask);
    }

    /** Judges a Pod that left service without a slot, because it was out anyway, and could serve again. */
    Judgement judgeAgain(PodRecord pod) {
        lock.lock();
        try {
            refresh();
            return roll.member(pod.name())
                    .filter(known -> known.pod().uid().equals(pod.uid()) && known.counted() && !known.granted())
                    .map(known -> RuleEngine.judgeByLimits(docket.again(known))
                            .getFirst()
                            .judgement())
                    .orElseGet(Judgement.Passed::new);
        } finally {
            lock.unlock();
        }
    }

    private Judgement judgeAnew(Member known, Grant wanted, Ask ask) {
        Judgement judgement = look(known, ask);
        if (judgement instanceof Judgement.Passed && ask.leaves(known)) {
            grants.give(wanted);
            roll.recount(ask.pod().name());
        }
        if (!(judgement instanceof Judgement.Passed)) {
            // a plugin may have to be asked about it once more
            known.tallies().stream()
                    .map(Tally::spec)
                    .filter(RuleSpec::asksPlugins)
                    .forEach(spec -> ruleKeys.accept(spec.key()));
        }
        return judgement;
    }

    /** What the Pod would hear; gives nothing. */
    private Judgement look(Member known, Ask ask) {
        Leave leave = ask.leave(known);
        if (leave != Leave.OUT && ask.now().isBefore(grantsFrom)) {
            return waiting(
                    "slots are given out once all that an earlier leader sent has settled", untilOpen(ask.now()));
        }
        Ruling ruling = RuleEngine.judge(docket.one(known, ask, leave)).getFirst();
        if (!(ruling.judgement() instanceof Judgement.Passed)) {
            return ruling.judgement();
        }
        for (Tally tally : known.tallies()) {
            if (leave != Leave.OUT && tally.behind(known.queued())) {
                return new Judgement.Rejected(List.of(known.aside().orElseGet(() -> turn(tally.spec()))));
            }
        }
        return ruling.judgement();
    }

    /** What rules keep a Pod from going on, for whoever wants to know; gives nothing. */
    List<Wait> waits(PodRecord pod, Instant now) {
        lock.lock();
        try {
            refresh();
            roll.lookAhead(pod.name());
            Set<Wait> waits = new LinkedHashSet<>();
            roll.member(pod.name())
                    .filter(known -> !known.granted())
                    .flatMap(Member::aside)
                    .ifPresent(waits::add);
            for (Stage stage : Stage.values()) {
                if (Standing.of(pod).place(stage).isPresent()) {
                    roll.member(pod.name())
                            .map(known -> look(known, new Ask(pod, "", stage, now)))
                            .map(Judgement::waits)
                            .ifPresent(waits::addAll);
                }
            }
            return List.copyOf(waits);
        } finally {
            lock.unlock();
        }
    }

    /** Judges, with all Pods that wait for this rule, those that wait for a rule that shares a Pod with it. */
    Pass pass(Key rule, Instant now) {
        lock.lock();
        try {
            Set<Key> woken = new TreeSet<>();
            refresh();
            if (rulesChanged) {
                rulesChanged = false;
                wakeAll(woken);
            }
            Optional<Tally> tally = roll.tally(rule);
            if (tally.isEmpty()) {
                return new Pass(woken, Set.of(rule), Optional.empty(), Optional.empty(), Optional.empty());
            }
            if (now.isBefore(grantsFrom)) {
                return new Pass(woken, Set.of(), Optional.empty(), Optional.of(untilOpen(now)), Optional.empty());
            }
            List<Tally> joined = docket.joined(tally.get());
            joined.forEach(this::withdrawReserved);
            joined.forEach(known -> known.staged().forEach(roll::lookAhead));
            List<Ruling> rulings = RuleEngine.judge(docket.all(joined, now));
            rulings.forEach(ruling -> settle(ruling, woken));
            Set<Key> asks = docket.toAsk(joined, now);
            Optional<Duration> next = docket.nextLook(joined, now).map(at -> Duration.between(now, at));
            return new Pass(woken, asks, Optional.of(report(tally.get(), rulings)), Optional.empty(), next);
        } finally {
            lock.unlock();
        }
    }

    /** What the plugins of this rule are to be asked; empty if the rule is gone. */
    Optional<Inquiry> inquiry(Key rule, Instant now) {
        lock.lock();
        try {
            refresh();
            return roll.tally(rule)
                    .map(tally -> new Inquiry(tally.spec(), docket.due(tally, now), docket.next(tally, now)));
        } finally {
            lock.unlock();
        }
    }

    /** Learns what came of a question; of no use if the rule has changed since. */
    void learn(Question question, Reply reply) {
        lock.lock();
        try {
            refresh();
            verdicts.put(question, reply);
            if (reply instanceof Reply.Spoken spoken) {
                // who may go now has to hear of it, though its record is the same as before
                spoken.heard().forEach((pod, heard) -> {
                    if (heard.isYes()) {
                        wakes.forget(pod);
                    }
                });
            }
        } finally {
            lock.unlock();
        }
    }

    /** Learns what became of a write; returns the rules that have slots to give again. */
    List<Key> settled(PodRef pod, Settlement settlement) {
        lock.lock();
        try {
            refresh();
            Optional<Member> member =
                    roll.member(pod.name()).filter(known -> known.pod().uid().equals(pod.uid()));
            List<Grant> released = grants.settle(
                    pod.uid(),
                    settlement,
                    grant -> member.filter(known -> Grants.wants(known.pod(), grant))
                            .isPresent());
            if (released.isEmpty()) {
                return List.of();
            }
            if (settlement == Settlement.REFUSED) {
                roll.setAside(
                        pod.name(),
                        pod.uid(),
                        released.stream().mapToLong(Grant::judgedAt).max().orElse(0));
            }
            roll.recount(pod.name());
            return member.stream()
                    .flatMap(known -> known.tallies().stream())
                    .map(tally -> tally.spec().key())
                    .toList();
        } finally {
            lock.unlock();
        }
    }

    /** The Pod cannot go on: takes back what no write can use, and returns the rules that have slots to give again. */
    List<Key> hindered(PodRecord pod) {
        lock.lock();
        try {
            roll.lookAhead(pod.name());
            List<Grant> unused = grants.of(pod.uid()).stream()
                    .filter(held -> !held.mayBeUnderWayAt(pod.resourceVersion()))
                    .toList();
            if (unused.isEmpty()) {
                return List.of();
            }
            refresh();
            unused.forEach(grants::withdraw);
            roll.recount(pod.name());
            return roll.member(pod.name()).stream()
                    .flatMap(known -> known.tallies().stream())
                    .map(tally -> tally.spec().key())
                    .toList();
        } finally {
            lock.unlock();
        }
    }

    /** True if nothing is lost when it is forgotten. */
    boolean isIdle() {
        lock.lock();
        try {
            return roll.isIdle();
        } finally {
            lock.unlock();
        }
    }

    /** What was kept for a Pod under other rules goes back before anybody is judged. */
    private void withdrawReserved(Tally tally) {
        for (String name : tally.staged()) {
            Member member = roll.member(name).orElseThrow();
            List<Grant> outdated = grants.of(member.pod().uid()).stream()
                    .filter(held -> held.write() == Grant.Write.RESERVED)
                    .filter(held -> !held.rules().equals(member.generations()))
                    .toList();
            if (!outdated.isEmpty()) {
                outdated.forEach(grants::withdraw);
                roll.recount(name);
            }
        }
    }

    private void settle(Ruling ruling, Set<Key> woken) {
        Subject subject = ruling.subject();
        Optional<Member> member = roll.member(subject.pod().name());
        if (member.isEmpty() || !(ruling.judgement() instanceof Judgement.Passed)) {
            return;
        }
        PodRecord pod = member.get().pod();
        if (ruling.granted()) {
            for (String operation : member.get().standing().operations(subject.stage())) {
                grants.give(Grant.asked(member.get(), new Ask(pod, operation, subject.stage(), grantsFrom))
                        .with(Grant.Write.RESERVED));
            }
            roll.recount(pod.name());
        }
        if (wakes.isNews(pod) || ruling.granted()) {
            woken.add(new Key(namespace, pod.name()));
        }
    }

    /** After rules changed: those that no rule selects any more have nobody else to wake them. */
    private void wakeAll(Set<Key> woken) {
        wakes.forgetAll();
        for (PodRecord pod : world.pods(namespace)) {
            if (Standing.of(pod).isInStage()) {
                woken.add(new Key(namespace, pod.name()));
            }
        }
    }

    private Report report(Tally tally, List<Ruling> rulings) {
        List<Ruling> own = rulings.stream()
                .filter(ruling -> tally.spec().selects(ruling.subject().labels()))
                .toList();
        return new Report(tally, own, docket.acceptance(tally));
    }

    private static Wait turn(RuleSpec spec) {
        return new Wait(
                Reason.WAITING_FOR_RULE,
                spec.key().name(),
                "PodTransitionRule " + spec.key() + ": other Pods have waited longer and come first");
    }

    private static Judgement waiting(String why, Duration after) {
        return new Judgement.Waiting(List.of(new Wait(Reason.WAITING_FOR_RULE, "", why)), after);
    }

    private Duration untilOpen(Instant now) {
        return Duration.between(now, grantsFrom);
    }

    /**
     * What one rule's plugins are to be asked.
     *
     * @param questions to be asked now
     * @param next when the next question is due, maybe now; empty if only an event can tell
     */
    record Inquiry(RuleSpec spec, List<Question> questions, Optional<Instant> next) {}
}
