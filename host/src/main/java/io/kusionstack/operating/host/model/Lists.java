package io.kusionstack.operating.host.model;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Turns a list or map that is absent from JSON into an empty one, so that no caller has to check for null. */
final class Lists {
    private Lists() {}

    static <T> List<T> copy(@Nullable List<T> list) {
        return list == null ? List.of() : List.copyOf(list);
    }

    static <K, V> Map<K, V> copy(@Nullable Map<K, V> map) {
        return map == null ? Map.of() : Map.copyOf(map);
    }
}
