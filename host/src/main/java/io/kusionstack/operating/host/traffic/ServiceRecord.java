package io.kusionstack.operating.host.traffic;

import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.Action;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The finalizer and annotations that a managed Service needs: the finalizer that holds it and its load balancers before anything is put on
 * there; the names of its Pods, as Kuperator writes them, with that or some time later.
 *
 * @param pods names of the Pods that carry its finalizer or may, separated by commas
 */
record ServiceRecord(ManagedService managedService, List<LoadBalancer> loadBalancers, String pods) {
    /** The names are not urgent: the time between two writes of them. */
    static final Duration BETWEEN = Duration.ofSeconds(5);

    /** All annotations of an object together may take 256 KiB; longer lists are not written. */
    private static final int LONGEST = 100_000;

    Optional<Action> due(Instant recordedAt, Instant now) {
        ServicePatch patch = new ServicePatch(managedService).hold().loadBalancers(loadBalancers);
        boolean goesAnyway = patch.action().isPresent();
        if (!isRecorded() && (goesAnyway || !recordedAt.plus(BETWEEN).isAfter(now))) {
            patch = patch.servicePods(pods);
        }
        return patch.action();
    }

    boolean isRecorded() {
        return pods.length() > LONGEST
                || pods.equals(managedService.records().getOrDefault(Names.EMPLOYEES_PROTECTED, ""));
    }
}
