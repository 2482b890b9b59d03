package io.kusionstack.operating.plugin.traffic;

import io.kusionstack.operating.plugin.PodRef;
import java.util.Map;

/**
 * One Pod's port at a provider.
 *
 * @param pod in an {@link Observation} as far as the provider can tell. It rarely knows names: then {@code name} is empty, and
 *     {@code uid} too where it remembers none. The host goes by ip and port; a uid that is told and is not the Pod's says that
 *     the backend was put on for an earlier Pod with this address
 * @param attributes what the provider needs beside ip and port, from the Pod's annotations under the plugin's prefix, without
 *     the prefix; in an {@link Observation} what the plugin itself needs to change this backend
 */
public record Backend(PodRef pod, String ip, int port, Map<String, String> attributes) {
    public Backend {
        attributes = Map.copyOf(attributes);
    }
}
