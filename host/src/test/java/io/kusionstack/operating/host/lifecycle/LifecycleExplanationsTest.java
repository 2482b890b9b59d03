package io.kusionstack.operating.host.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.Explanation;
import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.host.world.Pods;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A Pod out of service always waits for something. */
class LifecycleExplanationsTest {
    private final LifecycleGate gate = LifecycleGates.rejecting();

    @Test
    void namesAReasonInEveryPhase() {
        Map<Pods, List<Reason>> states = new LinkedHashMap<>();
        states.put(Pods.pod("new"), List.of(Reason.POD_NOT_READY));
        states.put(Pods.pod("ready-unmarked").ready(), List.of(Reason.STEP_UNDER_WAY));
        states.put(Pods.pod("gate-left-closed").offline(), List.of(Reason.POD_NOT_READY));
        states.put(
                Pods.pod("checked").offline().preCheck("job", "dump"),
                List.of(Reason.WAITING_FOR_RULE, Reason.POD_NOT_READY));
        states.put(Pods.pod("gate-to-close").ready().preparing("collaset", "update"), List.of(Reason.STEP_UNDER_WAY));
        states.put(Pods.pod("prepared").offline().preparing("collaset", "update"), List.of(Reason.STEP_UNDER_WAY));
        states.put(
                Pods.pod("of-its-set").ownedBy("web").offline().operating("collaset", "update"),
                List.of(Reason.STEP_UNDER_WAY));
        states.put(
                Pods.pod("of-no-set").offline().operating("collaset", "update"), List.of(Reason.OPERATION_UNDER_WAY));
        states.put(Pods.pod("of-a-job").offline().operating("job", "dump"), List.of(Reason.OPERATION_UNDER_WAY));
        states.put(Pods.pod("done").offline().postCheck("job", "dump"), List.of(Reason.WAITING_FOR_RULE));
        states.put(Pods.pod("back").ready().completing("job", "dump"), List.of(Reason.STEP_UNDER_WAY));
        states.put(Pods.pod("kept").offline().label(Names.STAY_OFFLINE, ""), List.of(Reason.STAY_OFFLINE));
        states.put(Pods.pod("ended").offline().phase("Failed"), List.of(Reason.POD_NOT_READY));
        states.put(Pods.pod("left-alone").ready().uncontrolled(), List.of(Reason.NOT_CONTROLLED));
        states.put(Pods.pod("going").ready().terminating(), List.of(Reason.WAITING_FOR_KUBELET));

        states.forEach((pod, reasons) -> {
            Explanation told = gate.explain(pod.build(), Pods.CREATED.plusSeconds(600));
            assertThat(told.inService()).as("%s", told).isFalse();
            assertThat(told.waits()).as("%s", told).extracting(Wait::reason).containsExactlyElementsOf(reasons);
        });
    }

    @Test
    void aPodInServiceWaitsForNothing() {
        assertThat(gate.explain(Pods.pod("a").available().build(), Pods.CREATED).waits())
                .isEmpty();
    }

    @Test
    void theNextStepOfTheHostIsToldOnlyWhereNothingElseIs() {
        Explanation told = gate.explain(Pods.pod("a").ready().build(), Pods.CREATED);

        assertThat(told.waits()).isNotEmpty();
        assertThat(told.known()).isEmpty();
    }
}
