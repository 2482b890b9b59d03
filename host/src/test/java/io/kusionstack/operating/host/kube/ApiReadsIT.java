package io.kusionstack.operating.host.kube;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kusionstack.operating.testbed.api.KubeApi;
import io.kusionstack.operating.testbed.controlplane.ControlPlane;
import io.kusionstack.operating.testbed.controlplane.ControlPlaneOptions;
import io.kusionstack.operating.testbed.junit.TestCluster;
import io.kusionstack.operating.testbed.junit.TestNamespace;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What plugins read, of a real API server. */
@ExtendWith(TestCluster.class)
class ApiReadsIT {
    private String namespace;
    private KubeApi api;
    private ApiReads reads;

    @BeforeEach
    void connect(ControlPlane plane, TestNamespace lent) {
        namespace = lent.name();
        api = new KubeApi(plane.connection(ControlPlaneOptions.ADMIN), "api-reads-it");
        reads = new ApiReads(ClusterAccess.kubeconfig(plane.kubeconfig(ControlPlaneOptions.ADMIN), "operating/test"));
    }

    @AfterEach
    void disconnect() {
        reads.close();
        api.close();
    }

    @Test
    void readsOneObjectAsPlainValues() {
        create("one", "gold");

        Map<String, Object> object =
                reads.get("v1", "ConfigMap", namespace, "one").orElseThrow();

        assertThat(object).containsEntry("kind", "ConfigMap").containsEntry("data", Map.of("tier", "gold"));
        assertThat(reads.get("v1", "ConfigMap", namespace, "two")).isEmpty();
    }

    @Test
    void listsByLabelsOverSeveralPages() {
        for (int i = 0; i < 510; i++) {
            create("many-" + i, i % 2 == 0 ? "gold" : "tin");
        }

        List<Map<String, Object>> all = reads.list("v1", "ConfigMap", namespace, Map.of("of", "this-test"));
        List<Map<String, Object>> gold =
                reads.list("v1", "ConfigMap", namespace, Map.of("of", "this-test", "tier", "gold"));

        assertThat(all).hasSize(510).allMatch(object -> "ConfigMap".equals(object.get("kind")));
        assertThat(gold).hasSize(255);
    }

    @Test
    void readsWhatBelongsToNoNamespace() {
        assertThat(reads.get("v1", "Namespace", "", namespace)).isPresent();
    }

    @Test
    void saysWhatItCannotRead() {
        assertThatThrownBy(() -> reads.get("v1", "Ghost", namespace, "one"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the API server has no kind Ghost under api/v1");
        assertThatThrownBy(() -> reads.get("example.com/v1", "Ghost", namespace, "one"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("the API server answered GET apis/example.com/v1 with 404");
    }

    private void create(String name, String tier) {
        ObjectNode map =
                JsonNodeFactory.instance.objectNode().put("apiVersion", "v1").put("kind", "ConfigMap");
        map.putObject("metadata")
                .put("name", name)
                .putObject("labels")
                .put("of", "this-test")
                .put("tier", tier);
        map.putObject("data").put("tier", tier);
        api.create("/api/v1/namespaces/" + namespace + "/configmaps", map);
    }
}
