package io.kusionstack.operating.host.plan;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kusionstack.operating.plugin.PodRef;

/** One thing to do, as data. The actuator's switch over these is the only place that writes. */
public sealed interface Action {
    /** Change a Pod; the lifecycle gate advances the edit before it is sent. */
    record EditPod(PodEdit edit) implements Action {}

    /**
     * Create a Pod under a name the host chose, so that a creation with unknown outcome can be told from a new one.
     *
     * @param instanceId the id the Pod carries
     * @param most how many Pods the owner may have alive at once, this one included
     * @param body the whole Pod; not changed after the action was made
     */
    record CreatePod(ObjectRef owner, String name, int instanceId, int most, ObjectNode body) implements Action {}

    /**
     * Ask the API server whether it would take a Pod, without creating it. Fails as the creation would; an answer that
     * says nothing about the content of the Pod, such as a full quota, is reported as it is.
     *
     * @param revision the revision of the Pod
     * @param body the whole Pod; not changed after the action was made
     */
    record TryPod(ObjectRef owner, String revision, ObjectNode body) implements Action {}

    /** Delete a Pod in the state in which it was seen. */
    record DeletePod(PodRef pod, long resourceVersion) implements Action {}

    /** Take a controller off a Pod in the state in which it was seen: nothing else of the Pod changes. */
    record ReleasePod(PodRef pod, long resourceVersion, String ownerUid) implements Action {}

    /** Create an object of another kind; {@code body} is whole. Counts as done when it exists with equal content. */
    record CreateObject(ObjectRef object, ObjectNode body) implements Action {}

    /**
     * Merge-patch an object of another kind.
     *
     * @param resourceVersion the version the decision was made on
     * @param reliesOn the fields on which the decision was made, as they were, null for one that was absent: where other fields have
     *     changed since, the patch is sent all the same
     */
    record PatchObject(ObjectRef object, long resourceVersion, ObjectNode patch, ObjectNode reliesOn)
            implements Action {}

    /**
     * Merge-patch intent into the status of an object, at once: others rely on it, as they do not on {@link WriteStatus}.
     *
     * @param resourceVersion the version the decision was made on
     * @param reliesOn as for {@link PatchObject}
     */
    record PatchStatus(ObjectRef object, long resourceVersion, ObjectNode status, ObjectNode reliesOn)
            implements Action {}

    /** Delete an object of another kind in the state in which it was seen. */
    record DeleteObject(ObjectRef object, long resourceVersion) implements Action {}

    /**
     * Write observations into the status subresource; within 500 ms of the last one it is not sent, and a new plan is asked for.
     *
     * @param reliesOn as for {@link PatchObject}
     */
    record WriteStatus(ObjectRef object, long resourceVersion, ObjectNode status, ObjectNode reliesOn)
            implements Action {
        /**
         * Relies on the spec, and on the conditions, which are replaced as a whole.
         *
         * @param generation of the spec that was observed
         * @param conditions as they are stored
         */
        public static WriteStatus of(
                ObjectRef object, long resourceVersion, ObjectNode status, long generation, ArrayNode conditions) {
            ObjectNode reliesOn = JsonNodeFactory.instance.objectNode();
            reliesOn.putObject("metadata").put("generation", generation);
            reliesOn.putObject("status").set("conditions", conditions);
            return new WriteStatus(object, resourceVersion, status, reliesOn);
        }
    }

    /** Tell the users by an event on an object. */
    record Announce(ObjectRef about, Severity severity, String reason, String message) implements Action {}

    /** The type of an event. */
    enum Severity {
        NORMAL,
        WARNING
    }
}
