package io.kusionstack.operating.plugin.traffic;

import io.kusionstack.operating.plugin.PodRef;
import java.util.List;
import java.util.Map;

/**
 * The object whose Pods get traffic.
 *
 * @param kind for example {@code Service}
 * @param ref namespace, name and uid of the object
 * @param annotations all of them; a plugin's own stand under {@code <plugin>.traffic.operating.kusionstack.io/}
 * @param groups which of the groups that {@link TrafficControl#groups} named the call is about; empty for all
 */
public record Employer(
        String kind,
        PodRef ref,
        Map<String, String> labels,
        Map<String, String> annotations,
        List<ServicePort> ports,
        List<String> groups) {
    public Employer {
        labels = Map.copyOf(labels);
        annotations = Map.copyOf(annotations);
        ports = List.copyOf(ports);
        groups = List.copyOf(groups);
    }

    /** All of its groups. */
    public Employer(
            String kind,
            PodRef ref,
            Map<String, String> labels,
            Map<String, String> annotations,
            List<ServicePort> ports) {
        this(kind, ref, labels, annotations, ports, List.of());
    }

    /** The same, but the call is about these groups only. */
    public Employer only(List<String> some) {
        return new Employer(kind, ref, labels, annotations, ports, some);
    }
}
