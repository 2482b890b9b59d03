package io.kusionstack.operating.host.traffic;

import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Service;
import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.ObjectKind;
import io.kusionstack.operating.host.plan.ObjectRef;
import io.kusionstack.operating.plugin.PodRef;
import io.kusionstack.operating.plugin.traffic.Employer;
import io.kusionstack.operating.plugin.traffic.ServicePort;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Reads a Service as it came from the API server. */
final class ServiceReader {
    static final Set<String> RECORDS =
            Set.of(Names.TRAFFIC_SERVED, Names.EMPLOYEES_PROTECTED, Names.EMPLOYEES_EXPECTED);
    /** Annotations that plugins are not told of: they change for reasons of their own. */
    private static final Set<String> NOT_TOLD = Set.of(
            "kubectl.kubernetes.io/last-applied-configuration",
            Names.TRAFFIC_SERVED,
            Names.EMPLOYEES_PROTECTED,
            Names.EMPLOYEES_EXPECTED);

    private ServiceReader() {}

    static ManagedService read(Service service) {
        ObjectMeta meta = service.getMetadata();
        Map<String, String> labels = copy(meta.getLabels());
        List<String> finalizers = List.copyOf(meta.getFinalizers());
        String type = Optional.ofNullable(service.getSpec().getType()).orElse("ClusterIP");
        boolean wanted = "true".equals(labels.get(Names.CONTROL))
                && ManagedService.LOAD_BALANCER.equals(type)
                && meta.getDeletionTimestamp() == null;
        Map<String, String> annotations = copy(meta.getAnnotations());
        Map<String, String> records = new TreeMap<>(annotations);
        records.keySet().retainAll(RECORDS);
        annotations.keySet().removeAll(NOT_TOLD);
        PodRef ref = new PodRef(meta.getNamespace(), meta.getName(), meta.getUid());
        return new ManagedService(
                new ObjectRef(ObjectKind.SERVICE, meta.getNamespace(), meta.getName(), meta.getUid()),
                Long.parseLong(meta.getResourceVersion()),
                wanted,
                finalizers.contains(Names.CLEAN_FINALIZER)
                        || finalizers.contains(Names.CLEAN_FINALIZER_LEGACY + meta.getName()),
                type,
                finalizers,
                copy(service.getSpec().getSelector()),
                ManagedService.finalizer(meta.getName()),
                annotations.getOrDefault(Names.TRAFFIC_PLUGIN, ManagedService.DEFAULT_PLUGIN),
                new Employer(ObjectKind.SERVICE.kind(), ref, labels, annotations, ports(service)),
                records);
    }

    private static Map<String, String> copy(Map<String, String> entries) {
        return entries == null ? new TreeMap<>() : new TreeMap<>(entries);
    }

    private static List<ServicePort> ports(Service service) {
        List<ServicePort> ports = new ArrayList<>();
        for (io.fabric8.kubernetes.api.model.ServicePort port :
                service.getSpec().getPorts()) {
            ports.add(new ServicePort(
                    Optional.ofNullable(port.getName()).orElse(""),
                    port.getPort(),
                    targetPort(port),
                    Optional.ofNullable(port.getProtocol()).orElse("TCP")));
        }
        return ports;
    }

    /** 0 if the Service names the port. */
    private static int targetPort(io.fabric8.kubernetes.api.model.ServicePort port) {
        IntOrString target = port.getTargetPort();
        if (target == null) {
            return port.getPort();
        }
        return target.getIntVal() == null ? 0 : target.getIntVal();
    }
}
