package io.kusionstack.operating.host.traffic;

import io.kusionstack.operating.host.kernel.Outcome;
import io.kusionstack.operating.host.plan.Action;
import io.kusionstack.operating.host.plan.Actuator;
import io.kusionstack.operating.host.plan.Applied;
import io.kusionstack.operating.host.plan.Failure;
import io.kusionstack.operating.host.plan.Plan;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/** Writes the records of Services, and removes them. Any thread, one per Service; blocks while the API server answers. */
final class ServiceRecords {
    private final Actuator actuator;
    private final ServicePods servicePods;
    private final ManagedServices services;
    private final InstantSource clock;

    ServiceRecords(Actuator actuator, ServicePods servicePods, ManagedServices services, InstantSource clock) {
        this.actuator = actuator;
        this.servicePods = servicePods;
        this.services = services;
        this.clock = clock;
    }

    /** The record is written before anything is put on; a record that cannot be written does not keep anything from being taken off. */
    ServiceMemory record(ManagedService managedService, ServiceMemory memory, List<LoadBalancerState> loadBalancers) {
        Instant now = clock.instant();
        List<LoadBalancer> named = LoadBalancers.recordable(loadBalancers, memory.recorded());
        ServiceRecord record =
                new ServiceRecord(managedService, named, servicePods.names(managedService, memory, !named.isEmpty()));
        Optional<Action> write = record.due(memory.recordedAt(), now);
        if (write.isEmpty()) {
            return memory.written();
        }
        if (memory.unrecorded().filter(known -> known.until().isAfter(now)).isPresent()) {
            return memory;
        }
        Applied stored = actuator.apply(Plan.of(write.get()));
        return stored.failures().isEmpty()
                ? memory.recorded(now)
                : memory.unrecorded(
                        ServiceWaits.unrecorded(
                                managedService, stored.failures().getFirst()),
                        now);
    }

    /** Removes the records and the finalizer of a Service of which nothing is left at any load balancer. */
    Outcome remove(ManagedService managedService) {
        services.release(managedService);
        Applied stored = actuator.apply(Plan.of(
                new ServicePatch(managedService).removeFinalizer().action().orElseThrow()));
        if (stored.failures().isEmpty()) {
            return Outcome.done();
        }
        services.hold(managedService);
        return failed(managedService, stored);
    }

    /** A write that is refused for good is told in the log, again and again with back-off. */
    private static Outcome failed(ManagedService managedService, Applied stored) {
        for (Failure failure : stored.failures()) {
            if (failure.result().isRefusal()) {
                throw new IllegalStateException(
                        ServiceWaits.unrecorded(managedService, failure).message());
            }
        }
        return stored.outcome();
    }
}
