package io.kusionstack.operating.host.collaset;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.Action;
import java.time.Instant;
import java.util.Map;

/** Makes Pods from the template of a revision. */
final class PodFactory {
    private static final long NANOS = 1_000_000_000L;
    private static final String METADATA = "metadata";

    private PodFactory() {}

    /** The next Pod of an instance. */
    static Action.CreatePod create(SetSpec set, InstanceIdentity identity, Revision revision, Instant now) {
        String name = PodNames.of(set, identity);
        ObjectNode pod =
                JsonNodeFactory.instance.objectNode().put("apiVersion", "v1").put("kind", "Pod");
        pod.set(METADATA, metadata(set, identity, revision, now).put("name", name));
        pod.set("spec", spec(revision.template()));
        return new Action.CreatePod(set.ref(), name, identity.id(), set.replicas(), pod);
    }

    /** True if the selector of the set matches the Pod: another one is never created. */
    static boolean isSelected(SetSpec set, Action.CreatePod pod) {
        Map<String, String> labels = Template.entries(pod.body(), "labels");
        return set.selector().filter(selector -> selector.matches(labels)).isPresent();
    }

    /** A Pod as the host would create it, to ask the API server whether it would be taken; its name stays the same. */
    static Action.TryPod attempt(SetSpec set, Revision revision, Instant now) {
        InstanceIdentity any = InstanceIdentity.adopted(0, set.name(), revision.name());
        ObjectNode pod =
                JsonNodeFactory.instance.objectNode().put("apiVersion", "v1").put("kind", "Pod");
        pod.set(METADATA, metadata(set, any, revision, now).put("name", set.name() + "-trial"));
        pod.set("spec", spec(revision.template()));
        return new Action.TryPod(set.ref(), revision.name(), pod);
    }

    private static ObjectNode metadata(SetSpec set, InstanceIdentity identity, Revision revision, Instant now) {
        JsonNode template = revision.template().path(METADATA);
        ObjectNode metadata = JsonNodeFactory.instance.objectNode().put("namespace", set.namespace());
        ObjectNode labels = metadata.putObject("labels");
        template.path("labels").properties().forEach(label -> {
            if (!OwnKeys.isLabel(label.getKey())) {
                labels.set(label.getKey(), label.getValue());
            }
        });
        labels.put(Names.INSTANCE_ID, Integer.toString(identity.id()))
                .put(Names.REVISION, revision.name())
                .put(Names.CONTROL, "true")
                .put(identity.justCreated() ? Names.CREATING : Names.POD_COMPLETING, stamp(now));
        template.path("annotations").properties().forEach(annotation -> {
            if (!OwnKeys.isAnnotation(annotation.getKey())) {
                metadata.withObjectProperty("annotations").set(annotation.getKey(), annotation.getValue());
            }
        });
        Template.finalizers(revision.template())
                .forEach(finalizer -> metadata.withArrayProperty("finalizers").add(finalizer));
        ArrayNode owners = metadata.putArray("ownerReferences");
        owners.add(set.ownerReference());
        return metadata;
    }

    /** With the readiness gate that the lifecycle needs: no webhook has to add it. */
    private static ObjectNode spec(JsonNode template) {
        ObjectNode spec = template.path("spec") instanceof ObjectNode known
                ? known.deepCopy()
                : JsonNodeFactory.instance.objectNode();
        ArrayNode gates =
                spec.get("readinessGates") instanceof ArrayNode known ? known : spec.putArray("readinessGates");
        for (JsonNode gate : gates) {
            if (gate.path("conditionType").asText().equals(Names.SERVICE_READY)) {
                return spec;
            }
        }
        gates.addObject().put("conditionType", Names.SERVICE_READY);
        return spec;
    }

    private static String stamp(Instant now) {
        return Long.toString(now.getEpochSecond() * NANOS + now.getNano());
    }
}
