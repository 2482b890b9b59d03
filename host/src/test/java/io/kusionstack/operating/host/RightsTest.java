package io.kusionstack.operating.host;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.kusionstack.operating.host.kube.check.Preflight;
import io.kusionstack.operating.host.kube.check.UnservedObjects;
import io.kusionstack.operating.host.model.Names;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RightsTest {
    /** Its uid is the cluster's identity for plugins; a right to one object by name is none that the start can ask about. */
    private static final Preflight.RequiredRight KUBE_SYSTEM =
            new Preflight.RequiredRight("", "namespaces/kube-system", "get");

    @Test
    void theRoleGivesWhatTheHostAsksForAndNothingBeyond() throws IOException {
        List<Preflight.RequiredRight> given = new ArrayList<>();
        YAMLMapper yaml = new YAMLMapper();
        List<JsonNode> documents = yaml.readerFor(JsonNode.class)
                .<JsonNode>readValues(Path.of("..", "deploy", "rbac.yaml").toFile())
                .readAll();
        for (JsonNode document : documents) {
            for (JsonNode rule : document.path("rules")) {
                for (JsonNode verb : rule.get("verbs")) {
                    given.add(new Preflight.RequiredRight(
                            rule.at("/apiGroups/0").asText(), resource(rule), verb.asText()));
                }
            }
        }

        List<Preflight.RequiredRight> needed = new ArrayList<>(Rights.NEEDED);
        UnservedObjects.KINDS.forEach(
                kind -> needed.add(new Preflight.RequiredRight(Names.GROUP, kind.plural(), "list")));
        needed.add(KUBE_SYSTEM);
        assertThat(given).containsExactlyInAnyOrderElementsOf(needed);
    }

    private static String resource(JsonNode rule) {
        String name = rule.at("/resourceNames/0").asText();
        return rule.at("/resources/0").asText() + (name.isEmpty() ? "" : "/" + name);
    }
}
