package io.kusionstack.operating.host.collaset;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.Action;
import java.time.Instant;

/** Makes Pods from a revision's template. */
final class PodFactory {
    private static final String ALPHABET = "bcdfghjklmnpqrstvwxz2456789";
    private static final int SUFFIX = 5;
    private static final long NANOS = 1_000_000_000L;
    private static final String METADATA = "metadata";

    private PodFactory() {}

    /** The Pod of one instance: its name ends with something made from {@code seed} and the id. */
    static Action.CreatePod create(SetSpec set, Identity identity, Revision revision, long seed, Instant now) {
        String name = set.name() + "-" + suffix(seed, identity.id());
        ObjectNode pod =
                JsonNodeFactory.instance.objectNode().put("apiVersion", "v1").put("kind", "Pod");
        pod.set(METADATA, metadata(set, identity, revision, now).put("name", name));
        pod.set("spec", spec(revision.template()));
        return new Action.CreatePod(set.ref(), name, identity.id(), pod);
    }

    /** A Pod as the host would create it, to ask the API server whether it would be taken; its name stays the same. */
    static Action.TryPod attempt(SetSpec set, Revision revision, Instant now) {
        Identity any = Identity.adopted(0, set.name(), revision.name());
        ObjectNode pod =
                JsonNodeFactory.instance.objectNode().put("apiVersion", "v1").put("kind", "Pod");
        pod.set(METADATA, metadata(set, any, revision, now).put("name", set.name() + "-trial"));
        pod.set("spec", spec(revision.template()));
        return new Action.TryPod(set.ref(), revision.name(), pod);
    }

    private static ObjectNode metadata(SetSpec set, Identity identity, Revision revision, Instant now) {
        JsonNode template = revision.template().path(METADATA);
        ObjectNode metadata = JsonNodeFactory.instance.objectNode().put("namespace", set.namespace());
        ObjectNode labels = metadata.putObject("labels");
        template.path("labels").properties().forEach(label -> labels.set(label.getKey(), label.getValue()));
        labels.put(Names.INSTANCE_ID, Integer.toString(identity.id()))
                .put(Names.REVISION, revision.name())
                .put(Names.CONTROL, "true")
                .put(identity.justCreated() ? Names.CREATING : Names.POD_COMPLETING, stamp(now));
        for (String field : new String[] {"annotations", "finalizers"}) {
            if (!template.path(field).isEmpty()) {
                metadata.set(field, template.path(field).deepCopy());
            }
        }
        ArrayNode owners = metadata.putArray("ownerReferences");
        template.path("ownerReferences").forEach(owners::add);
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

    private static String suffix(long seed, int id) {
        long bits = mixed(seed + id * 0x9e3779b97f4a7c15L);
        StringBuilder suffix = new StringBuilder();
        for (int i = 0; i < SUFFIX; i++) {
            suffix.append(ALPHABET.charAt((int) Long.remainderUnsigned(bits, ALPHABET.length())));
            bits = Long.divideUnsigned(bits, ALPHABET.length());
        }
        return suffix.toString();
    }

    /** Spreads neighbouring numbers over all 64 bits. */
    private static long mixed(long number) {
        long bits = (number ^ (number >>> 30)) * 0xbf58476d1ce4e5b9L;
        bits = (bits ^ (bits >>> 27)) * 0x94d049bb133111ebL;
        return bits ^ (bits >>> 31);
    }

    private static String stamp(Instant now) {
        return Long.toString(now.getEpochSecond() * NANOS + now.getNano());
    }
}
