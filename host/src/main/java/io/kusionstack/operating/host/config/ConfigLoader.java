package io.kusionstack.operating.host.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.kusionstack.operating.host.config.HostConfig.ControllerName;
import io.kusionstack.operating.host.config.HostConfig.FieldTrackingPolicy;
import io.kusionstack.operating.host.config.HostConfig.Http;
import io.kusionstack.operating.host.config.HostConfig.Kubernetes;
import io.kusionstack.operating.host.config.HostConfig.Limits;
import io.kusionstack.operating.host.config.HostConfig.Log;
import io.kusionstack.operating.host.config.HostConfig.LogFormat;
import io.kusionstack.operating.host.config.HostConfig.LogLevel;
import io.kusionstack.operating.host.config.HostConfig.Plugins;
import io.kusionstack.operating.host.config.HostConfig.Pods;
import io.kusionstack.operating.host.config.HostConfig.Workers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Reads a configuration file. Strict: a key nobody knows, a value of the wrong type or out of range is a problem, and all
 * problems are told at once. A key that is absent has its default.
 *
 * <pre>{@code
 * switch (ConfigLoader.ofProcess().load(file)) {
 *     case Loaded.Valid valid -> run(valid.config());
 *     case Loaded.Invalid invalid -> invalid.problems().forEach(System.err::println);
 * }
 * }</pre>
 */
public final class ConfigLoader {
    private static final Pattern NAMESPACE = Pattern.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");
    private static final Pattern SHA_256 = Pattern.compile("[0-9a-fA-F]{64}");
    private static final Pattern SECRET = Pattern.compile("env:\\w+|file:/.+");
    private static final Duration NONE = Duration.ZERO;

    private final Map<String, String> environment;

    /** @param environment the variables to use; of its own accord it reads only {@code KUBECONFIG} */
    public ConfigLoader(Map<String, String> environment) {
        this.environment = Map.copyOf(environment);
    }

    /** With the environment of this process. */
    public static ConfigLoader ofProcess() {
        return new ConfigLoader(System.getenv());
    }

    /** The variable of this name, for references in the configuration that are resolved later. */
    public Optional<String> variable(String name) {
        return Optional.ofNullable(environment.get(name));
    }

    /** Never throws for what the file says or for a file that cannot be read: that is a problem, too. */
    public LoadedConfig load(Path file) {
        try {
            return parse(Files.readString(file), file.toAbsolutePath());
        } catch (NoSuchFileException e) {
            return unusable(file + " does not exist; name the file with --config");
        } catch (IOException e) {
            return unusable(file + " cannot be read: " + e.getMessage());
        }
    }

    /** As {@link #load}, of a text; the empty text means all defaults. */
    public LoadedConfig parse(String text) {
        return parse(text, Path.of(""));
    }

    private LoadedConfig parse(String text, Path file) {
        YAMLMapper yaml = YAMLMapper.builder()
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .build();
        JsonNode tree;
        try {
            tree = text.isBlank() ? JsonNodeFactory.instance.objectNode() : yaml.readTree(text);
        } catch (JsonProcessingException e) {
            return unusable("it is not valid YAML: " + e.getOriginalMessage());
        }
        Problems problems = new Problems();
        HostConfig config = read(new Section("", tree, problems), file);
        List<Problem> found = problems.found();
        return found.isEmpty() ? new LoadedConfig.ValidConfig(config) : new LoadedConfig.InvalidConfig(found);
    }

    private static LoadedConfig unusable(String why) {
        return new LoadedConfig.InvalidConfig(List.of(new Problem("", "", why)));
    }

    /** @param file paths in it begin at its folder */
    private HostConfig read(Section root, Path file) {
        HostConfig config = new HostConfig(
                kubernetes(root.section("kubernetes")),
                root.texts(
                        "watchNamespaces",
                        name -> NAMESPACE.matcher(name).matches(),
                        "it has to be the name of a namespace: a-z, 0-9 and '-'"),
                root.choices("controllers", ControllerName.values(), List.of(ControllerName.values())),
                workers(root.section("workers")),
                http(root.section("http")),
                log(root.section("log")),
                root.duration("endpointSettle", NONE, Duration.ofMinutes(5), Duration.ofSeconds(2)),
                root.duration("stopTimeout", NONE, Duration.ofMinutes(5), Duration.ofSeconds(20)),
                limits(root.section("limits")),
                pods(root.section("pods")),
                plugins(root.section("plugins"), file));
        root.end();
        return config;
    }

    private Kubernetes kubernetes(Section section) {
        Optional<Path> kubeconfig = section.text("kubeconfig")
                .or(() -> Optional.ofNullable(environment.get("KUBECONFIG")).filter(path -> !path.isBlank()))
                .map(Path::of);
        section.end();
        return new Kubernetes(kubeconfig);
    }

    private static Workers workers(Section section) {
        Workers workers = new Workers(
                section.number("lifecycle", 1, 1000, 16),
                section.number("rules", 1, 1000, 4),
                section.number("collaset", 1, 1000, 8),
                section.number("traffic", 1, 1000, 64));
        section.end();
        return workers;
    }

    private static Http http(Section section) {
        Http http = new Http(section.text("bindAddress").orElse("127.0.0.1"), section.number("port", 0, 65_535, 8080));
        section.end();
        return http;
    }

    private static Log log(Section section) {
        Log log = new Log(
                section.choice("format", LogFormat.values(), LogFormat.TEXT),
                section.choice("level", LogLevel.values(), LogLevel.INFO));
        section.end();
        return log;
    }

    private static Plugins plugins(Section section, Path file) {
        Plugins plugins = new Plugins(
                section.text("directory")
                        .map(directory -> file.resolveSibling(directory).normalize()),
                section.named(
                        "allowed",
                        digest -> SHA_256.matcher(digest).matches(),
                        "it has to be a SHA-256, 64 hexadecimal digits; operating plugin-digests prints it"),
                section.truth("allowUnlisted", false),
                section.trees("settings"),
                section.texts(
                        "secrets",
                        reference -> SECRET.matcher(reference).matches(),
                        "it has to be env:NAME, file:/path or file:/folder/"),
                section.duration("callTimeout", Duration.ofMillis(100), Duration.ofMinutes(5), Duration.ofSeconds(10)),
                section.number("callsInFlight", 1, 1000, 16),
                section.duration("loadTimeout", Duration.ofMillis(100), Duration.ofMinutes(5), Duration.ofSeconds(10)));
        section.end();
        return plugins;
    }

    private static Pods pods(Section section) {
        Pods pods =
                new Pods(section.choice("fieldTracking", FieldTrackingPolicy.values(), FieldTrackingPolicy.CLEARED));
        section.end();
        return pods;
    }

    private static Limits limits(Section section) {
        Limits limits = new Limits(
                section.number("writesInFlight", 1, 1000, 16),
                section.duration(
                        "requestTimeout", Duration.ofMillis(500), Duration.ofMinutes(1), Duration.ofSeconds(10)));
        section.end();
        return limits;
    }
}
