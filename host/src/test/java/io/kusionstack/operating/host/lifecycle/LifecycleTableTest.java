package io.kusionstack.operating.host.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.host.lifecycle.LifecycleSnapshot.Facts;
import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.Decision;
import io.kusionstack.operating.host.plan.PodCondition;
import io.kusionstack.operating.host.plan.PodEdit;
import io.kusionstack.operating.host.plan.PodGate.Advance;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.host.world.Pods;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Every set of labels that one operation can have, on every Pod: what must never happen, does not. */
class LifecycleTableTest {
    private static final Instant NOW = Instant.parse("2026-01-01T01:00:00Z");
    private static final String ID = "op";
    private static final String TYPE = "update";
    private static final Decision PASSED = new Decision.Admitted();
    private static final Decision REJECTED =
            new Decision.Rejected(List.of(new Wait(Reason.WAITING_FOR_RULE, "rule", "not yet")));
    private static final int MOST_WRITES = 4;

    private record Case(PodRecord pod, Decision decision, boolean valid, PodEdit edit, PodRecord after) {
        static Case of(PodRecord pod, Decision decision, boolean valid) {
            PodEdit edit = LifecycleTableTest.plan(pod, PodEdit.of(pod), decision);
            return new Case(pod, decision, valid, edit, pod.with(edit));
        }

        PodEdit plan(PodRecord seen, PodEdit wanted) {
            return LifecycleTableTest.plan(seen, wanted, decision);
        }
    }

    private static PodEdit plan(PodRecord seen, PodEdit edit, Decision decision) {
        LifecycleSnapshot snapshot = LifecycleSnapshot.of(seen, edit, NOW);
        Map<String, Decision> judged = new TreeMap<>();
        LifecyclePlanner.asks(snapshot.ops()).keySet().forEach(id -> judged.put(id, decision));
        Facts facts = new Facts(
                judged, Optional.empty(), Optional.empty(), List.of(), Set.of(), new TreeMap<>(), Optional.empty());
        return LifecyclePlanner.plan(snapshot.with(facts)).edit();
    }

    @Test
    void touchesNoPodThatIsInTraffic() {
        forEveryCase(each -> {
            boolean granted = !is(each.pod(), PodOps.Phase.OPERATING) && is(each.after(), PodOps.Phase.OPERATING);
            Optional<PodCondition> gate = each.pod().condition(Names.SERVICE_READY);
            if (granted && gate.isPresent()) {
                assertThat(gate.get().isFalse() && !each.pod().isProtected())
                        .as("%s", each)
                        .isTrue();
            }
        });
    }

    @Test
    void leavesAndReturnsOnlyWithThePermissionOfTheRules() {
        forEveryCase(each -> {
            if (each.decision() == REJECTED) {
                Optional<PodOps.Phase> before = phase(each.pod());
                Optional<PodOps.Phase> after = phase(each.after());
                boolean asks = before.equals(Optional.of(PodOps.Phase.PRE_CHECK))
                        || before.equals(Optional.of(PodOps.Phase.POST_CHECK));
                if (asks) {
                    assertThat(after).as("%s", each).isEqualTo(before);
                }
            }
        });
    }

    @Test
    void addsNothingWhenItsOutcomeIsAdvancedAgain() {
        forEveryCase(each -> {
            PodEdit edit = each.edit();
            if (!each.plan(each.pod(), edit).equals(edit)) {
                assertThat(each.plan(each.pod(), edit)).as("%s", each).isEqualTo(edit);
            }
        });
    }

    @Test
    void keepsGateMarkAndLabelsInStep() {
        forEveryCase(each -> {
            PodRecord after = each.after();
            boolean holds = PodOps.decode(after.labels()).values().stream().anyMatch(OperationState::holdsGate);
            boolean inStep = !(holds && after.hasLabel(Names.SERVICE_AVAILABLE))
                    && !(holds && each.edit().serviceReady().equals(Optional.of(true)))
                    && !(after.hasLabel(Names.SERVICE_AVAILABLE) && !each.pod().ready());
            boolean entersService =
                    !each.pod().hasLabel(Names.SERVICE_AVAILABLE) && after.hasLabel(Names.SERVICE_AVAILABLE);
            boolean asks = PodOps.decode(after.labels()).values().stream().noneMatch(OperationState::hasLeftPreCheck);
            if (!inStep || entersService && !(asks && each.pod().ready())) {
                assertThat(after).as("%s", each).isNull();
            }
        });
    }

    @Test
    void writesOnlyLabelsThatTheWebhookOfUpstreamTakes() {
        forEveryCase(each -> {
            Optional<PodOps.Phase> phase = phase(each.pod());
            boolean understood = phase.isPresent()
                    && !PodOps.operation(each.pod(), ID).orElseThrow().type().isEmpty();
            if ((each.valid() || understood) && !isValid(each.after())) {
                assertThat(each.after().labels()).as("%s", each).isNull();
            }
        });
    }

    @Test
    void bringsLabelsIntoTheOneFormOfTheirState() {
        forEveryCase(each -> {
            Map<String, String> labels = each.after().labels();
            PodOps.decode(labels)
                    .values()
                    .forEach(op -> op.marks().ifPresent(wanted -> {
                        Set<LifecycleLabel> found = EnumSet.noneOf(LifecycleLabel.class);
                        for (LifecycleLabel mark : LifecycleLabel.values()) {
                            if (labels.containsKey(mark.key(ID))) {
                                found.add(mark);
                            }
                        }
                        if (!found.equals(wanted)) {
                            assertThat(found).as("%s", each).isEqualTo(wanted);
                        }
                    }));
        });
    }

    @Test
    void comesToRestAfterAFewWrites() {
        forEveryCase(each -> {
            PodRecord pod = each.pod();
            int writes = 0;
            for (PodEdit edit = each.edit(); !edit.isEmpty(); edit = each.plan(pod, PodEdit.of(pod))) {
                pod = pod.with(edit);
                if (++writes > MOST_WRITES) {
                    assertThat(edit).as("%s", each).isNull();
                }
            }
        });
    }

    @Test
    void takesEveryLabelOfAnUndoneOperationAway() {
        forEveryLabels(labels -> {
            PodRecord pod = labelled(labels)
                    .label(LifecycleLabel.UNDO_OPERATION_TYPE.key(ID), "anything")
                    .available()
                    .build();
            PodRecord after = pod.with(plan(pod, PodEdit.of(pod), REJECTED));
            assertThat(PodOps.decode(after.labels())).isEmpty();
            if (after.labels().size() > (isValid(pod) ? 2 : 3)) {
                assertThat(after.labels()).as("%s", labels).isNull();
            }
        });
    }

    @Test
    void writesNothingOnATerminatingOrForeignPod() {
        forEveryLabels(labels -> {
            for (Pods pod :
                    List.of(labelled(labels).terminating(), labelled(labels).uncontrolled())) {
                PodRecord built = pod.available().build();
                assertThat(LifecyclePlanner.plan(LifecycleSnapshot.of(built, PodEdit.of(built), NOW)))
                        .isEqualTo(new Advance(PodEdit.of(built), List.of(), Optional.empty()));
            }
        });
    }

    /** With the help of everybody else, every Pod gets back into service, whatever was on it. */
    @Test
    void bringsEveryPodBackWhenEverybodyDoesTheirPart() {
        forEveryCase(each -> {
            if (each.decision() != PASSED || !each.pod().finalizers().isEmpty() || isUntyped(each.pod())) {
                return;
            }
            PodRecord pod = each.pod();
            for (int i = 0; i < 12 && !(pod.available() && PodOps.isIdle(pod)); i++) {
                PodEdit edit = is(pod, PodOps.Phase.OPERATING) ? PodOps.finish(pod, ID) : PodEdit.of(pod);
                pod = kubelet(pod.with(each.plan(pod, edit)));
            }
            if (!pod.available() || !PodOps.isIdle(pod)) {
                assertThat(pod).as("%s", each).isNull();
            }
        });
    }

    private static boolean isUntyped(PodRecord pod) {
        return PodOps.decode(pod.labels()).values().stream().anyMatch(OperationState.Untyped.class::isInstance);
    }

    private static PodRecord kubelet(PodRecord pod) {
        boolean open = !pod.gated()
                || pod.condition(Names.SERVICE_READY)
                        .filter(PodCondition::isTrue)
                        .isPresent();
        return Pods.like(pod)
                .condition(PodCondition.CONTAINERS_READY, "True")
                .condition(PodCondition.READY, open ? "True" : "False")
                .build();
    }

    private static void forEveryCase(Consumer<Case> test) {
        forEveryLabels(labels -> {
            boolean valid = isValid(labelled(labels).build());
            for (Pods pod : pods(labels)) {
                PodRecord built = pod.build();
                test.accept(Case.of(built, PASSED, valid));
                if (!LifecyclePlanner.asks(PodOps.decode(labels)).isEmpty()) {
                    test.accept(Case.of(built, REJECTED, valid));
                }
            }
        });
    }

    private static List<Pods> pods(Map<String, String> labels) {
        List<Pods> pods = new ArrayList<>();
        pods.add(labelled(labels));
        pods.add(labelled(labels).ungated().ready());
        pods.add(labelled(labels).available());
        pods.add(labelled(labels).available().protectedBy("lb"));
        pods.add(labelled(labels).ready().condition(PodCondition.READY, "False"));
        pods.add(labelled(labels).ready().unready());
        pods.add(labelled(labels).offline());
        pods.add(labelled(labels).offline().protectedBy("lb"));
        pods.add(labelled(labels).offline().condition(PodCondition.READY, "True"));
        pods.add(labelled(labels).offline().unready());
        return pods;
    }

    private static Pods labelled(Map<String, String> labels) {
        Pods pod = Pods.pod("a");
        labels.forEach(pod::label);
        return pod;
    }

    private static void forEveryLabels(Consumer<Map<String, String>> test) {
        LifecycleLabel[] marks = EnumSet.complementOf(EnumSet.of(LifecycleLabel.UNDO_OPERATION_TYPE))
                .toArray(LifecycleLabel[]::new);
        for (int bits = 0; bits < 1 << marks.length; bits++) {
            Map<String, String> labels = new TreeMap<>();
            for (int i = 0; i < marks.length; i++) {
                if ((bits & 1 << i) != 0) {
                    labels.put(marks[i].key(ID), marks[i].isType() ? TYPE : Pods.STAMP);
                }
            }
            if (labels.containsKey(LifecycleLabel.OPERATED.key(ID))) {
                labels.put(LifecycleLabel.DONE_OPERATION_TYPE.key(ID), TYPE);
            }
            test.accept(labels);
            labels.put(Names.key(Names.OPERATION_PERMISSION, TYPE), Pods.STAMP);
            test.accept(labels);
        }
    }

    private static boolean isValid(PodRecord pod) {
        boolean operated = pod.hasLabel(LifecycleLabel.OPERATED.key(ID))
                == pod.hasLabel(LifecycleLabel.DONE_OPERATION_TYPE.key(ID));
        boolean permitted = pod.hasLabel(LifecycleLabel.PRE_CHECKED.key(ID))
                == pod.hasLabel(Names.key(Names.OPERATION_PERMISSION, TYPE));
        return operated && permitted;
    }

    private static Optional<PodOps.Phase> phase(PodRecord pod) {
        return PodOps.operation(pod, ID).map(PodOps.Operation::phase);
    }

    private static boolean is(PodRecord pod, PodOps.Phase phase) {
        return phase(pod).filter(phase::equals).isPresent();
    }
}
