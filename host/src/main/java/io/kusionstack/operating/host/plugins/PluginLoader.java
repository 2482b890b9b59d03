package io.kusionstack.operating.host.plugins;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.kusionstack.operating.host.config.ConfigBinder;
import io.kusionstack.operating.host.config.HostConfig;
import io.kusionstack.operating.host.plugins.PluginHost.PluginEnvironment;
import io.kusionstack.operating.host.plugins.PluginHost.PluginState;
import io.kusionstack.operating.host.plugins.PluginHost.PluginState.Kind;
import io.kusionstack.operating.host.plugins.PluginHost.PluginState.Offered;
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
 * Loads one verified jar in one call under guard: starts it, makes its extensions, reads their names, makes the workers of
 * traffic controls. A failure refuses the whole jar; the reason names the step.
 */
final class PluginLoader {
    private static final Pattern NAME = Pattern.compile("[a-z0-9-]{1,63}");
    private static final String INDEX = "META-INF/extensions.idx";

    private final JarCheck.CheckedJar jar;
    private final HostConfig.Plugins settings;
    private final PluginEnvironment environment;
    private final ScopedSecrets secrets;
    private final List<Offered> known = new CopyOnWriteArrayList<>();
    private volatile String step = "its classes are looked up";
    private volatile String unconfigured = "";

    PluginLoader(JarCheck.CheckedJar jar, HostConfig.Plugins settings, PluginEnvironment environment) {
        this.jar = jar;
        this.settings = settings;
        this.environment = environment;
        this.secrets = new ScopedSecrets(settings.secrets(), environment.variables());
    }

    /** The result for one jar. */
    sealed interface LoadResult {
        record Started(ExtensionIndex.LoadedPlugin plugin) implements LoadResult {}

        record LoadRefused(PluginState state) implements LoadResult {}

        /** Of the plugin; empty if it could not be read. */
        default String id() {
            return switch (this) {
                case Started(ExtensionIndex.LoadedPlugin started) ->
                    started.state().id();
                case LoadRefused(PluginState refused) -> refused.id();
            };
        }
    }

    /** Blocks for at most {@code loadTimeout}. */
    LoadResult start() {
        SingleJarRuntime pf4j = new SingleJarRuntime(jar.copy());
        LivePlugin plugin;
        try {
            plugin = plugin(pf4j);
        } catch (RuntimeException e) {
            return refused("PF4J does not take it: " + e.getMessage());
        }
        Answer<List<PluginExtension>> answer =
                plugin.call().askUngated(CallSpec.of(jar.id(), "start", settings.loadTimeout(), () -> offers(plugin)));
        return switch (answer) {
            case Answer.Given<List<PluginExtension>>(List<PluginExtension> offers)
            when offers.isEmpty() -> {
                plugin.abandon();
                yield new LoadResult.LoadRefused(PluginState.notConfigured(jar, known, unconfigured));
            }
            case Answer.Given<List<PluginExtension>>(List<PluginExtension> offers) ->
                new LoadResult.Started(new ExtensionIndex.LoadedPlugin(plugin, offers));
            case Answer.NoAnswer<List<PluginExtension>> missing -> {
                plugin.abandon();
                yield refused("while " + step + ": " + missing.why().message());
            }
        };
    }

    private LivePlugin plugin(SingleJarRuntime pf4j) {
        pf4j.loadPlugin(jar.copy());
        ClassLoader loader = pf4j.getPluginClassLoader(jar.id());
        PluginCall call =
                new PluginCall(jar.id(), loader, settings, new ErrorText(secrets::mask), environment.metrics());
        ExecutorService work = Executors.newThreadPerTaskExecutor(task -> {
            Thread thread =
                    Thread.ofVirtual().name("plugin-" + jar.id() + "-work").unstarted(task);
            thread.setContextClassLoader(loader);
            return thread;
        });
        GuardedMeters meters =
                new GuardedMeters(jar.id(), call, environment.metrics().meters(jar.id()));
        return new LivePlugin(jar, pf4j, call, meters, work);
    }

    private LoadResult refused(String why) {
        return new LoadResult.LoadRefused(PluginState.refused(jar.file(), jar.id(), jar.version(), known, why));
    }

    private List<PluginExtension> offers(LivePlugin plugin) throws Exception {
        step = "it starts";
        if (plugin.pf4j().startPlugin(jar.id()) != org.pf4j.PluginState.STARTED) {
            throw new InvalidPluginException(failure(plugin.pf4j().getPlugin(jar.id())));
        }
        Set<String> classes = new TreeSet<>(plugin.pf4j().getExtensionClassNames(jar.id()));
        if (classes.isEmpty()) {
            throw new InvalidPluginException(
                    "it holds no extension: " + INDEX + " is missing or empty. It is written by PF4J's"
                            + " annotation processor for classes marked @Extension; since JDK 23 javac runs it only when the"
                            + " build says so (docs/plugins.md)");
        }
        List<PluginExtension> offers = new ArrayList<>();
        for (String name : classes) {
            offer(plugin, name).ifPresent(offers::add);
        }
        return List.copyOf(offers);
    }

    private static String failure(PluginWrapper wrapper) {
        Throwable failure = wrapper.getFailedException();
        return failure == null ? "PF4J says it is " + wrapper.getPluginState() : failure.toString();
    }

    /** Empty for a traffic control that needs settings and has none. */
    private Optional<PluginExtension> offer(LivePlugin plugin, String className) throws Exception {
        step = "extension " + className + " is made";
        Object extension = made(plugin.loader().loadClass(className));
        if (!(extension instanceof Provider<?, ?> provider)) {
            throw new InvalidPluginException("it is neither a TransitionRuleProvider nor a TrafficProvider");
        }
        step = "extension " + className + " is asked for its name";
        String name = named(provider.name());
        known.add(new Offered(name, provider instanceof TrafficProvider ? Kind.TRAFFIC : Kind.RULE));
        step = "extension " + className + " (" + name + ") is asked for its configuration";
        if (provider instanceof TransitionRuleProvider<?> rule) {
            return Optional.of(rule(plugin, name, rule));
        }
        return traffic(plugin, name, (TrafficProvider<?>) provider);
    }

    private <C extends Record> PluginExtension rule(LivePlugin plugin, String name, TransitionRuleProvider<C> provider)
            throws InvalidPluginException {
        return new RuleExtension<>(name, plugin, provider, configType(provider), context(plugin, name), environment);
    }

    private static Object made(Class<?> type) throws Exception {
        try {
            Constructor<?> constructor = type.getDeclaredConstructor();
            constructor.setAccessible(true);
            return constructor.newInstance();
        } catch (NoSuchMethodException e) {
            throw new InvalidPluginException("it has no constructor without parameters");
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
    }

    private static String named(String name) throws InvalidPluginException {
        if (name == null || !NAME.matcher(name).matches()) {
            throw new InvalidPluginException("its name is " + name + "; a name is 1 to 63 of a-z, 0-9 and '-'");
        }
        return name;
    }

    private static <C extends Record> Class<C> configType(Provider<C, ?> provider) throws InvalidPluginException {
        Class<C> type = provider.configType();
        if (type == null) {
            throw new InvalidPluginException("its configType is null");
        }
        String unbindable = ConfigBinder.unbindable(type).orElse("");
        if (!unbindable.isEmpty()) {
            throw new InvalidPluginException(unbindable);
        }
        return type;
    }

    private PluginContext context(LivePlugin plugin, String name) {
        return new ScopedContext(
                name,
                settingsOf(name),
                environment.clock(),
                plugin.work(),
                secrets,
                environment.kubernetes(),
                plugin.meters());
    }

    private JsonNode settingsOf(String name) {
        return settings.settings().getOrDefault(name, JsonNodeFactory.instance.objectNode());
    }

    private <C extends Record> Optional<PluginExtension> traffic(
            LivePlugin plugin, String name, TrafficProvider<C> provider) throws InvalidPluginException {
        Class<C> type = configType(provider);
        step = "extension " + provider.getClass().getName() + " (" + name + ") makes its traffic control";
        PluginContext context = context(plugin, name);
        try {
            TrafficControl control = provider.create(context.settings(type), context);
            if (control == null) {
                throw new InvalidPluginException("it made null of its settings");
            }
            GuardedTraffic worker = new GuardedTraffic(name, plugin, control, settings.callsInFlight(), environment);
            plugin.opened(worker);
            return Optional.of(worker);
        } catch (InvalidConfigException e) {
            String problems = String.join("; ", e.problems());
            if (settings.settings().containsKey(name)) {
                throw new InvalidPluginException(problems);
            }
            unconfigured = "it serves once plugins.settings." + name + " is written: " + problems;
            return Optional.empty();
        }
    }
}
