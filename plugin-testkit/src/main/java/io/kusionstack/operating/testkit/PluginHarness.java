package io.kusionstack.operating.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.kusionstack.operating.host.config.HostConfig;
import io.kusionstack.operating.host.plugins.PluginHost;
import io.kusionstack.operating.host.plugins.PluginHost.PluginState;
import io.kusionstack.operating.host.plugins.RulePlugins;
import io.kusionstack.operating.host.plugins.TrafficPlugins;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ref.Reference;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Loads packaged jars as the host does, by the host's own code: verified, each in its class loader, every call under guard.
 * Set up first, then {@link #start}; one thread.
 *
 * <pre>{@code
 * try (PluginHarness harness = PluginHarness.packaged().settings("slb", "region: cn-hangzhou").start()) {
 *     TrafficWorker slb = harness.traffic("slb");
 *     ...
 *     harness.close();
 *     harness.assertNothingIsLeft();
 * }
 * }</pre>
 */
public final class PluginHarness implements AutoCloseable {
    /** The system property that names the jar of the module under test; plugins/pom.xml sets it for integration tests. */
    public static final String JAR = "plugin.jar";

    private static final Duration COLLECTION = Duration.ofSeconds(15);

    private final List<Path> jars;
    private final Map<String, JsonNode> settings = new LinkedHashMap<>();
    private final Map<String, String> variables = new LinkedHashMap<>();
    private final List<String> secrets = new ArrayList<>();
    private final FakeReads reads = new FakeReads();
    private final HarnessMetrics metrics = new HarnessMetrics();
    private Duration callTimeout = Duration.ofSeconds(10);
    private Duration loadTimeout = Duration.ofSeconds(10);
    private int callsInFlight = 16;
    private @Nullable PluginHost host;
    private @Nullable Path folder;

    private PluginHarness(List<Path> jars) {
        this.jars = List.copyOf(jars);
    }

    /** The jar of the module whose integration tests run. */
    public static PluginHarness packaged() {
        String jar = System.getProperty(JAR);
        if (jar == null) {
            throw new IllegalStateException("the system property " + JAR + " names no jar: it is set for integration"
                    + " tests (*IT), which run after the jar was packaged");
        }
        return of(Path.of(jar));
    }

    public static PluginHarness of(Path... jars) {
        return new PluginHarness(List.of(jars));
    }

    /** @param yaml what stands under {@code plugins.settings.<name>} of the host's configuration */
    public PluginHarness settings(String name, String yaml) {
        settings.put(name, Yaml.tree(yaml));
        return this;
    }

    /** Allows {@code env:NAME} and gives it this value. */
    public PluginHarness variable(String name, String value) {
        variables.put(name, value);
        secrets.add("env:" + name);
        return this;
    }

    /** Allows a file, or a folder if it ends in a slash. */
    public PluginHarness secretFile(String path) {
        secrets.add("file:" + path);
        return this;
    }

    public PluginHarness callTimeout(Duration limit) {
        callTimeout = limit;
        return this;
    }

    public PluginHarness loadTimeout(Duration limit) {
        loadTimeout = limit;
        return this;
    }

    public PluginHarness callsInFlight(int calls) {
        callsInFlight = calls;
        return this;
    }

    /** The objects that plugins read. */
    public FakeReads kubernetes() {
        return reads;
    }

    /** Loads the jars; what is refused stands in {@link #states}. */
    public PluginHarness start() {
        try {
            folder = Files.createTempDirectory("plugins");
            for (Path jar : jars) {
                Files.copy(jar, folder.resolve(jar.getFileName()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("package the jar first (mvn package), then load it", e);
        }
        PluginHost started = new PluginHost(
                new HostConfig.Plugins(
                        Optional.of(folder),
                        Map.of(),
                        true,
                        settings,
                        secrets,
                        callTimeout,
                        callsInFlight,
                        loadTimeout),
                new PluginHost.PluginEnvironment(
                        Clock.systemUTC(), reads, name -> Optional.ofNullable(variables.get(name)), metrics));
        host = started;
        started.start();
        try {
            started.awaitLoaded();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return this;
    }

    public List<PluginState> states() {
        return started().states();
    }

    public RulePlugins rules() {
        return started().rules();
    }

    public TrafficPlugins traffic() {
        return started().traffic();
    }

    /** A rule of this name and configuration; fails if there is none. */
    public PackagedRule rule(String name, String yaml) {
        RulePlugins.OpenedRule opened = open(name, yaml);
        assertThat(opened).isInstanceOf(RulePlugins.OpenedRule.RuleReady.class);
        return new PackagedRule(((RulePlugins.OpenedRule.RuleReady) opened).worker());
    }

    /** All that is wrong with this configuration of a rule, each as {@code path: sentence}; empty if it is right. */
    public List<String> problems(String name, String yaml) {
        return switch (open(name, yaml)) {
            case RulePlugins.OpenedRule.RuleReady(RulePlugins.RuleWorker worker) -> {
                worker.close();
                yield List.of();
            }
            case RulePlugins.OpenedRule.RuleConfigInvalid(List<RulePlugins.OpenedRule.ConfigProblem> problems) ->
                problems.stream()
                        .map(problem -> problem.path() + ": " + problem.sentence())
                        .toList();
            case RulePlugins.OpenedRule.RuleUnavailable unavailable ->
                throw new AssertionError(unavailable.why().message());
        };
    }

    private RulePlugins.OpenedRule open(String name, String yaml) {
        return rules().open(name, "default/rule/" + name, Yaml.tree(yaml));
    }

    /** The traffic control of this name; fails if there is none. */
    public TrafficPlugins.TrafficWorker traffic(String name) {
        TrafficPlugins.TrafficLookup found = traffic().find(name);
        assertThat(found).isInstanceOf(TrafficPlugins.TrafficLookup.TrafficReady.class);
        return ((TrafficPlugins.TrafficLookup.TrafficReady) found).worker();
    }

    /** What the host counted: lines such as {@code slb observe given}, {@code slb apply dropped}. */
    public Map<String, Integer> counts() {
        return metrics.counts();
    }

    /** After {@link #close}: nothing keeps the classes of the plugins in memory. The test must hold no worker any more. */
    public void assertNothingIsLeft() {
        assertThat(left())
                .as(
                        "plugins whose classes are still in memory: a thread, a ThreadLocal or a static of the JDK keeps them")
                .isEmpty();
    }

    /** After {@link #close}: the names of the class loaders that are still in memory though time was given to forget them. */
    public List<String> left() {
        Instant end = Instant.now().plus(COLLECTION);
        while (!present().isEmpty() && Instant.now().isBefore(end)) {
            System.gc();
        }
        return present();
    }

    private List<String> present() {
        return started().unloaded().stream()
                .map(Reference::get)
                .filter(Objects::nonNull)
                .map(ClassLoader::getName)
                .toList();
    }

    private PluginHost started() {
        if (host == null) {
            throw new IllegalStateException("start() comes first");
        }
        return host;
    }

    /** Unloads the plugins as the host does when it stops. Once is enough; more does no harm. */
    @Override
    public void close() {
        if (host == null || folder == null) {
            return;
        }
        host.close();
        try (DirectoryStream<Path> copies = Files.newDirectoryStream(folder)) {
            for (Path copy : copies) {
                Files.delete(copy);
            }
            Files.delete(folder);
            folder = null;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
