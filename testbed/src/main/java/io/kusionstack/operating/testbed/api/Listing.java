package io.kusionstack.operating.testbed.api;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/**
 * All objects of a collection at one moment.
 *
 * @param resourceVersion the moment; a watch from here misses nothing
 */
public record Listing(List<JsonNode> items, String resourceVersion) {
    public Listing {
        items = List.copyOf(items);
    }
}
