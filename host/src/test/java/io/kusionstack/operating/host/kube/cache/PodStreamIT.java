package io.kusionstack.operating.host.kube.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kusionstack.operating.host.kube.Cluster;
import io.kusionstack.operating.host.kube.write.Fence;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.testbed.api.KubeApi;
import io.kusionstack.operating.testbed.controlplane.ControlPlane;
import io.kusionstack.operating.testbed.controlplane.ControlPlaneOptions;
import io.kusionstack.operating.testbed.junit.TestCluster;
import io.kusionstack.operating.testbed.junit.TestNamespace;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** In each encoding, on a control plane of its own, whose watches end after 3 to 6 seconds, and whose API server may be taken away. */
@ParameterizedClass
@EnumSource(PodStream.Encoding.class)
class PodStreamIT {
    @RegisterExtension
    static final TestCluster CLUSTER = TestCluster.with(TestCluster.defaults()
            .withoutControllers()
            .withoutAudit()
            .withApiServerFlags("--min-request-timeout=3", "--disable-admission-plugins=ServiceAccount"));

    private final PodStream.Encoding encoding;
    private ControlPlane plane;
    private Cluster cluster;

    PodStreamIT(PodStream.Encoding encoding) {
        this.encoding = encoding;
    }

    @BeforeEach
    void start(ControlPlane lent, TestInfo test) {
        plane = lent;
        String method = test.getTestMethod().orElseThrow().getName();
        String name = (method + "-" + encoding).toLowerCase(Locale.ROOT);
        try (KubeApi api = new KubeApi(lent.connection(ControlPlaneOptions.ADMIN), "kube-it/1")) {
            ObjectNode namespace = JsonNodeFactory.instance.objectNode();
            namespace.putObject("metadata").put("name", name);
            api.create("/api/v1/namespaces", namespace);
        }
        cluster = new Cluster(lent, new TestNamespace(name), Cluster.openGate(), Fence.alwaysOpen(), encoding);
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    @Test
    void bringsWhatIsThereAndWhatChanges() {
        cluster.api.create(cluster.path("pods"), cluster.body("before"));
        cluster.started();
        assertThat(cluster.find("before").map(PodRecord::phase)).contains("Pending");

        PodRecord pod = cluster.pod("after");
        cluster.api.delete(cluster.path("pods") + "/after", graceless());

        Cluster.await().until(() -> cluster.find("after").isEmpty());
        assertThat(cluster.cache.byUid(pod.uid())).isEmpty();
        assertThat(cluster.cache.ownedBy(cluster.ownerUid))
                .extracting(PodRecord::name)
                .containsExactly("before");
    }

    @Test
    void goesOnWithoutAListWhenTheServerClosesTheWatch() {
        cluster.started();
        Cluster.await().until(() -> cluster.metrics.count("resumed Pod") >= 2);

        cluster.pod("a");

        assertThat(cluster.metrics.count("relisted Pod gone")).isZero();
        assertThat(cluster.metrics.count("relisted Pod epoch")).isZero();
    }

    @Test
    void comesBackWithTheApiServer() {
        cluster.started();
        cluster.pod("a");
        plane.stopApiServer();
        Awaitility.await()
                .pollDelay(Duration.ofSeconds(10))
                .atMost(Duration.ofSeconds(30))
                .until(() -> cluster.stream.health().stream().noneMatch(ClusterCaches.StreamHealth::connected));
        assertThat(cluster.find("a")).isPresent();

        plane.startApiServer();

        cluster.pod("b");
        assertThat(cluster.metrics.count("relisted Pod epoch")).isZero();
        assertThat(cluster.cache.size()).isEqualTo(2);
    }

    @Test
    void tellsItsHealth() {
        assertThat(cluster.stream.health())
                .extracting(
                        ClusterCaches.StreamHealth::name,
                        ClusterCaches.StreamHealth::synced,
                        ClusterCaches.StreamHealth::connected)
                .containsExactly(tuple("pods in " + cluster.namespace.name(), false, false));
        cluster.started();
        List<ClusterCaches.StreamHealth> health = cluster.stream.health();
        assertThat(health).allMatch(ClusterCaches.StreamHealth::synced).allMatch(one -> one.isAlive(Instant.now()));
        assertThat(health).noneMatch(one -> one.isAlive(Instant.now().plusSeconds(600)));
    }

    private static JsonNode graceless() {
        return JsonNodeFactory.instance.objectNode().put("gracePeriodSeconds", 0);
    }
}
