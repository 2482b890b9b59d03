package io.kusionstack.operating.host.kube.write;

import io.kusionstack.operating.host.kernel.DelayedTasks;
import io.kusionstack.operating.host.kube.write.ApiActuator.ActuatorPorts;
import io.kusionstack.operating.host.plan.Refusal;
import io.kusionstack.operating.plugin.PodRef;
import java.time.Duration;

/** Has Pods looked at again after a while, whether or not an event comes. Any thread. */
record PodWakes(ActuatorPorts ports, DelayedTasks later) {
    void after(Duration pause, PodRef pod) {
        later.after(pause, () -> ports.cache().wake(pod.uid()));
    }

    /** Whenever the write that did not get through may be tried again. */
    void atTries(Refusal refusal) {
        refusal.tries(ports.clock().instant())
                .forEach(pause -> after(pause, refusal.edit().pod()));
    }
}
