package io.kusionstack.operating.host.traffic;

import io.kusionstack.operating.host.kube.Actuator;
import io.kusionstack.operating.host.plan.Action;
import io.kusionstack.operating.host.plan.Plan;
import io.kusionstack.operating.host.plan.Wait;
import java.util.List;

/** The events of Services. Any thread; does not wait until they are sent. */
record ServiceEvents(Actuator actuator) {
    void warn(Employment employment, Wait why) {
        send(employment, Action.Severity.WARNING, why.reason().word(), why.message());
    }

    void recovered(Employment employment) {
        send(
                employment,
                Action.Severity.NORMAL,
                "TrafficRecovered",
                "traffic of " + employment.name() + " can be moved again");
    }

    /** The record names them again with its next write. */
    void restored(Employment employment, List<Place> takenOut) {
        for (Place place : takenOut) {
            send(
                    employment,
                    Action.Severity.WARNING,
                    "TrafficRecordRestored",
                    place + " was taken out of the record of " + employment.name()
                            + " while its Pods may have backends there; it is named again until they are gone");
        }
    }

    private void send(Employment employment, Action.Severity severity, String reason, String message) {
        actuator.apply(Plan.of(new Action.Announce(employment.ref(), severity, reason, message)));
    }
}
