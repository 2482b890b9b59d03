package io.kusionstack.operating.host.rules.admit;

import io.kusionstack.operating.host.kernel.Key;
import io.kusionstack.operating.host.kernel.Outcome;
import io.kusionstack.operating.host.kernel.Reconciler;
import io.kusionstack.operating.host.model.Condition;
import io.kusionstack.operating.host.model.Conditions;
import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.model.PodTransitionRule;
import io.kusionstack.operating.host.model.PodTransitionRuleStatus;
import io.kusionstack.operating.host.plan.Action;
import io.kusionstack.operating.host.plan.Actuator;
import io.kusionstack.operating.host.plan.FinalizerPatch;
import io.kusionstack.operating.host.plan.ObjectKind;
import io.kusionstack.operating.host.plan.ObjectRef;
import io.kusionstack.operating.host.plan.Plan;
import io.kusionstack.operating.host.rules.plugin.PluginQueryReconciler;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Looks after one PodTransitionRule: decides about the Pods that wait for it, wakes those that pass now, and writes its
 * status when it changed.
 */
public final class RuleReconciler implements Reconciler {
    private final RuleAdmission admission;
    private final RuleWorld world;
    private final Actuator actuator;
    private final Consumer<Key> podKeys;
    private final Consumer<Key> queryKeys;

    /**
     * @param podKeys takes the Pods whose lifecycle has to ask again; only enqueues
     * @param queryKeys takes the rules with a query to a plugin, for a {@link PluginQueryReconciler}; only enqueues
     */
    public RuleReconciler(
            RuleAdmission admission,
            RuleWorld world,
            Actuator actuator,
            Consumer<Key> podKeys,
            Consumer<Key> queryKeys) {
        this.admission = admission;
        this.world = world;
        this.actuator = actuator;
        this.podKeys = podKeys;
        this.queryKeys = queryKeys;
    }

    @Override
    public Outcome reconcile(Key key, Instant now) {
        PassResult pass = admission.admitWaiting(key, now);
        pass.woken().forEach(podKeys);
        pass.asks().forEach(queryKeys);
        Optional<PodTransitionRule> rule = world.rule(key);
        if (rule.isEmpty()) {
            return Outcome.done();
        }
        if (rule.get().getMetadata().getDeletionTimestamp() != null) {
            return release(rule.get());
        }
        if (pass.closed().isPresent()) {
            return Outcome.requeueAfter(pass.closed().get(), "closed");
        }
        Outcome written = pass.report()
                .filter(report -> report.acceptance().complete())
                .map(report -> writeStatus(rule.get(), report, now))
                .orElseGet(Outcome::done);
        return pass.lookAgain()
                .map(next -> written.sooner(Outcome.requeueAfter(next, "grace")))
                .orElse(written);
    }

    private Outcome writeStatus(PodTransitionRule rule, RuleReport report, Instant now) {
        if (!rule.getMetadata().getUid().equals(report.spec().uid())) {
            return Outcome.requeueAfter(Duration.ZERO, "replaced");
        }
        PodTransitionRuleStatus before = rule.getStatus();
        Optional<PodTransitionRuleStatus> status = RuleStatus.of(report, before, now);
        if (status.isEmpty()) {
            return Outcome.done();
        }
        List<Action> actions = new ArrayList<>();
        actions.add(Action.WriteStatus.of(
                ref(rule),
                version(rule),
                RuleStatus.json(status.get()),
                report.spec().generation(),
                Conditions.json(before.conditions())));
        announcement(rule, before, status.get()).ifPresent(actions::add);
        return actuator.apply(new Plan(actions, Optional.empty(), Map.of())).outcome();
    }

    /** An event when there is something new to correct. */
    private static Optional<Action> announcement(
            PodTransitionRule rule, PodTransitionRuleStatus before, PodTransitionRuleStatus after) {
        Optional<Condition> problem = problem(after);
        return problem.map(Condition::message).equals(problem(before).map(Condition::message))
                ? Optional.empty()
                : problem.map(condition -> new Action.Announce(
                        ref(rule),
                        Action.Severity.WARNING,
                        Objects.toString(condition.reason(), ""),
                        "correct " + condition.message()));
    }

    private static Optional<Condition> problem(PodTransitionRuleStatus status) {
        return status.conditions().stream()
                .filter(condition -> RuleStatus.ACCEPTED.equals(condition.type()) && "False".equals(condition.status()))
                .findFirst();
    }

    /** A rule that is being deleted holds no Pod back, so Kuperator's finalizer on it is removed. */
    private Outcome release(PodTransitionRule rule) {
        FinalizerPatch released =
                FinalizerPatch.of(rule.getMetadata().getFinalizers()).without(Names.RULE_FINALIZER);
        return released.isEmpty()
                ? Outcome.done()
                : actuator.apply(Plan.of(released.action(ref(rule), version(rule))))
                        .outcome();
    }

    private static ObjectRef ref(PodTransitionRule rule) {
        return new ObjectRef(
                ObjectKind.POD_TRANSITION_RULE,
                rule.getMetadata().getNamespace(),
                rule.getMetadata().getName(),
                rule.getMetadata().getUid());
    }

    private static long version(PodTransitionRule rule) {
        return Long.parseLong(rule.getMetadata().getResourceVersion());
    }
}
