package io.kusionstack.operating.host.lifecycle;

import io.kusionstack.operating.host.model.Names;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The labels that carry the id of an operation after the slash, one constant per prefix. */
enum LifecycleLabel {
    OPERATING(Names.OPERATING),
    OPERATION_TYPE(Names.OPERATION_TYPE),
    PRE_CHECK(Names.PRE_CHECK),
    PRE_CHECKED(Names.PRE_CHECKED),
    PREPARING(Names.PREPARING),
    OPERATE(Names.OPERATE),
    OPERATED(Names.OPERATED),
    DONE_OPERATION_TYPE(Names.DONE_OPERATION_TYPE),
    POST_CHECK(Names.POST_CHECK),
    POST_CHECKED(Names.POST_CHECKED),
    COMPLETING(Names.COMPLETING),
    UNDO_OPERATION_TYPE(Names.UNDO_OPERATION_TYPE);

    private static final Map<String, LifecycleLabel> BY_PREFIX =
            Arrays.stream(values()).collect(Collectors.toUnmodifiableMap(mark -> mark.prefix, Function.identity()));

    private final String prefix;

    LifecycleLabel(String prefix) {
        this.prefix = prefix;
    }

    /** The mark of a prefix, null where it is none. */
    static @Nullable LifecycleLabel of(String prefix) {
        return BY_PREFIX.get(prefix);
    }

    /** The label key for an operation. */
    String key(String id) {
        return Names.key(prefix, id);
    }

    /** The id of the operation that a label key names, if it is a key of this prefix. */
    Optional<String> idIn(String key) {
        boolean own = key.startsWith(prefix) && key.startsWith("/", prefix.length());
        return own ? Optional.of(key.substring(prefix.length() + 1)) : Optional.empty();
    }

    /** True if the value is a type of operation, not a time. */
    boolean isType() {
        return this == OPERATION_TYPE || this == DONE_OPERATION_TYPE || this == UNDO_OPERATION_TYPE;
    }
}
