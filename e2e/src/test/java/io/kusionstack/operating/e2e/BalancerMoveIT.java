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
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A Service is edited under requests, and no request notices. */
@ExtendWith(TestCluster.class)
class BalancerMoveIT {
    private static final int PODS = 3;
    private static final int DRAIN_SECONDS = 2;
    private static final String OLD = "rsp-quickstart";
    private static final String NEW = "rsp-second";

    @Test
    void aMoveToAnotherLoadBalancerAndAWrongPortInTheMiddleOfAnUpdate(
            ControlPlane cluster, SimulatedNodes nodes, TestNamespace namespace) throws Exception {
        try (Shop shop = Shop.open(cluster, nodes, namespace.name())) {
            shop.apply(PODS, DRAIN_SECONDS);
            assertThat(shop.awaitServing("web", PODS, image(1))).isTrue();
            ObjectNode moved = moved();
            shop.playground.balance(moved);
            SlbEmulator balancer = shop.playground.balancer();
            try (Traffic traffic = shop.playground.traffic(Shop.LOAD)) {
                shop.patch(shop.servicePath(), moved);
                shop.update("web", image(2));
                assertThat(Await.until(Shop.LIMIT, () -> isDraining(balancer))).isTrue();
                shop.patch(shop.servicePath(), targetPort(8081));
                assertThat(Await.until(
                                Shop.LIMIT,
                                () -> registered(balancer).stream().anyMatch(spot -> spot.endsWith(":8081"))))
                        .isTrue();
                shop.patch(shop.servicePath(), targetPort(8080));
                assertThat(shop.awaitServing("web", PODS, image(2)))
                        .as("goes on by itself: " + shop.waits("web"))
                        .isTrue();
                assertThat(Await.until(Shop.LIMIT, () -> registered(balancer).equals(spots(shop))))
                        .as("nothing is left on the other port: " + registered(balancer))
                        .isTrue();
                assertThat(balancer.backends(OLD)).isEmpty();
                traffic.stop();
                assertThat(Await.until(Shop.LIMIT, traffic::isQuiet)).isTrue();
                assertThat(traffic.counts().isClean())
                        .as(traffic.counts().toString())
                        .isTrue();
            }
        }
    }

    private static ObjectNode moved() {
        ObjectNode service = HostProcess.config();
        service.withObject("/metadata/labels").put("service.k8s.alibaba/loadbalancer-id", "lb-second");
        service.withObject("/metadata/annotations")
                .put("slb.traffic.operating.kusionstack.io/vserver-groups", NEW + ":80");
        return service;
    }

    private static ObjectNode targetPort(int port) {
        ObjectNode service = HostProcess.config();
        service.withObject("/spec")
                .putArray("ports")
                .addObject()
                .put("name", "http")
                .put("port", 80)
                .put("targetPort", port);
        return service;
    }

    private static boolean isDraining(SlbEmulator balancer) {
        return balancer.backends(NEW).stream().anyMatch(backend -> backend.weight() == 0);
    }

    private static Set<String> registered(SlbEmulator balancer) {
        return balancer.backends(NEW).stream()
                .map(backend -> backend.serverIp() + ":" + backend.port())
                .collect(Collectors.toSet());
    }

    private static Set<String> spots(Shop shop) {
        return shop.addresses("web").stream().map(ip -> ip + ":8080").collect(Collectors.toSet());
    }

    private static String image(int version) {
        return "registry.example/web:v" + version;
    }
}
