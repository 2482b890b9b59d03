package io.kusionstack.operating.host.rules.plugin;

import com.fasterxml.jackson.databind.JsonNode;
import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.host.plugins.Answer;
import io.kusionstack.operating.host.plugins.Answer.NoAnswer;
import io.kusionstack.operating.host.plugins.RulePlugins;
import io.kusionstack.operating.plugin.PodRef;
import io.kusionstack.operating.plugin.rule.RuleRequest;
import io.kusionstack.operating.plugin.rule.RuleResponse;
import io.kusionstack.operating.plugin.rule.Verdict;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Function;

/** Plugins in memory: what they answer is told to them, what they are asked is kept. */
final class FakePlugins implements RulePlugins {
    final List<RuleRequest> requests = new CopyOnWriteArrayList<>();
    /** What takes the late answer of each request. */
    final List<Consumer<RuleResponse>> lateTakers = new CopyOnWriteArrayList<>();

    final List<JsonNode> opened = new CopyOnWriteArrayList<>();
    final List<JsonNode> closed = new CopyOnWriteArrayList<>();
    private final Map<String, Function<RuleRequest, Answer<RuleResponse>>> answers = new HashMap<>();
    private Function<JsonNode, List<String>> problems = config -> List.of();

    FakePlugins answers(String plugin, Function<RuleRequest, Answer<RuleResponse>> answer) {
        answers.put(plugin, answer);
        return this;
    }

    /** All waiting Pods hear the same. */
    FakePlugins says(String plugin, Verdict verdict) {
        return answers(plugin, request -> given(request, verdict));
    }

    FakePlugins says(String plugin, Verdict verdict, Map<String, String> memory) {
        return answers(plugin, request -> new Answer.Given<>(new RuleResponse(verdicts(request, verdict), memory)));
    }

    FakePlugins isDown(String plugin, Duration after) {
        return answers(
                plugin,
                request -> new NoAnswer<>(
                        new Wait(Reason.PLUGIN_UNAVAILABLE, plugin, "plugin \"" + plugin + "\" did not answer in time"),
                        after));
    }

    FakePlugins finds(Function<JsonNode, List<String>> wrong) {
        problems = wrong;
        return this;
    }

    static Answer<RuleResponse> given(RuleRequest request, Verdict verdict) {
        return new Answer.Given<>(new RuleResponse(verdicts(request, verdict), request.memory()));
    }

    private static Map<PodRef, Verdict> verdicts(RuleRequest request, Verdict verdict) {
        Map<PodRef, Verdict> verdicts = new HashMap<>();
        request.waiting().forEach(pod -> verdicts.put(pod.ref(), verdict));
        return verdicts;
    }

    /** Names of the Pods in question, by question. */
    List<List<String>> askedAbout() {
        return requests.stream()
                .map(request ->
                        request.waiting().stream().map(pod -> pod.ref().name()).toList())
                .toList();
    }

    @Override
    public RulePlugins.OpenedRule open(String plugin, String rule, JsonNode config) {
        if (!answers.containsKey(plugin)) {
            return new RulePlugins.OpenedRule.RuleUnavailable(new Wait(
                    Reason.PLUGIN_UNAVAILABLE,
                    plugin,
                    "plugin \"" + plugin + "\" is not loaded; loaded are " + answers.keySet()));
        }
        List<String> wrong = problems.apply(config);
        if (!wrong.isEmpty()) {
            return new RulePlugins.OpenedRule.RuleConfigInvalid(
                    wrong.stream().map(FakePlugins::located).toList());
        }
        opened.add(config);
        return new RulePlugins.OpenedRule.RuleReady(new RuleWorker() {
            @Override
            public Answer<RuleResponse> judge(RuleRequest request, Consumer<RuleResponse> late) {
                requests.add(request);
                lateTakers.add(late);
                return answers.get(plugin).apply(request);
            }

            @Override
            public void close() {
                closed.add(config);
            }
        });
    }

    /** Written as {@code path: sentence}, or as a sentence about all of it. */
    private static RulePlugins.OpenedRule.ConfigProblem located(String problem) {
        int end = problem.indexOf(": ");
        return new RulePlugins.OpenedRule.ConfigProblem(
                end < 0 ? "" : problem.substring(0, end), end < 0 ? problem : problem.substring(end + 2));
    }
}
