package io.kusionstack.operating.host;

import io.kusionstack.operating.host.kube.EditReports;
import io.kusionstack.operating.host.kube.Fate;
import io.kusionstack.operating.host.plan.PodAdmission;
import io.kusionstack.operating.host.plan.PodAdmission.Settlement;
import io.kusionstack.operating.host.plan.PodEdit;
import io.kusionstack.operating.host.plan.PodRecord;

/** Reports the result of each edit of a Pod from the actuator to the rules, which hold a slot for the Pod. */
record Settlements(PodAdmission admission) implements EditReports {
    @Override
    public void reported(PodRecord seen, PodEdit edit, Fate fate) {
        admission.settled(
                seen.ref(),
                switch (fate) {
                    case DONE -> Settlement.WRITTEN;
                    case REFUSED, FORBIDDEN -> Settlement.REFUSED;
                    case CONFLICT, BUSY, FAILED, NOT_SENT -> Settlement.NOT_APPLIED;
                    case UNKNOWN -> Settlement.UNKNOWN;
                    case READ_AGAIN -> Settlement.READ_AGAIN;
                });
    }
}
