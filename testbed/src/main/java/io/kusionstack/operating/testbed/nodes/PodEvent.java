package io.kusionstack.operating.testbed.nodes;

/** What a node learns about one of its Pods. */
sealed interface PodEvent {
    /** The Pod as the API has it now. */
    record Seen(PodView pod) implements PodEvent {}

    /** Time has passed. */
    record Tick() implements PodEvent {}

    /**
     * Its readiness probes fail for a while.
     *
     * @param answers whether requests are answered all the same
     */
    record Unready(Span span, boolean answers) implements PodEvent {}

    /** The node is cut off: it learns nothing of the Pod any more, while the containers go on. */
    record CutOff() implements PodEvent {}

    /** The node is back, and looks at all its Pods at once. */
    record Back() implements PodEvent {}

    /** The runtime knows a container's image by another digest now, as when a tag was added. */
    record Retagged(String container, String imageId) implements PodEvent {}
}
