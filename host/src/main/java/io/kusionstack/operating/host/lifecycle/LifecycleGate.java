package io.kusionstack.operating.host.lifecycle;

import io.kusionstack.operating.host.lifecycle.LifecyclePlanner.Advanced;
import io.kusionstack.operating.host.lifecycle.LifecycleSnapshot.Facts;
import io.kusionstack.operating.host.model.AvailableConditions;
import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.Employers;
import io.kusionstack.operating.host.plan.Endpoints;
import io.kusionstack.operating.host.plan.Explanation;
import io.kusionstack.operating.host.plan.Intention;
import io.kusionstack.operating.host.plan.Intentions;
import io.kusionstack.operating.host.plan.Judgement;
import io.kusionstack.operating.host.plan.Judgements;
import io.kusionstack.operating.host.plan.PodCondition;
import io.kusionstack.operating.host.plan.PodEdit;
import io.kusionstack.operating.host.plan.PodGate;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.plugin.Stage;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Lets every write to a Pod carry as much of its lifecycle as the facts allow. Collects the facts, all in memory, and asks
 * the planner. Stateless; any thread.
 */
public final class LifecycleGate implements PodGate {
    private static final Duration HELD = Duration.ofSeconds(1);

    private final Judgements judgements;
    private final Intentions intentions;
    private final Endpoints endpoints;
    private final Employers employers;

    public LifecycleGate(Judgements judgements, Intentions intentions, Endpoints endpoints, Employers employers) {
        this.judgements = judgements;
        this.intentions = intentions;
        this.endpoints = endpoints;
        this.employers = employers;
    }

    @Override
    public Advance advance(PodRecord seen, PodEdit edit, Instant now) {
        Advanced advanced = look(seen, edit, now);
        return new Advance(advanced.edit(), advanced.waits());
    }

    @Override
    public Advance advanceWithoutIntention(PodRecord seen, PodEdit edit, Instant now) {
        return new LifecycleGate(judgements, Intentions.none(), endpoints, employers).advance(seen, edit, now);
    }

    @Override
    public Optional<PodEdit> wanted(PodRecord seen, PodEdit edit, Instant now) {
        PodRecord pod = LifecycleSnapshot.of(seen, edit, now).pod();
        return intentions.of(pod).map(intention -> intention.on(pod));
    }

    /** As {@link #advance}, and when to look again. */
    Advanced look(PodRecord seen, PodEdit edit, Instant now) {
        LifecycleSnapshot snapshot = LifecycleSnapshot.of(seen, edit, now);
        PodRecord pod = snapshot.pod();
        if (!pod.controlled() || pod.terminating()) {
            return LifecyclePlanner.plan(snapshot);
        }
        Facts facts = new Facts(
                judged(snapshot), intention(snapshot), holding(snapshot), gone(snapshot), employers.expected(pod));
        return LifecyclePlanner.plan(snapshot.with(facts));
    }

    /**
     * Why the Pod waits, as far as the lifecycle knows. Asks no rule, so it takes no slot: what a rule says stands in the
     * explanation of the rules.
     */
    public Explanation explain(PodRecord pod, Instant now) {
        LifecycleSnapshot snapshot = LifecycleSnapshot.of(pod, PodEdit.of(pod), now);
        Facts facts = new Facts(
                held(snapshot),
                Optional.empty(),
                holding(snapshot),
                gone(snapshot),
                employers.expected(snapshot.pod()));
        return LifecycleExplanations.explain(snapshot.with(facts));
    }

    private Map<String, Judgement> judged(LifecycleSnapshot snapshot) {
        if (snapshot.ops().isEmpty()) {
            return Map.of();
        }
        Map<String, Judgement> judged = new TreeMap<>();
        Map<String, Judgement> held = held(snapshot);
        LifecyclePlanner.asks(snapshot.ops())
                .forEach((id, stage) -> judged.put(
                        id,
                        held.containsKey(id)
                                ? held.get(id)
                                : judgements.judge(snapshot.pod(), id, stage, snapshot.now())));
        return judged;
    }

    /** Who must not leave service takes no slot. */
    private Map<String, Judgement> held(LifecycleSnapshot snapshot) {
        Map<String, Judgement> held = new TreeMap<>();
        LifecyclePlanner.asks(snapshot.ops()).forEach((id, stage) -> {
            List<Wait> waits = stage == Stage.PRE_CHECK ? intentions.holding(snapshot.pod(), id) : List.of();
            if (!waits.isEmpty()) {
                held.put(id, new Judgement.Waiting(waits, HELD));
            }
        });
        return held;
    }

    private Optional<Intention> intention(LifecycleSnapshot snapshot) {
        return leaves(snapshot) ? intentions.of(snapshot.pod()) : Optional.empty();
    }

    private List<Endpoints.Held> holding(LifecycleSnapshot snapshot) {
        boolean off = snapshot.seen()
                .condition(Names.SERVICE_READY)
                .filter(PodCondition::isFalse)
                .isPresent();
        return off && leaves(snapshot) ? endpoints.holding(snapshot.seen(), snapshot.now()) : List.of();
    }

    private static boolean leaves(LifecycleSnapshot snapshot) {
        for (Op op : snapshot.ops().values()) {
            if (op instanceof Op.Begun || op instanceof Op.Preparing) {
                return true;
            }
        }
        return false;
    }

    private Set<String> gone(LifecycleSnapshot snapshot) {
        PodRecord pod = snapshot.pod();
        String annotation = pod.annotations().get(Names.AVAILABLE_CONDITIONS);
        if (annotation == null || pod.hasLabel(Names.SERVICE_AVAILABLE)) {
            return Set.of();
        }
        Set<String> gone = new HashSet<>();
        AvailableConditions.parse(annotation)
                .ifPresent(conditions ->
                        gone.addAll(conditions.missing(pod.finalizers()).keySet()));
        gone.removeIf(employer -> employers.employs(pod, employer));
        return gone;
    }
}
