package io.kusionstack.operating.host.plugins;

import com.fasterxml.jackson.databind.JsonNode;
import io.kusionstack.operating.host.plugins.PluginState.Offered;
import io.kusionstack.operating.plugin.KubernetesReads;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The plugins of this process: verifies and loads every jar of a folder, all at once and within a bounded time, hands out
 * the doors to them, and unloads them when it is closed. A jar that cannot be used is refused with a reason, and all else
 * goes on without it.
 *
 * <pre>{@code
 * PluginHost plugins = new PluginHost(settings, surroundings);
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

    private final PluginSettings settings;
    private final PluginEnvironment surroundings;
    private final CountDownLatch loaded = new CountDownLatch(1);
    private final ScheduledExecutorService samples = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("plugin-gauges").daemon().factory());
    private volatile ExtensionIndex providers;
    private @Nullable PrivateFolder folder;
    private boolean closed;
    private List<WeakReference<ClassLoader>> unloaded = List.of();

    /**
     * What the configuration says.
     *
     * @param directory where the jars lie; without one there are no plugins
     * @param allowed SHA-256 in hexadecimal of the jars that may be loaded, by plugin id
     * @param allowUnlisted whether a jar that is not listed may be loaded
     * @param settings of each extension, by its name
     * @param secrets references that plugins may resolve
     * @param callTimeout how long a call may take at most
     * @param callsInFlight how many calls may be in one plugin at once
     * @param loadTimeout how long a plugin may take to start
     */
    public record PluginSettings(
            Optional<Path> directory,
            Map<String, String> allowed,
            boolean allowUnlisted,
            Map<String, JsonNode> settings,
            List<String> secrets,
            Duration callTimeout,
            int callsInFlight,
            Duration loadTimeout) {
        public PluginSettings {
            allowed = Map.copyOf(allowed);
            settings = Map.copyOf(settings);
            secrets = List.copyOf(secrets);
        }
    }

    /**
     * What plugins are lent.
     *
     * @param environment the value of a variable
     */
    public record PluginEnvironment(
            Clock clock,
            KubernetesReads kubernetes,
            Function<String, Optional<String>> environment,
            PluginMetrics metrics) {}

    public PluginHost(PluginSettings settings, PluginEnvironment surroundings) {
        this.settings = settings;
        this.surroundings = surroundings;
        providers = settings.directory().isPresent()
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

    /** What was loaded only after the host was closed ends at once. */
    private synchronized void use(ExtensionIndex all) {
        if (closed) {
            all.loaded().forEach(plugin -> plugin.plugin().abandon());
            return;
        }
        providers = all;
        samples.scheduleAtFixedRate(this::sample, 0, BETWEEN_SAMPLES.toSeconds(), TimeUnit.SECONDS);
    }

    /** Each plugin on a thread of its own: one that hangs delays nobody's gauges but its own. */
    private void sample() {
        for (ExtensionIndex.LoadedPlugin plugin : providers.loaded()) {
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

    public RulePlugins rules() {
        return new RuleWorkerFactory(this::inUse, settings.callTimeout(), surroundings.clock(), surroundings.metrics());
    }

    public TrafficPlugins traffic() {
        return name -> {
            ExtensionIndex now = providers;
            return now.find(name, PluginExtension.TrafficExtension.class)
                    .<TrafficPlugins.TrafficLookup>map(found -> new TrafficPlugins.TrafficLookup.TrafficReady(
                            found.offer().worker()))
                    .orElseGet(() -> new TrafficPlugins.TrafficLookup.TrafficUnavailable(
                            now.unavailable(name, PluginState.Kind.TRAFFIC)));
        };
    }

    private ExtensionIndex inUse() {
        return providers;
    }

    /** The jars that do not take part; asks nothing of those that do. */
    public List<PluginState> refused() {
        return providers.refused();
    }

    /** Every jar of the folder as it stands now. */
    public List<PluginState> states() {
        return providers.states();
    }

    private ExtensionIndex load(Path directory) {
        List<Path> jars;
        PrivateFolder copies;
        try {
            jars = jars(directory);
            copies = PrivateFolder.create();
        } catch (IOException e) {
            LOG.atError()
                    .addKeyValue("folder", directory)
                    .addKeyValue("cause", e.toString())
                    .log("No plugin is loaded: their folder cannot be read");
            String why = "no plugin could be loaded from plugins.directory " + directory + ": " + e;
            return ExtensionIndex.none("").and(List.of(unread(directory, why)));
        }
        keep(copies);
        JarCheck check = new JarCheck(settings.allowed(), settings.allowUnlisted(), copies);
        List<PluginLoader.LoadResult> results = all(jars, check);
        ExtensionIndex all = sorted(results).and(missing(directory, results));
        tell(all);
        return all;
    }

    /** Told where jars are: without the folder nothing of it can be. */
    private static PluginState unread(Path directory, String why) {
        return PluginState.refused(directory.toString(), "", "", List.of(), why);
    }

    /** What may be loaded and is not there: somebody relies on it. */
    private List<PluginState> missing(Path directory, List<PluginLoader.LoadResult> results) {
        Set<String> there = results.stream().map(PluginLoader.LoadResult::id).collect(Collectors.toSet());
        return settings.allowed().keySet().stream()
                .filter(id -> !there.contains(id))
                .sorted()
                .map(id -> PluginState.refused(
                        directory.toString(),
                        id,
                        "",
                        List.of(),
                        "plugins.allowed lists it, and no jar of plugins.directory that can be read has this id"))
                .toList();
    }

    private synchronized void keep(PrivateFolder copies) {
        folder = copies;
    }

    private List<PluginLoader.LoadResult> all(List<Path> jars, JarCheck check) {
        List<PluginLoader.LoadResult> results = new ArrayList<>();
        try (ExecutorService threads = Executors.newThreadPerTaskExecutor(
                Thread.ofPlatform().name("plugin-load-", 0).daemon().factory())) {
            List<Future<PluginLoader.LoadResult>> started = jars.stream()
                    .map(jar -> threads.submit(() -> one(jar, check)))
                    .toList();
            for (Future<PluginLoader.LoadResult> one : started) {
                results.add(one.get());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            throw new IllegalStateException("loading tells what is wrong by its result", e);
        }
        return results;
    }

    private PluginLoader.LoadResult one(Path file, JarCheck check) {
        return switch (check.check(file)) {
            case JarCheck.JarVerdict.JarRefused(PluginState state) -> new PluginLoader.LoadResult.LoadRefused(state);
            case JarCheck.JarVerdict.JarPassed(JarCheck.CheckedJar jar) ->
                new PluginLoader(jar, settings, surroundings).start();
        };
    }

    /** Of jars with one id, or with extensions of one name, the first by file name stays. */
    private static ExtensionIndex sorted(List<PluginLoader.LoadResult> results) {
        List<ExtensionIndex.LoadedPlugin> loaded = new ArrayList<>();
        List<PluginState> refused = new ArrayList<>();
        Map<String, String> owners = new HashMap<>();
        for (PluginLoader.LoadResult result : results) {
            switch (result) {
                case PluginLoader.LoadResult.LoadRefused(PluginState state) -> refused.add(state);
                case PluginLoader.LoadResult.Started(ExtensionIndex.LoadedPlugin plugin) -> {
                    Optional<String> taken = taken(plugin.state(), owners);
                    if (taken.isEmpty()) {
                        loaded.add(plugin);
                    } else {
                        refused.add(twice(plugin, taken.get()));
                    }
                }
            }
        }
        return new ExtensionIndex(loaded, refused, "");
    }

    /**
     * What to write into the configuration so that the jars of a folder may be loaded: YAML, with a comment for each file
     * that is not a plugin.
     */
    public static String allowed(Path directory) throws IOException {
        StringBuilder yaml = new StringBuilder("plugins:\n  allowed:\n");
        for (Path jar : jars(directory)) {
            yaml.append(JarCheck.line(jar).indent(4));
        }
        return yaml.toString();
    }

    private static List<Path> jars(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.getFileName().toString().endsWith(".jar"))
                    .sorted()
                    .toList();
        }
    }

    private static PluginState twice(ExtensionIndex.LoadedPlugin plugin, String why) {
        PluginState state = plugin.state();
        plugin.plugin().abandon();
        return PluginState.refused(state.file(), state.id(), state.version(), state.offers(), why);
    }

    private static Optional<String> taken(PluginState plugin, Map<String, String> owners) {
        List<String> words = new ArrayList<>();
        words.add("id " + plugin.id());
        plugin.offers().stream().map(Offered::name).forEach(name -> words.add("name " + name));
        for (String word : words) {
            String owner = owners.containsKey(word) ? owners.get(word) : null;
            if (owner != null) {
                return Optional.of("its " + word + " is taken by " + owner + ": remove one of the two jars");
            }
            if (words.indexOf(word) != words.lastIndexOf(word)) {
                return Optional.of("it has two extensions of one " + word);
            }
        }
        words.forEach(word -> owners.put(word, plugin.file()));
        return Optional.empty();
    }

    private void tell(ExtensionIndex all) {
        long refused = all.refused().stream()
                .filter(state -> state.standing() == PluginState.PluginHealth.REFUSED)
                .count();
        surroundings.metrics().plugins(all.loaded().size(), (int) refused);
        for (PluginState state : all.states()) {
            boolean isRefused = state.standing() == PluginState.PluginHealth.REFUSED;
            (isRefused ? LOG.atWarn() : LOG.atInfo())
                    .addKeyValue("plugin", state.spoken())
                    .addKeyValue("version", state.version())
                    .addKeyValue("why", state.why())
                    .log("A plugin is " + state.standing());
        }
        settings.settings().keySet().stream()
                .filter(name -> all.loaded().stream()
                        .flatMap(plugin -> plugin.offers().stream())
                        .noneMatch(offer -> offer.name().equals(name)))
                .filter(name -> all.refused().stream().noneMatch(state -> state.isCalled(name)))
                .forEach(name -> LOG.atWarn()
                        .addKeyValue("settings", "plugins.settings." + name)
                        .log("There are settings for a plugin that is not loaded"));
    }

    /** After {@link #close}: what shows whether the classes of the plugins were forgotten. */
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
        ExtensionIndex last = providers;
        providers = ExtensionIndex.none("the host is stopping");
        unloaded = unload(last.loaded());
        try {
            if (folder != null) {
                folder.close();
            }
        } catch (IOException e) {
            LOG.atWarn().addKeyValue("cause", e.toString()).log("The copies of the plugins' jars are left behind");
        }
    }

    /** All at once: a plugin that hangs holds up none. */
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
        plugins.forEach(one -> surroundings.metrics().forget(one.plugin().jar().id()));
        return traces;
    }
}
