package io.kusionstack.operating.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.testbed.Await;
import io.kusionstack.operating.testbed.controlplane.ControlPlane;
import io.kusionstack.operating.testbed.demo.Counts;
import io.kusionstack.operating.testbed.demo.Traffic;
import io.kusionstack.operating.testbed.junit.TestCluster;
import io.kusionstack.operating.testbed.junit.TestNamespace;
import io.kusionstack.operating.testbed.nodes.SimulatedNodes;
import io.kusionstack.operating.testbed.operator.HostProcess;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The operator ends at any moment, while Pods drain, register and are confirmed; the next one goes on. */
@ExtendWith(TestCluster.class)
class KilledUnderTrafficIT {
    private static final int PODS = 6;
    private static final int MOST_OUT = 2;
    private static final int KILLS = 30;
    private static final int DRAIN_SECONDS = 2;

    @Test
    void thirtyKillsMisrouteNoRequestLeakNoBackendAndCutNoDrainShort(
            ControlPlane cluster, SimulatedNodes nodes, TestNamespace namespace) throws Exception {
        long seed = System.nanoTime();
        System.out.println("KilledUnderTrafficIT seed " + seed);
        try (Shop shop = Shop.open(cluster, nodes, namespace.name())) {
            shop.apply(PODS, DRAIN_SECONDS);
            assertThat(shop.awaitServing("web", PODS, image(0))).as("all serve").isTrue();
            shop.playground.pods().measure(PODS);
            try (Traffic traffic = shop.playground.traffic(Shop.LOAD)) {
                String image = killed(shop, new Random(seed));
                assertThat(shop.awaitServing("web", PODS, image))
                        .as("completes, seed " + seed)
                        .isTrue();
                traffic.stop();
                assertThat(Await.until(Shop.LIMIT, traffic::isQuiet)).isTrue();
                Counts counts = traffic.counts();
                System.out.println("KilledUnderTrafficIT " + counts.requests() + " requests, "
                        + shop.drains().size() + " drains");
                assertThat(counts.isClean()).as("seed " + seed + " " + counts).isTrue();
            }
            assertThat(shop.drains())
                    .as("seed " + seed)
                    .isNotEmpty()
                    .allMatch(drain -> drain.lasted().compareTo(Duration.ofSeconds(DRAIN_SECONDS)) >= 0);
            assertThat(shop.registered()).as("seed " + seed).isEqualTo(shop.addresses("web"));
            assertThat(shop.playground.pods().mostOutOfService())
                    .as("seed " + seed)
                    .isLessThanOrEqualTo(MOST_OUT);
            assertThat(shop.playground.pods().everSeen()).as("updated in place").isEqualTo(PODS);
        }
    }

    private static String killed(Shop shop, Random random) {
        HostProcess host = shop.playground.host();
        String image = image(0);
        for (int kill = 0; kill < KILLS; kill++) {
            if (kill % 5 == 0) {
                image = image(1 + kill / 5);
                shop.update("web", image);
            }
            pass(Duration.ofMillis(random.nextInt(4_000)));
            host.process().kill();
            host.process().start();
            host.awaitReady();
        }
        return image;
    }

    private static String image(int version) {
        return "registry.example/web:v" + (version + 1);
    }

    /** Lets the operator work for a while: how far it gets is what this test varies. */
    private static void pass(Duration time) {
        long end = System.nanoTime() + time.toNanos();
        Await.until(time.plusSeconds(1), () -> System.nanoTime() >= end);
    }
}
