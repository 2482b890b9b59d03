package io.kusionstack.operating.host.plugins;

import io.kusionstack.operating.host.config.HostConfig;
import io.kusionstack.operating.plugin.KubernetesReads;
import io.kusionstack.operating.plugin.Meters;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The plugins of this process: verifies and loads every jar of a folder, all at once and within a bounded time, and unloads
 * them when it is closed. A jar that cannot be used is refused with a reason, and the host goes on without it. Any thread.
 *
 * <pre>{@code
 * PluginHost plugins = new PluginHost(settings, environment);
 * plugins.start();              // returns at once
 * plugins.awaitLoaded();
 * plugins.rules().open("label-hook", config);
 * }</pre>
 */
public final class PluginHost implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PluginHost.class);
    private static final String LOADING = "the host is still loading its plugins";
    private static final Duration READING = Duration.ofSeconds(10);
    private static final Duration BETWEEN_SAMPLES = Duration.ofSeconds(10);

    private final HostConfig.Plugins settings;
    private final PluginEnvironment environment;
    private final CountDownLatch loaded = new CountDownLatch(1);
    private final ScheduledExecutorService samples = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("plugin-gauges").daemon().factory());
    private volatile ExtensionIndex extensions;
    private @Nullable PrivateFolder folder;
    private boolean closed;
    private List<WeakReference<ClassLoader>> unloaded = List.of();

    /**
     * What the host lends to plugins.
     *
     * @param variables the value of an environment variable
     */
    public record PluginEnvironment(
            Clock clock,
            KubernetesReads kubernetes,
            Function<String, Optional<String>> variables,
            PluginMetrics metrics) {}

    /**
     * The state of one jar of the folder.
     *
     * @param file the name of the jar
     * @param id from its manifest; empty if that cannot be read
     * @param version from its manifest; empty if that cannot be read
     * @param offers the names that it serves, as far as they are known
     * @param why it is refused or not configured, with the remedy; empty if it is loaded
     * @param callsInFlight calls that have not returned
     * @param overdue those of them that timed out
     * @param circuitOpen whether a lock key or a rule of it is not asked about for a while
     * @param threads platform threads of its own that it started
     */
    public record PluginState(
            String file,
            String id,
            String version,
            List<Offered> offers,
            PluginHealth health,
            String why,
            int callsInFlight,
            int overdue,
            boolean circuitOpen,
            int threads) {
        public PluginState {
            offers = List.copyOf(offers);
        }

        static PluginState refused(String file, String id, String version, List<Offered> offers, String why) {
            return new PluginState(file, id, version, offers, PluginHealth.REFUSED, why, 0, 0, false, 0);
        }

        static PluginState notConfigured(JarCheck.CheckedJar jar, List<Offered> offers, String why) {
            return new PluginState(
                    jar.file(), jar.id(), jar.version(), offers, PluginHealth.NOT_CONFIGURED, why, 0, 0, false, 0);
        }

        /** One name that users write. */
        public record Offered(String name, Kind kind) {}

        /** What a plugin is for. */
        public enum Kind {
            RULE("rule"),
            TRAFFIC("traffic");

            private final String word;

            Kind(String word) {
                this.word = word;
            }

            @Override
            public String toString() {
                return word;
            }
        }

        /** Whether a plugin takes part. */
        public enum PluginHealth {
            LOADED("loaded"),
            /** It needs settings, and the configuration has none for it. */
            NOT_CONFIGURED("not configured"),
            REFUSED("refused");

            private final String word;

            PluginHealth(String word) {
                this.word = word;
            }

            @Override
            public String toString() {
                return word;
            }
        }

        /** Whether users may mean this plugin by {@code name}: its id or one of the names that are known of it. */
        boolean isCalled(String name) {
            return id.equals(name)
                    || offers.stream().anyMatch(offer -> offer.name().equals(name));
        }

        /** The jar with the names users know it by. */
        public String spoken() {
            String names = offers.stream()
                    .map(Offered::name)
                    .filter(name -> !name.equals(id))
                    .collect(Collectors.joining(", "));
            return file + (id.isEmpty() ? "" : " (" + id + (names.isEmpty() ? "" : ": " + names) + ")");
        }
    }

    /** What this room counts; {@code plugin} is the id of its jar. Any thread. */
    public interface PluginMetrics {
        /**
         * A call ended for its caller.
         *
         * @param call the method: judge, observe, apply ...
         * @param result {@code given}, {@code failed} (threw, or answered nonsense), {@code overran} (timed out), {@code busy} (at work
         *     for others, so not asked), or {@code not-asked} (too many calls hang in it, or its circuit is open)
         * @param took how long the caller waited
         */
        void called(String plugin, String call, String result, Duration took);

        /** A call returned after it had timed out. */
        void returnedLate(String plugin, String call);

        /** Verdicts or results that no call asked for were left out of an answer. */
        void dropped(String plugin, String call, int items);

        /** How many jars of the folder take part. */
        void plugins(int loaded, int refused);

        /** Meters that show {@code plugin} in their names. */
        Meters meters(String plugin);

        /** Removes all that the plugin's own meters show. */
        void forget(String plugin);
    }

    public PluginHost(HostConfig.Plugins settings, PluginEnvironment environment) {
        this.settings = settings;
        this.environment = environment;
        extensions = settings.directory().isPresent()
                ? ExtensionIndex.none(LOADING)
                : ExtensionIndex.none("this host has no plugins, name their folder in plugins.directory");
    }

    /** Begins to load; returns at once. Once. */
    public void start() {
        if (settings.directory().isEmpty()) {
            loaded.countDown();
            return;
        }
        Thread.ofPlatform().name("plugins").daemon().start(() -> {
            try {
                use(load(settings.directory().get()));
            } finally {
                loaded.countDown();
            }
        });
    }

    /** Plugins that were loaded after the host was closed end at once. */
    private synchronized void use(ExtensionIndex all) {
        if (closed) {
            all.loaded().forEach(plugin -> plugin.plugin().abandon());
            return;
        }
        extensions = all;
        samples.scheduleAtFixedRate(this::sample, 0, BETWEEN_SAMPLES.toSeconds(), TimeUnit.SECONDS);
    }

    /** Each plugin on a thread of its own: one that hangs delays only its own gauges. */
    private void sample() {
        for (ExtensionIndex.LoadedPlugin plugin : extensions.loaded()) {
            Thread.ofVirtual().name("plugin-gauges").start(plugin.plugin().meters()::sample);
        }
    }

    /** Waits until every jar is loaded or refused, for little longer than {@code loadTimeout} at most. */
    public void awaitLoaded() throws InterruptedException {
        Duration limit = settings.loadTimeout().plus(READING);
        if (!loaded.await(limit.toMillis(), TimeUnit.MILLISECONDS)) {
            LOG.atWarn()
                    .addKeyValue("folder", settings.directory().orElseThrow())
                    .log("The jars of the plugins cannot be read in time; going on without them");
        }
    }

    /** The rules of the plugins that are loaded at the time of each call. */
    public RulePlugins rules() {
        return (plugin, rule, config) -> {
            ExtensionIndex now = extensions;
            return now.find(plugin, RuleExtension.class)
                    .map(found -> found.open(rule, config))
                    .orElseGet(() ->
                            new RulePlugins.OpenedRule.RuleUnavailable(now.unavailable(plugin, PluginState.Kind.RULE)));
        };
    }

    /** The traffic controls of the plugins that are loaded at the time of each call. */
    public TrafficPlugins traffic() {
        return plugin -> {
            ExtensionIndex now = extensions;
            return now.find(plugin, GuardedTraffic.class)
                    .<TrafficPlugins.TrafficLookup>map(TrafficPlugins.TrafficLookup.TrafficReady::new)
                    .orElseGet(() -> new TrafficPlugins.TrafficLookup.TrafficUnavailable(
                            now.unavailable(plugin, PluginState.Kind.TRAFFIC)));
        };
    }

    /** The jars that do not take part; calls no plugin. */
    public List<PluginState> refused() {
        return extensions.refused();
    }

    /** The present state of every jar of the folder. */
    public List<PluginState> states() {
        return extensions.states();
    }

    private ExtensionIndex load(Path directory) {
        try {
            PrivateFolder copies = PrivateFolder.create();
            keep(copies);
            return new PluginFolder(directory, settings, environment).load(copies);
        } catch (IOException e) {
            LOG.atError()
                    .addKeyValue("folder", directory)
                    .addKeyValue("cause", e.toString())
                    .log("No plugin is loaded: their folder cannot be read");
            String why = "no plugin could be loaded from plugins.directory " + directory + ": " + e;
            return ExtensionIndex.none("")
                    .and(List.of(PluginState.refused(directory.toString(), "", "", List.of(), why)));
        }
    }

    /**
     * What to write into the configuration so that the jars of a folder may be loaded: YAML, with a comment for each file
     * that is not a plugin.
     */
    public static String allowed(Path directory) throws IOException {
        return PluginFolder.allowed(directory);
    }

    private synchronized void keep(PrivateFolder copies) {
        folder = copies;
    }

    /** After {@link #close}: references that are cleared when the classes of the plugins are forgotten. */
    public synchronized List<WeakReference<ClassLoader>> unloaded() {
        return List.copyOf(unloaded);
    }

    /** Stops routing, waits for calls in flight, then ends every plugin; for little longer than {@code callTimeout}. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        samples.shutdownNow();
        ExtensionIndex last = extensions;
        extensions = ExtensionIndex.none("the host is stopping");
        unloaded = unload(last.loaded());
        try {
            if (folder != null) {
                folder.close();
            }
        } catch (IOException e) {
            LOG.atWarn().addKeyValue("cause", e.toString()).log("The copies of the plugins' jars are left behind");
        }
    }

    /** All at once: a plugin that hangs holds up no other. */
    private List<WeakReference<ClassLoader>> unload(List<ExtensionIndex.LoadedPlugin> plugins) {
        List<WeakReference<ClassLoader>> traces = new ArrayList<>();
        try (ExecutorService threads = Executors.newThreadPerTaskExecutor(
                Thread.ofPlatform().name("plugin-unload-", 0).daemon().factory())) {
            List<Future<WeakReference<ClassLoader>>> ending = plugins.stream()
                    .map(one -> threads.submit(() -> one.plugin().unload(settings.callTimeout())))
                    .toList();
            for (Future<WeakReference<ClassLoader>> one : ending) {
                traces.add(one.get());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            LOG.atWarn().addKeyValue("cause", String.valueOf(e.getCause())).log("A plugin could not be unloaded");
        }
        plugins.forEach(one -> environment.metrics().forget(one.plugin().jar().id()));
        return traces;
    }
}
