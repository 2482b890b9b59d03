package io.kusionstack.operating.host.plan;

import java.time.Duration;
import java.util.List;

/** May a Pod go on at one stage? */
public sealed interface Decision {
    /** Why the Pod waits; empty if it may go on. */
    default List<Wait> waits() {
        return List.of();
    }

    /** Every rule that selects the Pod lets it pass; the grant holds its slots until the Pod shows it. */
    record Admitted() implements Decision {}

    /** At least one rule says no for now; an event will change that. */
    record Rejected(List<Wait> waits) implements Decision {
        public Rejected {
            waits = List.copyOf(waits);
        }
    }

    /** No answer yet; ask again after {@code after} even if no event comes. */
    record Postponed(List<Wait> waits, Duration after) implements Decision {
        public Postponed {
            waits = List.copyOf(waits);
        }
    }
}
