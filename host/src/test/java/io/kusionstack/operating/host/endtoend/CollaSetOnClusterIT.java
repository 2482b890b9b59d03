package io.kusionstack.operating.host.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.kusionstack.operating.testbed.Await;
import io.kusionstack.operating.testbed.controlplane.ControlPlane;
import io.kusionstack.operating.testbed.junit.TestCluster;
import io.kusionstack.operating.testbed.junit.TestNamespace;
import io.kusionstack.operating.testbed.nodes.SimulatedNodes;
import io.kusionstack.operating.testbed.operator.HostProcess;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@ExtendWith(TestCluster.class)
class CollaSetOnClusterIT {
    @ParameterizedTest(name = "field tracking {0}, Pods in {1}")
    @CsvSource({"Cleared, Protobuf", "Kept, JSON"})
    void fiftyPodsAreUpdatedScaledRolledBackAndDeletedUnderARuleThatHoldsAtEveryInstant(
            String fieldTracking, String encoding, ControlPlane cluster, SimulatedNodes nodes, TestNamespace namespace)
            throws Exception {
        ObjectNode pods =
                HostProcess.config().put("fieldTracking", fieldTracking).put("encoding", encoding);
        assertThat(Await.until(Shop.LIMIT, nodes::areSchedulable)).isTrue();
        try (Shop shop = Shop.open(cluster, namespace.name(), pods)) {
            shop.rule(TextNode.valueOf("20%"));
            shop.set(50);
            shop.awaitServing(50, Shop.OLD);

            shop.witness.forget();
            shop.update(Shop.NEW);
            shop.awaitServing(50, Shop.NEW);
            assertThat(shop.witness.everSeen()).as("updated in place").isEqualTo(50);
            assertThat(shop.awaitServing(50, Shop.NEW))
                    .allMatch(pod -> pod.at("/metadata/managedFields").isEmpty() == fieldTracking.equals("Cleared"));
            assertThat(shop.witness.fewestAvailable()).isGreaterThanOrEqualTo(40);

            shop.scale(20);
            shop.awaitServing(20, Shop.NEW);
            assertThat(shop.witness.fewestAvailable()).isGreaterThanOrEqualTo(16);

            shop.witness.forget();
            shop.update(Shop.OLD);
            shop.awaitServing(20, Shop.OLD);
            assertThat(shop.witness.fewestAvailable()).isGreaterThanOrEqualTo(16);
            assertThat(shop.witness.everSeen()).as("rolled back in place").isEqualTo(50);

            shop.delete();
            assertThat(Await.until(Shop.LIMIT, shop::setIsGone)).isTrue();
            shop.witness.await("no Pod left", Shop.LIMIT, all -> all.isEmpty());
            assertThat(shop.witness.doubledIds()).isEmpty();
            assertThat(shop.host().process().isRunning()).isTrue();
        }
    }
}
