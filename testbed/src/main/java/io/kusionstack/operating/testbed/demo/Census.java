package io.kusionstack.operating.testbed.demo;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Counts Pods as they come, change and go, so that nobody has to look at all of them at every event. For one thread. */
final class Census {
    private final Map<String, Integer> serving = new HashMap<>();
    private int inService;

    void enter(SeenPod pod) {
        count(pod, 1);
    }

    /** @param pod as it entered; null where none did */
    void leave(@Nullable SeenPod pod) {
        if (pod != null) {
            count(pod, -1);
        }
    }

    private void count(SeenPod pod, int change) {
        inService += pod.inService() ? change : 0;
        if (pod.serves(pod.image())) {
            serving.merge(pod.image(), change, Integer::sum);
        }
    }

    int inService() {
        return inService;
    }

    /** How many serve this image, as {@link SeenPod#serves} says. */
    int serving(String image) {
        return serving.getOrDefault(image, 0);
    }
}
