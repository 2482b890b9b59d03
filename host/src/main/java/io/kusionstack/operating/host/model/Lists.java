package io.kusionstack.operating.host.model;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a list or map absent from JSON becomes: an empty one, so that nobody asks for null. */
final class Lists {
    private Lists() {}

    static <T> List<T> copy(@Nullable List<T> list) {
        return list == null ? List.of() : List.copyOf(list);
    }

    static <K, V> Map<K, V> copy(@Nullable Map<K, V> map) {
        return map == null ? Map.of() : Map.copyOf(map);
    }
}
