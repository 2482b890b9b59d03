package io.kusionstack.operating.host.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.host.lifecycle.LifecycleSnapshot.Facts;
import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.Decision;
import io.kusionstack.operating.host.plan.PodCondition;
import io.kusionstack.operating.host.plan.PodEdit;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.host.world.Pods;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Two operations on one Pod: every pair of phases, and what may happen to one of them. */
class LifecyclePairsTest {
    private static final Instant NOW = Instant.parse("2026-01-01T01:00:00Z");
    private static final String ONE = "collaset";
    private static final String OTHER = "job";
    private static final Decision PASSED = new Decision.Admitted();
    private static final Decision REJECTED =
            new Decision.Rejected(List.of(new Wait(Reason.WAITING_FOR_RULE, "rule", "not yet")));

    private record Case(PodRecord pod, PodEdit wanted, Decision decision, PodEdit edit) {
        PodRecord after() {
            return pod.with(edit);
        }
    }

    @Test
    void theGateIsClosedExactlyWhileOneOfThemHoldsIt() {
        forEveryCase(each -> {
            boolean held =
                    PodOps.decode(each.after().labels()).values().stream().anyMatch(OperationState::holdsGate);
            String gate = each.after()
                    .condition(Names.SERVICE_READY)
                    .map(PodCondition::status)
                    .orElse("");
            if (!gate.equals(held ? "False" : "True")) {
                assertThat(gate).as("%s", each).isEqualTo(held ? "False" : "True");
            }
        });
    }

    @Test
    void theMarkStandsOnAReadyPodUntilOneOfThemHasLeftPreCheckAndOnNoOther() {
        forEveryCase(each -> {
            SortedMap<String, OperationState> ops = PodOps.decode(each.after().labels());
            boolean ready = each.pod().ready() && each.edit().serviceReady().isEmpty();
            boolean must = ready && ops.values().stream().noneMatch(OperationState::hasLeftPreCheck);
            boolean may = ready && ops.values().stream().noneMatch(OperationState::holdsGate);
            boolean marked = each.after().hasLabel(Names.SERVICE_AVAILABLE);
            if (must && !marked || marked && !may) {
                assertThat(each.after()).as("%s", each).isNull();
            }
        });
    }

    @Test
    void addsNothingWhenItsOutcomeIsAdvancedAgain() {
        forEveryCase(each -> {
            PodEdit again = plan(each.pod(), each.edit(), each.decision());
            if (!again.equals(each.edit())) {
                assertThat(again).as("%s", each).isEqualTo(each.edit());
            }
        });
    }

    @Test
    void comesToRestThoughRulesAndTheSecondLookDisagree() {
        forEveryCase(each -> {
            PodRecord pod = each.pod();
            int writes = 0;
            for (PodEdit edit = disagreeing(pod); !edit.isEmpty(); edit = disagreeing(pod)) {
                pod = pod.with(edit);
                if (++writes > 8) {
                    assertThat(edit).as("%s", each).isNull();
                }
            }
        });
    }

    /** Whoever asks may go on, whoever is asked about again may not: it needs a slot only while the gate is open to it. */
    private static PodEdit disagreeing(PodRecord pod) {
        LifecycleSnapshot snapshot = LifecycleSnapshot.of(pod, PodEdit.of(pod), NOW);
        boolean serves = pod.mayServe(NOW);
        Map<String, Decision> judged = new TreeMap<>();
        LifecyclePlanner.asks(snapshot.ops()).keySet().forEach(id -> judged.put(id, serves ? REJECTED : PASSED));
        LifecyclePlanner.asksAgain(snapshot).forEach(id -> judged.put(id, REJECTED));
        return LifecyclePlanner.plan(snapshot.with(facts(judged))).edit();
    }

    private static Facts facts(Map<String, Decision> judged) {
        return new Facts(
                judged, Optional.empty(), Optional.empty(), List.of(), Set.of(), new TreeMap<>(), Optional.empty());
    }

    @Test
    void noneIsTouchedBeforeTheGateIsStored() {
        forEveryCase(each -> {
            for (String id : List.of(ONE, OTHER)) {
                boolean granted = !isOperating(each.pod(), id) && isOperating(each.after(), id);
                if (granted
                        && !each.pod()
                                .condition(Names.SERVICE_READY)
                                .orElseThrow()
                                .isFalse()) {
                    assertThat(each.pod()).as("%s", each).isNull();
                }
            }
        });
    }

    @Test
    void bothEndAndThePodServesWhenEverybodyDoesTheirPart() {
        forEveryCase(each -> {
            PodRecord pod = kubelet(each.after());
            for (int i = 0; i < 20 && !(pod.available() && PodOps.isIdle(pod)); i++) {
                PodEdit edit = PodEdit.of(pod);
                for (String id : List.of(ONE, OTHER, Names.POD_DELETE_OPERATION)) {
                    if (isOperating(pod, id)) {
                        edit = PodOps.finish(pod, id);
                    }
                }
                pod = kubelet(pod.with(plan(pod, edit, PASSED)));
            }
            if (!pod.available() || !PodOps.isIdle(pod)) {
                assertThat(pod).as("%s", each).isNull();
            }
        });
    }

    private static void forEveryCase(Consumer<Case> test) {
        for (PodOps.Phase one : PodOps.Phase.values()) {
            for (PodOps.Phase other : PodOps.Phase.values()) {
                for (Pods pod : List.of(
                        Pods.pod("a").available(),
                        Pods.pod("a").ready(),
                        Pods.pod("a").offline())) {
                    PodRecord built = in(in(pod, ONE, one), OTHER, other).build();
                    for (PodEdit wanted : wanted(built)) {
                        for (Decision decision : List.of(PASSED, REJECTED)) {
                            test.accept(new Case(built, wanted, decision, plan(built, wanted, decision)));
                        }
                    }
                }
            }
        }
    }

    /** Nothing, finish, undo, supersede, delete. */
    private static List<PodEdit> wanted(PodRecord pod) {
        List<PodEdit> wanted = new ArrayList<>();
        wanted.add(PodEdit.of(pod));
        wanted.add(PodOps.finish(pod, ONE));
        wanted.add(PodOps.undo(pod, ONE));
        wanted.add(PodOps.begin(pod, ONE, "restart", NOW));
        wanted.add(PodOps.beginToDelete(pod, Names.POD_DELETE_OPERATION, Names.DELETE, NOW));
        return wanted;
    }

    private static Pods in(Pods pod, String id, PodOps.Phase phase) {
        return switch (phase) {
            case PRE_CHECK -> pod.preCheck(id, "update");
            case PREPARING -> pod.preparing(id, "update");
            case OPERATING -> pod.operating(id, "update");
            case POST_CHECK -> pod.postCheck(id, "update");
            case COMPLETING -> pod.completing(id, "update");
        };
    }

    private static PodEdit plan(PodRecord seen, PodEdit edit, Decision decision) {
        LifecycleSnapshot snapshot = LifecycleSnapshot.of(seen, edit, NOW);
        Map<String, Decision> judged = new TreeMap<>();
        LifecyclePlanner.asks(snapshot.ops()).keySet().forEach(id -> judged.put(id, decision));
        LifecyclePlanner.asksAgain(snapshot).forEach(id -> judged.put(id, decision));
        return LifecyclePlanner.plan(snapshot.with(facts(judged))).edit();
    }

    private static PodRecord kubelet(PodRecord pod) {
        boolean open =
                pod.condition(Names.SERVICE_READY).filter(PodCondition::isTrue).isPresent();
        return Pods.like(pod)
                .condition(PodCondition.CONTAINERS_READY, "True")
                .condition(PodCondition.READY, open ? "True" : "False")
                .build();
    }

    private static boolean isOperating(PodRecord pod, String id) {
        return PodOps.operation(pod, id)
                .filter(operation -> operation.phase() == PodOps.Phase.OPERATING)
                .isPresent();
    }
}
