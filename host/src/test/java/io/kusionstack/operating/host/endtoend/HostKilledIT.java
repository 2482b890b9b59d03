package io.kusionstack.operating.host.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.IntNode;
import io.kusionstack.operating.testbed.Await;
import io.kusionstack.operating.testbed.controlplane.ControlPlane;
import io.kusionstack.operating.testbed.junit.TestCluster;
import io.kusionstack.operating.testbed.junit.TestNamespace;
import io.kusionstack.operating.testbed.nodes.SimulatedNodes;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(TestCluster.class)
class HostKilledIT {
    private static final int PODS = 10;
    private static final int KILLS = 20;

    @Test
    void anUpdateCompletesUnderItsRuleThoughTheHostIsKilledTwentyTimes(
            ControlPlane cluster, SimulatedNodes nodes, TestNamespace namespace) throws Exception {
        long seed = System.nanoTime();
        System.out.println("HostKilledIT seed " + seed);
        Random random = new Random(seed);
        assertThat(Await.until(Shop.LIMIT, nodes::areSchedulable)).isTrue();
        try (Shop shop = Shop.open(cluster, namespace.name())) {
            shop.rule(IntNode.valueOf(2));
            shop.set(PODS);
            shop.awaitServing(PODS, Shop.OLD);
            shop.witness.forget();
            String image = Shop.NEW;
            for (int kill = 0; kill < KILLS; kill++) {
                if (kill % 5 == 0) {
                    image = image.equals(Shop.NEW) ? Shop.OLD : Shop.NEW;
                    shop.update(image);
                }
                pass(Duration.ofMillis(random.nextInt(5000)));
                shop.host().process().kill();
                shop.host().process().start();
                shop.host().awaitReady();
            }
            shop.awaitServing(PODS, image);
            assertThat(shop.witness.fewestAvailable()).as("seed " + seed).isGreaterThanOrEqualTo(PODS - 2);
            assertThat(shop.witness.everSeen()).as("seed " + seed).isEqualTo(PODS);
            assertThat(shop.witness.doubledIds()).as("seed " + seed).isEmpty();
        }
    }

    /** Lets the operator work for a while: how far it gets is what this test varies. */
    private static void pass(Duration time) {
        long end = System.nanoTime() + time.toNanos();
        Await.until(time.plusSeconds(1), () -> System.nanoTime() >= end);
    }
}
