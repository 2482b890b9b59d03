package io.kusionstack.operating.plugin;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads of the cluster as plain JSON (maps, lists, text, numbers, booleans); no writes. Blocks for at most the call's deadline. */
public interface KubernetesReads {
    /** One object, or empty where there is none. */
    Optional<Map<String, Object>> get(String apiVersion, String kind, String namespace, String name);

    /**
     * All objects of a kind in a namespace that match.
     *
     * @param labels every one of these must be on the object; empty for all
     */
    List<Map<String, Object>> list(String apiVersion, String kind, String namespace, Map<String, String> labels);
}
