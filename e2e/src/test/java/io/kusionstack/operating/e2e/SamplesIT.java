package io.kusionstack.operating.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kusionstack.operating.testbed.api.Connection;
import io.kusionstack.operating.testbed.api.KubeApi;
import io.kusionstack.operating.testbed.junit.TestCluster;
import io.kusionstack.operating.testbed.junit.TestNamespace;
import io.kusionstack.operating.testbed.operator.Definitions;
import io.kusionstack.operating.testbed.operator.Sample;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Every object of every sample, applied to a real API server that knows every field or refuses it. */
@ExtendWith(TestCluster.class)
class SamplesIT {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

    @Test
    void allObjectsOfAllSamplesAreAccepted(Connection admin, TestNamespace namespace) throws Exception {
        List<Path> files = yamlFiles();
        assertThat(files).hasSizeGreaterThan(3);
        try (KubeApi api = new KubeApi(admin, "e2e/1")) {
            Definitions.of(ROOT.resolve("deploy/crds")).install(api);
            for (Path file : files) {
                for (ObjectNode object : Sample.of(file).objects()) {
                    dryRun(api, object, namespace.name());
                }
            }
        }
    }

    private static void dryRun(KubeApi api, ObjectNode object, String namespace) {
        String collection = api.collection(
                object.path("apiVersion").asText(), object.path("kind").asText(), namespace);
        assertThat(api.create(collection + "?dryRun=All&fieldValidation=Strict", object)
                        .path("kind"))
                .isEqualTo(object.path("kind"));
    }

    private static List<Path> yamlFiles() throws IOException {
        try (Stream<Path> samples = Files.walk(ROOT.resolve("samples"));
                Stream<Path> plugins = Files.walk(ROOT.resolve("testplugins"))) {
            return Stream.concat(samples, plugins)
                    .filter(file -> file.toString().endsWith(".yaml"))
                    .filter(file -> !file.toString().contains("/target/"))
                    .filter(file -> !file.toString().contains("/src/"))
                    .sorted()
                    .toList();
        }
    }
}
