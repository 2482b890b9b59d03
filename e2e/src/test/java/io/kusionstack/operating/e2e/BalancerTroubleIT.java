package io.kusionstack.operating.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kusionstack.operating.testbed.Await;
import io.kusionstack.operating.testbed.controlplane.ControlPlane;
import io.kusionstack.operating.testbed.demo.Traffic;
import io.kusionstack.operating.testbed.junit.TestCluster;
import io.kusionstack.operating.testbed.junit.TestNamespace;
import io.kusionstack.operating.testbed.nodes.SimulatedNodes;
import io.kusionstack.operating.testbed.operator.HostProcess;
import io.kusionstack.operating.testbed.slb.SlbEmulator;
import io.kusionstack.operating.testbed.slb.SlbFault;
import io.kusionstack.operating.testbed.slb.SlbFaults;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A load balancer that does not do what it is asked: its Pods wait and say why, nobody else waits, and all go on by themselves. */
@ExtendWith(TestCluster.class)
class BalancerTroubleIT {
    private static final int PODS = 3;
    /** Longer than a request takes: one that outlasts the drain it was given is nobody's promise. */
    private static final int DRAIN_SECONDS = 2;

    private static final int FREE = 2;

    @Test
    void onlyItsPodsWaitUntilTheTroubleIsOver(ControlPlane cluster, SimulatedNodes nodes, TestNamespace namespace)
            throws Exception {
        try (Shop shop = Shop.open(cluster, nodes, namespace.name())) {
            shop.apply(PODS, DRAIN_SECONDS);
            shop.applyFree(FREE);
            assertThat(shop.awaitServing("web", PODS, image(1))).isTrue();
            SlbEmulator balancer = shop.playground.balancer();
            try (Traffic traffic = shop.playground.traffic(Shop.LOAD)) {
                trouble(shop, 2, balancer::goDown, balancer::comeBack);
                trouble(shop, 3, () -> refuse(balancer, 400, "Throttling.User"), balancer.faults()::clear);
                trouble(shop, 4, () -> refuse(balancer, 500, "InternalError"), balancer.faults()::clear);
                lostAnswers(shop, 5);
                trouble(shop, 6, () -> refuse(balancer, 400, "InvalidParameter"), balancer.faults()::clear);
                traffic.stop();
                assertThat(Await.until(Shop.LIMIT, traffic::isQuiet)).isTrue();
                assertThat(traffic.counts().isClean())
                        .as(traffic.counts().toString())
                        .isTrue();
            }
            assertThat(shop.drains())
                    .allMatch(drain -> drain.lasted().compareTo(Duration.ofSeconds(DRAIN_SECONDS)) >= 0);
            assertThat(shop.registered()).isEqualTo(shop.addresses("web"));
        }
    }

    @Test
    void aServiceThatSaysTooLittleOrNamesAnUnknownPluginIsToldSo(
            ControlPlane cluster, SimulatedNodes nodes, TestNamespace namespace) throws Exception {
        try (Shop shop = Shop.open(cluster, nodes, namespace.name())) {
            shop.applyFree(FREE);
            shop.apply(PODS, DRAIN_SECONDS);
            assertThat(shop.awaitServing("web", PODS, image(1))).isTrue();

            ObjectNode withoutId = HostProcess.config();
            withoutId.withObject("/metadata/labels").putNull("service.k8s.alibaba/loadbalancer-id");
            ObjectNode withId = HostProcess.config();
            withId.withObject("/metadata/labels").put("service.k8s.alibaba/loadbalancer-id", "lb-quickstart");
            wrongService(shop, 2, withoutId, "service.k8s.alibaba/loadbalancer-id", withId);

            ObjectNode unknown = HostProcess.config();
            unknown.withObject("/metadata/annotations").put("traffic.operating.kusionstack.io/plugin", "sbl");
            ObjectNode known = HostProcess.config();
            known.withObject("/metadata/annotations").put("traffic.operating.kusionstack.io/plugin", "slb");
            wrongService(shop, 3, unknown, "slb", known);
        }
    }

    private static void wrongService(Shop shop, int version, ObjectNode wrong, String told, ObjectNode right)
            throws Exception {
        shop.patch(shop.servicePath(), wrong);
        shop.update("web", image(version));
        shop.update("free", image(version));
        assertThat(shop.awaitServing("free", FREE, image(version)))
                .as("others go on")
                .isTrue();
        assertThat(shop.awaitWait("web", wait -> wait.contains(told)))
                .as("told " + told + ": " + shop.waits("web"))
                .isTrue();
        shop.patch(shop.servicePath(), right);
        assertThat(shop.awaitServing("web", PODS, image(version)))
                .as("goes on by itself")
                .isTrue();
    }

    private static void trouble(Shop shop, int version, Runnable begin, Runnable end) throws Exception {
        begin.run();
        shop.update("web", image(version));
        shop.update("free", image(version));
        assertThat(shop.awaitServing("free", FREE, image(version)))
                .as("others go on")
                .isTrue();
        assertThat(shop.awaitWait("web", wait -> wait.startsWith("Traffic") || wait.startsWith("Plugin")))
                .as("told: " + shop.waits("web"))
                .isTrue();
        System.out.println("BalancerTroubleIT " + shop.waits("web"));
        end.run();
        assertThat(shop.awaitServing("web", PODS, image(version)))
                .as("goes on by itself")
                .isTrue();
    }

    /** Every change is made and its answer is lost, twice each. */
    private static void lostAnswers(Shop shop, int version) throws Exception {
        SlbFaults faults = shop.playground.balancer().faults();
        for (String action : Set.of(
                "SetVServerGroupAttribute", "RemoveVServerGroupBackendServers", "AddVServerGroupBackendServers")) {
            faults.add(action, 0, 2, new SlbFault.ApplyAndDrop());
        }
        shop.update("web", image(version));
        assertThat(shop.awaitServing("web", PODS, image(version)))
                .as("answers lost")
                .isTrue();
        faults.clear();
    }

    private static void refuse(SlbEmulator balancer, int status, String code) {
        balancer.faults().always(SlbFaults.ANY, new SlbFault.Refuse(status, code, "not now"));
    }

    private static String image(int version) {
        return "registry.example/web:v" + version;
    }
}
