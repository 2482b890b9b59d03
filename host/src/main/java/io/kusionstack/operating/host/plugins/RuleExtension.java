package io.kusionstack.operating.host.plugins;

import com.fasterxml.jackson.databind.JsonNode;
import io.kusionstack.operating.host.config.ConfigBinder;
import io.kusionstack.operating.host.config.ConfigResult;
import io.kusionstack.operating.host.plugins.PluginHost.PluginEnvironment;
import io.kusionstack.operating.host.plugins.RulePlugins.OpenedRule;
import io.kusionstack.operating.plugin.InvalidConfigException;
import io.kusionstack.operating.plugin.PluginContext;
import io.kusionstack.operating.plugin.rule.TransitionRule;
import io.kusionstack.operating.plugin.rule.TransitionRuleProvider;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A kind of rule that a plugin offers; makes a worker for each rule of a PodTransitionRule that names it. Any thread.
 *
 * @param configType as the provider named it when the plugin was loaded; it is not asked again
 */
record RuleExtension<C extends Record>(
        String name,
        LivePlugin plugin,
        TransitionRuleProvider<C> provider,
        Class<C> configType,
        PluginContext context,
        PluginEnvironment environment)
        implements PluginExtension {
    private static final int MOST_PROBLEMS = 50;
    private static final Pattern LOCATED = Pattern.compile("([\\w.\\[\\]-]+): ");

    /** As {@link RulePlugins#open}. */
    OpenedRule open(String rule, JsonNode config) {
        Topic topic = new Topic(name, "create", rule);
        Answer<OpenedRule> answer = plugin.call()
                .ask(CallSpec.of(topic, plugin.call().longest(), () -> create(rule, config))
                        .lateTo(RuleExtension::discard));
        return switch (answer) {
            case Answer.Given<OpenedRule>(OpenedRule opened) -> opened;
            case Answer.NoAnswer<OpenedRule> missing -> new OpenedRule.RuleUnavailable(missing.why());
        };
    }

    private OpenedRule create(String rule, JsonNode config) throws InvalidPluginException {
        return switch (ConfigBinder.bind(config, configType)) {
            case ConfigResult.InvalidConfig<C> wrong ->
                invalid(wrong.problems().stream()
                        .map(problem -> new OpenedRule.ConfigProblem(
                                problem.path(),
                                new ConfigResult.Problem("", problem.value(), problem.rule()).toString()))
                        .toList());
            case ConfigResult.ValidConfig<C>(C value) -> create(rule, value);
        };
    }

    private OpenedRule create(String rule, C config) throws InvalidPluginException {
        try {
            TransitionRule made = provider.create(config, context);
            if (made == null) {
                throw new InvalidPluginException("it made null of its configuration");
            }
            GuardedRule worker = new GuardedRule(
                    new Topic(name, "judge", rule), plugin, made, environment.clock(), environment.metrics());
            plugin.opened(worker);
            return new OpenedRule.RuleReady(worker);
        } catch (InvalidConfigException e) {
            return invalid(e.problems().stream().map(RuleExtension::located).toList());
        }
    }

    /** Problems that the plugin finds are as bounded as all of its texts. */
    private OpenedRule invalid(List<OpenedRule.ConfigProblem> problems) {
        return new OpenedRule.RuleConfigInvalid(problems.stream()
                .limit(MOST_PROBLEMS)
                .map(problem -> new OpenedRule.ConfigProblem(
                        problem.path(), plugin.call().texts().sentence(problem.sentence())))
                .toList());
    }

    /** Plugins put the path before the sentence, if they name one. */
    private static OpenedRule.ConfigProblem located(String problem) {
        Matcher located = LOCATED.matcher(problem);
        return located.lookingAt()
                ? new OpenedRule.ConfigProblem(located.group(1), problem.substring(located.end()))
                : new OpenedRule.ConfigProblem("", problem);
    }

    private static void discard(OpenedRule late) {
        if (late instanceof OpenedRule.RuleReady(RulePlugins.RuleWorker worker)) {
            worker.close();
        }
    }
}
