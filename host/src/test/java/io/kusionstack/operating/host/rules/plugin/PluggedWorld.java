package io.kusionstack.operating.host.rules.plugin;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kusionstack.operating.host.kernel.Key;
import io.kusionstack.operating.host.kernel.Outcome;
import io.kusionstack.operating.host.model.PodTransitionRule;
import io.kusionstack.operating.host.model.PodTransitionRuleStatus;
import io.kusionstack.operating.host.plan.Action;
import io.kusionstack.operating.host.plan.Actuator;
import io.kusionstack.operating.host.plan.Applied;
import io.kusionstack.operating.host.plan.Decision;
import io.kusionstack.operating.host.plan.Failure;
import io.kusionstack.operating.host.plan.ObjectRef;
import io.kusionstack.operating.host.plan.Plan;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.Refusal;
import io.kusionstack.operating.host.plan.StatusRefusal;
import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.host.plan.WriteResult;
import io.kusionstack.operating.host.rules.admit.FakeRuleWorld;
import io.kusionstack.operating.host.rules.admit.RuleReconciler;
import io.kusionstack.operating.plugin.Stage;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** A cluster in memory with everybody who works on rules: the reconciler, the query reconciler, fake plugins. One thread. */
final class PluggedWorld implements Actuator {
    /** The host died; what was written stays. */
    static final class Crash extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    final FakeRuleWorld world;
    final FakePlugins plugins;
    final List<Action> done = new ArrayList<>();
    final PluginQueryReconciler consultant;
    private final RuleReconciler reconciler;
    private final Set<Key> asked = new HashSet<>();
    private final Set<String> woken = new TreeSet<>();
    private final Map<Key, Instant> looks = new HashMap<>();
    private final Map<Key, Instant> reviews = new HashMap<>();
    private Instant now = FakeRuleWorld.NOW;
    private int conflicts;
    private boolean crash;

    PluggedWorld(FakePlugins plugins, PodTransitionRule... rules) {
        this.plugins = plugins;
        world = FakeRuleWorld.with(rules);
        reconciler = new RuleReconciler(world.admission, world, this, pod -> woken.add(pod.name()), asked::add);
        consultant = new PluginQueryReconciler(world.admission, plugins, world::rule, this, () -> now);
    }

    PluggedWorld put(PodRecord... pods) {
        world.put(pods);
        return this;
    }

    PluggedWorld put(PodTransitionRule rule) {
        world.put(rule);
        return this;
    }

    /** The next so many writes of memory find that the object has changed. */
    void conflict(int times) {
        conflicts = times;
    }

    /** The host dies after its next write of memory, before anything comes of it. */
    void crashAfterTheNextMemory() {
        crash = true;
    }

    /** Lets everybody work until nobody has anything to do; returns the Pods that were woken, sorted. */
    List<String> settle() {
        woken.clear();
        for (int round = 0; !world.ruleKeys.isEmpty() || !asked.isEmpty(); round++) {
            if (round > 50) {
                throw new IllegalStateException("no end: " + plugins.askedAbout());
            }
            for (Key rule : new TreeSet<>(world.ruleKeys)) {
                world.ruleKeys.remove(rule);
                later(rule, reconciler.reconcile(rule, now), reviews);
            }
            for (Key rule : new TreeSet<>(asked)) {
                asked.remove(rule);
                later(rule, consultant.reconcile(rule, now), looks);
            }
        }
        return List.copyOf(woken);
    }

    private void later(Key rule, Outcome outcome, Map<Key, Instant> due) {
        due.remove(rule);
        if (outcome instanceof Outcome.RequeueAfter(Duration after, String why)) {
            due.put(rule, now.plus(after));
        }
    }

    /** Time passes; who wanted to look again does. */
    List<String> pass(Duration time) {
        Instant end = now.plus(time);
        List<String> all = new ArrayList<>(settle());
        for (Optional<Instant> next = next(end); next.isPresent(); next = next(end)) {
            now = next.get().isAfter(now) ? next.get() : now;
            asked.addAll(taken(looks));
            world.ruleKeys.addAll(taken(reviews));
            all.addAll(settle());
        }
        now = end;
        all.addAll(settle());
        return all.stream().distinct().sorted().toList();
    }

    private Set<Key> taken(Map<Key, Instant> due) {
        Set<Key> taken = new HashSet<>(due.keySet());
        taken.removeIf(rule -> due.get(rule).isAfter(now));
        due.keySet().removeAll(taken);
        return taken;
    }

    private Optional<Instant> next(Instant end) {
        return Stream.concat(looks.values().stream(), reviews.values().stream())
                .filter(due -> !due.isAfter(end))
                .min(Comparator.naturalOrder());
    }

    /** What a Pod that waits at PreCheck hears. */
    Decision asks(PodRecord pod) {
        return world.admission.tryAdmit(pod, FakeRuleWorld.UPDATE, Stage.PRE_CHECK, now);
    }

    /** Why a Pod waits, as the explanation tells it. */
    List<String> why(PodRecord pod) {
        return world.admission.explain(pod, now).stream().map(Wait::message).toList();
    }

    PodTransitionRuleStatus status(String rule) {
        return world.rule(FakeRuleWorld.key(rule)).orElseThrow().getStatus();
    }

    @Override
    public Applied apply(Plan plan) {
        List<Failure> failures = new ArrayList<>();
        for (Action action : plan.actions()) {
            done.add(action);
            switch (action) {
                case Action.PatchStatus patch -> {
                    if (conflicts > 0) {
                        conflicts--;
                        failures.add(new Failure(
                                action, new WriteResult.NotDone(WriteResult.Cause.CONFLICT, 409, "changed")));
                    } else {
                        merge(patch.object(), patch.status());
                        dieIfAsked();
                    }
                }
                case Action.WriteStatus status -> merge(status.object(), status.status());
                default -> {}
            }
        }
        return new Applied(Outcome.done(), failures);
    }

    private void dieIfAsked() {
        if (crash) {
            crash = false;
            throw new Crash();
        }
    }

    private void merge(ObjectRef ref, ObjectNode patch) {
        JsonMapper json = new JsonMapper();
        PodTransitionRule rule =
                world.rule(new Key(ref.namespace(), ref.name())).orElseThrow();
        ObjectNode status = json.valueToTree(rule.getStatus());
        patch.properties().forEach(field -> status.set(field.getKey(), field.getValue()));
        PodTransitionRule after = json.convertValue(json.valueToTree(rule), PodTransitionRule.class);
        after.setStatus(json.convertValue(status, PodTransitionRuleStatus.class));
        long version = Long.parseLong(rule.getMetadata().getResourceVersion()) + 1;
        after.getMetadata().setResourceVersion(Long.toString(version));
        world.put(after);
    }

    @Override
    public Optional<Refusal> refusal(PodRecord pod) {
        return Optional.empty();
    }

    @Override
    public Optional<Instant> nextTry(PodRecord pod) {
        return Optional.empty();
    }

    @Override
    public Optional<StatusRefusal> statusRefusal(ObjectRef object) {
        return Optional.empty();
    }
}
