package io.kusionstack.operating.testbed.api;

/** How the server reads the body of a patch. */
public enum PatchType {
    /** RFC 7396: null removes, lists are replaced whole. */
    MERGE("application/merge-patch+json"),
    /** Kubernetes' own: lists of built-in types are merged by key. */
    STRATEGIC_MERGE("application/strategic-merge-patch+json"),
    /** RFC 6902: a list of operations. */
    JSON("application/json-patch+json"),
    /** Server-side apply: the path must name a {@code fieldManager}; the body is sent as JSON, which is YAML. */
    APPLY("application/apply-patch+yaml");

    private final String contentType;

    PatchType(String contentType) {
        this.contentType = contentType;
    }

    String contentType() {
        return contentType;
    }
}
