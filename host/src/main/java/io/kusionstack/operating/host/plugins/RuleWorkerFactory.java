package io.kusionstack.operating.host.plugins;

import com.fasterxml.jackson.databind.JsonNode;
import io.kusionstack.operating.host.config.ConfigBinder;
import io.kusionstack.operating.host.config.ConfigResult;
import io.kusionstack.operating.host.plugins.PluginState.Kind;
import io.kusionstack.operating.plugin.InvalidConfigException;
import io.kusionstack.operating.plugin.rule.TransitionRule;
import io.kusionstack.operating.plugin.rule.TransitionRuleProvider;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;

/** Makes rule workers of whatever plugins are in use at the moment. Any thread. */
record RuleWorkerFactory(Supplier<ExtensionIndex> providers, Duration limit, Clock clock, PluginMetrics metrics)
        implements RulePlugins {
    private static final int MOST_PROBLEMS = 50;

    @Override
    public RulePlugins.OpenedRule open(String plugin, String rule, JsonNode config) {
        ExtensionIndex now = providers.get();
        return now.find(plugin, PluginExtension.RuleExtension.class)
                .map(found -> open(found, rule, config))
                .orElseGet(() -> new RulePlugins.OpenedRule.RuleUnavailable(now.unavailable(plugin, Kind.RULE)));
    }

    private RulePlugins.OpenedRule open(
            ExtensionIndex.FoundExtension<PluginExtension.RuleExtension> found, String rule, JsonNode config) {
        PluginExtension.RuleExtension offer = found.offer();
        Topic topic = new Topic(offer.name(), "create", rule);
        Answer<RulePlugins.OpenedRule> answer = found.plugin()
                .call()
                .ask(CallSpec.of(topic, limit, () -> create(found, offer.provider(), rule, config))
                        .lateTo(RuleWorkerFactory::discard));
        return switch (answer) {
            case Answer.Given<RulePlugins.OpenedRule>(RulePlugins.OpenedRule opened) -> opened;
            case Answer.NoAnswer<RulePlugins.OpenedRule> missing ->
                new RulePlugins.OpenedRule.RuleUnavailable(missing.why());
        };
    }

    private <C extends Record> RulePlugins.OpenedRule create(
            ExtensionIndex.FoundExtension<PluginExtension.RuleExtension> found,
            TransitionRuleProvider<C> provider,
            String name,
            JsonNode config)
            throws InvalidPluginException {
        PluginExtension.RuleExtension offer = found.offer();
        // asked once, when the plugin was loaded: a plugin that changes its mind later is not listened to
        @SuppressWarnings("unchecked")
        Class<C> type = (Class<C>) offer.configType();
        return switch (ConfigBinder.bind(config, type)) {
            case ConfigResult.InvalidConfig<C> wrong ->
                invalid(
                        found,
                        wrong.problems().stream()
                                .map(ConfigResult.Problem::toString)
                                .toList());
            case ConfigResult.ValidConfig<C>(C value) -> {
                try {
                    TransitionRule rule = provider.create(value, offer.context());
                    if (rule == null) {
                        throw new InvalidPluginException("it made null of its configuration");
                    }
                    Topic topic = new Topic(offer.name(), "judge", name);
                    GuardedRule worker = new GuardedRule(topic, found.plugin(), rule, clock, metrics);
                    found.plugin().opened(worker);
                    yield new RulePlugins.OpenedRule.RuleReady(worker);
                } catch (InvalidConfigException e) {
                    yield invalid(found, e.problems());
                }
            }
        };
    }

    /** What a plugin says of a configuration is as bounded as all that it says. */
    private static RulePlugins.OpenedRule invalid(
            ExtensionIndex.FoundExtension<PluginExtension.RuleExtension> found, List<String> problems) {
        ErrorText words = found.plugin().call().texts();
        return new RulePlugins.OpenedRule.RuleConfigInvalid(
                problems.stream().limit(MOST_PROBLEMS).map(words::sentence).toList());
    }

    private static void discard(RulePlugins.OpenedRule late) {
        if (late instanceof RulePlugins.OpenedRule.RuleReady(RuleWorker worker)) {
            worker.close();
        }
    }
}
