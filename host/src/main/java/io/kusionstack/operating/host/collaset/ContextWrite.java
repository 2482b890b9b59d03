package io.kusionstack.operating.host.collaset;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kusionstack.operating.host.plan.Action;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** The one write that brings the ResourceContext to the wanted identities. */
final class ContextWrite {
    private ContextWrite() {}

    /** Empty if the stored identities are the wanted ones; a context without identities is deleted. */
    static Optional<Action> of(StoredIdentities stored, Collection<InstanceIdentity> wanted) {
        List<InstanceIdentity> sorted = wanted.stream()
                .sorted(Comparator.comparingInt(InstanceIdentity::id))
                .toList();
        boolean exists = stored.resourceVersion() > 0;
        if (sorted.isEmpty()) {
            return exists
                    ? Optional.of(new Action.DeleteObject(stored.ref(), stored.resourceVersion()))
                    : Optional.empty();
        }
        if (!exists) {
            return Optional.of(new Action.CreateObject(stored.ref(), whole(stored, sorted)));
        }
        return sorted.equals(stored.identities())
                ? Optional.empty()
                : Optional.of(new Action.PatchObject(
                        stored.ref(), stored.resourceVersion(), spec(sorted), spec(stored.identities())));
    }

    private static ObjectNode whole(StoredIdentities context, List<InstanceIdentity> identities) {
        ObjectNode body = JsonNodeFactory.instance
                .objectNode()
                .put("apiVersion", context.ref().kind().apiVersion())
                .put("kind", context.ref().kind().kind());
        body.putObject("metadata")
                .put("namespace", context.ref().namespace())
                .put("name", context.ref().name());
        body.setAll(spec(identities));
        return body;
    }

    private static ObjectNode spec(List<InstanceIdentity> identities) {
        ObjectNode root = JsonNodeFactory.instance.objectNode();
        ArrayNode contexts = root.putObject("spec").putArray("contexts");
        for (InstanceIdentity identity : identities) {
            ObjectNode data = contexts.addObject().put("id", identity.id()).putObject("data");
            identity.data().forEach(data::put);
        }
        return root;
    }
}
