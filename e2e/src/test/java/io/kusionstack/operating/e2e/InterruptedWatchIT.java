package io.kusionstack.operating.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kusionstack.operating.testbed.Await;
import io.kusionstack.operating.testbed.controlplane.ControlPlane;
import io.kusionstack.operating.testbed.demo.PodBoard;
import io.kusionstack.operating.testbed.junit.TestCluster;
import io.kusionstack.operating.testbed.junit.TestNamespace;
import io.kusionstack.operating.testbed.nodes.SimulatedNodes;
import io.kusionstack.operating.testbed.operator.HostProcess;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Isolated;

/** The packaged operator while the API server serves rules no more; nobody else's rules then either. */
@Isolated
@ExtendWith(TestCluster.class)
class InterruptedWatchIT {
    private static final int PODS = 3;
    private static final String OLD = "registry.example/web:v1";
    private static final String NEW = "registry.example/web:v2";
    private static final String DEFINITION =
            "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/podtransitionrules.apps.kusionstack.io";

    @Test
    void noPodLeavesServiceBeforeTheRulesAreWatchedAgain(
            ControlPlane cluster, SimulatedNodes nodes, TestNamespace namespace) throws Exception {
        try (Shop shop = Shop.open(cluster, nodes, namespace.name())) {
            shop.applySet("watched", PODS);
            assertThat(shop.awaitServing("watched", PODS, OLD)).isTrue();
            shop.playground.api().create(shop.rules(), Shop.ruleWithWindow("watched", "1"));
            shop.update("watched", NEW);
            assertThat(shop.awaitWait("watched", wait -> wait.contains("window")))
                    .isTrue();
            PodBoard board = shop.playground.pods();
            board.measure(PODS);

            try {
                serveRules(shop, false);
                assertThat(shop.awaitWait("watched", InterruptedWatchIT::isInterrupted))
                        .as("waits: " + shop.waits("watched"))
                        .isTrue();
                shop.openWindow();
                assertThat(Await.until(
                                Shop.LIMIT,
                                () -> shop.waits("watched").stream().noneMatch(wait -> wait.contains("window"))))
                        .as("waits: " + shop.waits("watched"))
                        .isTrue();
                assertThat(shop.waits("watched")).anyMatch(InterruptedWatchIT::isInterrupted);
                assertThat(board.mostOutOfService()).isZero();
            } finally {
                serveRules(shop, true);
            }

            assertThat(shop.awaitServing("watched", PODS, NEW)).isTrue();
            assertThat(board.mostOutOfService()).isEqualTo(1);
        }
    }

    private static boolean isInterrupted(String wait) {
        return wait.contains("the watch of PodTransitionRule is interrupted");
    }

    private static void serveRules(Shop shop, boolean served) {
        JsonNode definition = shop.playground.api().find(DEFINITION).orElseThrow();
        ArrayNode versions = (ArrayNode) definition.at("/spec/versions").deepCopy();
        versions.forEach(version -> ((ObjectNode) version).put("served", served));
        ObjectNode patch = HostProcess.config();
        patch.withObject("/spec").set("versions", versions);
        shop.patch(DEFINITION, patch);
    }
}
