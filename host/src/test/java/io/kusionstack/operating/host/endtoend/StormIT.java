package io.kusionstack.operating.host.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import io.kusionstack.operating.testbed.Await;
import io.kusionstack.operating.testbed.api.ApiException;
import io.kusionstack.operating.testbed.api.PatchType;
import io.kusionstack.operating.testbed.controlplane.ControlPlane;
import io.kusionstack.operating.testbed.junit.TestCluster;
import io.kusionstack.operating.testbed.junit.TestNamespace;
import io.kusionstack.operating.testbed.nodes.SimulatedNodes;
import io.kusionstack.operating.testbed.operator.HostProcess;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What could create Pods without end, beside a set that serves all the time. */
@ExtendWith(TestCluster.class)
class StormIT {
    private static final String NEVER_BOUND =
            "{\"spec\":{\"template\":{\"spec\":{\"nodeSelector\":{\"no\":\"node\"}}}}}";
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final int DEEP = 1_100;

    @Test
    void noMistakeMakesMorePodsThanReplicasAndNoneStopsTheSetsBesideIt(
            ControlPlane cluster, SimulatedNodes nodes, TestNamespace namespace) throws Exception {
        assertThat(Await.until(Shop.LIMIT, nodes::areSchedulable)).isTrue();
        try (Shop shop = Shop.open(cluster, namespace.name())) {
            unreadable(shop);
            shop.set(2);
            shop.awaitServing(2, Shop.OLD);
            assertThat(told(shop, "huge", "Stalled")).contains("spec.replicas: 2147483647 is more than 10000");
            assertThat(events(shop))
                    .anyMatch(event -> event.contains("deep InvalidSpec: spec.template: it is nested more than 100"))
                    .anyMatch(event -> event.contains("key InvalidSpec: spec.template: the key kkk"));

            shop.witness.forget();
            theSelectorStays(shop);
            podsThatFailAtOnceArePaused(shop);
            orphansAreToldAndCanBeGivenBack(shop);
            assertThat(shop.witness.fewestAvailable()).isGreaterThanOrEqualTo(2);
            assertThat(shop.host().process().isRunning()).isTrue();
        }
    }

    private static void unreadable(Shop shop) throws JsonProcessingException {
        shop.set("deep", 0);
        shop.api.send(
                shop.setPath("deep"),
                PatchType.MERGE,
                raw("{\"spec\":{\"replicas\":1,\"template\":{\"spec\":{\"deep\":" + "{\"a\":".repeat(DEEP) + "1"
                        + "}".repeat(DEEP) + "}}}}"));
        shop.set("key", 0);
        shop.api.send(
                shop.setPath("key"),
                PatchType.MERGE,
                raw("{\"spec\":{\"replicas\":1,\"template\":{\"spec\":{\"" + "k".repeat(60_000) + "\":1}}}}"));
        shop.set("amount", 0);
        shop.api.patch(
                shop.setPath("amount"),
                PatchType.MERGE,
                json(
                        "{\"spec\":{\"template\":{\"spec\":{\"overhead\":{\"memory\":\"1e999999999\"},\"containers\":[{\"name\":\"app\","
                                + "\"image\":\"a\",\"resources\":{\"limits\":{\"memory\":\"1e999999999\"}}}]}}}}"));
        shop.set("huge", 0);
        shop.api.patch(shop.setPath("huge"), PatchType.MERGE, json("{\"spec\":{\"replicas\":2147483647}}"));
    }

    private static void theSelectorStays(Shop shop) throws JsonProcessingException {
        JsonNode both = json("{\"spec\":{\"selector\":{\"matchLabels\":{\"app\":\"other\"}},"
                + "\"template\":{\"metadata\":{\"labels\":{\"app\":\"other\"}}}}}");

        assertThatThrownBy(() -> shop.api.patch(shop.setPath(), PatchType.MERGE, both))
                .isInstanceOf(ApiException.class)
                .hasMessageContaining("selector is not allowed to be changed: create another set");
    }

    /** Whoever watches plays the kubelet that takes none of the Pods. */
    private static void podsThatFailAtOnceArePaused(Shop shop) throws InterruptedException, JsonProcessingException {
        shop.set("full", 0);
        shop.api.patch(shop.setPath("full"), PatchType.MERGE, json(NEVER_BOUND));
        shop.api.patch(shop.setPath("full"), PatchType.MERGE, json("{\"spec\":{\"replicas\":3}}"));
        Set<String> created = new HashSet<>();
        Instant end = Instant.now().plus(Duration.ofSeconds(9));
        Await.until(Duration.ofSeconds(20), () -> {
            for (JsonNode pod :
                    shop.api.list(shop.podsPath() + "?labelSelector=app%3Dfull").items()) {
                reject(shop, pod, created);
            }
            return Instant.now().isAfter(end);
        });

        assertThat(created).hasSizeBetween(2, 5);
        assertThat(told(shop, "full", "Stalled"))
                .contains("Pods end soon after their creation", "OutOfcpu: Node had no cpu");
        assertThat(events(shop)).anyMatch(event -> event.startsWith("full PodsEndSoon: "));
        shop.api.patch(shop.setPath("full"), PatchType.MERGE, json("{\"spec\":{\"replicas\":0}}"));
    }

    private static void reject(Shop shop, JsonNode pod, Set<String> created) {
        if (created.add(pod.at("/metadata/uid").asText())) {
            ObjectNode status = HostProcess.config();
            status.withObject("/status")
                    .put("phase", "Failed")
                    .put("reason", "OutOfcpu")
                    .put("message", "Node had no cpu");
            shop.api.patch(
                    shop.podsPath() + "/" + pod.at("/metadata/name").asText() + "/status", PatchType.MERGE, status);
        }
    }

    private static void orphansAreToldAndCanBeGivenBack(Shop shop)
            throws InterruptedException, JsonProcessingException {
        shop.api.delete(shop.setPath(), json("{\"propagationPolicy\":\"Orphan\"}"));
        assertThat(Await.until(Shop.LIMIT, shop::setIsGone)).isTrue();
        shop.set(2);
        shop.witness.await("four Pods serve", Shop.LIMIT, pods -> serving(pods).size() == 4);
        assertThat(Await.until(Shop.LIMIT, () -> told(shop, "web", "OrphanPods").startsWith("True NotAdopted: 2 Pods")))
                .isTrue();
        String message = told(shop, "web", "OrphanPods");

        JsonNode owner = json(message.substring(message.indexOf("-p '") + 4, message.lastIndexOf("'")));
        for (JsonNode pod : serving(shop.witness.await("Pods", Shop.LIMIT, pods -> true))) {
            if (!pod.path("metadata").has("ownerReferences")) {
                shop.api.patch(shop.podsPath() + "/" + pod.at("/metadata/name").asText(), PatchType.MERGE, owner);
            }
        }

        shop.witness.await(
                "two of four Pods are left",
                Shop.LIMIT,
                pods -> serving(pods).size() == 2
                        && pods.stream().filter(StormIT::isWeb).count() == 2);
        assertThat(Await.until(Shop.LIMIT, () -> told(shop, "web", "OrphanPods").isEmpty()))
                .isTrue();
    }

    private static List<JsonNode> serving(List<JsonNode> pods) {
        return pods.stream()
                .filter(pod -> isWeb(pod) && Shop.serves(pod, Shop.OLD))
                .toList();
    }

    private static boolean isWeb(JsonNode pod) {
        return pod.at("/metadata/labels/app").asText().equals("web");
    }

    private static JsonNode json(String text) throws JsonProcessingException {
        return JSON.readTree(text);
    }

    /** What no tree of this library may hold. */
    private static JsonNode raw(String text) {
        return JsonNodeFactory.instance.rawValueNode(new RawValue(text));
    }

    private static List<String> events(Shop shop) {
        return shop.api.list(shop.eventsPath()).items().stream()
                .map(event -> event.at("/involvedObject/name").asText() + " "
                        + event.path("reason").asText() + ": "
                        + event.path("message").asText())
                .toList();
    }

    /** A condition as one line, once it is there; empty where it is not. */
    private static String told(Shop shop, String set, String type) {
        for (JsonNode condition : shop.api.get(shop.setPath(set)).at("/status/conditions")) {
            if (condition.path("type").asText().equals(type)) {
                return condition.path("status").asText() + " "
                        + condition.path("reason").asText() + ": "
                        + condition.path("message").asText();
            }
        }
        return "";
    }
}
