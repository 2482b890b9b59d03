package io.kusionstack.operating.host.traffic;

import io.kusionstack.operating.host.plan.Action;
import io.kusionstack.operating.host.plan.Actuator;
import io.kusionstack.operating.host.plan.Plan;
import io.kusionstack.operating.host.plan.Wait;
import java.util.List;

/** The events of Services. Any thread; does not wait until they are sent. */
record ServiceEvents(Actuator actuator) {
    void warn(ManagedService managedService, Wait why) {
        send(managedService, Action.Severity.WARNING, why.reason().word(), why.message());
    }

    void recovered(ManagedService managedService) {
        send(
                managedService,
                Action.Severity.NORMAL,
                "TrafficRecovered",
                "traffic of " + managedService.name() + " can be moved again");
    }

    /** The next write of the record names them again. */
    void restored(ManagedService managedService, List<LoadBalancer> takenOut) {
        for (LoadBalancer loadBalancer : takenOut) {
            send(
                    managedService,
                    Action.Severity.WARNING,
                    "TrafficRecordRestored",
                    loadBalancer + " was taken out of the record of " + managedService.name()
                            + " while its Pods may have backends there; it is named again until they are gone");
        }
    }

    private void send(ManagedService managedService, Action.Severity severity, String reason, String message) {
        actuator.apply(Plan.of(new Action.Announce(managedService.ref(), severity, reason, message)));
    }
}
