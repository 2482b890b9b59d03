package io.kusionstack.operating.host.kube.cache;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kusionstack.operating.host.kube.ApiResponse;
import java.io.IOException;
import java.time.Duration;

/**
 * Reads a Status, with which the API server refuses something. Field numbers are those of {@code Status},
 * {@code StatusDetails} and {@code StatusCause} in {@code k8s.io/apimachinery/pkg/apis/meta/v1/generated.proto}.
 */
final class StatusProtobuf {
    static final int STATUS_MESSAGE = 3;
    static final int STATUS_REASON = 4;
    static final int STATUS_DETAILS = 5;
    static final int STATUS_CODE = 6;

    private static final int DETAILS_NAME = 1;
    private static final int DETAILS_GROUP = 2;
    private static final int DETAILS_KIND = 3;
    private static final int DETAILS_CAUSES = 4;
    private static final int CAUSE_REASON = 1;
    private static final int CAUSE_MESSAGE = 2;
    private static final ObjectMapper JSON = new ObjectMapper();

    private StatusProtobuf() {}

    /** The Status as an answer with its code, whose body is what the host reads of a Status, in JSON. */
    static ApiResponse read(ProtobufCursor proto) throws IOException {
        ObjectNode status = JsonNodeFactory.instance.objectNode().put("kind", "Status");
        for (int field = proto.field(); field != 0; field = proto.field()) {
            switch (field) {
                case STATUS_MESSAGE -> status.put("message", proto.own());
                case STATUS_REASON -> status.put("reason", proto.own());
                case STATUS_CODE -> status.put("code", (int) proto.number());
                case STATUS_DETAILS -> proto.message(StatusProtobuf::details, status.putObject("details"));
                default -> proto.skip();
            }
        }
        return new ApiResponse(status.path("code").asInt(), JSON.writeValueAsBytes(status), Duration.ZERO);
    }

    private static void details(ProtobufCursor proto, ObjectNode details) throws IOException {
        for (int field = proto.field(); field != 0; field = proto.field()) {
            switch (field) {
                case DETAILS_NAME -> named(details, "name", proto.own());
                case DETAILS_GROUP -> named(details, "group", proto.own());
                case DETAILS_KIND -> named(details, "kind", proto.own());
                case DETAILS_CAUSES ->
                    proto.message(
                            StatusProtobuf::cause,
                            details.withArrayProperty("causes").addObject());
                default -> proto.skip();
            }
        }
    }

    /** As in JSON, what is empty is not there: Kubernetes writes all fields of a message. */
    private static void named(ObjectNode details, String field, String value) {
        if (!value.isEmpty()) {
            details.put(field, value);
        }
    }

    private static void cause(ProtobufCursor proto, ObjectNode cause) throws IOException {
        for (int field = proto.field(); field != 0; field = proto.field()) {
            switch (field) {
                case CAUSE_REASON -> cause.put("reason", proto.own());
                case CAUSE_MESSAGE -> cause.put("message", proto.own());
                default -> proto.skip();
            }
        }
    }
}
