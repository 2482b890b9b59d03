package io.kusionstack.operating.host.plugins;

import com.fasterxml.jackson.databind.JsonNode;
import io.kusionstack.operating.host.plugins.PluginCall.Question;
import io.kusionstack.operating.host.plugins.PluginState.Kind;
import io.kusionstack.operating.plugin.InvalidConfigException;
import io.kusionstack.operating.plugin.rule.TransitionRule;
import io.kusionstack.operating.plugin.rule.TransitionRuleProvider;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;

/** Makes rule workers of whatever plugins are in use at the moment. Any thread. */
record RuleDoor(Supplier<Providers> providers, Duration limit, Clock clock, PluginMetrics metrics)
        implements RulePlugins {
    private static final int MOST_PROBLEMS = 50;

    @Override
    public Opened open(String plugin, String rule, JsonNode config) {
        Providers now = providers.get();
        return now.find(plugin, Offer.Rule.class)
                .map(found -> open(found, rule, config))
                .orElseGet(() -> new Opened.Unavailable(now.unavailable(plugin, Kind.RULE)));
    }

    private Opened open(Providers.Found<Offer.Rule> found, String rule, JsonNode config) {
        Offer.Rule offer = found.offer();
        Topic topic = new Topic(offer.name(), "create", rule);
        Answer<Opened> answer = found.plugin()
                .call()
                .ask(Question.of(topic, limit, () -> create(found, offer.provider(), rule, config))
                        .lateTo(RuleDoor::discard));
        return switch (answer) {
            case Answer.Given<Opened>(Opened opened) -> opened;
            case Answer.Missing<Opened> missing -> new Opened.Unavailable(missing.why());
        };
    }

    private <C extends Record> Opened create(
            Providers.Found<Offer.Rule> found, TransitionRuleProvider<C> provider, String name, JsonNode config)
            throws Unusable {
        Offer.Rule offer = found.offer();
        // asked once, when the plugin was loaded: a plugin that changes its mind later is not listened to
        @SuppressWarnings("unchecked")
        Class<C> type = (Class<C>) offer.configType();
        return switch (ConfigBinder.bind(config, type)) {
            case Bound.Wrong<C> wrong -> invalid(found, wrong.problems());
            case Bound.Fits<C>(C value) -> {
                try {
                    TransitionRule rule = provider.create(value, offer.context());
                    if (rule == null) {
                        throw new Unusable("it made null of its configuration");
                    }
                    Topic topic = new Topic(offer.name(), "judge", name);
                    GuardedRule worker = new GuardedRule(topic, found.plugin(), rule, clock, metrics);
                    found.plugin().opened(worker);
                    yield new Opened.Ready(worker);
                } catch (InvalidConfigException e) {
                    yield invalid(found, e.problems());
                }
            }
        };
    }

    /** What a plugin says of a configuration is as bounded as all that it says. */
    private static Opened invalid(Providers.Found<Offer.Rule> found, List<String> problems) {
        PluginWords words = found.plugin().call().words();
        return new Opened.Invalid(
                problems.stream().limit(MOST_PROBLEMS).map(words::sentence).toList());
    }

    private static void discard(Opened late) {
        if (late instanceof Opened.Ready(RuleWorker worker)) {
            worker.close();
        }
    }
}
