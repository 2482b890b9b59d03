package io.kusionstack.operating.host.config;

import com.fasterxml.jackson.databind.JsonNode;
import io.kusionstack.operating.host.config.ConfigResult.InvalidConfig;
import io.kusionstack.operating.host.config.ConfigResult.Problem;
import io.kusionstack.operating.host.config.ConfigResult.ValidConfig;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads a configuration file. Strict: an unknown key, a value of the wrong type or out of range is a problem, and all
 * problems are reported at once. A key that is absent has its default.
 *
 * <pre>{@code
 * switch (ConfigLoader.ofProcess().load(file)) {
 *     case ConfigResult.ValidConfig<HostConfig>(HostConfig config) -> run(config);
 *     case ConfigResult.InvalidConfig<HostConfig> invalid -> invalid.problems().forEach(System.err::println);
 * }
 * }</pre>
 */
public final class ConfigLoader {
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

    /** Never throws for the contents of the file or for a file that cannot be read: that is a problem, too. */
    public ConfigResult<HostConfig> load(Path file) {
        try {
            return parse(Files.readString(file), file.toAbsolutePath());
        } catch (NoSuchFileException e) {
            return unusable(file + " does not exist; name the file with --config");
        } catch (CharacterCodingException e) {
            return unusable(file + " is not a text in UTF-8");
        } catch (IOException e) {
            return unusable(file + " cannot be read: " + e.getMessage());
        }
    }

    /** As {@link #load}, of a text; the empty text means all defaults. */
    public ConfigResult<HostConfig> parse(String text) {
        return parse(text, Path.of(""));
    }

    private ConfigResult<HostConfig> parse(String text, Path file) {
        return switch (ConfigText.read(text)) {
            case ConfigResult.InvalidConfig<JsonNode>(List<Problem> problems) -> new InvalidConfig<>(problems);
            case ConfigResult.ValidConfig<JsonNode>(JsonNode tree) ->
                switch (ConfigBinder.bind(tree, HostConfig.class)) {
                    case ValidConfig<HostConfig>(HostConfig config) ->
                        new ValidConfig<>(config.resolved(file, kubeconfig()));
                    case InvalidConfig<HostConfig> invalid -> invalid;
                };
        };
    }

    private Optional<Path> kubeconfig() {
        return variable("KUBECONFIG").filter(path -> !path.isBlank()).map(Path::of);
    }

    private static ConfigResult<HostConfig> unusable(String why) {
        return new InvalidConfig<>(List.of(new Problem("", "", why)));
    }
}
