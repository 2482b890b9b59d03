package io.kusionstack.operating.host.kube.write;

import com.fasterxml.jackson.databind.JsonNode;
import io.kusionstack.operating.host.kube.ApiClient;
import io.kusionstack.operating.host.kube.ApiResponse;
import io.kusionstack.operating.host.plan.ObjectRef;
import io.kusionstack.operating.host.plan.WriteResult;
import java.io.IOException;
import java.util.Optional;
import java.util.function.LongFunction;
import java.util.function.Predicate;

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
     * @param isAsDecided true for an object that is, in all that the write relies on, as the one it was decided on
     * @param write sends the write with a version as its precondition
     */
    WriteResult send(ObjectRef object, long version, Predicate<JsonNode> isAsDecided, LongFunction<WriteResult> write) {
        WriteResult result = write.apply(version);
        for (int i = 0; i < MOST_RETRIES && ObjectWriter.isTaken(result); i++) {
            Optional<JsonNode> newest = newest(object).filter(isAsDecided);
            if (newest.isEmpty()) {
                return result;
            }
            result = write.apply(ApiResponse.version(
                    newest.get().at("/metadata/resourceVersion").asText()));
        }
        return result;
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
