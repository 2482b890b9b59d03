package io.kusionstack.operating.host.kube.write;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kusionstack.operating.host.kube.ApiResponse;
import io.kusionstack.operating.host.plan.Action;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Statuses that an API server with an older definition took and did not keep all of. A comparison with what
 * is wanted finds a difference for ever; what differs only in what is not kept is not written again while the object stays as
 * it was. Any thread.
 */
final class PrunedStatuses {
    private static final int MOST_REMEMBERED = 4096;
    /** When something was written is no reason to write it. */
    private static final Set<String> STAMPS = Set.of("updateTime");

    // guarded by this
    private final Map<String, Pruned> byUid = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Pruned> eldest) {
            return size() > MOST_REMEMBERED;
        }
    };

    /** @param version of the object after that write */
    private record Pruned(JsonNode sent, JsonNode kept, long version) {}

    /** Compares what was sent with the answer. */
    synchronized void written(Action.WriteStatus action, JsonNode answer) {
        String uid = action.object().uid();
        JsonNode kept = answer.path("status");
        if (ObjectWriter.contains(kept, action.status())) {
            byUid.remove(uid);
        } else {
            long version =
                    ApiResponse.version(answer.at("/metadata/resourceVersion").asText());
            byUid.put(uid, new Pruned(action.status(), kept, version));
        }
    }

    /** True if the object has all of the status that this server keeps. */
    synchronized boolean isKept(Action.WriteStatus action) {
        Pruned pruned = byUid.get(action.object().uid());
        return pruned != null
                && pruned.version == action.resourceVersion()
                && ObjectWriter.contains(pruned.kept, kept(action.status(), pruned.sent, pruned.kept));
    }

    /** Without the fields that were sent before and are not there now. */
    private static JsonNode kept(JsonNode wanted, JsonNode sent, JsonNode shown) {
        if (wanted.isObject()) {
            ObjectNode kept = ((ObjectNode) wanted).objectNode();
            for (Map.Entry<String, JsonNode> field : wanted.properties()) {
                String name = field.getKey();
                if (!STAMPS.contains(name) && (shown.has(name) || !sent.has(name))) {
                    kept.set(name, kept(field.getValue(), sent.path(name), shown.path(name)));
                }
            }
            return kept;
        }
        if (!wanted.isArray() || wanted.size() != shown.size()) {
            return wanted;
        }
        ArrayNode kept = ((ArrayNode) wanted).arrayNode();
        for (int i = 0; i < wanted.size(); i++) {
            // elements look alike: the first that was sent tells what is kept of each
            kept.add(kept(wanted.get(i), sent.path(Math.min(i, Math.max(0, sent.size() - 1))), shown.get(i)));
        }
        return kept;
    }
}
