package io.kusionstack.operating.host.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kusionstack.operating.testbed.Await;
import io.kusionstack.operating.testbed.api.ApiException;
import io.kusionstack.operating.testbed.api.PatchType;
import io.kusionstack.operating.testbed.controlplane.ControlPlane;
import io.kusionstack.operating.testbed.junit.TestCluster;
import io.kusionstack.operating.testbed.junit.TestNamespace;
import io.kusionstack.operating.testbed.nodes.SimulatedNodes;
import io.kusionstack.operating.testbed.operator.HostProcess;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Other clients write Pods without a pause, during all that the operator does with them. */
@ExtendWith(TestCluster.class)
class ContendedPodsIT {
    @Test
    void clientsThatAnnotatePodsNeitherBreakALimitNorStopAnUpdateOrAScaleIn(
            ControlPlane cluster, SimulatedNodes nodes, TestNamespace namespace) throws Exception {
        assertThat(Await.until(Shop.LIMIT, nodes::areSchedulable)).isTrue();
        try (Shop shop = Shop.open(cluster, namespace.name())) {
            shop.rule(IntNode.valueOf(2));
            shop.set(6);
            List<JsonNode> pods = shop.awaitServing(6, Shop.OLD);
            shop.witness.forget();
            try (Storm storm = new Storm(shop, "annotations", pods)) {
                shop.update(Shop.NEW);
                shop.awaitServing(6, Shop.NEW);
                assertThat(shop.witness.everSeen()).as("updated in place").isEqualTo(6);
                shop.scale(4);
                shop.awaitServing(4, Shop.NEW);
                assertThat(storm.writes()).isGreaterThan(100);
            }
            assertThat(shop.witness.mostTakenOut()).isLessThanOrEqualTo(2);
        }
    }

    @Test
    void aPodWhoseLabelsAreWrittenAllTheTimeLeavesTheSlotToOthersAndIsUpdatedAfterwards(
            ControlPlane cluster, SimulatedNodes nodes, TestNamespace namespace) throws Exception {
        assertThat(Await.until(Shop.LIMIT, nodes::areSchedulable)).isTrue();
        try (Shop shop = Shop.open(cluster, namespace.name())) {
            shop.rule(IntNode.valueOf(0));
            shop.set(4);
            shop.awaitServing(4, Shop.OLD);
            shop.update(Shop.NEW);
            List<JsonNode> waiting = shop.witness.await(
                    "all wait",
                    Shop.LIMIT,
                    pods -> pods.stream().noneMatch(pod -> waitsSince(pod).isEmpty()));
            JsonNode first = waiting.stream()
                    .min(Comparator.comparing(ContendedPodsIT::waitsSince))
                    .orElseThrow();
            shop.witness.forget();
            try (Storm storm = new Storm(shop, "labels", List.of(first))) {
                assertThat(Await.until(Shop.LIMIT, () -> storm.writes() > 0)).isTrue();
                shop.limit(IntNode.valueOf(1));
                int before = storm.writes();
                // the contended Pod may win once, and is the only one out for a while
                shop.witness.await(
                        "another one is updated",
                        Shop.LIMIT,
                        pods -> pods.stream()
                                .anyMatch(pod ->
                                        Shop.serves(pod, Shop.NEW) && !name(pod).equals(name(first))));
                assertThat(storm.writes()).isGreaterThan(before);
            }
            shop.awaitServing(4, Shop.NEW);
            assertThat(shop.witness.mostTakenOut()).isLessThanOrEqualTo(1);
        }
    }

    private static String name(JsonNode pod) {
        return pod.at("/metadata/name").asText();
    }

    /** Empty for a Pod that does not wait at PreCheck. */
    private static String waitsSince(JsonNode pod) {
        return pod.at("/metadata/labels").properties().stream()
                .filter(label -> label.getKey().startsWith("pre-check.podopslifecycle"))
                .map(label -> label.getValue().asText())
                .findFirst()
                .orElse("");
    }

    /** Clients that write one field of Pods until they are closed, two for each Pod, each in a closed loop. */
    private static final class Storm implements AutoCloseable {
        private static final int CLIENTS_OF_A_POD = 2;

        private final ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor();
        private final AtomicInteger writes = new AtomicInteger();
        private volatile boolean isOver;

        Storm(Shop shop, String field, List<JsonNode> pods) {
            for (JsonNode pod : pods) {
                String path = shop.podsPath() + "/" + pod.at("/metadata/name").asText();
                for (int i = 0; i < CLIENTS_OF_A_POD; i++) {
                    clients.execute(() -> write(shop, path, field));
                }
            }
        }

        private void write(Shop shop, String path, String field) {
            while (!isOver) {
                ObjectNode patch = HostProcess.config();
                patch.withObject("/metadata").withObjectProperty(field).put("example.com/tick", "" + writes.get());
                try {
                    shop.api.patch(path, PatchType.MERGE, patch);
                    writes.incrementAndGet();
                } catch (ApiException e) {
                    if (e.isNotFound()) {
                        return;
                    }
                }
            }
        }

        int writes() {
            return writes.get();
        }

        @Override
        public void close() {
            isOver = true;
            clients.close();
        }
    }
}
