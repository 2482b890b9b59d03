package io.kusionstack.operating.host.world;

import io.kusionstack.operating.host.plan.Selector;
import java.util.List;
import java.util.Map;

/** Selectors of tests. */
public final class Selectors {
    private Selectors() {}

    /** Selects objects that have all these labels. */
    public static Selector labels(Map<String, String> labels) {
        return Selector.parse("selector", labels, List.of()).selector().orElseThrow();
    }
}
