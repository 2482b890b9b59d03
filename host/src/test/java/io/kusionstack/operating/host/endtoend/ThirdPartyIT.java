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
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Somebody else's controllers, which know only the labels: one operates, one controls traffic. No webhook runs. */
@ExtendWith(TestCluster.class)
class ThirdPartyIT {
    private static final String LIFECYCLE = ".podopslifecycle.kusionstack.io/";
    private static final String FINALIZER = "prot" + LIFECYCLE + "their-balancer";

    @Test
    void aThirdPartyThatWritesLabelsByPlainPatchIsServedWithoutAnyWebhook(
            ControlPlane cluster, SimulatedNodes nodes, TestNamespace namespace) throws Exception {
        assertThat(Await.until(Shop.LIMIT, nodes::areSchedulable)).isTrue();
        try (Shop shop = Shop.open(cluster, namespace.name())) {
            begin(shop);
            JsonNode preparing = await(shop, "out of service", pod -> has(pod, "preparing"));
            assertThat(Witness.isAvailable(preparing)).isFalse();
            assertThat(has(preparing, "operate")).isFalse();

            ObjectNode off = HostProcess.config();
            off.withObject("/metadata").putNull("finalizers");
            patch(shop, off);
            await(shop, "allowed to operate", pod -> has(pod, "operate"));

            ObjectNode finish = HostProcess.config();
            finish.withObject("/metadata/labels").putNull("operating" + LIFECYCLE + "their-id");
            patch(shop, finish);
            JsonNode done = await(shop, "in service again", Witness::isAvailable);
            assertThat(Witness.operations(done)).isEmpty();
        }
    }

    @Test
    void anOperationThatIsGivenUpLeavesThePodInService(
            ControlPlane cluster, SimulatedNodes nodes, TestNamespace namespace) throws Exception {
        assertThat(Await.until(Shop.LIMIT, nodes::areSchedulable)).isTrue();
        try (Shop shop = Shop.open(cluster, namespace.name())) {
            begin(shop);
            await(shop, "out of service", pod -> has(pod, "preparing"));

            ObjectNode undo = HostProcess.config();
            undo.withObject("/metadata/labels").put("undo-operation-type" + LIFECYCLE + "their-id", "restart");
            patch(shop, undo);
            JsonNode done = await(
                    shop,
                    "in service again",
                    pod -> Witness.isAvailable(pod) && Witness.operations(pod).isEmpty());
            assertThat(done.at("/metadata/finalizers/0").asText()).isEqualTo(FINALIZER);
            ObjectNode off = HostProcess.config();
            off.withObject("/metadata").putNull("finalizers");
            patch(shop, off);
        }
    }

    /** A Pod in service, protected by their balancer, on which their operation begins. */
    private static void begin(Shop shop) throws InterruptedException {
        shop.api.create(shop.podsPath(), pod());
        await(shop, "in service", Witness::isAvailable);
        ObjectNode begin = metadata("finalizers", FINALIZER);
        begin.withObject("/metadata/labels")
                .put("operating" + LIFECYCLE + "their-id", "1717505885197871195")
                .put("operation-type" + LIFECYCLE + "their-id", "restart");
        patch(shop, begin);
    }

    private static JsonNode await(Shop shop, String what, Predicate<JsonNode> wanted) throws InterruptedException {
        return shop.witness
                .await(what, Shop.LIMIT, pods -> pods.size() == 1 && wanted.test(pods.get(0)))
                .get(0);
    }

    private static boolean has(JsonNode pod, String prefix) {
        return pod.path("metadata").path("labels").has(prefix + LIFECYCLE + "their-id");
    }

    private static void patch(Shop shop, ObjectNode patch) {
        shop.api.patch(shop.podsPath() + "/solo", PatchType.MERGE, patch);
    }

    private static ObjectNode metadata(String field, String value) {
        ObjectNode patch = HostProcess.config();
        patch.withObject("/metadata").putArray(field).add(value);
        return patch;
    }

    private static ObjectNode pod() {
        ObjectNode pod = HostProcess.config().put("apiVersion", "v1").put("kind", "Pod");
        pod.withObject("/metadata").put("name", "solo");
        pod.withObject("/metadata/labels").put("kusionstack.io/control", "true");
        pod.withObject("/spec")
                .putArray("readinessGates")
                .addObject()
                .put("conditionType", "pod.kusionstack.io/service-ready");
        pod.withObject("/spec")
                .putArray("containers")
                .addObject()
                .put("name", "app")
                .put("image", Shop.OLD);
        return pod;
    }
}
