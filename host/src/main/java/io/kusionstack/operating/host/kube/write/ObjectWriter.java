package io.kusionstack.operating.host.kube.write;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kusionstack.operating.host.kube.ApiClient;
import io.kusionstack.operating.host.kube.ApiResponse;
import io.kusionstack.operating.host.plan.Action;
import io.kusionstack.operating.host.plan.Failure;
import io.kusionstack.operating.host.plan.ObjectKind;
import io.kusionstack.operating.host.plan.ObjectRef;
import io.kusionstack.operating.host.plan.WriteResult;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.BiConsumer;

/** Creates, patches and deletes objects that are no Pods. Any thread; blocks. */
final class ObjectWriter {
    private static final Set<String> SERVERS_OWN =
            Set.of("uid", "resourceVersion", "generation", "creationTimestamp", "managedFields", "selfLink");

    private final BiConsumer<ObjectKind, JsonNode> learner;
    private final RequestSender sender;
    private final ConflictRetry conflicts;

    ObjectWriter(BiConsumer<ObjectKind, JsonNode> learner, RequestSender sender) {
        this.learner = learner;
        this.sender = sender;
        this.conflicts = new ConflictRetry(sender);
    }

    Optional<Failure> create(Action.CreateObject action) {
        ObjectRef object = action.object();
        String path = ApiClient.collection(object.kind(), object.namespace());
        WriteResult result = sender.send(
                Urgency.LIFE,
                object.kind().kind(),
                "create",
                client -> client.post(path, action.body().toString()));
        if (isTaken(result)) {
            return existing(action);
        }
        return taken(action, object, result);
    }

    /** An object that is there already is what we wanted, if it has all we would have given it. */
    private Optional<Failure> existing(Action.CreateObject action) {
        try {
            ApiResponse answer = sender.read(client -> client.get(ApiClient.path(action.object())));
            if (answer.isSuccess() && contains(answer.json(), action.body())) {
                learner.accept(action.object().kind(), answer.json());
                return Optional.empty();
            }
            if (!answer.isSuccess() && !answer.isNotFound()) {
                return failure(action, answer.writeResult());
            }
        } catch (IOException e) {
            return Optional.of(new Failure(action, RequestSender.unknown(e.toString())));
        }
        return Optional.of(new Failure(
                action,
                new WriteResult.NotDone(
                        WriteResult.Cause.CONFLICT, 409, action.object() + " exists already with other content")));
    }

    Optional<Failure> patch(Action.PatchObject action) {
        ObjectRef object = action.object();
        WriteResult result =
                conflicts.send(object, action.resourceVersion(), action.reliesOn(), version -> patch(action, version));
        return taken(action, object, result);
    }

    private WriteResult patch(Action.PatchObject action, long version) {
        ObjectRef object = action.object();
        String body = conditional(action.patch(), object, version).toString();
        return sender.send(
                Urgency.LIFE,
                object.kind().kind(),
                "patch",
                client -> client.patch(ApiClient.path(object), ApiClient.MERGE, body));
    }

    Optional<Failure> patchStatus(Action.PatchStatus action) {
        ObjectRef object = action.object();
        ObjectNode status = JsonNodeFactory.instance.objectNode();
        status.set("status", action.status());
        WriteResult result = conflicts.send(object, action.resourceVersion(), action.reliesOn(), version -> {
            String body = conditional(status, object, version).toString();
            return sender.send(
                    Urgency.LIFE,
                    object.kind().kind(),
                    "patch-status",
                    client -> client.patch(ApiClient.path(object) + "/status", ApiClient.MERGE, body));
        });
        return taken(action, object, result);
    }

    Optional<Failure> delete(Action.DeleteObject action) {
        ObjectRef object = action.object();
        String options = preconditions(object.uid(), OptionalLong.of(action.resourceVersion()))
                .toString();
        WriteResult result = sender.send(
                Urgency.LIFE, object.kind().kind(), "delete", client -> client.delete(ApiClient.path(object), options));
        return isGone(result) ? Optional.empty() : failure(action, result);
    }

    /** @param uid empty for an object that is named without one */
    static ObjectNode preconditions(String uid, OptionalLong resourceVersion) {
        ObjectNode options = JsonNodeFactory.instance.objectNode();
        options.put("apiVersion", "v1").put("kind", "DeleteOptions");
        ObjectNode preconditions = options.putObject("preconditions");
        if (!uid.isEmpty()) {
            preconditions.put("uid", uid);
        }
        resourceVersion.ifPresent(version -> preconditions.put("resourceVersion", Long.toString(version)));
        return options;
    }

    /** The patch with what it was decided on as its precondition. */
    static ObjectNode conditional(ObjectNode patch, ObjectRef object, long resourceVersion) {
        ObjectNode body = patch.deepCopy();
        ObjectNode metadata = body.withObjectProperty("metadata");
        metadata.put("resourceVersion", Long.toString(resourceVersion));
        if (!object.uid().isEmpty()) {
            metadata.put("uid", object.uid());
        }
        return body;
    }

    private Optional<Failure> taken(Action action, ObjectRef object, WriteResult result) {
        if (result instanceof WriteResult.Written(byte[] body)) {
            learner.accept(object.kind(), ApiResponse.tree(body));
        }
        return failure(action, result);
    }

    /** What a result means for the action; empty if it was done. */
    static Optional<Failure> failure(Action action, WriteResult result) {
        return result instanceof WriteResult.NotDone notDone
                ? Optional.of(new Failure(action, notDone))
                : Optional.empty();
    }

    /** There is an object of the name; a quota that others use at the moment has the same code and another cause. */
    static boolean isTaken(WriteResult result) {
        return result instanceof WriteResult.NotDone notDone
                && notDone.cause() == WriteResult.Cause.CONFLICT
                && notDone.code() == 409;
    }

    /** The object that was to be deleted does not exist. */
    static boolean isGone(WriteResult result) {
        return result instanceof WriteResult.NotDone notDone && notDone.code() == 404;
    }

    /** True if {@code whole} has all that {@code part} has; the server adds defaults and its own metadata. */
    static boolean contains(JsonNode whole, JsonNode part) {
        if (part.isObject()) {
            for (Map.Entry<String, JsonNode> field : part.properties()) {
                if (!SERVERS_OWN.contains(field.getKey())
                        && !field.getValue().isNull()
                        && !contains(whole.path(field.getKey()), field.getValue())) {
                    return false;
                }
            }
            return whole.isObject() || part.isEmpty();
        }
        if (part.isArray()) {
            if (whole.size() != part.size()) {
                return false;
            }
            for (int i = 0; i < part.size(); i++) {
                if (!contains(whole.get(i), part.get(i))) {
                    return false;
                }
            }
            return true;
        }
        return whole.equals(part);
    }
}
