package io.kusionstack.operating.host.world;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.kusionstack.operating.testbed.api.ApiException;
import io.kusionstack.operating.testbed.api.KubeApi;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/** The CustomResourceDefinitions of deploy/crds on a real API server. */
public final class Crds {
    private static final Path FILES = Path.of("..", "deploy", "crds");
    private static final String COLLECTION = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private Crds() {}

    /** Installs what is not there yet; returns when objects of all kinds can be created. */
    public static void install(KubeApi api) {
        List<JsonNode> definitions = read();
        for (JsonNode definition : definitions) {
            try {
                api.create(COLLECTION, definition);
            } catch (ApiException e) {
                if (!e.isConflict()) {
                    throw e;
                }
            }
        }
        for (JsonNode definition : definitions) {
            Awaitility.await(name(definition))
                    .atMost(LIMIT)
                    // 429 while the server prepares its storage
                    .ignoreExceptionsInstanceOf(ApiException.class)
                    .until(() -> api.find(objects(definition)).isPresent());
        }
    }

    /** Removes all of them, and with them every object. */
    public static void remove(KubeApi api) {
        for (JsonNode definition : read()) {
            api.delete(COLLECTION + "/" + name(definition));
            Awaitility.await(name(definition))
                    .atMost(LIMIT)
                    .until(() -> api.find(COLLECTION + "/" + name(definition)).isEmpty());
        }
    }

    private static List<JsonNode> read() {
        YAMLMapper yaml = new YAMLMapper();
        try (Stream<Path> files = Files.list(FILES)) {
            return files.sorted().map(file -> read(yaml, file)).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static JsonNode read(YAMLMapper yaml, Path file) {
        try {
            return yaml.readTree(Files.readString(file));
        } catch (IOException e) {
            throw new UncheckedIOException(file.toString(), e);
        }
    }

    private static String name(JsonNode definition) {
        return definition.at("/metadata/name").asText();
    }

    private static String objects(JsonNode definition) {
        return "/apis/" + definition.at("/spec/group").asText() + "/"
                + definition.at("/spec/versions/0/name").asText() + "/"
                + definition.at("/spec/names/plural").asText();
    }
}
