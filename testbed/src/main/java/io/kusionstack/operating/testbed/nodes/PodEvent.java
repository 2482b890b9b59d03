package io.kusionstack.operating.testbed.nodes;

/** What a node learns about one of its Pods. */
sealed interface PodEvent {
    /** The Pod as the API has it now. */
    record Seen(PodView pod) implements PodEvent {}

    /** Time has passed. */
    record Tick() implements PodEvent {}

    /** The runtime knows a container's image by another digest now, as when a tag was added. */
    record Retagged(String container, String imageId) implements PodEvent {}
}
