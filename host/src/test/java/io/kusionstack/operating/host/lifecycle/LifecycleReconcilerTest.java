package io.kusionstack.operating.host.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.host.kernel.Key;
import io.kusionstack.operating.host.kernel.Outcome;
import io.kusionstack.operating.host.plan.Intentions;
import io.kusionstack.operating.host.plan.Nodes;
import io.kusionstack.operating.host.plan.PodAdmission;
import io.kusionstack.operating.host.plan.PodEdit;
import io.kusionstack.operating.host.plan.PodGate;
import io.kusionstack.operating.host.plan.PodLanes;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.host.world.Pods;
import io.kusionstack.operating.host.world.Unused;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LifecycleReconcilerTest {
    private final List<PodRecord> advanced = new ArrayList<>();
    private final PodLanes lanes = pod -> {
        advanced.add(pod);
        return Optional.of(gate().advance(pod, PodEdit.of(pod), Pods.CREATED));
    };

    @Test
    void letsAPodGoFurtherAndLooksAgainWhenTheDecisionSays() {
        PodRecord pod = Pods.pod("a").offline().preparing("x", "update").build();

        assertThat(reconcile(pod)).isEqualTo(Outcome.requeueAfter(LifecyclePlanner.RESYNC, "pod-waits"));
        assertThat(advanced).containsExactly(pod);
    }

    @Test
    void looksAgainWhileAnotherWriteOfThePodIsUnderWay() {
        PodRecord pod = Pods.pod("a").offline().preparing("x", "update").build();
        LifecycleReconciler reconciler = new LifecycleReconciler(key -> Optional.of(pod), busy -> Optional.empty());

        assertThat(reconciler.reconcile(new Key("shop", "a"), Pods.CREATED))
                .isEqualTo(Outcome.requeueAfter(Duration.ofMillis(500), "write-under-way"));
    }

    @Test
    void keepsAPodInServiceWhoseNextStepIsKnownToFailAndTakesNoSlotForIt() {
        PodRecord pod = Pods.pod("a").available().preCheck("x", "update").build();
        Wait refused = new Wait(Reason.TEMPLATE_REFUSED, "web-2", "the template is refused");
        PodAdmission nobodyAsks = (asked, operation, stage, now) -> {
            throw new AssertionError("asked for a slot");
        };
        LifecycleGate gate = new LifecycleGate(nobodyAsks, Intentions.none(), Unused.endpoints(), Unused.employers())
                .minding((known, operation) -> List.of(refused), Nodes.reachable());

        PodGate.Advance advance = gate.advance(pod, PodEdit.of(pod), Pods.CREATED);

        assertThat(advance)
                .isEqualTo(new PodGate.Advance(PodEdit.of(pod), List.of(refused), Optional.of(Duration.ofSeconds(1))));
        assertThat(gate.explain(pod, Pods.CREATED).waits()).containsExactly(refused);
    }

    @Test
    void looksAtAPodAtRestNoMore() {
        assertThat(reconcile(Pods.pod("a").available().build())).isEqualTo(Outcome.done());
    }

    @Test
    void looksAtNoPodThatTakesNoPart() {
        assertThat(reconcile(Pods.pod("a").uncontrolled().build())).isEqualTo(Outcome.done());
        assertThat(reconcile(Pods.pod("a").terminating().build())).isEqualTo(Outcome.done());
        assertThat(advanced).isEmpty();
        assertThat(LifecycleReconciler.key(null, Pods.pod("a").uncontrolled().build()))
                .isEmpty();
        assertThat(LifecycleReconciler.key(Pods.pod("a").build(), null)).isEmpty();
        assertThat(LifecycleReconciler.key(null, Pods.pod("a").build())).contains(new Key("shop", "a"));
    }

    @Test
    void takesAPodThatIsGoneForDone() {
        LifecycleReconciler reconciler = new LifecycleReconciler(key -> Optional.empty(), lanes);

        assertThat(reconciler.reconcile(new Key("shop", "a"), Pods.CREATED)).isEqualTo(Outcome.done());
    }

    private Outcome reconcile(PodRecord pod) {
        return new LifecycleReconciler(key -> Optional.of(pod), lanes)
                .reconcile(new Key(pod.namespace(), pod.name()), Pods.CREATED);
    }

    private static LifecycleGate gate() {
        return new LifecycleGate(PodAdmission.none(), Intentions.none(), Unused.endpoints(), Unused.employers());
    }
}
