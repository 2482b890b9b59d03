package io.kusionstack.operating.testbed.operator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.kusionstack.operating.testbed.api.KubeApi;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The objects of YAML files, as users would apply them. The trees may be changed before they are created.
 *
 * @param objects in the order of the files' names, then as they stand in each
 */
public record Sample(List<ObjectNode> objects) {
    public Sample {
        objects = List.copyOf(objects);
    }

    /** Reads one file, or all files of a folder whose names end in {@code .yaml}. */
    public static Sample of(Path fileOrFolder) {
        List<ObjectNode> objects = new ArrayList<>();
        for (Path file : files(fileOrFolder)) {
            objects.addAll(documents(file));
        }
        return new Sample(objects);
    }

    /** All objects of a kind. */
    public List<ObjectNode> all(String kind) {
        return objects.stream()
                .filter(object -> object.path("kind").asText().equals(kind))
                .toList();
    }

    /** The only object of a kind. */
    public ObjectNode the(String kind) {
        List<ObjectNode> found = all(kind);
        if (found.size() != 1) {
            throw new IllegalStateException("there are " + found.size() + " objects of kind " + kind + ", wanted one");
        }
        return found.get(0);
    }

    /** Creates all objects; those that name no namespace go to this one. */
    public void create(KubeApi api, String namespace) {
        for (ObjectNode object : objects) {
            api.create(
                    api.collection(
                            object.path("apiVersion").asText(),
                            object.path("kind").asText(),
                            object.at("/metadata/namespace").asText(namespace)),
                    object);
        }
    }

    private static List<Path> files(Path fileOrFolder) {
        if (Files.isRegularFile(fileOrFolder)) {
            return List.of(fileOrFolder);
        }
        try (Stream<Path> files = Files.list(fileOrFolder)) {
            return files.filter(file -> file.toString().endsWith(".yaml"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("no samples can be read in " + fileOrFolder, e);
        }
    }

    private static List<ObjectNode> documents(Path file) {
        try (MappingIterator<JsonNode> documents =
                new YAMLMapper().readerFor(JsonNode.class).readValues(file.toFile())) {
            return documents.readAll().stream()
                    .filter(JsonNode::isObject)
                    .map(ObjectNode.class::cast)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(file.toString(), e);
        }
    }
}
