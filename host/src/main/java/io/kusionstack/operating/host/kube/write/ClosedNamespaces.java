package io.kusionstack.operating.host.kube.write;

import com.fasterxml.jackson.databind.JsonNode;
import io.kusionstack.operating.host.kernel.Backoff;
import io.kusionstack.operating.host.kube.ApiResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/** Namespaces that take no new objects, because they are being deleted or are gone: each is left alone for a time that doubles. One thread. */
final class ClosedNamespaces {
    private static final Backoff PAUSES = new Backoff(Duration.ofSeconds(1), Duration.ofMinutes(1));
    private static final int MOST_REMEMBERED = 1024;

    private final Map<String, Closure> closures = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Closure> eldest) {
            return size() > MOST_REMEMBERED;
        }
    };

    /** How often in a row a namespace took no object, and until when it is left alone. */
    private record Closure(int attempts, Instant until) {}

    boolean isClosed(String namespace, Instant now) {
        Closure known = closures.get(namespace);
        return known != null && now.isBefore(known.until);
    }

    /** @param answer to the creation of an object in the namespace */
    void answered(String namespace, ApiResponse answer, Instant now) {
        Closure known = closures.remove(namespace);
        if (saysClosed(answer)) {
            int attempts = known == null ? 1 : known.attempts + 1;
            closures.put(namespace, new Closure(attempts, now.plus(PAUSES.after(attempts))));
        }
    }

    /** The answers of the plugin NamespaceLifecycle (k8s.io/apiserver/pkg/admission/plugin/namespace/lifecycle/admission.go). */
    private static boolean saysClosed(ApiResponse answer) {
        JsonNode details = answer.json().path("details");
        if (answer.isNotFound()) {
            return details.path("kind").asText().equals("namespaces");
        }
        return answer.code() == 403
                && details.path("causes").findValuesAsText("reason").contains("NamespaceTerminating");
    }
}
