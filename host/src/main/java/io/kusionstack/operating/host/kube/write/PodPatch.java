package io.kusionstack.operating.host.kube.write;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.ContainerRecord;
import io.kusionstack.operating.host.plan.MapEdit;
import io.kusionstack.operating.host.plan.PodCondition;
import io.kusionstack.operating.host.plan.PodEdit;
import io.kusionstack.operating.host.plan.PodRecord;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * An edit as one request: a strategic-merge patch with uid and resourceVersion as preconditions.
 *
 * @param path without the leading slash; of the status subresource when the readiness gate is among what changes
 */
record PodPatch(String path, ObjectNode body) {
    private static final String STATUS = "/status";
    private static final String MESSAGE = "updated by PodOpsLifecycle";

    /** Both parts of {@code edit} in one request. */
    static PodPatch of(PodRecord seen, PodEdit edit, Instant now) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        ObjectNode metadata = body.putObject("metadata");
        metadata.put("uid", seen.uid());
        metadata.put("resourceVersion", Long.toString(edit.resourceVersion()));
        entries(metadata, "labels", edit.labels());
        entries(metadata, "annotations", edit.annotations());
        texts(metadata, "finalizers", edit.addFinalizers());
        texts(metadata, "$deleteFromPrimitiveList/finalizers", edit.removeFinalizers());
        images(body, seen, edit.images());
        edit.serviceReady().ifPresent(ready -> gate(body, ready, now));
        return new PodPatch(path(seen) + (edit.serviceReady().isPresent() ? STATUS : ""), body);
    }

    /** The verb of metrics. */
    String verb() {
        return body.has("status") ? "patch-status" : "patch";
    }

    /**
     * As this one, and the API server no longer tracks the writer of each field. The subresources of a Pod leave that as it is, so
     * their patches are not changed.
     */
    PodPatch clearingFieldTracking() {
        if (body.has("status")) {
            return this;
        }
        ObjectNode clearing = body.deepCopy();
        clearing.withObject("/metadata").putArray("managedFields").addObject();
        return new PodPatch(path, clearing);
    }

    /** The Pod without one of its owners. */
    static ObjectNode release(PodRecord seen, String ownerUid) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        ObjectNode metadata = body.putObject("metadata");
        metadata.put("uid", seen.uid());
        metadata.put("resourceVersion", Long.toString(seen.resourceVersion()));
        metadata.putArray("ownerReferences").addObject().put("$patch", "delete").put("uid", ownerUid);
        return body;
    }

    static String path(PodRecord pod) {
        return "api/v1/namespaces/" + pod.namespace() + "/pods/" + pod.name();
    }

    /** What of {@code edit} may be sent at all: the API server refuses new finalizers on a terminating Pod. */
    static PodEdit allowed(PodRecord seen, PodEdit edit) {
        return seen.terminating() && !edit.addFinalizers().isEmpty()
                ? new PodEdit(
                        edit.pod(),
                        edit.resourceVersion(),
                        edit.labels(),
                        edit.annotations(),
                        new TreeSet<>(),
                        edit.removeFinalizers(),
                        edit.serviceReady(),
                        edit.images())
                : edit;
    }

    /** All of {@code edit} but the gate, for a server that takes no metadata together with a status. */
    static PodEdit withoutGate(PodEdit edit) {
        return new PodEdit(
                edit.pod(),
                edit.resourceVersion(),
                edit.labels(),
                edit.annotations(),
                edit.addFinalizers(),
                edit.removeFinalizers(),
                Optional.empty(),
                edit.images());
    }

    /**
     * What {@code edit} asked for and {@code after} does not show; a record says nothing of annotations it does not keep. An image
     * that a webhook has rewritten, to a digest or another registry, is not missing: it is neither the old one nor the one asked for.
     *
     * @param seen the Pod before
     * @param kept true for annotations that records keep
     */
    static PodEdit missing(PodRecord seen, PodRecord after, PodEdit edit, Predicate<String> kept) {
        PodEdit missing = edit.against(after);
        SortedMap<String, String> images = new TreeMap<>(missing.images());
        images.entrySet().removeIf(image -> isRewritten(seen, after, image.getKey(), image.getValue()));
        SortedMap<String, String> annotations =
                new TreeMap<>(missing.annotations().set());
        annotations.keySet().removeIf(kept.negate());
        return new PodEdit(
                missing.pod(),
                missing.resourceVersion(),
                missing.labels(),
                new MapEdit(annotations, missing.annotations().removed()),
                missing.addFinalizers(),
                missing.removeFinalizers(),
                missing.serviceReady(),
                images);
    }

    private static boolean isRewritten(PodRecord seen, PodRecord after, String container, String wanted) {
        String now = image(after, container);
        // another tag of the digest that runs already comes to the same
        return !now.equals(image(seen, container)) || now.contains("@") && !wanted.contains("@");
    }

    private static String image(PodRecord pod, String container) {
        return pod.containers().stream()
                .filter(known -> known.name().equals(container))
                .map(ContainerRecord::image)
                .findFirst()
                .orElse("");
    }

    private static void entries(ObjectNode metadata, String field, MapEdit edit) {
        if (edit.isEmpty()) {
            return;
        }
        ObjectNode entries = metadata.putObject(field);
        edit.set().forEach(entries::put);
        edit.removed().forEach(entries::putNull);
    }

    private static void texts(ObjectNode metadata, String field, Iterable<String> texts) {
        if (texts.iterator().hasNext()) {
            ArrayNode array = metadata.putArray(field);
            texts.forEach(array::add);
        }
    }

    private static void images(ObjectNode body, PodRecord seen, Map<String, String> images) {
        if (images.isEmpty()) {
            return;
        }
        ObjectNode spec = body.putObject("spec");
        for (ContainerRecord container : seen.containers()) {
            String image = images.get(container.name());
            if (image != null) {
                spec.withArray(container.init() ? "initContainers" : "containers")
                        .addObject()
                        .put("name", container.name())
                        .put("image", image);
            }
        }
    }

    private static void gate(ObjectNode body, boolean ready, Instant now) {
        body.putObject("status")
                .putArray("conditions")
                .addObject()
                .put("type", Names.SERVICE_READY)
                .put("status", ready ? "True" : "False")
                .put("lastTransitionTime", now.truncatedTo(ChronoUnit.SECONDS).toString())
                .put("message", MESSAGE);
    }

    /** True if the edit has a part that is kept in the metadata. */
    static boolean touchesMetadata(PodEdit edit) {
        return !withoutGate(edit).isEmpty();
    }

    /** The gate of a Pod as its condition has it, for messages. */
    static String gate(PodRecord pod) {
        return pod.condition(Names.SERVICE_READY).map(PodCondition::status).orElse("absent");
    }

    /** What an edit writes, for people. */
    static String named(PodEdit edit) {
        List<String> parts = new ArrayList<>();
        name(parts, "labels", edit.labels());
        name(parts, "annotations", edit.annotations());
        edit.addFinalizers().forEach(finalizer -> parts.add("finalizer " + finalizer));
        edit.removeFinalizers().forEach(finalizer -> parts.add("the removal of finalizer " + finalizer));
        edit.serviceReady().ifPresent(open -> parts.add("condition " + Names.SERVICE_READY));
        edit.images().keySet().forEach(container -> parts.add("the image of container " + container));
        return String.join(", ", parts);
    }

    private static void name(List<String> parts, String what, MapEdit edit) {
        if (!edit.isEmpty()) {
            SortedSet<String> keys = new TreeSet<>(edit.set().keySet());
            keys.addAll(edit.removed());
            parts.add(what + " " + String.join(", ", keys));
        }
    }
}
