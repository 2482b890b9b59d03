package io.kusionstack.operating.host.kube.cache;

import io.kusionstack.operating.host.kube.ApiResponse;
import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.PodRecord;
import java.io.IOException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads Pods straight into records, in one pass, keeping what {@link PodRecord} holds and skipping the rest. Records of both
 * encodings share their equal values. Any thread.
 */
final class PodParser {
    private final Set<String> annotations;
    private final PodStream.Encoding encoding;
    private final PodJson json;
    private final PodProtobuf protobuf;

    /**
     * @param annotations keys to keep beside those under kusionstack.io
     * @param encoding to ask for
     */
    PodParser(Set<String> annotations, PodStream.Encoding encoding) {
        this(annotations, encoding, (uid, version) -> null);
    }

    /** @param known records that need not be read again */
    PodParser(Set<String> annotations, PodStream.Encoding encoding, PodProtobuf.KnownPods known) {
        Interner shared = new Interner();
        this.annotations = Set.copyOf(annotations);
        this.encoding = encoding;
        json = new PodJson(shared, this::keeps);
        protobuf = new PodProtobuf(shared, this::keeps, known);
    }

    /** What requests accept: the encoding to ask for, and JSON in any case. */
    String accepted() {
        return switch (encoding) {
            case PROTOBUF -> PodProtobuf.MEDIA_TYPE + "," + PodJson.MEDIA_TYPE;
            case JSON -> PodJson.MEDIA_TYPE;
        };
    }

    /** The Pod in the body of a response; JSON unless it begins as all in protobuf do. */
    PodRecord parse(byte[] body) throws IOException {
        return format(body).pod(body);
    }

    /** The same response with its Status, if it is one, in JSON. */
    ApiResponse readable(ApiResponse response) {
        return response.isSuccess() ? response : format(response.body()).refusal(response);
    }

    private PodFormat format(byte[] body) {
        return ProtobufEnvelope.isOne(body) ? protobuf : json;
    }

    /** How to read a response of this content type; JSON where it is none that is known. */
    PodFormat format(@Nullable String contentType) {
        return contentType != null && contentType.startsWith(PodProtobuf.MEDIA_TYPE) ? protobuf : json;
    }

    /** True if a record shows this annotation. */
    Set<String> namedAnnotations() {
        return annotations;
    }

    boolean keeps(String annotation) {
        return Names.isOurs(annotation) || annotations.contains(annotation);
    }
}
