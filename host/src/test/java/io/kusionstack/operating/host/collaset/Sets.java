package io.kusionstack.operating.host.collaset;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kusionstack.operating.host.model.CollaSet;
import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.ObjectKind;
import io.kusionstack.operating.host.plan.ObjectRef;
import java.util.List;

/** Builds sets for tests: {@code shop/web}, selecting {@code app=foo}, with the finalizer, one replica. */
final class Sets {
    static final String UID = "web-uid";
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private final ObjectNode object;

    private Sets(ObjectNode object) {
        this.object = object;
    }

    static Sets set(JsonNode template) {
        ObjectNode object = (ObjectNode) Json.of("""
                apiVersion: apps.kusionstack.io/v1alpha1
                kind: CollaSet
                metadata: {namespace: shop, name: web, uid: web-uid, resourceVersion: "10", generation: 1}
                spec: {replicas: 1, selector: {matchLabels: {app: foo}}}
                """);
        Sets sets = new Sets(object);
        ((ObjectNode) object.path("metadata")).putArray("finalizers").add(Names.COLLASET_FINALIZER);
        sets.spec().set("template", template);
        return sets;
    }

    Sets uid(String uid) {
        ((ObjectNode) object.path("metadata")).put("uid", uid);
        return this;
    }

    /** A template with one container {@code main} of this image and the labels that the set selects. */
    static JsonNode template(String image) {
        return Json.of("{metadata: {labels: {app: foo}}, spec: {containers: [{name: main, image: '" + image + "'}]}}");
    }

    /** A ControllerRevision of the set. */
    static Revision stored(String name, long number, JsonNode template) {
        return new Revision(
                new ObjectRef(ObjectKind.CONTROLLER_REVISION, "shop", name, "uid-" + name),
                100 + number,
                number,
                UID,
                template,
                List.of(),
                RevisionData.meaning(template, List.of()),
                "");
    }

    /** The revision as it is stored once this spec was accepted with it. */
    static Revision accepted(Revision stored, SetSpec with) {
        return new Revision(
                stored.ref(),
                stored.resourceVersion(),
                stored.number(),
                stored.controller(),
                stored.template(),
                stored.claims(),
                stored.meaning(),
                with.text());
    }

    Sets replicas(int replicas) {
        spec().put("replicas", replicas);
        return this;
    }

    Sets partition(int partition) {
        return with("updateStrategy: {rollingUpdate: {byPartition: {partition: " + partition + "}}}");
    }

    Sets historyLimit(int limit) {
        spec().put("historyLimit", limit);
        return this;
    }

    Sets generation(long generation) {
        ((ObjectNode) object.path("metadata")).put("generation", generation);
        return this;
    }

    Sets withoutFinalizer() {
        ((ObjectNode) object.path("metadata")).remove("finalizers");
        return this;
    }

    Sets deleting() {
        ((ObjectNode) object.path("metadata")).put("deletionTimestamp", "2026-01-01T00:00:00Z");
        return this;
    }

    /** Merges YAML into the spec. */
    Sets with(String yaml) {
        merge(spec(), Json.of(yaml));
        return this;
    }

    Sets status(JsonNode status) {
        object.set("status", status);
        return this;
    }

    CollaSet object() {
        return MAPPER.convertValue(object, CollaSet.class);
    }

    SetSpec build() {
        return SetReader.read(object());
    }

    private ObjectNode spec() {
        return (ObjectNode) object.path("spec");
    }

    static void merge(ObjectNode into, JsonNode from) {
        from.properties().forEach(entry -> {
            if (entry.getValue() instanceof ObjectNode more && into.get(entry.getKey()) instanceof ObjectNode known) {
                merge(known, more);
            } else {
                into.set(entry.getKey(), entry.getValue());
            }
        });
    }
}
