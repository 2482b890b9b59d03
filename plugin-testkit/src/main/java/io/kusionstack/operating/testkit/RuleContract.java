package io.kusionstack.operating.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.kusionstack.operating.host.config.ConfigBinder;
import io.kusionstack.operating.plugin.InvalidConfigException;
import io.kusionstack.operating.plugin.PodView;
import io.kusionstack.operating.plugin.Stage;
import io.kusionstack.operating.plugin.rule.RuleRequest;
import io.kusionstack.operating.plugin.rule.RuleResponse;
import io.kusionstack.operating.plugin.rule.TransitionRule;
import io.kusionstack.operating.plugin.rule.TransitionRuleProvider;
import io.kusionstack.operating.plugin.rule.Verdict;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * What the host relies on in a rule, as tests to inherit. Implement it once for each configuration that makes a
 * difference.
 *
 * <pre>{@code
 * class ChangeWindowContractTest implements RuleContract<ChangeWindow> {
 *     public ChangeWindowProvider provider() { return new ChangeWindowProvider(); }
 *     public String config() { return "windows: [{from: 22:00, to: 06:00}]"; }
 * }
 * }</pre>
 */
public interface RuleContract<C extends Record> {
    /** How long a question of the contract may take. */
    Duration DEADLINE = Duration.ofSeconds(10);

    /** A new one at each call, as the host makes it. */
    TransitionRuleProvider<C> provider();

    /** A configuration that is right, as YAML. */
    String config();

    /** What the host lends; a new one at each call. */
    default FakePluginContext context() {
        return new FakePluginContext();
    }

    /** The Pods that the rule is asked about; at least two. */
    default List<PodView> pods() {
        return List.of(
                Pods.pod("web-0").view(),
                Pods.pod("web-1").view(),
                Pods.pod("web-2").available(false).view());
    }

    default Stage stage() {
        return Stage.PRE_CHECK;
    }

    @Test
    default void itsNameIsAWordThatUsersCanWriteAndStaysTheSame() {
        TransitionRuleProvider<C> provider = provider();

        assertThat(provider.name()).matches("[a-z0-9-]{1,63}").isEqualTo(provider.name());
    }

    @Test
    default void itsConfigurationCanBeBound() {
        assertThat(ConfigBinder.unbindable(provider().configType())).isEmpty();
    }

    @Test
    default void aRightConfigurationMakesARule() throws InvalidConfigException {
        try (FakePluginContext context = context();
                TransitionRule rule = rule(context)) {
            assertThat(rule).isNotNull();
        }
    }

    @Test
    default void everyWaitingPodGetsAVerdictAndNoOther() throws InvalidConfigException {
        try (FakePluginContext context = context();
                TransitionRule rule = rule(context)) {
            List<PodView> waiting = pods().subList(1, pods().size());

            assertThat(asked(rule, request(context, waiting, Map.of())).verdicts())
                    .containsOnlyKeys(waiting.stream().map(PodView::ref).toList());
        }
    }

    @Test
    default void reasonsAreStableWordsWithASentence() throws InvalidConfigException {
        try (FakePluginContext context = context();
                TransitionRule rule = rule(context)) {
            List<String> wrong = new ArrayList<>();
            asked(rule, request(context, pods(), Map.of())).verdicts().forEach((pod, verdict) -> {
                switch (verdict) {
                    case Verdict.Pass pass -> {}
                    case Verdict.Reject no -> wrong.addAll(wrong(no.reason(), no.message()));
                    case Verdict.AskAgain no -> {
                        wrong.addAll(wrong(no.reason(), no.message()));
                        assertThat(no.after()).isPositive();
                    }
                }
            });
            assertThat(wrong).isEmpty();
        }
    }

    private static List<String> wrong(String reason, String message) {
        return reason.matches("[A-Z][A-Za-z0-9]{0,62}") && !message.isBlank() ? List.of() : List.of(reason + message);
    }

    @Test
    default void theSameQuestionGetsTheSameAnswer() throws InvalidConfigException {
        try (FakePluginContext context = context();
                TransitionRule rule = rule(context)) {
            RuleRequest request = request(context, pods(), Map.of());

            assertThat(asked(rule, request).verdicts())
                    .isEqualTo(asked(rule, request).verdicts());
        }
    }

    @Test
    default void anotherInstanceGoesOnWithTheMemory() throws InvalidConfigException {
        try (FakePluginContext context = context();
                TransitionRule before = rule(context);
                TransitionRule after = rule(context)) {
            Map<String, String> memory =
                    asked(before, request(context, pods(), Map.of())).memory();
            RuleRequest next = request(context, pods(), memory);

            assertThat(asked(after, next)).isEqualTo(asked(before, next));
        }
    }

    @Test
    default void itRemembersNoMoreThanMayBeStored() throws InvalidConfigException {
        try (FakePluginContext context = context();
                TransitionRule rule = rule(context)) {
            int bytes = asked(rule, request(context, pods(), Map.of())).memory().entrySet().stream()
                    .mapToInt(entry -> (entry.getKey() + entry.getValue()).getBytes(StandardCharsets.UTF_8).length)
                    .sum();

            assertThat(bytes).isLessThanOrEqualTo(16 * 1024);
        }
    }

    @Test
    default void withNobodyWaitingThereIsNoVerdict() throws InvalidConfigException {
        try (FakePluginContext context = context();
                TransitionRule rule = rule(context)) {
            assertThat(asked(rule, request(context, List.of(), Map.of())).verdicts())
                    .isEmpty();
        }
    }

    private TransitionRule rule(FakePluginContext context) throws InvalidConfigException {
        TransitionRuleProvider<C> provider = provider();
        return provider.create(Yaml.bind(config(), provider.configType()), context);
    }

    private RuleRequest request(FakePluginContext context, List<PodView> waiting, Map<String, String> memory) {
        List<PodView> others = new ArrayList<>(pods());
        others.removeAll(waiting);
        return RuleRequests.about(waiting)
                .selecting(others)
                .stage(stage())
                .memory(memory)
                .at(context.clock().instant())
                .request();
    }

    private static RuleResponse asked(TransitionRule rule, RuleRequest request) {
        RuleResponse response = assertTimeoutPreemptively(DEADLINE, () -> rule.judge(request));
        assertThat(response).isNotNull();
        return response;
    }
}
