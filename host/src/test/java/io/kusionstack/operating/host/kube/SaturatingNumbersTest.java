package io.kusionstack.operating.host.kube;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.kusionstack.operating.host.model.CollaSet;
import io.kusionstack.operating.host.model.PodTransitionRule;
import io.kusionstack.operating.host.model.ResourceContext;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The API server takes any whole number where a CustomResourceDefinition says {@code format: int32}. */
class SaturatingNumbersTest {
    private static final List<BigDecimal> EXTREMES = List.of(
            new BigDecimal("2147483648"),
            new BigDecimal("-2147483649"),
            new BigDecimal("1000000000000000000"),
            new BigDecimal("100000000000000000000"),
            new BigDecimal("-1E+30"),
            new BigDecimal("1E+400"));

    private final KubernetesSerialization serialization = ClusterAccess.serialization();
    private final ObjectMapper json = new ObjectMapper();

    @Test
    void anObjectIsReadWhateverNumberAnyOfItsFieldsHas() throws IOException {
        int numbers = numbersOf("collasets", CollaSet.class)
                + numbersOf("podtransitionrules", PodTransitionRule.class)
                + numbersOf("resourcecontexts", ResourceContext.class);

        assertThat(numbers).as("fields with numbers").isGreaterThan(20);
    }

    @Test
    void aNumberThatIsTooLargeCountsAsTheLargest() {
        CollaSet set = serialization.unmarshal("""
                {"kind": "CollaSet", "metadata": {"name": "web", "generation": 1e30}, "status": {"observedGeneration": -1e30},
                 "spec": {"replicas": 3, "historyLimit": 2147483648}}""", CollaSet.class);
        PodTransitionRule rule = serialization.unmarshal("""
                {"spec": {"rules": [
                  {"name": "a", "availablePolicy": {"maxUnavailableValue": 1000000000000000000, "minAvailableValue": "10%"}},
                  {"name": "b", "availablePolicy": {"maxUnavailableValue": -2147483649, "minAvailableValue": 2}}]}}
                """, PodTransitionRule.class);

        assertThat(set.getSpec().replicas()).isEqualTo(3);
        assertThat(set.getSpec().historyLimit()).isEqualTo(Integer.MAX_VALUE);
        assertThat(set.getMetadata().getGeneration()).isEqualTo(Long.MAX_VALUE);
        assertThat(set.getStatus().observedGeneration()).isEqualTo(Long.MIN_VALUE);
        assertThat(rule.getSpec().rules())
                .extracting(item -> List.of(
                        item.availablePolicy().maxUnavailableValue(),
                        item.availablePolicy().minAvailableValue()))
                .containsExactly(
                        List.of(new IntOrString(Integer.MAX_VALUE), new IntOrString("10%")),
                        List.of(new IntOrString(Integer.MIN_VALUE), new IntOrString(2)));
    }

    /** Reads an object for each number of the definition and each extreme; returns how many numbers there are. */
    private int numbersOf(String plural, Class<? extends CustomResource<?, ?>> type) throws IOException {
        JsonNode definition = new YAMLMapper()
                .readTree(Path.of("..", "deploy", "crds", "apps.kusionstack.io_" + plural + ".yaml")
                        .toFile());
        List<JsonNode> objects = objects(definition.at("/spec/versions/0/schema/openAPIV3Schema"));
        for (JsonNode object : objects) {
            assertThat(serialization.unmarshal(object.toString(), type))
                    .as(object.toString())
                    .isInstanceOf(type);
        }
        return objects.size() / EXTREMES.size();
    }

    private List<JsonNode> objects(JsonNode schema) {
        if (schema.path("type").asText().equals("integer")
                || schema.path("x-kubernetes-int-or-string").asBoolean()) {
            return EXTREMES.stream()
                    .map(DecimalNode::valueOf)
                    .map(JsonNode.class::cast)
                    .toList();
        }
        List<JsonNode> objects = new ArrayList<>();
        for (Map.Entry<String, JsonNode> property : schema.path("properties").properties()) {
            for (JsonNode value : objects(property.getValue())) {
                ObjectNode object = json.createObjectNode();
                objects.add(object.set(property.getKey(), value));
            }
        }
        if (schema.has("items")) {
            for (JsonNode value : objects(schema.get("items"))) {
                ArrayNode list = json.createArrayNode();
                objects.add(list.add(value));
            }
        }
        return objects;
    }
}
