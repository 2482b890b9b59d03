package io.kusionstack.operating.host.model;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a list absent from JSON becomes: the empty list, so that nobody asks for null. */
final class Lists {
    private Lists() {}

    static <T> List<T> copy(@Nullable List<T> list) {
        return list == null ? List.of() : List.copyOf(list);
    }
}
