package io.kusionstack.operating.host.rules.plugin;

import io.kusionstack.operating.host.plan.ContainerRecord;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.plugin.PodRef;
import io.kusionstack.operating.plugin.PodView;
import java.util.HashMap;
import java.util.Map;

/** Pods as plugins see them. */
final class PodViews {
    private PodViews() {}

    static PodView of(PodRecord pod) {
        Map<String, String> wanted = new HashMap<>();
        Map<String, String> running = new HashMap<>();
        for (ContainerRecord container : pod.containers()) {
            wanted.put(container.name(), container.image());
            if (!container.runningImage().isEmpty()) {
                running.put(container.name(), container.runningImage());
            }
        }
        return new PodView(
                pod.ref(),
                pod.labels(),
                pod.annotations(),
                pod.phase(),
                pod.node(),
                pod.ips().isEmpty() ? "" : pod.ips().getFirst(),
                pod.ready(),
                pod.available(),
                pod.terminating(),
                wanted,
                running,
                pod.controller().map(owner -> new PodRef(pod.namespace(), owner.name(), owner.uid())));
    }
}
