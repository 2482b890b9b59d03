package io.kusionstack.operating.host.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Compares deploy/crds with what the types of this room give; with {@code -Dcrds.write=true} writes it instead. */
class CrdFilesTest {
    private static final Path FILES = Path.of("..", "deploy", "crds");
    private static final String COMMAND =
            "mvn -pl host -am test -Dtest=CrdFilesTest -Dsurefire.failIfNoSpecifiedTests=false -Dcrds.write=true";

    private final YAMLMapper yaml = YAMLMapper.builder()
            .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
            .disable(YAMLGenerator.Feature.SPLIT_LINES)
            .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
            .enable(YAMLGenerator.Feature.INDENT_ARRAYS_WITH_INDICATOR)
            .build();

    @Test
    void collaSetsFileSaysWhatTheTypesSay() throws IOException {
        fileMatches("collasets", CollaSet.class, CollaSetSpec.class, CollaSetStatus.class);
    }

    @Test
    void podTransitionRulesFileSaysWhatTheTypesSay() throws IOException {
        fileMatches(
                "podtransitionrules",
                PodTransitionRule.class,
                PodTransitionRuleSpec.class,
                PodTransitionRuleStatus.class);
    }

    @Test
    void resourceContextsFileSaysWhatTheTypesSay() throws IOException {
        fileMatches("resourcecontexts", ResourceContext.class, ResourceContextSpec.class, Void.class);
    }

    @Test
    void noOtherFileLiesThere() throws IOException {
        try (Stream<Path> files = Files.list(FILES)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .isSubsetOf(fileName("collasets"), fileName("podtransitionrules"), fileName("resourcecontexts"));
        }
    }

    private void fileMatches(String plural, Class<?> resource, Class<?> spec, Class<?> status) throws IOException {
        String wanted = "# Made from the types in host/src/main/java/io/kusionstack/operating/host/model by\n# "
                + COMMAND + "\n" + yaml.writeValueAsString(corrected(plural, resource, spec, status));
        Path file = FILES.resolve(fileName(plural));
        if (Boolean.getBoolean("crds.write")) {
            Files.createDirectories(FILES);
            Files.writeString(file, wanted);
        }
        assertThat(file)
                .as("%s is not what the types give; write it with: %s", file, COMMAND)
                .exists()
                .hasContent(wanted);
    }

    private ObjectNode corrected(String plural, Class<?> resource, Class<?> spec, Class<?> status) throws IOException {
        String generated = "/META-INF/fabric8/" + plural + "." + Names.GROUP + "-v1.yml";
        try (InputStream stream = CrdFilesTest.class.getResourceAsStream(generated)) {
            assertThat(stream)
                    .as("%s, made by the crd-generator plugin", generated)
                    .isNotNull();
            ObjectNode crd = (ObjectNode) yaml.readTree(stream);
            CrdSchema.correct(crd, resource, spec, status);
            return crd;
        }
    }

    private static String fileName(String plural) {
        return Names.GROUP + "_" + plural + ".yaml";
    }
}
