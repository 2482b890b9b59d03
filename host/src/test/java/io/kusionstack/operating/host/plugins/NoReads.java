package io.kusionstack.operating.host.plugins;

import io.kusionstack.operating.plugin.KubernetesReads;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A cluster with nothing in it. */
record NoReads() implements KubernetesReads {
    @Override
    public Optional<Map<String, Object>> get(String apiVersion, String kind, String namespace, String name) {
        return Optional.empty();
    }

    @Override
    public List<Map<String, Object>> list(
            String apiVersion, String kind, String namespace, Map<String, String> labels) {
        return List.of();
    }
}
