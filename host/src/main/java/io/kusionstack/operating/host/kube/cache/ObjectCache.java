package io.kusionstack.operating.host.kube.cache;

import io.kusionstack.operating.host.kernel.Key;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * All objects of one small kind, kept up to date by a watch. What it hands out is shared: it must not be changed. Reading
 * never blocks and any thread may do it.
 */
public interface ObjectCache<T> {
    Optional<T> get(Key key);

    /** In no particular order. */
    List<T> list(String namespace);

    /** Calls {@code listener} on every change from now on, and once for each object known already. */
    void onChange(ObjectListener<T> listener);

    /** Called on the thread of the watch, so it may only compute keys and enqueue them. */
    @FunctionalInterface
    interface ObjectListener<T> {
        /**
         * @param before null for a new object
         * @param after null for one that is gone
         */
        void changed(@Nullable T before, @Nullable T after);
    }
}
