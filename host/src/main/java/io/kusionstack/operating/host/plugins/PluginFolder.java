package io.kusionstack.operating.host.plugins;

import io.kusionstack.operating.host.config.HostConfig;
import io.kusionstack.operating.host.plugins.PluginHost.PluginEnvironment;
import io.kusionstack.operating.host.plugins.PluginHost.PluginState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folder with the jars of plugins: checks and loads all of them at once. Of jars with one id, or with extensions of one
 * name, the first by file name stays.
 */
record PluginFolder(Path directory, HostConfig.Plugins settings, PluginEnvironment environment) {
    private static final Logger LOG = LoggerFactory.getLogger(PluginFolder.class);

    /**
     * Blocks for little longer than {@code loadTimeout}.
     *
     * @param copies where the checked jars are loaded from
     * @throws IOException if the folder cannot be listed
     */
    ExtensionIndex load(PrivateFolder copies) throws IOException {
        List<PluginLoader.LoadResult> results =
                all(jars(directory), new JarCheck(settings.allowed(), settings.allowUnlisted(), copies));
        ExtensionIndex all = sorted(results).and(missing(results));
        report(all);
        return all;
    }

    /** A listed plugin without a jar is refused: its users rely on it. */
    private List<PluginState> missing(List<PluginLoader.LoadResult> results) {
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
            throw new IllegalStateException("loading reports failures by its result", e);
        }
        return results;
    }

    private PluginLoader.LoadResult one(Path file, JarCheck check) {
        return switch (check.check(file)) {
            case JarCheck.JarVerdict.JarRefused(PluginState state) -> new PluginLoader.LoadResult.LoadRefused(state);
            case JarCheck.JarVerdict.JarPassed(JarCheck.CheckedJar jar) ->
                new PluginLoader(jar, settings, environment).start();
        };
    }

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

    private static PluginState twice(ExtensionIndex.LoadedPlugin plugin, String why) {
        PluginState state = plugin.state();
        plugin.plugin().abandon();
        return PluginState.refused(state.file(), state.id(), state.version(), state.offers(), why);
    }

    private static Optional<String> taken(PluginState plugin, Map<String, String> owners) {
        List<String> words = new ArrayList<>();
        words.add("id " + plugin.id());
        plugin.offers().stream().map(PluginState.Offered::name).forEach(name -> words.add("name " + name));
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

    private void report(ExtensionIndex all) {
        long refused = all.refused().stream()
                .filter(state -> state.health() == PluginState.PluginHealth.REFUSED)
                .count();
        environment.metrics().plugins(all.loaded().size(), (int) refused);
        for (PluginState state : all.states()) {
            boolean isRefused = state.health() == PluginState.PluginHealth.REFUSED;
            (isRefused ? LOG.atWarn() : LOG.atInfo())
                    .addKeyValue("plugin", state.spoken())
                    .addKeyValue("version", state.version())
                    .addKeyValue("why", state.why())
                    .log("A plugin is " + state.health());
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

    /** The text of {@link PluginHost#allowed}. */
    static String allowed(Path directory) throws IOException {
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
}
