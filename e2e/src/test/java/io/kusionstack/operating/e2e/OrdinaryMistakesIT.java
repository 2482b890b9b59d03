package io.kusionstack.operating.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kusionstack.operating.testbed.Await;
import io.kusionstack.operating.testbed.controlplane.ControlPlane;
import io.kusionstack.operating.testbed.demo.PodBoard;
import io.kusionstack.operating.testbed.demo.SeenPod;
import io.kusionstack.operating.testbed.junit.TestCluster;
import io.kusionstack.operating.testbed.junit.TestNamespace;
import io.kusionstack.operating.testbed.nodes.SimulatedNodes;
import io.kusionstack.operating.testbed.operator.HostProcess;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The packaged operator where probes blink and Services are mistyped. */
@ExtendWith(TestCluster.class)
class OrdinaryMistakesIT {
    private static final int PODS = 4;
    private static final String OLD = "registry.example/web:v1";
    private static final String NEW = "registry.example/web:v2";

    @Test
    void podsThatBlinkedWhileTheyWaitedLeaveOneAfterTheOther(
            ControlPlane cluster, SimulatedNodes nodes, TestNamespace namespace) throws Exception {
        try (Shop shop = Shop.open(cluster, nodes, namespace.name())) {
            shop.applySet("held", PODS);
            assertThat(shop.awaitServing("held", PODS, OLD)).isTrue();
            shop.playground.api().create(shop.rules(), Shop.ruleWithWindow("held", "1"));
            shop.update("held", NEW);
            assertThat(shop.awaitWait("held", wait -> wait.contains("window")))
                    .as("waits: " + shop.waits("held"))
                    .isTrue();

            nodes.unready(namespace.name() + "/held-*", Duration.ofSeconds(2));
            assertThat(await(shop, pods -> pods.stream().noneMatch(SeenPod::inService)))
                    .isTrue();
            assertThat(await(shop, pods -> pods.stream().allMatch(SeenPod::inService)))
                    .as("each gets its mark back while its operation waits")
                    .isTrue();
            PodBoard board = shop.playground.pods();
            board.measure(PODS);
            shop.openWindow();

            assertThat(shop.awaitServing("held", PODS, NEW)).isTrue();
            assertThat(board.mostOutOfService()).isEqualTo(1);
        }
    }

    @Test
    void noPodLeavesForAServiceThatItsPluginCannotServe(
            ControlPlane cluster, SimulatedNodes nodes, TestNamespace namespace) throws Exception {
        try (Shop shop = Shop.open(cluster, nodes, namespace.name())) {
            shop.applySet("blind", PODS);
            assertThat(shop.awaitServing("blind", PODS, OLD)).isTrue();
            shop.playground.api().create(shop.rules(), Shop.rule("blind", "25%"));
            shop.playground.api().create("/api/v1/namespaces/" + namespace.name() + "/services", blindService());
            assertThat(shop.awaitWait("blind", wait -> wait.contains("sbl"))).isTrue();

            shop.update("blind", NEW);
            assertThat(Await.until(
                            Shop.LIMIT,
                            () -> shop.playground.pods().pods().stream()
                                    .noneMatch(pod -> pod.operations().isEmpty())))
                    .isTrue();

            assertThat(shop.playground.pods().pods())
                    .as("all wait at PreCheck")
                    .allMatch(pod -> pod.image().equals(OLD)
                            && pod.operations().stream().noneMatch(label -> label.startsWith("preparing.")));
            assertThat(ready(shop)).isEqualTo(PODS);
        }
    }

    @Test
    void aSliceThatAServiceLeftBehindHoldsNobody(ControlPlane cluster, SimulatedNodes nodes, TestNamespace namespace)
            throws Exception {
        try (Shop shop = Shop.open(cluster, nodes, namespace.name())) {
            shop.applySet("sliced", 2);
            assertThat(shop.awaitServing("sliced", 2, OLD)).isTrue();
            String services = "/api/v1/namespaces/" + namespace.name() + "/services";
            shop.playground.api().create(services, service("sliced", "ClusterIP"));
            String slices = "/apis/discovery.k8s.io/v1/namespaces/" + namespace.name() + "/endpointslices";
            assertThat(Await.until(
                            Shop.LIMIT,
                            () -> shop.playground.api().list(slices).items().stream()
                                    .anyMatch(slice -> slice.path("endpoints").size() == 2)))
                    .isTrue();
            ObjectNode unselected = HostProcess.config();
            unselected.withObject("/spec").putNull("selector");
            shop.patch(services + "/sliced", unselected);

            shop.update("sliced", NEW);

            assertThat(shop.awaitServing("sliced", 2, NEW)).isTrue();
            assertThat(shop.playground.api().list(slices).items())
                    .as("the slice is still there")
                    .anyMatch(slice -> slice.path("endpoints").size() == 2);
        }
    }

    private static boolean await(Shop shop, Predicate<List<SeenPod>> wanted) throws InterruptedException {
        return shop.playground.pods().await(Shop.LIMIT, wanted);
    }

    private static long ready(Shop shop) {
        return shop.playground.api().list(podsOf(shop)).items().stream()
                .filter(OrdinaryMistakesIT::isReady)
                .count();
    }

    private static boolean isReady(JsonNode pod) {
        for (JsonNode condition : pod.at("/status/conditions")) {
            if (condition.path("type").asText().equals("Ready")) {
                return condition.path("status").asText().equals("True");
            }
        }
        return false;
    }

    private static String podsOf(Shop shop) {
        return "/api/v1/namespaces/" + shop.playground.namespace() + "/pods";
    }

    private static ObjectNode blindService() {
        ObjectNode service = service("blind", "LoadBalancer");
        service.withObject("/metadata/labels").put("kusionstack.io/control", "true");
        service.withObject("/metadata/annotations").put("traffic.operating.kusionstack.io/plugin", "sbl");
        return service;
    }

    private static ObjectNode service(String set, String type) {
        ObjectNode service = HostProcess.config().put("apiVersion", "v1").put("kind", "Service");
        service.withObject("/metadata").put("name", set);
        service.withObject("/spec").put("type", type);
        service.withObject("/spec/selector").put("app", set);
        service.withObject("/spec").putArray("ports").addObject().put("port", 80);
        return service;
    }
}
