package io.kusionstack.operating.host.traffic;

import io.kusionstack.operating.host.plan.PodRecord;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;

/** The ports on which Pods listen for a Service. */
record ServicePorts(SortedSet<Integer> numbers, SortedSet<String> names, Map<String, Map<String, Integer>> named) {
    /** Empty while one of them is not known, because a Pod is put on with all its ports. */
    SortedSet<Integer> of(PodRecord pod) {
        Map<String, Integer> found = named.getOrDefault(pod.uid(), Map.of());
        if (!found.keySet().containsAll(names)) {
            return new TreeSet<>();
        }
        SortedSet<Integer> all = new TreeSet<>(numbers);
        all.addAll(found.values());
        return all;
    }

    /** True if the slices list the Pod without a port that the Service names: no container has a port of that name, or they are late. */
    boolean areMissingIn(PodRecord pod) {
        return named.containsKey(pod.uid()) && of(pod).isEmpty();
    }
}
