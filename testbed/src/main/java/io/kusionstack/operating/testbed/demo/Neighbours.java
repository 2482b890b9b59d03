package io.kusionstack.operating.testbed.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kusionstack.operating.testbed.api.KubeApi;
import io.kusionstack.operating.testbed.api.PatchType;
import io.kusionstack.operating.testbed.operator.HostProcess;
import io.kusionstack.operating.testbed.operator.Sample;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Sets of two Pods in a namespace of their own, each bound to one plugin that is made to do harm: what happens to the
 * operator, and to everybody else, while it works on them.
 *
 * @param template a YAML file in which {@code the-plugin} stands for the name of the plugin
 */
public record Neighbours(KubeApi api, String namespace, Path template) {
    /** The plugins that are kept to do harm, by the names of their modules. */
    public static final List<String> PLUGINS = List.of(
            "hangs", "throws-errors", "leaks-thread", "wrong-answers", "ignores-interruption", "blocks-at-start");

    /** The packaged jars, below the folder of their modules. */
    public static List<Path> jars(Path testplugins) {
        List<Path> jars = new ArrayList<>();
        for (String plugin : PLUGINS) {
            try (DirectoryStream<Path> files =
                    Files.newDirectoryStream(testplugins.resolve(plugin).resolve("target"), plugin + "-*.jar")) {
                files.forEach(jars::add);
            } catch (IOException e) {
                throw new UncheckedIOException("package " + plugin + " first: ./dev build", e);
            }
        }
        return jars;
    }

    /** Creates all of them. */
    public void moveIn() {
        for (String plugin : PLUGINS) {
            sample(plugin).create(api, namespace);
        }
    }

    /** Begins to update their Pods, for which the operator asks the plugins. */
    public void update() {
        for (String plugin : PLUGINS) {
            ObjectNode patch = JsonNodeFactory.instance.objectNode();
            patch.withObject("/spec/template/spec")
                    .putArray("containers")
                    .addObject()
                    .put("name", "app")
                    .put("image", "registry.example/" + plugin + ":v2");
            api.patch(
                    "/apis/apps.kusionstack.io/v1alpha1/namespaces/" + namespace + "/collasets/" + plugin,
                    PatchType.MERGE,
                    patch);
        }
    }

    /** What the Pods of each set wait for, as the operator explains it: reason and sentence. */
    public Map<String, Set<String>> waits(HostProcess host) {
        Map<String, Set<String>> waits = new LinkedHashMap<>();
        for (String plugin : PLUGINS) {
            Set<String> told = new LinkedHashSet<>();
            host.explain("sets", namespace, plugin)
                    .ifPresent(set ->
                            set.path("pods").forEach(pod -> pod.path("waits").forEach(wait -> told.add(spoken(wait)))));
            waits.put(plugin, told);
        }
        return waits;
    }

    private static String spoken(JsonNode wait) {
        return wait.path("reason").asText() + ": " + wait.path("message").asText();
    }

    private Sample sample(String plugin) {
        try {
            Path file = Files.createTempFile(plugin, ".yaml");
            Files.writeString(file, Files.readString(template).replace("the-plugin", plugin));
            Sample sample = Sample.of(file);
            Files.delete(file);
            if (plugin.equals("wrong-answers")) {
                ((ObjectNode) sample.the("PodTransitionRule").at("/spec/rules/0/plugin"))
                        .putObject("config")
                        .put("wrong", "NOTHING");
            }
            return sample;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
