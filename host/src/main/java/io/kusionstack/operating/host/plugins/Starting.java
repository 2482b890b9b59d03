package io.kusionstack.operating.host.plugins;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.kusionstack.operating.host.plugins.PluginCall.Question;
import io.kusionstack.operating.host.plugins.PluginState.Kind;
import io.kusionstack.operating.host.plugins.PluginState.Offered;
import io.kusionstack.operating.host.plugins.Providers.Loaded;
import io.kusionstack.operating.plugin.InvalidConfigException;
import io.kusionstack.operating.plugin.PluginContext;
import io.kusionstack.operating.plugin.Provider;
import io.kusionstack.operating.plugin.rule.TransitionRuleProvider;
import io.kusionstack.operating.plugin.traffic.TrafficControl;
import io.kusionstack.operating.plugin.traffic.TrafficProvider;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Pattern;
import org.pf4j.PluginWrapper;

/**
 * Brings one verified jar to life, all of it in one call under guard: start it, make its extensions, ask their names, make
 * the workers of traffic controls. What goes wrong refuses the whole jar, and tells at which step.
 */
final class Starting {
    private static final Pattern NAME = Pattern.compile("[a-z0-9-]{1,63}");
    private static final String INDEX = "META-INF/extensions.idx";

    private final JarCheck.Checked jar;
    private final PluginHost.Settings settings;
    private final PluginHost.Surroundings surroundings;
    private final LentSecrets secrets;
    private final List<Offered> known = new CopyOnWriteArrayList<>();
    private volatile String step = "its classes are looked up";
    private volatile String unconfigured = "";

    Starting(JarCheck.Checked jar, PluginHost.Settings settings, PluginHost.Surroundings surroundings) {
        this.jar = jar;
        this.settings = settings;
        this.surroundings = surroundings;
        this.secrets = new LentSecrets(settings.secrets(), surroundings.environment());
    }

    /** What became of the jar. */
    sealed interface Result {
        record Started(Loaded plugin) implements Result {}

        record Refused(PluginState state) implements Result {}

        /** Of the plugin; empty if it could not be read. */
        default String id() {
            return switch (this) {
                case Started(Loaded started) -> started.state().id();
                case Refused(PluginState refused) -> refused.id();
            };
        }
    }

    /** Blocks for at most {@code loadTimeout}. */
    Result start() {
        OneJar pf4j = new OneJar(jar.copy());
        LivePlugin plugin;
        try {
            plugin = plugin(pf4j);
        } catch (RuntimeException e) {
            return refused("PF4J does not take it: " + e.getMessage());
        }
        Answer<List<Offer>> answer =
                plugin.call().settle(Question.of(jar.id(), "start", settings.loadTimeout(), () -> offers(plugin)));
        return switch (answer) {
            case Answer.Given<List<Offer>>(List<Offer> offers)
            when offers.isEmpty() -> {
                plugin.abandon();
                yield new Result.Refused(PluginState.notConfigured(jar, known, unconfigured));
            }
            case Answer.Given<List<Offer>>(List<Offer> offers) -> new Result.Started(new Loaded(plugin, offers));
            case Answer.Missing<List<Offer>> missing -> {
                plugin.abandon();
                yield refused("while " + step + ": " + missing.why().message());
            }
        };
    }

    private LivePlugin plugin(OneJar pf4j) {
        pf4j.loadPlugin(jar.copy());
        ClassLoader loader = pf4j.getPluginClassLoader(jar.id());
        PluginCall call = new PluginCall(
                jar.id(),
                loader,
                new PluginCall.Limits(settings.callTimeout(), settings.callsInFlight()),
                new PluginWords(secrets::mask),
                surroundings.metrics());
        ExecutorService work = Executors.newThreadPerTaskExecutor(task -> {
            Thread thread =
                    Thread.ofVirtual().name("plugin-" + jar.id() + "-work").unstarted(task);
            thread.setContextClassLoader(loader);
            return thread;
        });
        GuardedMeters meters =
                new GuardedMeters(jar.id(), call, surroundings.metrics().meters(jar.id()));
        return new LivePlugin(jar, pf4j, call, meters, work);
    }

    private Result refused(String why) {
        return new Result.Refused(PluginState.refused(jar.file(), jar.id(), jar.version(), known, why));
    }

    private List<Offer> offers(LivePlugin plugin) throws Exception {
        step = "it starts";
        if (plugin.pf4j().startPlugin(jar.id()) != org.pf4j.PluginState.STARTED) {
            throw new Unusable(failure(plugin.pf4j().getPlugin(jar.id())));
        }
        Set<String> classes = new TreeSet<>(plugin.pf4j().getExtensionClassNames(jar.id()));
        if (classes.isEmpty()) {
            throw new Unusable("it holds no extension: " + INDEX + " is missing or empty. It is written by PF4J's"
                    + " annotation processor for classes marked @Extension; since JDK 23 javac runs it only when the"
                    + " build says so (docs/plugins.md)");
        }
        List<Offer> offers = new ArrayList<>();
        for (String name : classes) {
            offer(plugin, name).ifPresent(offers::add);
        }
        return List.copyOf(offers);
    }

    private static String failure(PluginWrapper wrapper) {
        Throwable failure = wrapper.getFailedException();
        return failure == null ? "PF4J says it is " + wrapper.getPluginState() : failure.toString();
    }

    /** Empty for a traffic control that nobody has configured yet. */
    private Optional<Offer> offer(LivePlugin plugin, String className) throws Exception {
        step = "extension " + className + " is made";
        Object extension = made(plugin.loader().loadClass(className));
        if (!(extension instanceof Provider<?, ?> provider)) {
            throw new Unusable("it is neither a TransitionRuleProvider nor a TrafficProvider");
        }
        step = "extension " + className + " is asked for its name";
        String name = named(provider.name());
        known.add(new Offered(name, provider instanceof TrafficProvider ? Kind.TRAFFIC : Kind.RULE));
        step = "extension " + className + " (" + name + ") is asked for its configuration";
        Class<? extends Record> type = configType(provider);
        PluginContext context = context(plugin, name);
        if (provider instanceof TransitionRuleProvider<?> rule) {
            return Optional.of(new Offer.Rule(name, rule, type, context));
        }
        step = "extension " + className + " (" + name + ") makes its traffic control";
        return traffic(plugin, name, (TrafficProvider<?>) provider, context);
    }

    private static Object made(Class<?> type) throws Exception {
        try {
            Constructor<?> constructor = type.getDeclaredConstructor();
            constructor.setAccessible(true);
            return constructor.newInstance();
        } catch (NoSuchMethodException e) {
            throw new Unusable("it has no constructor without parameters");
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
    }

    private static String named(String name) throws Unusable {
        if (name == null || !NAME.matcher(name).matches()) {
            throw new Unusable("its name is " + name + "; a name is 1 to 63 of a-z, 0-9 and '-'");
        }
        return name;
    }

    private static Class<? extends Record> configType(Provider<?, ?> provider) throws Unusable {
        Class<? extends Record> type = provider.configType();
        if (type == null) {
            throw new Unusable("its configType is null");
        }
        String unbindable = ConfigBinder.unbindable(type).orElse("");
        if (!unbindable.isEmpty()) {
            throw new Unusable(unbindable);
        }
        return type;
    }

    private PluginContext context(LivePlugin plugin, String name) {
        return new LentContext(
                name,
                settingsOf(name),
                surroundings.clock(),
                plugin.work(),
                secrets,
                surroundings.kubernetes(),
                plugin.meters());
    }

    private JsonNode settingsOf(String name) {
        return settings.settings().getOrDefault(name, JsonNodeFactory.instance.objectNode());
    }

    private <C extends Record> Optional<Offer> traffic(
            LivePlugin plugin, String name, TrafficProvider<C> provider, PluginContext context) throws Unusable {
        try {
            TrafficControl control = provider.create(context.settings(provider.configType()), context);
            if (control == null) {
                throw new Unusable("it made null of its settings");
            }
            GuardedTraffic worker = new GuardedTraffic(
                    name,
                    plugin,
                    control,
                    new GuardedTraffic.Guards(
                            surroundings.clock(),
                            settings.callTimeout(),
                            settings.callsInFlight(),
                            surroundings.metrics()));
            plugin.opened(worker);
            return Optional.of(new Offer.Traffic(name, worker));
        } catch (InvalidConfigException e) {
            String problems = String.join("; ", e.problems());
            if (settings.settings().containsKey(name)) {
                throw new Unusable(problems);
            }
            unconfigured = "it serves once plugins.settings." + name + " is written: " + problems;
            return Optional.empty();
        }
    }
}
