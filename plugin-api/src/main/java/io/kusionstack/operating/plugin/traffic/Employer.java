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
 */
public record Employer(
        String kind, PodRef ref, Map<String, String> labels, Map<String, String> annotations, List<ServicePort> ports) {
    public Employer {
        labels = Map.copyOf(labels);
        annotations = Map.copyOf(annotations);
        ports = List.copyOf(ports);
    }
}
