package io.kusionstack.operating.host.kube.write;

import com.fasterxml.jackson.databind.JsonNode;
import io.kusionstack.operating.host.kube.ApiClient;
import io.kusionstack.operating.host.kube.ApiResponse;
import io.kusionstack.operating.host.plan.Action;
import io.kusionstack.operating.host.plan.ObjectRef;
import io.kusionstack.operating.host.plan.WriteResult;
import java.io.IOException;
import java.util.Optional;
import java.util.function.LongFunction;

/**
 * Sends a conditional write again where the newest object differs only in fields that the write does not rely on: a client
 * that writes other fields all the time must not starve it. Any thread; blocks.
 */
final class ConflictRetry {
    private static final int MOST_RETRIES = 3;

    private final RequestSender sender;

    ConflictRetry(RequestSender sender) {
        this.sender = sender;
    }

    /**
     * @param version the version that the write was decided on
     * @param reliesOn as in {@link Action.PatchObject}
     * @param write sends the write with a version as its precondition
     */
    WriteResult send(ObjectRef object, long version, JsonNode reliesOn, LongFunction<WriteResult> write) {
        WriteResult result = write.apply(version);
        for (int i = 0; i < MOST_RETRIES && ObjectWriter.isTaken(result); i++) {
            Optional<JsonNode> newest = newest(object).filter(now -> holds(now, reliesOn));
            if (newest.isEmpty()) {
                return result;
            }
            result = write.apply(ApiResponse.version(
                    newest.get().at("/metadata/resourceVersion").asText()));
        }
        return result;
    }

    /** True if the object has all these fields as they were. */
    private static boolean holds(JsonNode newest, JsonNode fields) {
        if (fields.isObject()) {
            return fields.properties().stream().allMatch(field -> holds(newest.path(field.getKey()), field.getValue()));
        }
        boolean isAbsent = fields.isNull() || fields.isArray() && fields.isEmpty();
        return isAbsent
                ? newest.isMissingNode() || newest.isNull() || newest.isArray() && newest.isEmpty()
                : newest.equals(ConflictRetry::compare, fields);
    }

    /** Numbers are the same whatever their Java type. */
    private static int compare(JsonNode one, JsonNode other) {
        boolean isSame = one.isNumber() && other.isNumber()
                ? one.decimalValue().compareTo(other.decimalValue()) == 0
                : one.equals(other);
        return isSame ? 0 : 1;
    }

    private Optional<JsonNode> newest(ObjectRef object) {
        try {
            ApiResponse answer = sender.read(client -> client.get(ApiClient.path(object)));
            return Optional.of(answer.json())
                    .filter(newest -> newest.at("/metadata/uid").asText().equals(object.uid()));
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
