package io.kusionstack.operating.host.kube;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;

/**
 * How much JSON of the API server is read. The bounds are wider than those of the server, so that no object in a list or a
 * watch hides the others; what of an object is too much for its reader is for that reader to say.
 */
final class JsonLimits {
    /** The server reads no deeper. */
    private static final int DEPTH = 10_000;

    /** The server takes no larger object. */
    private static final int NAME = 8 * 1024 * 1024;

    private JsonLimits() {}

    static JsonFactory factory() {
        return JsonFactory.builder()
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(DEPTH)
                        .maxNameLength(NAME)
                        .build())
                .build();
    }
}
