package io.kusionstack.operating.host.traffic;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.Action;
import io.kusionstack.operating.host.plan.FinalizerPatch;
import java.util.List;
import java.util.Optional;

/** A patch of a Service: its clean finalizer and the records, in one patch, and only their changes. */
final class ServicePatch {
    private final ManagedService managedService;
    private final ObjectNode changed = JsonNodeFactory.instance.objectNode();
    private FinalizerPatch finalizers;

    ServicePatch(ManagedService managedService) {
        this.managedService = managedService;
        this.finalizers = FinalizerPatch.of(managedService.finalizers());
    }

    /** Adds our finalizer, which keeps the Service until none of its backends is left; the finalizer of an older Kuperator is removed. */
    ServicePatch hold() {
        finalizers = withoutOurs().with(Names.CLEAN_FINALIZER);
        return this;
    }

    ServicePatch removeFinalizer() {
        annotation(Names.TRAFFIC_SERVED, Optional.empty());
        annotation(Names.EMPLOYEES_PROTECTED, Optional.empty());
        annotation(Names.EMPLOYEES_EXPECTED, Optional.empty());
        finalizers = withoutOurs();
        return this;
    }

    private FinalizerPatch withoutOurs() {
        return FinalizerPatch.of(managedService.finalizers())
                .without(Names.CLEAN_FINALIZER)
                .without(Names.CLEAN_FINALIZER_LEGACY + managedService.ref().name());
    }

    ServicePatch loadBalancers(List<LoadBalancer> loadBalancers) {
        return annotation(
                Names.TRAFFIC_SERVED,
                loadBalancers.isEmpty() ? Optional.empty() : Optional.of(LoadBalancerRecord.text(loadBalancers)));
    }

    /** @param names of Pods that have its finalizer, or may have it */
    ServicePatch servicePods(String names) {
        annotation(Names.EMPLOYEES_PROTECTED, Optional.of(names));
        return managedService.records().containsKey(Names.EMPLOYEES_EXPECTED)
                ? annotation(Names.EMPLOYEES_EXPECTED, Optional.of(names))
                : this;
    }

    private ServicePatch annotation(String key, Optional<String> value) {
        if (value.equals(Optional.ofNullable(managedService.records().get(key)))) {
            changed.remove(key);
        } else if (value.isPresent()) {
            changed.put(key, value.get());
        } else {
            changed.putNull(key);
        }
        return this;
    }

    /** Empty if nothing has to change. */
    Optional<Action> action() {
        if (changed.isEmpty() && finalizers.isEmpty()) {
            return Optional.empty();
        }
        ObjectNode patch = JsonNodeFactory.instance.objectNode();
        ObjectNode metadata = patch.putObject("metadata");
        if (!changed.isEmpty()) {
            metadata.set("annotations", changed);
        }
        if (!finalizers.isEmpty()) {
            finalizers.addTo(metadata);
        }
        return Optional.of(new Action.PatchObject(managedService.ref(), managedService.version(), patch, reliesOn()));
    }

    /** The records and the finalizers: what else users write into a Service meanwhile is seen at the next look. */
    private ObjectNode reliesOn() {
        ObjectNode fields = finalizers.reliesOn();
        ObjectNode annotations = fields.withObjectProperty("metadata").putObject("annotations");
        for (String record : ServiceReader.RECORDS) {
            annotations.put(record, managedService.records().get(record));
        }
        return fields;
    }
}
