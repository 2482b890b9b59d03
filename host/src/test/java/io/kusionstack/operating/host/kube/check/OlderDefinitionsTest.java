package io.kusionstack.operating.host.kube.check;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class OlderDefinitionsTest {
    @Test
    void theDefinitionsThatComeWithTheHostAreNotOlder() {
        assertThat(OlderDefinitions.notes(openApi(shipped()))).isEmpty();
    }

    @Test
    void namesTheFieldWhatWillNotWorkAndTheRemedy() {
        JsonNode rule = shipped();
        ((ObjectNode) rule.at("/properties/status/properties")).remove("conditions");

        assertThat(OlderDefinitions.notes(openApi(rule)))
                .containsExactly(
                        "CustomResourceDefinition podtransitionrules.apps.kusionstack.io is older than this host"
                                + " and does not keep status.conditions: rules do not say whether they are understood, and how"
                                + " many slots are taken; apply deploy/crds/apps.kusionstack.io_podtransitionrules.yaml");
    }

    @Test
    void aFieldInsideOfAListIsFound() {
        JsonNode rule = shipped();
        ((ObjectNode) rule.at("/properties/spec/properties/rules/items/properties")).remove("plugin");

        assertThat(OlderDefinitions.notes(openApi(rule)))
                .hasSize(1)
                .first()
                .asString()
                .contains("spec.rules.plugin");
    }

    @Test
    void aServerThatDoesNotTellItsDefinitionsIsNotDoubted() {
        assertThat(OlderDefinitions.notes(JsonNodeFactory.instance.missingNode()))
                .isEmpty();
    }

    private static JsonNode shipped() {
        return schema("podtransitionrules");
    }

    private static JsonNode openApi(JsonNode rule) {
        ObjectNode openApi = JsonNodeFactory.instance.objectNode();
        ObjectNode schemas = openApi.putObject("components").putObject("schemas");
        schemas.set("rule", named(rule, "PodTransitionRule"));
        schemas.set("set", named(schema("collasets"), "CollaSet"));
        return openApi;
    }

    private static JsonNode named(JsonNode schema, String kind) {
        ((ObjectNode) schema)
                .putArray("x-kubernetes-group-version-kind")
                .addObject()
                .put("kind", kind);
        return schema;
    }

    private static JsonNode schema(String plural) {
        Path file = Path.of("..", "deploy", "crds", "apps.kusionstack.io_" + plural + ".yaml");
        try {
            return new YAMLMapper().readTree(file.toFile()).at("/spec/versions/0/schema/openAPIV3Schema");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
