package io.kusionstack.operating.host.plugins;

import java.util.List;

/** The result of binding a configuration. */
public sealed interface Bound<C> {
    record Fits<C>(C value) implements Bound<C> {}

    /** @param problems every one of them, each with path, value and what is allowed */
    record Wrong<C>(List<String> problems) implements Bound<C> {
        public Wrong {
            problems = List.copyOf(problems);
        }
    }
}
