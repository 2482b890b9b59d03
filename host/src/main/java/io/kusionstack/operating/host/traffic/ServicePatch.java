package io.kusionstack.operating.host.traffic;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.Action;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What is written to a Service: its clean finalizer and the records, in one patch, and only what changes. */
final class ServicePatch {
    private final ManagedService managedService;
    private final ObjectNode changed = JsonNodeFactory.instance.objectNode();
    private Optional<List<String>> finalizers = Optional.empty();

    ServicePatch(ManagedService managedService) {
        this.managedService = managedService;
    }

    /** The Service is held until nothing of it is left; what an older Kuperator wrote for that goes. */
    ServicePatch hold() {
        List<String> wanted = others();
        wanted.add(Names.CLEAN_FINALIZER);
        return finalizers(wanted);
    }

    ServicePatch removeFinalizer() {
        annotation(Names.TRAFFIC_SERVED, Optional.empty());
        annotation(Names.EMPLOYEES_PROTECTED, Optional.empty());
        annotation(Names.EMPLOYEES_EXPECTED, Optional.empty());
        return finalizers(others());
    }

    private List<String> others() {
        List<String> others = new ArrayList<>(managedService.finalizers());
        others.remove(Names.CLEAN_FINALIZER);
        others.remove(Names.CLEAN_FINALIZER_LEGACY + managedService.ref().name());
        return others;
    }

    private ServicePatch finalizers(List<String> wanted) {
        boolean same = managedService.finalizers().size() == wanted.size()
                && managedService.finalizers().containsAll(wanted);
        finalizers = same ? Optional.empty() : Optional.of(wanted);
        return this;
    }

    ServicePatch loadBalancers(List<LoadBalancer> loadBalancers) {
        return annotation(
                Names.TRAFFIC_SERVED,
                loadBalancers.isEmpty() ? Optional.empty() : Optional.of(LoadBalancerRecord.text(loadBalancers)));
    }

    /** @param names of Pods that carry its finalizer, or may */
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

    /** Empty if all is as it ought to be. */
    Optional<Action> action() {
        if (changed.isEmpty() && finalizers.isEmpty()) {
            return Optional.empty();
        }
        ObjectNode patch = JsonNodeFactory.instance.objectNode();
        ObjectNode metadata = patch.putObject("metadata");
        if (!changed.isEmpty()) {
            metadata.set("annotations", changed);
        }
        finalizers.ifPresent(wanted -> {
            ArrayNode array = metadata.putArray("finalizers");
            wanted.forEach(array::add);
        });
        return Optional.of(new Action.PatchObject(managedService.ref(), managedService.version(), patch));
    }
}
