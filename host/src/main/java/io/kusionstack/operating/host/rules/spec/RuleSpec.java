package io.kusionstack.operating.host.rules.spec;

import com.fasterxml.jackson.databind.JsonNode;
import io.kusionstack.operating.host.kernel.Key;
import io.kusionstack.operating.host.model.PodTransitionRule;
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
 * @param selector selects its Pods: the kept one, or else the sound part of a broken selector; empty if it selects no Pod
 * @param kept the last selector without mistakes, this one or one before; for the status, so that a broken one does not lose the Pods
 * @param rules the enabled ones, in the order of the object
 * @param problems all mistakes in it, each with path, value and remedy
 * @param ineffective what of it holds no Pod, though it is no mistake
 */
public record RuleSpec(
        Key key,
        String uid,
        long generation,
        Optional<Selector> selector,
        Optional<Selector> kept,
        List<CheckedRule> rules,
        List<String> problems,
        List<String> ineffective) {
    public RuleSpec {
        rules = List.copyOf(rules);
        problems = List.copyOf(problems);
        ineffective = List.copyOf(ineffective);
    }

    /** Reads a PodTransitionRule as its user wrote it; every mistake in it is one of the {@link #problems}. */
    public static RuleSpec of(PodTransitionRule object) {
        return RuleSpecParser.parse(object);
    }

    public boolean selects(Map<String, String> labels) {
        return selector.isPresent() && selector.get().matches(labels);
    }

    /** True if an enabled rule has this name. */
    public boolean has(String rule) {
        return rules.stream().anyMatch(known -> known.name().equals(rule));
    }

    /** True if Pods compete for slots here. */
    public boolean limits() {
        return rules.stream().anyMatch(rule -> rule.check() instanceof RuleCheck.Availability);
    }

    /** True if a plugin serves one of the rules. */
    public boolean asksPlugins() {
        return rules.stream().anyMatch(CheckedRule::isPlugged);
    }

    /** The rules that plugins serve. */
    public List<CheckedRule> plugged() {
        return asksPlugins() ? rules.stream().filter(CheckedRule::isPlugged).toList() : List.of();
    }

    /** The wait of a Pod for one of these rules; its message names the object, the rule and the cause, and does not flicker. */
    public Wait wait(Reason reason, CheckedRule rule, String why) {
        String message = "PodTransitionRule " + key + ", rule \"" + rule.name() + "\": " + why;
        return new Wait(reason, key.name() + "/" + rule.name(), message);
    }

    /**
     * One entry of {@code spec.rules}.
     *
     * @param filter Pods that it does not select skip the rule
     */
    public record CheckedRule(String name, Stage stage, Optional<Selector> filter, RuleCheck check) {
        public CheckedRule {
            if (check instanceof RuleCheck.Availability && stage != Stage.PRE_CHECK) {
                throw new IllegalArgumentException(name + " limits nobody at " + stage);
            }
        }

        CheckedRule with(RuleCheck other) {
            return new CheckedRule(name, stage, filter, other);
        }

        public boolean isPlugged() {
            return check instanceof RuleCheck.Plugged;
        }

        /** True if a Pod at this stage, with these labels, has to pass the rule now. */
        public boolean appliesTo(Stage asking, Map<String, String> labels, SkippedRules skips) {
            return stage == asking && concerns(labels, skips);
        }

        /** True if a Pod at this stage is about to leave service, and will have to pass the rule on its way back. */
        public boolean awaits(Stage asking, Map<String, String> labels, SkippedRules skips) {
            return stage == Stage.POST_CHECK && asking == Stage.PRE_CHECK && concerns(labels, skips);
        }

        private boolean concerns(Map<String, String> labels, SkippedRules skips) {
            return !skips.contains(name) && (filter.isEmpty() || filter.get().matches(labels));
        }
    }

    /** The condition under which a Pod passes a rule. */
    public sealed interface RuleCheck {
        /** A slot is free. */
        record Availability(AvailabilityRule rule) implements RuleCheck {}

        /**
         * A plugin lets the Pod pass.
         *
         * @param path of its configuration in the object
         * @param config an object
         */
        record Plugged(String plugin, String path, JsonNode config) implements RuleCheck {}

        /** The rule is not valid, so the Pod waits until it is corrected. */
        record InvalidRule(String problem) implements RuleCheck {}
    }
}
