package io.kusionstack.operating.host.kube;

import com.fasterxml.jackson.databind.JsonNode;
import io.kusionstack.operating.host.plan.ObjectKind;

/** Takes the response of a write of a small object into the cache of its kind, so that the next look does not wait for the watch. */
@FunctionalInterface
public interface LearningCaches {
    /** Any thread; never blocks. */
    void learn(ObjectKind kind, JsonNode response);

    static LearningCaches none() {
        return (kind, response) -> {};
    }
}
