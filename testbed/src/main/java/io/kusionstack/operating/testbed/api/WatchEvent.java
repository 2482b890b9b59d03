package io.kusionstack.operating.testbed.api;

import com.fasterxml.jackson.databind.JsonNode;

/** What a watch reports. Within one watch events come in order, one at a time. */
public sealed interface WatchEvent {
    /** The object was created, or was there when the watch began. */
    record Added(JsonNode object) implements WatchEvent {}

    /** The object has changed; this is its new state. */
    record Modified(JsonNode object) implements WatchEvent {}

    /** The object is gone; this is its last state. */
    record Deleted(JsonNode object) implements WatchEvent {}

    /** All objects that were there at the start have been reported; the state is that of the resource version. */
    record Synced(String resourceVersion) implements WatchEvent {}

    /**
     * The server no longer holds the history the watch needs. All objects follow again as {@link Added}, up to the next
     * {@link Synced}; an object known before that is not among them is gone.
     */
    record Restarted() implements WatchEvent {}
}
