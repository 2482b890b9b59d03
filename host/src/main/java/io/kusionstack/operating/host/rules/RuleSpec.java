package io.kusionstack.operating.host.rules;

import com.fasterxml.jackson.databind.JsonNode;
import io.kusionstack.operating.host.kernel.Key;
import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plan.Selector;
import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.plugin.Stage;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One generation of a PodTransitionRule, checked.
 *
 * @param reach selects the Pods it speaks about; where its selector is broken, those that the sound part of it selects;
 *     empty for none
 * @param rules the enabled ones, in the order of the object
 * @param problems all that is wrong with it, each with path, value and remedy
 */
record RuleSpec(
        Key key, String uid, long generation, Optional<Selector> reach, List<Rule> rules, List<String> problems) {
    RuleSpec {
        rules = List.copyOf(rules);
        problems = List.copyOf(problems);
    }

    boolean selects(Map<String, String> labels) {
        return reach.isPresent() && reach.get().matches(labels);
    }

    /** True if an enabled rule is called so. */
    boolean has(String rule) {
        return rules.stream().anyMatch(known -> known.name().equals(rule));
    }

    /** True if Pods compete for slots here. */
    boolean limits() {
        return rules.stream().anyMatch(rule -> rule.demand() instanceof Demand.Availability);
    }

    /** True if plugins have a say here. */
    boolean asksPlugins() {
        return rules.stream().anyMatch(Rule::isPlugged);
    }

    /** The rules that plugins serve. */
    List<Rule> plugged() {
        return asksPlugins() ? rules.stream().filter(Rule::isPlugged).toList() : List.of();
    }

    /** Why a Pod waits for one of these rules: stable words that name the object, the rule and the cause. */
    Wait wait(Reason reason, Rule rule, String why) {
        String message = "PodTransitionRule " + key + ", rule \"" + rule.name() + "\": " + why;
        return new Wait(reason, key.name() + "/" + rule.name(), message);
    }

    /**
     * One entry of {@code spec.rules}.
     *
     * @param filter Pods that it does not select skip the rule
     */
    record Rule(String name, Stage stage, Optional<Selector> filter, Demand demand) {
        Rule {
            if (demand instanceof Demand.Availability && stage != Stage.PRE_CHECK) {
                throw new IllegalArgumentException(name + " limits nobody at " + stage);
            }
        }

        Rule with(Demand other) {
            return new Rule(name, stage, filter, other);
        }

        boolean isPlugged() {
            return demand instanceof Demand.Plugged;
        }

        /** True if the Pod asks at this rule's stage, and has to pass it. */
        boolean appliesTo(RuleSnapshot.Subject subject) {
            return stage == subject.stage() && concerns(subject);
        }

        /** True if the Pod is about to leave service, and will have to pass this rule on its way back. */
        boolean awaits(RuleSnapshot.Subject subject) {
            return stage == Stage.POST_CHECK && subject.stage() == Stage.PRE_CHECK && concerns(subject);
        }

        private boolean concerns(RuleSnapshot.Subject subject) {
            return !subject.skips().contains(name)
                    && (filter.isEmpty() || filter.get().matches(subject.labels()));
        }
    }

    /** What a rule asks of a Pod. */
    sealed interface Demand {
        /** There is a slot for it. */
        record Availability(AvailabilityRule rule) implements Demand {}

        /**
         * A plugin says yes.
         *
         * @param path of its configuration in the object
         * @param config an object
         */
        record Plugged(String plugin, String path, JsonNode config) implements Demand {}

        /** Nobody can tell: the rule is broken, so the Pod waits. */
        record Invalid(String problem) implements Demand {}
    }
}
