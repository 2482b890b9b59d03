package io.kusionstack.operating.host.rules.plugin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kusionstack.operating.host.model.Condition;
import io.kusionstack.operating.host.model.PodTransitionRule;
import io.kusionstack.operating.host.model.PodTransitionRuleStatus;
import io.kusionstack.operating.host.model.PodTransitionRuleStatus.PluginStatus;
import io.kusionstack.operating.host.model.PodTransitionRuleStatus.RuleState;
import io.kusionstack.operating.host.plan.Action;
import io.kusionstack.operating.host.plan.ObjectKind;
import io.kusionstack.operating.host.plan.ObjectRef;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.host.rules.admit.FakeRuleWorld;
import io.kusionstack.operating.host.rules.spec.Rules;
import io.kusionstack.operating.host.world.Pods;
import io.kusionstack.operating.plugin.rule.RuleRequest;
import io.kusionstack.operating.plugin.rule.RuleResponse;
import io.kusionstack.operating.plugin.rule.Verdict;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Workers, configurations and memory of plugins. */
class PluginQueryReconcilerTest {
    private static final Verdict YES = Verdict.pass();
    private static final Verdict PENDING = Verdict.askAgain("Pending", "not yet", Duration.ofSeconds(5));
    private static final ObjectRef REF = new ObjectRef(ObjectKind.POD_TRANSITION_RULE, "shop", "web", "rule-web");
    private static final Map<String, String> TICKET = Map.of("ticket", "17");
    private static final JsonMapper JSON = new JsonMapper();

    private final PodRecord waiting =
            FakeRuleWorld.waiting(Pods.pod("a").available().label("app", "web").build(), 2, "100");
    private final FakePlugins plugins = new FakePlugins();

    @Test
    void opensAWorkerOnceForAGenerationAndClosesItWithTheRule() {
        PluggedWorld world = world(plugins.says("window", PENDING)).put(waiting);
        world.pass(Duration.ofMinutes(1));
        assertThat(plugins.opened).hasSize(1);

        world.put(PluginQueryStoryTest.window(2));
        world.settle();
        assertThat(plugins.opened).hasSize(2);
        assertThat(plugins.closed).hasSize(1);

        world.world.removeRule("web");
        world.settle();
        assertThat(plugins.closed).hasSize(2);
    }

    @Test
    void aRuleThatIsMadeAnewUnderItsNameGetsAWorkerOfItsOwn() {
        PluggedWorld world = world(plugins.says("window", YES));
        world.settle();
        PodTransitionRule other = PluginQueryStoryTest.window(1);
        other.getMetadata().setUid("rule-other");

        world.put(other);
        world.settle();

        assertThat(plugins.opened).hasSize(2);
        assertThat(plugins.closed).hasSize(1);
    }

    @Test
    void closesAllWorkersAtTheEnd() {
        PluggedWorld world = world(plugins.says("window", YES));
        world.settle();

        world.consultant.close();

        assertThat(plugins.closed).hasSize(1);
    }

    @Test
    void aWrongConfigurationIsToldWithItsPathAndHoldsThePodsUntilItIsCorrected() {
        plugins.says("window", YES)
                .finds(config -> config.path("from").asText().equals("nine")
                        ? List.of("from: \"nine\" is not a time of day", "too little")
                        : List.of());
        PluggedWorld world = world(plugins).put(waiting);
        world.settle();

        String problems = "spec.rules[0].plugin.config.from: \"nine\" is not a time of day;"
                + " spec.rules[0].plugin.config: too little";
        assertThat(accepted(world))
                .isEqualTo(new Condition("Accepted", "False", "2026-01-01T01:00:00Z", "InvalidSpec", problems));
        assertThat(world.asks(waiting).waits())
                .extracting(Wait::message)
                .containsExactly("PodTransitionRule shop/web, rule \"window\": correct " + problems);
        assertThat(world.done)
                .contains(new Action.Announce(REF, Action.Severity.WARNING, "InvalidSpec", "correct " + problems));

        world.put(Rules.rule(
                "web",
                2,
                "{selector: {matchLabels: {app: web}}, rules:"
                        + " [{name: window, plugin: {name: window, config: {from: '09:00'}}}]}"));

        assertThat(world.pass(Duration.ofSeconds(1))).containsExactly("a");
        assertThat(accepted(world).status()).isEqualTo("True");
    }

    @Test
    void aPluginThatIsNotLoadedIsNamedBesideThoseThatAre() {
        plugins.says("label-hook", YES);
        PluggedWorld world = world(plugins).put(waiting);
        world.settle();

        assertThat(accepted(world))
                .isEqualTo(new Condition(
                        "Accepted",
                        "False",
                        "2026-01-01T01:00:00Z",
                        "PluginUnavailable",
                        "spec.rules[0].plugin: plugin \"window\" is not loaded; loaded are [label-hook]"));
        assertThat(world.why(waiting))
                .containsExactly("PodTransitionRule shop/web, rule \"window\": plugin \"window\" is not loaded;"
                        + " loaded are [label-hook]");

        plugins.says("window", YES);

        assertThat(world.pass(Duration.ofSeconds(11))).containsExactly("a");
        assertThat(accepted(world).status()).isEqualTo("True");
    }

    @Test
    void anAnswerThatComesTooLateIsRememberedAndNotAskedForAgain() {
        PluggedWorld world =
                world(plugins.isDown("window", Duration.ofSeconds(5))).put(waiting);
        world.pass(Duration.ofSeconds(4));

        plugins.lateTakers.getFirst().accept(new RuleResponse(Map.of(waiting.ref(), YES), TICKET));

        assertThat(world.pass(Duration.ofSeconds(2))).containsExactly("a");
        assertThat(plugins.requests).hasSize(1);
        assertThat(memory(world)).isEqualTo(TICKET);
    }

    @Test
    void whatComesLateForAnOlderFormOfTheRuleIsRememberedAndJudgesNobody() {
        PluggedWorld world =
                world(plugins.isDown("window", Duration.ofSeconds(5))).put(waiting);
        world.settle();
        plugins.lateTakers.getFirst().accept(new RuleResponse(Map.of(waiting.ref(), YES), TICKET));
        plugins.says("window", PENDING, Map.of("ticket", "17", "asked", "twice"));

        world.put(PluginQueryStoryTest.window(2));
        world.settle();

        assertThat(plugins.requests)
                .hasSize(2)
                .last()
                .extracting(RuleRequest::memory)
                .isEqualTo(TICKET);
        assertThat(world.why(waiting)).singleElement().asString().contains("Pending");
    }

    @Test
    void whatComesLateForARuleThatIsGoneIsNobodys() {
        PluggedWorld world =
                world(plugins.isDown("window", Duration.ofSeconds(5))).put(waiting);
        world.settle();
        world.world.removeRule("web");
        world.settle();

        plugins.lateTakers.getFirst().accept(new RuleResponse(Map.of(waiting.ref(), YES), TICKET));
        world.put(PluginQueryStoryTest.window(1));
        world.pass(Duration.ofSeconds(6));

        assertThat(memory(world)).isEmpty();
    }

    @Test
    void theSameQuestionHasTheSameKeyAndAnotherHasAnother() {
        PluggedWorld world = world(plugins.says("window", PENDING)).put(waiting);
        world.pass(Duration.ofSeconds(6));
        PodRecord second = FakeRuleWorld.waiting(
                Pods.pod("b").available().label("app", "web").build(), 3, "200");
        world.put(second);
        world.settle();

        List<String> keys = plugins.requests.stream().map(RuleRequest::key).toList();
        assertThat(keys.getFirst()).matches("[0-9a-f]{32}");
        assertThat(keys.getFirst()).isEqualTo(keys.get(1));
        assertThat(keys.getLast()).isNotEqualTo(keys.getFirst());
    }

    private static Map<String, String> memory(PluggedWorld world) {
        return world.status("web").ruleStates().stream()
                .map(RuleState::pluginStatus)
                .findFirst()
                .map(PluginStatus::memory)
                .orElse(Map.of());
    }

    @Test
    void whatAPluginRemembersIsStoredBeforeItsVerdictsAreUsed() throws JsonProcessingException {
        PluggedWorld world = world(plugins.says("window", YES, TICKET)).put(waiting);

        assertThat(world.settle()).containsExactly("a");

        assertThat(world.done.getFirst())
                .isEqualTo(new Action.PatchStatus(REF, 7, JSON.readValue("""
                        {"ruleStates": [{"name": "window",
                          "pluginStatus": {"plugin": "window", "memory": {"ticket": "17"}}}]}""", ObjectNode.class), reliesOn(1)));
        world.pass(Duration.ofSeconds(40));
        assertThat(world.done).filteredOn(Action.PatchStatus.class::isInstance).hasSize(1);
    }

    private static ObjectNode reliesOn(long generation) {
        ObjectNode fields = JSON.createObjectNode();
        fields.putObject("metadata").put("generation", generation);
        fields.putObject("status").putArray("ruleStates");
        return fields;
    }

    @Test
    void aCrashAfterTheMemoryWasStoredDoesNoHarm() {
        PluggedWorld world = world(plugins.says("window", YES, TICKET)).put(waiting);
        world.crashAfterTheNextMemory();
        assertThatThrownBy(world::settle).isInstanceOf(PluggedWorld.Crash.class);

        PluggedWorld next = new PluggedWorld(
                        plugins, world.world.rule(FakeRuleWorld.key("web")).orElseThrow())
                .put(waiting);

        assertThat(next.settle()).containsExactly("a");
        assertThat(plugins.requests).hasSize(2);
        assertThat(plugins.requests.getLast().memory()).isEqualTo(TICKET);
        assertThat(next.done).noneMatch(Action.PatchStatus.class::isInstance);
    }

    @Test
    void whatCouldNotBeStoredIsStoredAtTheNextLookAndNotAskedForAgain() {
        PluggedWorld world = world(plugins.says("window", YES, TICKET)).put(waiting);
        world.conflict(2);

        assertThat(world.settle()).isEmpty();
        assertThat(world.why(waiting))
                .containsExactly("PodTransitionRule shop/web, rule \"window\":"
                        + " what plugin \"window\" wants to remember is being stored");
        assertThat(world.pass(Duration.ofMillis(500))).containsExactly("a");

        assertThat(plugins.requests).hasSize(1);
        assertThat(world.status("web").ruleStates())
                .containsExactly(new RuleState("window", null, new PluginStatus("window", TICKET)));
    }

    @Test
    void aPluginIsToldOnceThatNobodyWaitsAnyMoreAndMayForget() {
        PluggedWorld world = world(plugins.says("window", PENDING, TICKET)).put(waiting);
        world.settle();
        plugins.says("window", PENDING, Map.of());

        world.world.remove("a");
        world.pass(Duration.ofMinutes(2));

        assertThat(plugins.askedAbout()).containsExactly(List.of("a"), List.of());
        assertThat(world.status("web").ruleStates()).isEmpty();
    }

    @Test
    void whatAnotherPluginRemembersIsKeptAndNotTold() {
        PodTransitionRule rule = Rules.rule(
                "web",
                1,
                "{selector: {}, rules: [{name: window, plugin: {name: window}}, {name: hook, disabled: true}]}");
        RuleState hook = new RuleState("hook", null, new PluginStatus("webhook", Map.of("task", "1")));
        RuleState old = new RuleState("window", null, new PluginStatus("older", Map.of("old", "1")));
        RuleState gone = new RuleState("gone", null, new PluginStatus("window", Map.of("gone", "1")));
        rule.setStatus(
                JSON.convertValue(Map.of("ruleStates", List.of(hook, old, gone)), PodTransitionRuleStatus.class));
        PluggedWorld world = new PluggedWorld(plugins.says("window", YES, TICKET), rule).put(waiting);

        world.settle();

        assertThat(plugins.requests.getFirst().memory()).isEmpty();
        assertThat(world.status("web").ruleStates())
                .containsExactly(hook, new RuleState("window", null, new PluginStatus("window", TICKET)));
    }

    private static Condition accepted(PluggedWorld world) {
        Optional<Condition> accepted = world.status("web").conditions().stream()
                .filter(condition -> "Accepted".equals(condition.type()))
                .findFirst();
        return accepted.orElseThrow();
    }

    private static PluggedWorld world(FakePlugins plugins) {
        return new PluggedWorld(plugins, PluginQueryStoryTest.window(1));
    }
}
