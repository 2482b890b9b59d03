package io.kusionstack.operating.host.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kusionstack.operating.testbed.Await;
import io.kusionstack.operating.testbed.api.PatchType;
import io.kusionstack.operating.testbed.controlplane.ControlPlane;
import io.kusionstack.operating.testbed.junit.TestCluster;
import io.kusionstack.operating.testbed.junit.TestNamespace;
import io.kusionstack.operating.testbed.nodes.SimulatedNodes;
import io.kusionstack.operating.testbed.operator.HostProcess;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(TestCluster.class)
class HandEditsIT {
    private static final String LIFECYCLE = ".podopslifecycle.kusionstack.io/collaset";
    private static final String INSTANCE = "collaset.kusionstack.io/instance-id";

    /** In the middle of an update somebody deletes the ids, takes labels off a Pod, and writes nonsense into the status. */
    @Test
    void anUpdateEndsWellThoughObjectsAreEditedByHandInTheMiddle(
            ControlPlane cluster, SimulatedNodes nodes, TestNamespace namespace) throws Exception {
        assertThat(Await.until(Shop.LIMIT, nodes::areSchedulable)).isTrue();
        try (Shop shop = Shop.open(cluster, namespace.name())) {
            shop.rule(IntNode.valueOf(1));
            shop.set(4);
            List<JsonNode> pods = shop.awaitServing(4, Shop.OLD);

            shop.witness.forget();
            shop.update(Shop.NEW);
            JsonNode waiting = awaitWaiting(shop);
            shop.api.delete(shop.contextPath());
            shop.api.patch(
                    shop.podsPath() + "/" + waiting.at("/metadata/name").asText(), PatchType.MERGE, withoutOperation());
            shop.api.patch(shop.setPath() + "/status", PatchType.MERGE, nonsense());

            List<JsonNode> updated = shop.awaitServing(4, Shop.NEW);
            assertThat(names(updated)).as("updated in place").isEqualTo(names(pods));
            assertThat(ids(updated)).isEqualTo(ids(pods));
            assertThat(shop.witness.doubledIds()).isEmpty();
            assertThat(shop.witness.fewestAvailable()).isGreaterThanOrEqualTo(3);
            assertThat(Await.until(
                            Shop.LIMIT,
                            () -> shop.api
                                            .get(shop.setPath())
                                            .at("/status/updatedAvailableReplicas")
                                            .asInt()
                                    == 4))
                    .isTrue();
        }
    }

    private static JsonNode awaitWaiting(Shop shop) throws InterruptedException {
        return shop
                .witness
                .await(
                        "one Pod waits for its turn",
                        Shop.LIMIT,
                        pods -> pods.stream().anyMatch(HandEditsIT::isWaiting))
                .stream()
                .filter(HandEditsIT::isWaiting)
                .findFirst()
                .orElseThrow();
    }

    private static boolean isWaiting(JsonNode pod) {
        return pod.path("metadata").path("labels").has("pre-check" + LIFECYCLE);
    }

    private static ObjectNode withoutOperation() {
        ObjectNode patch = HostProcess.config();
        patch.withObject("/metadata/labels")
                .putNull("operating" + LIFECYCLE)
                .putNull("operation-type" + LIFECYCLE)
                .putNull("pre-check" + LIFECYCLE);
        return patch;
    }

    private static ObjectNode nonsense() {
        ObjectNode patch = HostProcess.config();
        patch.withObject("/status")
                .put("updatedRevision", "web-nonsense")
                .put("updatedAvailableReplicas", 99)
                .put("collisionCount", 7);
        return patch;
    }

    private static List<String> names(List<JsonNode> pods) {
        return pods.stream()
                .map(pod -> pod.at("/metadata/name").asText())
                .sorted()
                .toList();
    }

    private static List<String> ids(List<JsonNode> pods) {
        return pods.stream()
                .map(pod -> pod.path("metadata").path("labels").path(INSTANCE).asText())
                .sorted()
                .toList();
    }
}
