package io.kusionstack.operating.host.collaset;

import io.kusionstack.operating.host.plan.Action;
import io.kusionstack.operating.host.plan.Failure;
import io.kusionstack.operating.host.plan.Plan;
import io.kusionstack.operating.host.plan.PodRecord;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Events of a set for Pods that were created, or left by scaling in, once that is done. */
final class ScaleEvents {
    private static final String SCALED = "Scaled";

    private ScaleEvents() {}

    /** @param failures actions of the plan that were not done */
    static Plan of(CollaSetSnapshot snapshot, Plan acts, List<Failure> failures) {
        List<Action> done = new ArrayList<>(acts.actions());
        failures.forEach(failure -> done.remove(failure.action()));
        long created = done.stream().filter(Action.CreatePod.class::isInstance).count();
        Set<String> leaving = leaving(snapshot);
        long gone = done.stream()
                .filter(action -> action instanceof Action.DeletePod delete
                        && leaving.contains(delete.pod().uid()))
                .count();
        Plan events = created == 0 ? Plan.nothing() : told(snapshot, "scale out " + created + " Target(s)");
        Plan all = gone == 0 ? events : events.then(told(snapshot, "scale in " + gone + " Target(s)"));
        return refusedReleases(snapshot, failures).map(all::then).orElse(all);
    }

    /** A Pod that may not leave goes on counting, so its set is not whole. */
    private static Optional<Plan> refusedReleases(CollaSetSnapshot snapshot, List<Failure> failures) {
        return failures.stream()
                .filter(failure -> failure.action() instanceof Action.ReleasePod
                        && failure.result().isRefusal())
                .findFirst()
                .map(failure -> Plan.of(new Action.Announce(
                        snapshot.set().ref(),
                        Action.Severity.WARNING,
                        "ReleaseRefused",
                        "releasing a Pod that does not match spec.selector was refused ("
                                + failure.result().code() + "): "
                                + failure.result().message()
                                + "; give the Pod its labels back, or let the host patch Pods")));
    }

    private static Set<String> leaving(CollaSetSnapshot snapshot) {
        Set<String> uids = new HashSet<>();
        for (PodRecord pod : snapshot.pods()) {
            if (SetPod.isScalingIn(pod)) {
                uids.add(pod.uid());
            }
        }
        return uids;
    }

    private static Plan told(CollaSetSnapshot snapshot, String message) {
        return Plan.of(new Action.Announce(snapshot.set().ref(), Action.Severity.NORMAL, SCALED, message));
    }
}
