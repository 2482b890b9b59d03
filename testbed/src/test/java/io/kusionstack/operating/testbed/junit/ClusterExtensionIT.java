package io.kusionstack.operating.testbed.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.kusionstack.operating.testbed.api.ApiException;
import io.kusionstack.operating.testbed.api.Connection;
import io.kusionstack.operating.testbed.api.KubeApi;
import io.kusionstack.operating.testbed.controlplane.ControlPlane;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(TestCluster.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ClusterExtensionIT {
    private final Set<String> namespaces = ConcurrentHashMap.newKeySet();
    private final Set<ControlPlane> clusters = ConcurrentHashMap.newKeySet();
    private TestNamespace ofBeforeEach = new TestNamespace("none yet");

    @BeforeEach
    void remember(TestNamespace namespace) {
        ofBeforeEach = namespace;
    }

    @RepeatedTest(2)
    void lendsEveryTestANewNamespaceOfTheSameControlPlane(ControlPlane cluster, TestNamespace namespace) {
        clusters.add(cluster);
        assertThat(namespaces.add(namespace.name())).isTrue();
        assertThat(clusters).hasSize(1);
        assertThat(namespace).isEqualTo(ofBeforeEach);
        assertThat(namespace.name()).startsWith("clusterextensionit-");
    }

    @Test
    void lendsANamespaceInWhichPodsCanBeCreated(Connection admin, TestNamespace namespace) {
        try (KubeApi api = new KubeApi(admin, "test-cluster-test/1")) {
            JsonNode pod = api.createFromYaml("""
                            {apiVersion: v1, kind: Pod, metadata: {name: one},
                             spec: {containers: [{name: main, image: nothing}]}}
                            """, namespace.name()).getFirst();
            assertThat(pod.path("metadata").path("namespace").asText()).isEqualTo(namespace.name());
        }
    }

    @Test
    void givesUsersNoRightsOfTheirOwn(ControlPlane cluster, TestNamespace namespace) {
        try (KubeApi guest = new KubeApi(cluster.connection("guest"), "test-cluster-test/1")) {
            assertThatThrownBy(() -> guest.get(namespace.path("/api/v1", "pods")))
                    .isInstanceOfSatisfying(
                            ApiException.class,
                            refusal -> assertThat(refusal.status()).isEqualTo(403));
        }
    }
}
