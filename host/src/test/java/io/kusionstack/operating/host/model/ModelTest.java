package io.kusionstack.operating.host.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.io.InputStream;
import org.junit.jupiter.api.Test;

class ModelTest {
    private final ObjectMapper json = new ObjectMapper();

    @Test
    void collaSetKeepsEveryFieldAndTheUnknownOnesOfItsTemplates() throws IOException {
        comesBackWhole("collaset", CollaSet.class);
    }

    @Test
    void podTransitionRuleKeepsEveryField() throws IOException {
        comesBackWhole("podtransitionrule", PodTransitionRule.class);
    }

    @Test
    void resourceContextKeepsEveryField() throws IOException {
        comesBackWhole("resourcecontext", ResourceContext.class);
    }

    @Test
    void anAbsentSpecReadsAsAnEmptyOne() throws IOException {
        CollaSet set = json.readValue("{\"metadata\":{\"name\":\"web\"}}", CollaSet.class);

        assertThat(set.getSpec()).isEqualTo(CollaSetSpec.EMPTY);
        assertThat(set.getStatus()).isEqualTo(CollaSetStatus.EMPTY);
    }

    @Test
    void aFieldThisHostDoesNotKnowIsNoError() throws IOException {
        CollaSet set = json.readValue("{\"spec\":{\"replicas\":2,\"ofTheFuture\":{}}}", CollaSet.class);

        assertThat(set.getSpec().replicas()).isEqualTo(2);
    }

    private void comesBackWhole(String name, Class<? extends CustomResource<?, ?>> type) throws IOException {
        try (InputStream sample = ModelTest.class.getResourceAsStream("/model/" + name + ".yaml")) {
            JsonNode tree = new YAMLMapper().readTree(sample);

            assertThat(json.readTree(json.writeValueAsString(json.treeToValue(tree, type))))
                    .isEqualTo(tree);
            KubernetesSerialization fabric8 = new KubernetesSerialization();
            assertThat(json.readTree(fabric8.asJson(fabric8.unmarshal(tree.toString(), type))))
                    .isEqualTo(tree);
        }
    }
}
