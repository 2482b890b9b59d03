package io.kusionstack.operating.host.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
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
class QuotaIT {
    @Test
    void aSetThatExceedsTheQuotaSaysSoHoldsUpNoOtherAndGoesOnWhenTheQuotaIsRaised(
            ControlPlane cluster, SimulatedNodes nodes, TestNamespace namespace) throws Exception {
        assertThat(Await.until(Shop.LIMIT, nodes::areSchedulable)).isTrue();
        try (Shop shop = Shop.open(cluster, namespace.name())) {
            String quota = limitPods(shop, namespace, 4);
            shop.set("other", 1);
            await(shop, "other", Shop.OLD, 1);

            shop.set("web", 5);
            await(shop, "web", Shop.OLD, 3);
            assertThat(Await.until(
                            Shop.LIMIT,
                            () -> told(shop, "Scale")
                                    .matches(
                                            "False ScaleOutFailed: creating a Pod was refused \\(403\\): .* is forbidden:"
                                                    + " exceeded quota: pods-limit, .*; free or raise the quota")))
                    .as(told(shop, "Scale"))
                    .isTrue();
            assertThat(told(shop, "Stalled")).startsWith("True ScaleOutFailed: ");
            shop.update("other", Shop.NEW);
            await(shop, "other", Shop.NEW, 1);

            shop.api.patch(quota, PatchType.MERGE, hard(HostProcess.config(), 10));
            await(shop, "web", Shop.OLD, 5);
            assertThat(Await.until(Shop.LIMIT, () -> told(shop, "Scale").startsWith("True Scaled: ")))
                    .as(told(shop, "Scale"))
                    .isTrue();
            assertThat(told(shop, "Stalled")).isEmpty();
            assertThat(shop.witness.everSeen()).as("no Pod created twice").isEqualTo(6);
            assertThat(ids(shop)).containsExactly("0", "1", "2", "3", "4");
        }
    }

    private static String limitPods(Shop shop, TestNamespace namespace, int pods) {
        String quotas = namespace.path("/api/v1", "resourcequotas");
        ObjectNode quota = HostProcess.config().put("apiVersion", "v1").put("kind", "ResourceQuota");
        quota.withObject("/metadata").put("name", "pods-limit");
        shop.api.create(quotas, hard(quota, pods));
        assertThat(Await.until(
                        Shop.LIMIT,
                        () -> shop.api
                                .get(quotas + "/pods-limit")
                                .at("/status/hard/pods")
                                .asText()
                                .equals(Integer.toString(pods))))
                .isTrue();
        return quotas + "/pods-limit";
    }

    private static ObjectNode hard(ObjectNode quota, int pods) {
        quota.withObject("/spec/hard").put("pods", Integer.toString(pods));
        return quota;
    }

    private static void await(Shop shop, String set, String image, int wanted) throws InterruptedException {
        shop.witness.await(
                wanted + " Pods of " + set + " serving " + image,
                Shop.LIMIT,
                pods -> pods.stream()
                                .filter(pod -> isOf(pod, set) && Shop.serves(pod, image))
                                .count()
                        == wanted);
    }

    private static boolean isOf(JsonNode pod, String set) {
        return pod.at("/metadata/labels/app").asText().equals(set);
    }

    private static List<String> ids(Shop shop) {
        return shop.api.list(shop.podsPath()).items().stream()
                .filter(pod -> isOf(pod, "web"))
                .map(pod -> pod.path("metadata")
                        .path("labels")
                        .path("collaset.kusionstack.io/instance-id")
                        .asText())
                .sorted()
                .toList();
    }

    /** A condition of the set web as one line; empty while there is none. */
    private static String told(Shop shop, String type) {
        for (JsonNode condition : shop.api.get(shop.setPath()).at("/status/conditions")) {
            if (condition.path("type").asText().equals(type)) {
                return condition.path("status").asText() + " "
                        + condition.path("reason").asText() + ": "
                        + condition.path("message").asText();
            }
        }
        return "";
    }
}
