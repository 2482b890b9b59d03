package io.kusionstack.operating.host.plan;

import io.kusionstack.operating.host.kernel.Outcome;
import java.util.List;

/**
 * The result of applying a plan.
 *
 * @param outcome when to look again: at once after the first conflicts of a row, else as the plan or the failures ask for
 * @param failures the actions that were not done, sent or not, in the order of the plan; never Pod edits
 */
public record Applied(Outcome outcome, List<Failure> failures) {
    public Applied {
        failures = List.copyOf(failures);
    }
}
