package io.kusionstack.operating.host.ops;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kusionstack.operating.host.plan.Explanation;
import io.kusionstack.operating.host.plan.SetExplanation;
import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.host.plugins.PluginHost.PluginState;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Explanations as JSON. The names of the fields are part of the interface: docs/operations.md lists them. */
final class ExplanationJson {
    private ExplanationJson() {}

    static ObjectNode of(Explanation explanation) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.putObject("pod")
                .put("namespace", explanation.pod().namespace())
                .put("name", explanation.pod().name())
                .put("uid", explanation.pod().uid());
        json.put("inService", explanation.inService());
        ArrayNode operations = json.putArray("operations");
        for (Explanation.ExplainedOperation operation : explanation.operations()) {
            ObjectNode entry = operations
                    .addObject()
                    .put("id", operation.id())
                    .put("type", operation.type())
                    .put("phase", operation.phase());
            putTime(entry, "since", operation.since());
        }
        putWaits(json, explanation.waits());
        ArrayNode all = json.putArray("traffic");
        for (Explanation.ExplainedTraffic shown : explanation.traffic()) {
            ObjectNode entry = all.addObject()
                    .put("employer", shown.employer())
                    .put("plugin", shown.plugin())
                    .put("place", shown.loadBalancer())
                    .put("serving", shown.serving())
                    .put("weight", shown.weight().orElse(null))
                    .put("detail", shown.detail());
            putTime(entry, "since", shown.since());
        }
        putTime(json, "nextLook", explanation.nextLook());
        return json;
    }

    static ObjectNode of(SetExplanation explanation) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.putObject("set")
                .put("namespace", explanation.namespace())
                .put("name", explanation.name())
                .put("uid", explanation.uid());
        ObjectNode replicas = json.putObject("replicas");
        explanation.replicas().forEach(replicas::put);
        putWaits(json, explanation.waits());
        putTime(json, "nextLook", explanation.nextLook());
        ArrayNode pods = json.putArray("pods");
        explanation.pods().forEach(pod -> pods.add(of(pod)));
        return json;
    }

    static ObjectNode of(List<PluginState> states) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        ArrayNode plugins = json.putArray("plugins");
        for (PluginState state : states) {
            ObjectNode entry = plugins.addObject()
                    .put("file", state.file())
                    .put("id", state.id())
                    .put("version", state.version())
                    .put("state", state.health().toString())
                    .put("why", state.why());
            ArrayNode offers = entry.putArray("offers");
            state.offers()
                    .forEach(offer -> offers.addObject()
                            .put("name", offer.name())
                            .put("kind", offer.kind().toString()));
            entry.put("callsInFlight", state.callsInFlight())
                    .put("callsOverdue", state.overdue())
                    .put("resting", state.circuitOpen())
                    .put("threads", state.threads());
        }
        return json;
    }

    private static void putWaits(ObjectNode json, List<Wait> waits) {
        ArrayNode list = json.putArray("waits");
        for (Wait wait : waits) {
            list.addObject()
                    .put("reason", wait.reason().word())
                    .put("on", wait.on())
                    .put("message", wait.message())
                    .put("meaning", wait.reason().meaning());
        }
    }

    /** Null where there is no such time, so that the field is always there. */
    private static void putTime(ObjectNode json, String field, Optional<Instant> time) {
        json.put(field, time.map(Instant::toString).orElse(null));
    }
}
