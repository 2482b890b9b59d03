package io.kusionstack.operating.host.rules.spec;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.kusionstack.operating.host.kernel.Key;
import io.kusionstack.operating.host.model.PodTransitionRule;
import io.kusionstack.operating.host.model.PodTransitionRuleStatus;
import io.kusionstack.operating.host.world.Selectors;
import io.kusionstack.operating.plugin.Stage;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RuleSpecParserTest {
    private static final JsonMapper JSON = new JsonMapper();
    private static final String WANTED = " (wanted: a number of Pods such as 3, or a percentage such as \"20%\")";

    @Test
    void readsAWholeRule() {
        RuleSpec spec = read("""
                {selector: {matchLabels: {app: web}}, rules: [
                  {name: slots, availablePolicy: {maxUnavailableValue: 20%, minAvailableValue: 3}},
                  {name: off, disabled: true, availablePolicy: {}},
                  {name: never, conditions: [Unregistered], availablePolicy: {maxUnavailableValue: 1}},
                  {name: labels, stage: PostCheck, filter: {labelSelector: {matchLabels: {tier: front}}},
                   labelCheck: {requires: {}}}]}""");

        assertThat(spec)
                .isEqualTo(new RuleSpec(
                        new Key("shop", "web"),
                        "rule-web",
                        1,
                        Optional.of(Selectors.labels(Map.of("app", "web"))),
                        Optional.of(Selectors.labels(Map.of("app", "web"))),
                        List.of(
                                new RuleSpec.CheckedRule(
                                        "slots",
                                        Stage.PRE_CHECK,
                                        Optional.empty(),
                                        new RuleSpec.RuleCheck.Availability(new AvailabilityRule(
                                                Optional.of(new Quota(20, true)), Optional.of(new Quota(3, false))))),
                                new RuleSpec.CheckedRule(
                                        "labels",
                                        Stage.POST_CHECK,
                                        Optional.of(Selectors.labels(Map.of("tier", "front"))),
                                        labelCheck("spec.rules[3].labelCheck"))),
                        List.of(),
                        List.of("spec.rules[2].conditions: none is known here, so the rule holds no Pod")));
    }

    @Test
    void theEmptySelectorSelectsEveryPod() {
        assertThat(read("{selector: {}, rules: []}").selects(Map.of("any", "label")))
                .isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "availablePolicy: {maxUnavailableValue: 200%} | .availablePolicy.maxUnavailableValue: \"200%\" is more than 100%"
                        + WANTED,
                "availablePolicy: {minAvailableValue: abc} | .availablePolicy.minAvailableValue: \"abc\" is not a percentage"
                        + WANTED,
                "availablePolicy: {maxUnavailableValue: \"%\"} | .availablePolicy.maxUnavailableValue: \"%\" is not a percentage"
                        + WANTED,
                "availablePolicy: {maxUnavailableValue: -1} | .availablePolicy.maxUnavailableValue: -1 is negative"
                        + WANTED,
                "availablePolicy: {} | .availablePolicy: limits nothing; give it maxUnavailableValue, minAvailableValue, or both",
                "stage: PreCheck | : asks nothing; give it one of availablePolicy, labelCheck, webhook, plugin",
                "plugin: {config: {}} | .plugin.name: missing; name a rule plugin of this host",
                "plugin: {name: x, config: 7} | .plugin.config: no object; write the plugin's settings below it",
                "labelCheck: {requires: {}}, plugin: {name: x}"
                        + " | : has labelCheck and plugin; make each a rule of its own",
                "availablePolicy: {minAvailableValue: 1}, labelCheck: {requires: {}}"
                        + " | : has availablePolicy and labelCheck; make each a rule of its own",
                "stage: precheck, labelCheck: {requires: {}} | .stage: \"precheck\" is neither PreCheck nor PostCheck",
                "stage: PostCheck, availablePolicy: {minAvailableValue: 3}"
                        + " | .stage: availablePolicy limits who leaves service, which is at PreCheck; write PreCheck, or leave the stage out",
                "labelCheck: {requires: {}}, filter: {labelSelector: {matchExpressions: [{key: a, operator: Is}]}}"
                        + " | .filter.labelSelector.matchExpressions[0].operator: \"Is\" is none of In, NotIn, Exists, DoesNotExist",
            })
    void aBrokenRuleHoldsItsPodsAndSaysWhy(String fields, String problem) {
        RuleSpec spec = read("{selector: {}, rules: [{name: slots, " + fields + "}]}");

        assertThat(spec.problems()).containsExactly("spec.rules[0]" + problem);
        assertThat(spec.rules().getFirst().check())
                .isEqualTo(new RuleSpec.RuleCheck.InvalidRule("spec.rules[0]" + problem));
        assertThat(spec.selects(Map.of())).isTrue();
    }

    @Test
    void tellsAllProblemsAtOnce() {
        assertThat(
                        read("{selector: {}, rules: [{name: a, availablePolicy: {maxUnavailableValue: x, minAvailableValue: y}},"
                                        + " {name: a, webhook: {clientConfig: {url: u}}}]}")
                                .problems())
                .containsExactly(
                        "spec.rules[0].availablePolicy.maxUnavailableValue: \"x\" is not a percentage" + WANTED,
                        "spec.rules[0].availablePolicy.minAvailableValue: \"y\" is not a percentage" + WANTED,
                        "spec.rules[1].name: \"a\" is used twice; give each rule a name of its own");
    }

    @Test
    void oneBrokenRuleLeavesTheOthersAsTheyAre() {
        RuleSpec spec = read("{selector: {}, rules: [{name: bad}, {name: good, labelCheck: {requires: {}}}]}");

        assertThat(spec.rules().getLast().check()).isEqualTo(labelCheck("spec.rules[1].labelCheck"));
    }

    @Test
    void aRuleOfAnyPluginCarriesItsConfiguration() throws JsonProcessingException {
        RuleSpec spec = read("{selector: {}, rules: [{name: a, plugin: {name: window, config: {days: [Mon]}}},"
                + " {name: b, plugin: {name: plain}}]}");

        assertThat(spec.rules())
                .extracting(RuleSpec.CheckedRule::check)
                .containsExactly(
                        new RuleSpec.RuleCheck.Plugged(
                                "window", "spec.rules[0].plugin.config", JSON.readTree("{\"days\": [\"Mon\"]}")),
                        new RuleSpec.RuleCheck.Plugged(
                                "plain", "spec.rules[1].plugin.config", JSON.createObjectNode()));
    }

    @Test
    void theSecondPluggedRuleOfOneNameHoldsItsPods() {
        RuleSpec spec = read("{selector: {}, rules: [{name: a, plugin: {name: x}}, {name: a, plugin: {name: y}}]}");
        String problem = "spec.rules[1].name: \"a\" is used twice; give each rule a name of its own";

        assertThat(spec.problems()).containsExactly(problem);
        assertThat(spec.rules().getLast().check()).isEqualTo(new RuleSpec.RuleCheck.InvalidRule(problem));
        assertThat(spec.plugged()).hasSize(1);
    }

    @Test
    void aMissingSelectorSelectsNobody() {
        RuleSpec spec = read("{rules: [{name: slots, availablePolicy: {maxUnavailableValue: 1}}]}");

        assertThat(spec.problems())
                .containsExactly("spec.selector: missing; write {} to select every Pod of the namespace");
        assertThat(spec.selects(Map.of())).isFalse();
    }

    @Test
    void aBrokenSelectorHoldsThePodsThatItsSoundPartSelects() {
        RuleSpec spec = read("{selector: {matchLabels: {app: web}, matchExpressions: [{key: x, operator: Nope}]},"
                + " rules: [{name: slots, availablePolicy: {maxUnavailableValue: 1}}]}");
        String problem =
                "spec.selector.matchExpressions[0].operator: \"Nope\" is none of In, NotIn, Exists, DoesNotExist";

        assertThat(spec.selects(Map.of("app", "web"))).isTrue();
        assertThat(spec.selects(Map.of("app", "other"))).isFalse();
        assertThat(spec.problems()).containsExactly(problem);
        assertThat(spec.rules().getFirst().check()).isEqualTo(new RuleSpec.RuleCheck.InvalidRule(problem));
    }

    @Test
    void aSelectorThatIsBrokenAllOverNeverSelectsEveryPod() {
        RuleSpec spec = read("{selector: {matchExpressions: [{key: x, operator: Nope}]}, rules: []}");

        assertThat(spec.selects(Map.of())).isFalse();
        assertThat(spec.selects(Map.of("x", "y"))).isFalse();
    }

    @Test
    void aSelectorWithAMistakeHoldsThePodsOfBefore() {
        for (String selector : List.of(
                "{matchExpressions: [{key: x, operator: Is, values: [y]}]}",
                "{matchExpressions: [{key: x, operator: In}]}",
                "{matchLabels: {'a b': c}}",
                "{matchLabels: {app: other, 'a b': c}}",
                "null")) {
            PodTransitionRule rule = Rules.rule("web", 2, "{selector: " + selector + ", rules: []}");
            rule.setStatus(new PodTransitionRuleStatus(
                    1L, null, List.of(), List.of(), null, "app=web,!canary", List.of(), List.of()));
            RuleSpec spec = RuleSpec.of(rule);

            assertThat(spec.selects(Map.of("app", "web"))).as(selector).isTrue();
            assertThat(spec.selects(Map.of("app", "web", "canary", ""))).isFalse();
            assertThat(spec.selects(Map.of("app", "other"))).isFalse();
            assertThat(spec.rules().getFirst().check()).isInstanceOf(RuleSpec.RuleCheck.InvalidRule.class);
        }
    }

    private static RuleSpec.RuleCheck labelCheck(String path) {
        return new RuleSpec.RuleCheck.Plugged(
                "label-hook", path, JSON.createObjectNode().set("requires", JSON.createObjectNode()));
    }

    private static RuleSpec read(String spec) {
        return RuleSpec.of(Rules.rule("web", 1, spec));
    }
}
