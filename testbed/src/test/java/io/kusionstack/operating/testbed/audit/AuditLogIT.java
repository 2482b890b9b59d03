package io.kusionstack.operating.testbed.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.kusionstack.operating.testbed.api.ApiException;
import io.kusionstack.operating.testbed.api.Connection;
import io.kusionstack.operating.testbed.api.KubeApi;
import io.kusionstack.operating.testbed.api.PatchType;
import io.kusionstack.operating.testbed.audit.AuditSummary.Tally;
import io.kusionstack.operating.testbed.audit.AuditSummary.What;
import io.kusionstack.operating.testbed.controlplane.ControlPlane;
import io.kusionstack.operating.testbed.junit.TestCluster;
import io.kusionstack.operating.testbed.junit.TestNamespace;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(TestCluster.class)
class AuditLogIT {
    private static final String CLIENT = "audit-log-test";

    private final JsonMapper json = JsonMapper.builder().build();

    @Test
    void tellsWhichWritesOfPodsChangedNothing(ControlPlane cluster, Connection admin, TestNamespace namespace)
            throws Exception {
        String pods = namespace.path("/api/v1", "pods");
        try (KubeApi api = new KubeApi(admin, CLIENT + "/1.0")) {
            api.create(pods, json.readTree("""
                            {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "one"},
                             "spec": {"nodeName": "nowhere", "containers": [{"name": "main", "image": "nothing"}]}}
                            """));
            JsonNode label = json.readTree("{\"metadata\": {\"labels\": {\"a\": \"b\"}}}");
            JsonNode changed = api.patch(pods + "/one", PatchType.STRATEGIC_MERGE, label);
            api.patch(pods + "/one", PatchType.STRATEGIC_MERGE, label);
            String version = changed.path("metadata").path("resourceVersion").asText();
            JsonNode locked = json.readTree(
                    "{\"metadata\": {\"resourceVersion\": \"" + version + "\", \"labels\": {\"a\": \"b\"}}}");
            api.patch(pods + "/one/status", PatchType.STRATEGIC_MERGE, locked);
            JsonNode stale = json.readTree("{\"metadata\": {\"resourceVersion\": \"1\", \"labels\": {\"a\": \"c\"}}}");
            assertThatThrownBy(() -> api.patch(pods + "/one", PatchType.STRATEGIC_MERGE, stale))
                    .isInstanceOfSatisfying(
                            ApiException.class,
                            refusal -> assertThat(refusal.isConflict()).isTrue());
            api.get(pods + "/one");
        }
        Map<What, Tally> expected = Map.of(
                new What(CLIENT, "create", "pods"), new Tally(1, 0, 0, 0),
                new What(CLIENT, "patch", "pods"), new Tally(3, 1, 1, 0),
                new What(CLIENT, "patch", "pods/status"), new Tally(1, 1, 0, 0),
                new What(CLIENT, "get", "pods"), new Tally(1, 0, 0, 0));
        await().untilAsserted(() -> assertThat(summary(cluster).tallies()).isEqualTo(expected));
    }

    private static AuditSummary summary(ControlPlane cluster) throws Exception {
        try (Stream<AuditEvent> events = AuditLog.read(cluster.instance().auditLog())) {
            return AuditSummary.of(events).only(what -> what.client().equals(CLIENT));
        }
    }
}
