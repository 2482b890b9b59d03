package io.kusionstack.operating.testbed.operator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.kusionstack.operating.testbed.Await;
import io.kusionstack.operating.testbed.api.ApiException;
import io.kusionstack.operating.testbed.api.KubeApi;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/**
 * The CustomResourceDefinitions of a folder, one YAML document a file. Methods block; any thread.
 *
 * @param documents as they stand in the files
 */
public record Definitions(List<JsonNode> documents) {
    private static final String COLLECTION = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    private static final Duration LIMIT = Duration.ofSeconds(20);

    public Definitions {
        documents = List.copyOf(documents);
    }

    /** Reads all YAML files of the folder. */
    public static Definitions of(Path folder) {
        YAMLMapper yaml = new YAMLMapper();
        try (Stream<Path> files = Files.list(folder)) {
            return new Definitions(files.filter(file -> file.toString().endsWith(".yaml"))
                    .sorted()
                    .map(file -> read(yaml, file))
                    .toList());
        } catch (IOException e) {
            throw new UncheckedIOException("no definitions can be read in " + folder, e);
        }
    }

    /** Installs what is not there yet; returns when objects of all kinds can be created. */
    public void install(KubeApi api) {
        for (JsonNode definition : documents) {
            try {
                api.create(COLLECTION, definition);
            } catch (ApiException e) {
                if (!e.isConflict()) {
                    throw e;
                }
            }
        }
        for (JsonNode definition : documents) {
            if (!Await.until(LIMIT, () -> isServed(api, definition))) {
                throw new IllegalStateException("the API server does not serve " + name(definition));
            }
        }
    }

    /** Removes all of them, and with them every object. */
    public void remove(KubeApi api) {
        for (JsonNode definition : documents) {
            String path = COLLECTION + "/" + name(definition);
            api.delete(path);
            if (!Await.until(LIMIT, () -> api.find(path).isEmpty())) {
                throw new IllegalStateException(name(definition) + " does not go");
            }
        }
    }

    /** It answers 404 at first, and 429 while it prepares its storage. */
    private static boolean isServed(KubeApi api, JsonNode definition) {
        try {
            // of none: objects of others may be large, or such that nobody wants to read them
            return api.find(objects(definition) + "?fieldSelector=metadata.name%3Dnone")
                    .isPresent();
        } catch (ApiException e) {
            return false;
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
