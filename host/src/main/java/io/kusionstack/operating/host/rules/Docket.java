package io.kusionstack.operating.host.rules;

import io.kusionstack.operating.host.kernel.Key;
import io.kusionstack.operating.host.plan.Judgement;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.host.rules.RuleSnapshot.Asked;
import io.kusionstack.operating.host.rules.RuleSnapshot.Counted;
import io.kusionstack.operating.host.rules.RuleSnapshot.Leave;
import io.kusionstack.operating.host.rules.RuleSnapshot.Subject;
import io.kusionstack.operating.host.rules.RuleSpec.Demand;
import io.kusionstack.operating.host.rules.RuleSpec.Rule;
import io.kusionstack.operating.host.rules.Standing.Place;
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
import java.util.TreeSet;

/**
 * Puts together what is judged, and what plugins are asked: reads the roll of Pods and the verdicts, changes neither. Guarded
 * by the lock of the namespace's desk.
 */
final class Docket {
    /** So long what the status says of an obstacle may be out of date: who knows of one tells nobody that it is gone. */
    private static final Duration OBSTACLE = Duration.ofSeconds(1);

    private final Roll roll;
    private final Verdicts verdicts;

    Docket(Roll roll, Verdicts verdicts) {
        this.roll = roll;
        this.verdicts = verdicts;
    }

    /** The rule and all that hang together with it by Pods in a stage, in the order of their uids. */
    List<Tally> joined(Tally first) {
        Set<Tally> found = new LinkedHashSet<>(List.of(first));
        Deque<Tally> open = new ArrayDeque<>(found);
        while (!open.isEmpty() && found.size() < roll.tallies().size()) {
            for (String name : open.remove().staged()) {
                for (Tally other : roll.member(name).map(Member::tallies).orElse(List.of())) {
                    if (found.add(other)) {
                        open.add(other);
                    }
                }
            }
        }
        return roll.tallies().stream().filter(found::contains).toList();
    }

    /** All Pods that are in a stage under these rules, in the order in which they get slots. */
    RuleSnapshot all(List<Tally> tallies, Instant now) {
        Map<Place, List<Subject>> ordered = new TreeMap<>();
        Map<Asked, Judgement> said = new HashMap<>();
        Set<String> names = new LinkedHashSet<>();
        tallies.forEach(tally -> names.addAll(tally.staged()));
        for (String name : names) {
            Member member = roll.member(name).orElseThrow();
            for (Stage stage : Stage.values()) {
                Optional<Place> place = member.standing().place(stage);
                if (place.isPresent()) {
                    Subject subject = subject(member, stage, now);
                    ordered.computeIfAbsent(place.get(), at -> new ArrayList<>())
                            .add(
                                    isHeldByPlugins(member)
                                            ? heard(
                                                    subject,
                                                    member,
                                                    member.standing().marks(stage),
                                                    said,
                                                    now)
                                            : subject);
                }
            }
        }
        List<Subject> subjects = ordered.values().stream().flatMap(List::stream).toList();
        return new RuleSnapshot(counted(tallies), subjects, said);
    }

    private static boolean isHeldByPlugins(Member member) {
        for (Tally tally : member.tallies()) {
            if (!tally.plugged().isEmpty()) {
                return true;
            }
        }
        return false;
    }

    /** One Pod alone. */
    RuleSnapshot one(Member member, Ask ask, Leave leave) {
        Map<Asked, Judgement> said = new HashMap<>();
        Subject subject = subject(member, ask.stage(), leave, Optional.empty());
        Subject heard = heard(subject, member, ask.marks(member), said, ask.now());
        return new RuleSnapshot(counted(member.tallies()), List.of(heard), said);
    }

    /** A Pod that left service without a slot, and could serve again. */
    RuleSnapshot again(Member member) {
        Subject subject = subject(member, Stage.PRE_CHECK, Leave.LEFT, Optional.empty());
        return new RuleSnapshot(counted(member.tallies()), List.of(subject), Map.of());
    }

    /**
     * When something may be otherwise for a Pod that waits under these rules though no event tells: it takes no slot any
     * more, or an obstacle is gone. Empty if only an event can tell.
     */
    Optional<Instant> nextLook(List<Tally> tallies, Instant now) {
        Instant next = Instant.MAX;
        for (Tally tally : tallies) {
            for (String name : tally.staged()) {
                Member member = roll.member(name).orElseThrow();
                Instant until = member.isHindered()
                        ? now.plus(OBSTACLE)
                        : member.slotUntil().orElse(Instant.MAX);
                if (until.isAfter(now) && until.isBefore(next)) {
                    next = until;
                }
            }
        }
        return Optional.of(next).filter(known -> known.isBefore(Instant.MAX));
    }

    /** Adds what plugins said of the Pod; who got a yes that is too old goes on only after another one. */
    private Subject heard(
            Subject subject, Member member, Map<String, String> marks, Map<Asked, Judgement> said, Instant now) {
        Optional<Wait> lapsed = Optional.empty();
        for (Tally tally : member.tallies()) {
            for (Rule rule : tally.plugged()) {
                Optional<Verdicts.Said> verdict = Optional.empty();
                if (rule.appliesTo(subject)) {
                    verdict = verdicts.said(tally.spec(), rule, member.pod(), marks, now);
                } else if (rule.awaits(subject)) {
                    verdict = verdicts.ahead(tally.spec(), rule);
                }
                if (verdict.isPresent()) {
                    said.put(
                            new Asked(
                                    tally.spec().uid(),
                                    rule.name(),
                                    member.pod().uid(),
                                    subject.stage()),
                            verdict.get().judgement());
                }
                if (lapsed.isEmpty() && verdict.isPresent() && verdict.get().lapsed()) {
                    lapsed = Optional.of(tally.spec()
                            .wait(Reason.WAITING_FOR_RULE, rule, "its plugin said yes and is asked once more"));
                }
            }
        }
        return lapsed.map(subject::aside).orElse(subject);
    }

    private static Subject subject(Member member, Stage stage, Instant now) {
        boolean leaves = stage == Stage.PRE_CHECK;
        return subject(
                member,
                stage,
                leaves ? member.leave(now) : Leave.OUT,
                leaves && !member.granted() ? member.aside() : Optional.empty());
    }

    private static Subject subject(Member member, Stage stage, Leave leave, Optional<Wait> aside) {
        PodRecord pod = member.pod();
        boolean goes =
                member.isGoing() || leave == Leave.LEFT && member.standing().toDelete();
        Optional<String> goingOf = goes ? member.workload() : Optional.empty();
        return new Subject(pod.ref(), stage, pod.labels(), SkippedRules.of(pod), leave, goingOf, aside);
    }

    private static List<Counted> counted(List<Tally> tallies) {
        return tallies.stream()
                .map(tally -> new Counted(tally.spec(), tally.count(), tally.surplus()))
                .toList();
    }

    /** Rules of these whose plugins are to be asked, now or at a time that is known. */
    Set<Key> toAsk(List<Tally> tallies, Instant now) {
        Set<Key> keys = new TreeSet<>();
        for (Tally tally : tallies) {
            if (!tally.plugged().isEmpty() && next(tally, now).isPresent()) {
                keys.add(tally.spec().key());
            }
        }
        return keys;
    }

    /** When the next of the rule's plugins is to be asked; empty if only an event can tell. */
    Optional<Instant> next(Tally tally, Instant now) {
        return questions(tally).stream()
                .flatMap(question -> verdicts.due(question, now).stream())
                .min(Instant::compareTo);
    }

    /** What the rule's plugins are to be asked now. */
    List<Question> due(Tally tally, Instant now) {
        return questions(tally).stream()
                .filter(question -> verdicts.due(question, now)
                        .filter(due -> !due.isAfter(now))
                        .isPresent())
                .toList();
    }

    private List<Question> questions(Tally tally) {
        if (tally.plugged().isEmpty()) {
            return List.of();
        }
        List<PodRecord> selected = pods(tally.targets());
        List<PodRecord> staged = pods(tally.staged());
        List<Question> questions = new ArrayList<>();
        for (Rule rule : tally.plugged()) {
            if (rule.demand() instanceof Demand.Plugged demand) {
                questions.add(new Question(tally.spec(), rule, demand, selected, waiting(rule, staged), tally.moves()));
            }
        }
        return questions;
    }

    private List<PodRecord> pods(List<String> names) {
        return names.stream()
                .flatMap(name -> roll.member(name).map(Member::pod).stream())
                .toList();
    }

    private static List<PodRecord> waiting(Rule rule, List<PodRecord> staged) {
        Map<Place, PodRecord> waiting = new TreeMap<>();
        for (PodRecord pod : staged) {
            Optional<Place> place = Standing.of(pod).place(rule.stage());
            Subject subject = new Subject(
                    pod.ref(),
                    rule.stage(),
                    pod.labels(),
                    SkippedRules.of(pod),
                    Leave.OUT,
                    Optional.empty(),
                    Optional.empty());
            if (place.isPresent() && rule.appliesTo(subject)) {
                waiting.put(place.get(), pod);
            }
        }
        return List.copyOf(waiting.values());
    }

    /** How the rule's own plugins took its configuration. */
    Acceptance acceptance(Tally tally) {
        RuleSpec spec = tally.spec();
        List<String> problems = new ArrayList<>(spec.problems());
        List<String> unserved = new ArrayList<>();
        boolean complete = true;
        for (Rule rule : tally.plugged()) {
            Optional<Reply> reply = verdicts.reply(spec, rule);
            complete &= reply.isPresent();
            if (reply.isPresent() && reply.get() instanceof Reply.Silent silent) {
                (silent.why().reason() == Reason.WAITING_FOR_RULE ? problems : unserved).addAll(silent.problems());
            }
        }
        return new Acceptance(complete, problems, unserved);
    }

    /**
     * Whether a rule object is understood.
     *
     * @param complete false while a plugin has yet to look at its configuration
     * @param problems what its user has to correct
     * @param unserved what this host does not offer
     */
    record Acceptance(boolean complete, List<String> problems, List<String> unserved) {
        Acceptance {
            problems = List.copyOf(problems);
            unserved = List.copyOf(unserved);
        }
    }
}
