package io.kusionstack.operating.host.lifecycle;

import io.kusionstack.operating.host.lifecycle.LifecycleSnapshot.Facts;
import io.kusionstack.operating.host.model.AvailableConditions;
import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.Decision;
import io.kusionstack.operating.host.plan.Employers;
import io.kusionstack.operating.host.plan.Endpoints;
import io.kusionstack.operating.host.plan.Explanation;
import io.kusionstack.operating.host.plan.Intention;
import io.kusionstack.operating.host.plan.Intentions;
import io.kusionstack.operating.host.plan.Nodes;
import io.kusionstack.operating.host.plan.Obstacles;
import io.kusionstack.operating.host.plan.PodAdmission;
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

    private final PodAdmission admission;
    private final Intentions intentions;
    private final Endpoints endpoints;
    private final Employers employers;
    private final Obstacles obstacles;
    private final Nodes nodes;

    /** A gate that knows of no obstacles, and whose nodes are all reachable. */
    public LifecycleGate(PodAdmission admission, Intentions intentions, Endpoints endpoints, Employers employers) {
        this.admission = admission;
        this.intentions = intentions;
        this.endpoints = endpoints;
        this.employers = employers;
        this.obstacles = Obstacles.none();
        this.nodes = Nodes.reachable();
    }

    private LifecycleGate(LifecycleGate like, Intentions intentions, Obstacles obstacles, Nodes nodes) {
        this.admission = like.admission;
        this.intentions = intentions;
        this.endpoints = like.endpoints;
        this.employers = like.employers;
        this.obstacles = obstacles;
        this.nodes = nodes;
    }

    /** The same, which lets no Pod leave service towards an obstacle, and sends nothing new to an unreachable node. */
    public LifecycleGate minding(Obstacles ahead, Nodes known) {
        return new LifecycleGate(this, intentions, ahead, known);
    }

    /** No operation begins on a node whose kubelet would not follow, but a deletion. */
    public static Obstacles unreachable(Nodes nodes) {
        return (pod, operation) -> PodOps.isToDelete(pod, operation)
                ? List.of()
                : nodes.unreachable(pod.node()).map(List::of).orElse(List.of());
    }

    @Override
    public Advance advance(PodRecord seen, PodEdit edit, Instant now) {
        LifecycleSnapshot snapshot = LifecycleSnapshot.of(seen, ended(seen, followed(seen, edit)), now);
        PodRecord pod = snapshot.pod();
        if (!pod.controlled() || pod.terminating()) {
            return LifecyclePlanner.plan(snapshot);
        }
        Facts facts = new Facts(
                judged(snapshot),
                unreachable(snapshot),
                intention(snapshot),
                holding(snapshot),
                gone(snapshot),
                employers.expected(pod),
                employers.returning(pod));
        return LifecyclePlanner.plan(snapshot.with(facts));
    }

    @Override
    public Advance advanceWithoutIntention(PodRecord seen, PodEdit edit, Instant now) {
        return new LifecycleGate(this, Intentions.none(), obstacles, nodes).advance(seen, edit, now);
    }

    @Override
    public Optional<PodEdit> wanted(PodRecord seen, PodEdit edit, Instant now) {
        PodRecord pod = LifecycleSnapshot.of(seen, edit, now).pod();
        Optional<PodEdit> deletion =
                pod.hasLabel(Names.PREPARING_TO_DELETE) ? Optional.of(PodEdit.of(pod)) : Optional.empty();
        return intentions.of(pod).map(intention -> intention.on(pod)).or(() -> deletion);
    }

    /**
     * Why the Pod waits, as far as the lifecycle knows. Asks no rule, so it takes no slot: what a rule says is in the
     * explanation of the rules.
     */
    public Explanation explain(PodRecord pod, Instant now) {
        LifecycleSnapshot snapshot = LifecycleSnapshot.of(pod, PodEdit.of(pod), now);
        Facts facts = new Facts(
                hindered(snapshot),
                pod.ready() && !pod.terminating() ? unreachable(snapshot) : nodes.unreachable(pod.node()),
                Optional.empty(),
                holding(snapshot),
                gone(snapshot),
                employers.expected(snapshot.pod()),
                employers.returning(snapshot.pod()));
        return LifecycleExplanations.explain(snapshot.with(facts));
    }

    private Map<String, Decision> judged(LifecycleSnapshot snapshot) {
        if (snapshot.ops().isEmpty()) {
            return Map.of();
        }
        Map<String, Decision> judged = hindered(snapshot);
        if (!judged.isEmpty()) {
            admission.releaseUnused(snapshot.seen());
        }
        LifecyclePlanner.asks(snapshot.ops())
                .forEach((id, stage) -> judged.computeIfAbsent(
                        id, asking -> admission.tryAdmit(snapshot.pod(), asking, stage, snapshot.now())));
        LifecyclePlanner.asksAgain(snapshot).forEach(id -> judged.put(id, admission.mayStayOut(snapshot.pod(), id)));
        judged.putAll(inVain(snapshot));
        return judged;
    }

    /** A Pod that has waited for long, out of service, behind an obstacle that came up meanwhile, comes back and waits in service. */
    private Map<String, Decision> inVain(LifecycleSnapshot snapshot) {
        Map<String, Decision> inVain = new TreeMap<>();
        for (String id : LifecyclePlanner.lingers(snapshot)) {
            List<Wait> lasting = obstacles.lasting(snapshot.pod(), id, snapshot.now());
            if (!lasting.isEmpty()
                    && unreachable(snapshot).isEmpty()
                    && !holding(snapshot).isEmpty()) {
                inVain.put(id, new Decision.Postponed(lasting, HELD));
            }
        }
        return inVain;
    }

    /** Operations that ask for PreCheck with an obstacle ahead: no rule is asked, so no slot is taken. */
    private Map<String, Decision> hindered(LifecycleSnapshot snapshot) {
        Map<String, Decision> hindered = new TreeMap<>();
        LifecyclePlanner.asks(snapshot.ops()).forEach((id, stage) -> {
            List<Wait> ahead = stage == Stage.PRE_CHECK ? obstacles.ahead(snapshot.pod(), id) : List.of();
            if (!ahead.isEmpty()) {
                hindered.put(id, new Decision.Postponed(ahead, HELD));
            }
        });
        return hindered;
    }

    /** A kubelet that is away applies all images at once when it returns, so none is sent to it. */
    private PodEdit followed(PodRecord seen, PodEdit edit) {
        return !edit.images().isEmpty() && nodes.unreachable(seen.node()).isPresent() ? PodEdit.of(seen) : edit;
    }

    /** Undoes what a set has begun with a Pod that has no controller any more, since no reconciler would end it. */
    private static PodEdit ended(PodRecord seen, PodEdit edit) {
        boolean wasOfASet = seen.hasLabel(Names.INSTANCE_ID) || seen.hasLabel(Names.REVISION);
        return wasOfASet && seen.controller().isEmpty()
                ? edit.labels(PodOps.undoOwn(seen).labels())
                : edit;
    }

    private Optional<Wait> unreachable(LifecycleSnapshot snapshot) {
        for (OperationState op : snapshot.ops().values()) {
            if ((op instanceof OperationState.Preparing || op instanceof OperationState.Operating)
                    && !PodOps.isToDelete(snapshot.pod(), op.id())) {
                return nodes.unreachable(snapshot.seen().node());
            }
        }
        return Optional.empty();
    }

    private Optional<Intention> intention(LifecycleSnapshot snapshot) {
        return leaves(snapshot) ? intentions.of(snapshot.pod()) : Optional.empty();
    }

    private List<Endpoints.HoldingEndpoint> holding(LifecycleSnapshot snapshot) {
        return snapshot.seen().gateClosed() && leaves(snapshot)
                ? endpoints.holding(snapshot.seen(), snapshot.now())
                : List.of();
    }

    private static boolean leaves(LifecycleSnapshot snapshot) {
        for (OperationState op : snapshot.ops().values()) {
            if (op instanceof OperationState.Begun || op instanceof OperationState.Preparing) {
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
