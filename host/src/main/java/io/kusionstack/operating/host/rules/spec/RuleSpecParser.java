package io.kusionstack.operating.host.rules.spec;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.kusionstack.operating.host.kernel.Key;
import io.kusionstack.operating.host.model.PodTransitionRule;
import io.kusionstack.operating.host.model.PodTransitionRuleSpec;
import io.kusionstack.operating.host.model.PodTransitionRuleSpec.AvailablePolicy;
import io.kusionstack.operating.host.model.PodTransitionRuleStatus;
import io.kusionstack.operating.host.plan.Selector;
import io.kusionstack.operating.host.plan.Selector.Expression;
import io.kusionstack.operating.plugin.Stage;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Reads a PodTransitionRule as its user wrote it, and finds all mistakes at once. A mistake never lets a Pod pass: a broken
 * rule holds the Pods that it selects, and a broken selector never selects every Pod.
 */
final class RuleSpecParser {
    private static final JsonMapper JSON = new JsonMapper();

    /** Names of the plugins that serve the kinds Kuperator knows. */
    private static final String LABEL_CHECK = "label-hook";

    private static final String WEBHOOK = "webhook";

    private final List<String> problems = new ArrayList<>();
    private final List<String> ineffective = new ArrayList<>();

    private RuleSpecParser() {}

    static RuleSpec parse(PodTransitionRule object) {
        return new RuleSpecParser().read(object);
    }

    private RuleSpec read(PodTransitionRule object) {
        PodTransitionRuleSpec spec = object.getSpec();
        Optional<Selector> kept = kept(spec.selector(), object.getStatus());
        List<RuleSpec.CheckedRule> rules = new ArrayList<>();
        if (!problems.isEmpty()) {
            RuleSpec.RuleCheck broken = new RuleSpec.RuleCheck.InvalidRule(problems.getFirst());
            rules.add(new RuleSpec.CheckedRule("selector", Stage.PRE_CHECK, Optional.empty(), broken));
        }
        if (spec.rules().isEmpty()) {
            ineffective.add("spec.rules: there are none, so no Pod is held");
        }
        Set<String> names = new HashSet<>();
        for (int i = 0; i < spec.rules().size(); i++) {
            PodTransitionRuleSpec.Rule rule = spec.rules().get(i);
            String path = "spec.rules[" + i + "]";
            boolean second = !names.add(text(rule.name()));
            if (second) {
                problems.add(path + ".name: \"" + rule.name() + "\" is used twice; give each rule a name of its own");
            }
            if (!rule.conditions().isEmpty()) {
                // as in Kuperator, with no condition registered
                ineffective.add(path + ".conditions: none is known here, so the rule holds no Pod");
            }
            if (!Boolean.TRUE.equals(rule.disabled()) && rule.conditions().isEmpty()) {
                RuleSpec.CheckedRule read = rule(path, rule);
                // verdicts and memory of a plugin are kept by the rule's name
                rules.add(second && read.check() instanceof RuleSpec.RuleCheck.Plugged ? read.with(broken()) : read);
            }
        }
        return new RuleSpec(
                key(object),
                text(object.getMetadata().getUid()),
                Optional.ofNullable(object.getMetadata().getGeneration()).orElse(0L),
                kept.or(() -> Optional.ofNullable(spec.selector()).flatMap(RuleSpecParser::soundPart)),
                kept,
                rules,
                problems,
                ineffective);
    }

    private static Key key(PodTransitionRule object) {
        return new Key(
                text(object.getMetadata().getNamespace()),
                text(object.getMetadata().getName()));
    }

    private RuleSpec.RuleCheck broken() {
        return new RuleSpec.RuleCheck.InvalidRule(problems.getLast());
    }

    /** The Pods of a selector with a mistake are those of before: they wait until it is corrected. */
    private Optional<Selector> kept(@Nullable LabelSelector selector, PodTransitionRuleStatus status) {
        Optional<Selector> before = Optional.ofNullable(status.selector()).flatMap(Selector::ofText);
        if (selector == null) {
            problems.add("spec.selector: missing; write {} to select every Pod of the namespace");
            return before;
        }
        Selector.Parsed parsed = parse("spec.selector", selector);
        problems.addAll(parsed.problems());
        return parsed.selector().or(() -> before);
    }

    /** The sound part of a broken selector that never was without a mistake; empty if it has none: then it selects no Pod. */
    private static Optional<Selector> soundPart(LabelSelector selector) {
        List<Selector.Parsed> parts = new ArrayList<>();
        labels(selector).forEach((key, value) -> parts.add(Selector.parse("", Map.of(key, value), List.of())));
        expressions(selector).forEach(one -> parts.add(Selector.parse("", Map.of(), List.of(one))));
        return parts.stream().flatMap(part -> part.selector().stream()).reduce(RuleSpecParser::both);
    }

    private static Selector both(Selector one, Selector other) {
        TreeSet<Selector.Requirement> all = new TreeSet<>(one.requirements());
        all.addAll(other.requirements());
        return new Selector(all);
    }

    private RuleSpec.CheckedRule rule(String path, PodTransitionRuleSpec.Rule rule) {
        int before = problems.size();
        String name = text(rule.name());
        if (name.isEmpty()) {
            problems.add(path + ".name: missing; give the rule a name");
        }
        Stage stage = stage(path, rule);
        Optional<Selector> filter = Optional.ofNullable(rule.filter())
                .map(PodTransitionRuleSpec.Filter::labelSelector)
                .flatMap(selector -> {
                    Selector.Parsed parsed = parse(path + ".filter.labelSelector", selector);
                    problems.addAll(parsed.problems());
                    return parsed.selector();
                });
        Optional<RuleSpec.RuleCheck> check = check(path, rule);
        return new RuleSpec.CheckedRule(
                name,
                stage,
                filter,
                problems.size() == before
                        ? check.orElseThrow()
                        : new RuleSpec.RuleCheck.InvalidRule(
                                String.join("; ", problems.subList(before, problems.size()))));
    }

    private Stage stage(String path, PodTransitionRuleSpec.Rule rule) {
        String stage = text(rule.stage());
        if (stage.isEmpty() || stage.equals("PreCheck")) {
            return Stage.PRE_CHECK;
        }
        if (stage.equals("PostCheck")) {
            if (rule.availablePolicy() == null) {
                return Stage.POST_CHECK;
            }
            // a Pod at PostCheck is out of service already, so the policy would limit nothing
            problems.add(path + ".stage: availablePolicy limits who leaves service, which is at PreCheck;"
                    + " write PreCheck, or leave the stage out");
            return Stage.PRE_CHECK;
        }
        problems.add(path + ".stage: \"" + stage + "\" is neither PreCheck nor PostCheck");
        return Stage.PRE_CHECK;
    }

    private Optional<RuleSpec.RuleCheck> check(String path, PodTransitionRuleSpec.Rule rule) {
        List<String> kinds = new ArrayList<>();
        Optional<RuleSpec.RuleCheck> check = Optional.empty();
        if (rule.plugin() != null) {
            kinds.add("plugin");
            check = plugin(path + ".plugin", rule.plugin());
        }
        if (rule.webhook() != null) {
            kinds.addFirst("webhook");
            JsonNode config = JSON.valueToTree(rule.webhook());
            check = Optional.of(new RuleSpec.RuleCheck.Plugged(WEBHOOK, path + ".webhook", config));
        }
        if (rule.labelCheck() != null) {
            kinds.addFirst("labelCheck");
            JsonNode config = JSON.valueToTree(rule.labelCheck());
            check = Optional.of(new RuleSpec.RuleCheck.Plugged(LABEL_CHECK, path + ".labelCheck", config));
        }
        if (rule.availablePolicy() != null) {
            kinds.addFirst("availablePolicy");
            check = availability(path + ".availablePolicy", rule.availablePolicy());
        }
        if (kinds.isEmpty()) {
            problems.add(path + ": asks nothing; give it one of availablePolicy, labelCheck, webhook, plugin");
        }
        if (kinds.size() > 1) {
            problems.add(path + ": has " + String.join(" and ", kinds) + "; make each a rule of its own");
        }
        return check;
    }

    private Optional<RuleSpec.RuleCheck> plugin(String path, PodTransitionRuleSpec.Plugin plugin) {
        JsonNode config = Optional.ofNullable(plugin.config()).orElseGet(JsonNodeFactory.instance::objectNode);
        if (text(plugin.name()).isEmpty()) {
            problems.add(path + ".name: missing; name a rule plugin of this host");
        }
        if (!config.isObject()) {
            problems.add(path + ".config: no object; write the plugin's settings below it");
        }
        return Optional.of(new RuleSpec.RuleCheck.Plugged(text(plugin.name()), path + ".config", config));
    }

    private Optional<RuleSpec.RuleCheck> availability(String path, AvailablePolicy policy) {
        int before = problems.size();
        Optional<Quota> most = quota(path + ".maxUnavailableValue", policy.maxUnavailableValue());
        Optional<Quota> least = quota(path + ".minAvailableValue", policy.minAvailableValue());
        if (most.isEmpty() && least.isEmpty() && problems.size() == before) {
            problems.add(path + ": limits nothing; give it maxUnavailableValue, minAvailableValue, or both");
        }
        return Optional.of(new RuleSpec.RuleCheck.Availability(new AvailabilityRule(most, least)));
    }

    private Optional<Quota> quota(String path, @Nullable IntOrString value) {
        if (value == null) {
            return Optional.empty();
        }
        return value.getIntVal() != null
                ? Quota.number(path, value.getIntVal(), problems)
                : Quota.text(path, text(value.getStrVal()), problems);
    }

    private static Selector.Parsed parse(String path, LabelSelector selector) {
        return Selector.parse(path, labels(selector), expressions(selector));
    }

    private static Map<String, String> labels(LabelSelector selector) {
        return Optional.ofNullable(selector.getMatchLabels()).orElse(Map.of());
    }

    private static List<Expression> expressions(LabelSelector selector) {
        return Optional.ofNullable(selector.getMatchExpressions()).orElse(List.of()).stream()
                .map(raw -> new Expression(
                        text(raw.getKey()),
                        text(raw.getOperator()),
                        Optional.ofNullable(raw.getValues()).orElse(List.of())))
                .toList();
    }

    private static String text(@Nullable String value) {
        return value == null ? "" : value;
    }
}
