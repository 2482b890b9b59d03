package io.kusionstack.operating.testbed.demo;

import com.fasterxml.jackson.databind.JsonNode;

/** How many Pods a rule lets out of service. */
final class Allowance {
    private Allowance() {}

    /** @param rule a PodTransitionRule with one {@code maxUnavailableValue}; a percentage is rounded up */
    static int of(JsonNode rule, int pods) {
        for (JsonNode one : rule.at("/spec/rules")) {
            JsonNode value = one.at("/availablePolicy/maxUnavailableValue");
            if (value.isInt()) {
                return value.asInt();
            }
            if (value.isTextual()) {
                int percent = Integer.parseInt(value.asText().replace("%", ""));
                return (percent * pods + 99) / 100;
            }
        }
        throw new IllegalArgumentException("the rule limits nothing: " + rule);
    }
}
