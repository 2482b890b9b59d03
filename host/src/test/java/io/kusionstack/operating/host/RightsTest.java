package io.kusionstack.operating.host;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.kusionstack.operating.host.kube.Preflight.Right;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RightsTest {
    @Test
    void theRoleGivesWhatTheHostAsksForAndNothingBeyond() throws IOException {
        List<Right> given = new ArrayList<>();
        YAMLMapper yaml = new YAMLMapper();
        List<JsonNode> documents = yaml.readerFor(JsonNode.class)
                .<JsonNode>readValues(Path.of("..", "deploy", "rbac.yaml").toFile())
                .readAll();
        for (JsonNode document : documents) {
            for (JsonNode rule : document.path("rules")) {
                for (JsonNode verb : rule.get("verbs")) {
                    given.add(new Right(
                            rule.at("/apiGroups/0").asText(),
                            rule.at("/resources/0").asText(),
                            verb.asText()));
                }
            }
        }

        assertThat(given).containsExactlyInAnyOrderElementsOf(Rights.NEEDED);
    }
}
