package io.kusionstack.operating.host.plan;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/**
 * A change of the finalizers of an object, as a merge patch: the only place where such a patch is built. The finalizers of Pods are
 * part of a {@link PodEdit}, because a Pod is patched in another way.
 *
 * @param before as the object was seen
 * @param after as they have to be; a merge patch replaces the whole list
 */
public record FinalizerPatch(List<String> before, List<String> after) {
    public FinalizerPatch {
        before = List.copyOf(before);
        after = List.copyOf(after);
    }

    /** Changes nothing yet. */
    public static FinalizerPatch of(List<String> before) {
        return new FinalizerPatch(before, before);
    }

    /** With {@code finalizer} at the end. */
    public FinalizerPatch with(String finalizer) {
        FinalizerPatch others = without(finalizer);
        List<String> wanted = new ArrayList<>(others.after);
        wanted.add(finalizer);
        return new FinalizerPatch(before, wanted);
    }

    public FinalizerPatch without(String finalizer) {
        return new FinalizerPatch(
                before, after.stream().filter(each -> !each.equals(finalizer)).toList());
    }

    /** True if the object has exactly the wanted finalizers; their order does not count. */
    public boolean isEmpty() {
        return before.size() == after.size() && before.containsAll(after);
    }

    /** Adds the wanted finalizers to the {@code metadata} of a merge patch. */
    public void addTo(ObjectNode metadata) {
        ArrayNode array = metadata.putArray("finalizers");
        after.forEach(array::add);
    }

    /** @param resourceVersion the version of the object that the decision was made on */
    public Action action(ObjectRef object, long resourceVersion) {
        ObjectNode patch = JsonNodeFactory.instance.objectNode();
        addTo(patch.putObject("metadata"));
        return new Action.PatchObject(object, resourceVersion, patch, reliesOn());
    }

    /** The fields that the change relies on, as in {@link Action.PatchObject}. */
    public ObjectNode reliesOn() {
        ObjectNode fields = JsonNodeFactory.instance.objectNode();
        ObjectNode metadata = fields.putObject("metadata");
        of(before).addTo(metadata);
        if (!before.containsAll(after)) {
            // none can be added any more once the object is being deleted
            metadata.putNull("deletionTimestamp");
        }
        return fields;
    }
}
