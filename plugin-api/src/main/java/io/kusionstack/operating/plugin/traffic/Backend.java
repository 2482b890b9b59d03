package io.kusionstack.operating.plugin.traffic;

import io.kusionstack.operating.plugin.PodRef;
import java.util.Map;

/**
 * One Pod's port at a provider.
 *
 * @param attributes what the provider needs beside ip and port, from the Pod's annotations under the plugin's prefix
 */
public record Backend(PodRef pod, String ip, int port, Map<String, String> attributes) {
    public Backend {
        attributes = Map.copyOf(attributes);
    }
}
