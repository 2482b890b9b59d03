package io.kusionstack.operating.host.kube.cache;

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
    private final PodJson json;
    private final PodProtobuf protobuf;

    /** @param annotations keys to keep beside those under kusionstack.io */
    PodParser(Set<String> annotations) {
        Interner shared = new Interner();
        this.annotations = Set.copyOf(annotations);
        json = new PodJson(shared, this::keeps);
        protobuf = new PodProtobuf(shared, this::keeps);
    }

    /** The Pod in the body of a response in JSON. */
    PodRecord parse(byte[] body) throws IOException {
        return json.pod(body);
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
