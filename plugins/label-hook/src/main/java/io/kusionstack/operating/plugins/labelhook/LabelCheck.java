package io.kusionstack.operating.plugins.labelhook;

import java.util.List;
import java.util.Map;

/**
 * What users write below {@code labelCheck}.
 *
 * @param requires what the labels of a Pod have to be; an empty one is met by every Pod
 */
public record LabelCheck(LabelSelector requires) {
    /** A label selector as Kubernetes has it: everything in it has to hold. */
    public record LabelSelector(Map<String, String> matchLabels, List<Expression> matchExpressions) {}

    /**
     * @param operator {@code In}, {@code NotIn}, {@code Exists} or {@code DoesNotExist}
     * @param values at least one for {@code In} and {@code NotIn}, else none
     */
    public record Expression(String key, Operator operator, List<String> values) {}

    /** What is asked of one label. */
    public enum Operator {
        In,
        NotIn,
        Exists,
        DoesNotExist
    }
}
