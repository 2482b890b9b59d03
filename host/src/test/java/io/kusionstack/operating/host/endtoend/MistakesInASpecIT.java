package io.kusionstack.operating.host.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.kusionstack.operating.testbed.Await;
import io.kusionstack.operating.testbed.api.PatchType;
import io.kusionstack.operating.testbed.controlplane.ControlPlane;
import io.kusionstack.operating.testbed.junit.TestCluster;
import io.kusionstack.operating.testbed.junit.TestNamespace;
import io.kusionstack.operating.testbed.nodes.SimulatedNodes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a user writes by mistake takes nobody out of service, on a real control plane. */
@ExtendWith(TestCluster.class)
class MistakesInASpecIT {
    private static final YAMLMapper YAML = new YAMLMapper();

    @Test
    void noMistakeInASpecMakesThingsWorse(ControlPlane cluster, SimulatedNodes nodes, TestNamespace namespace)
            throws Exception {
        assertThat(Await.until(Shop.LIMIT, nodes::areSchedulable)).isTrue();
        try (Shop shop = Shop.open(cluster, namespace.name())) {
            shop.rule(IntNode.valueOf(1));
            shop.set(3);
            shop.awaitServing(3, Shop.OLD);

            aRefusedTemplateTouchesNobody(shop);
            theOptInStaysThoughTheTemplateDropsIt(shop);
            aHeldVersionStaysHeldThroughZero(shop);
            aSpecThatIsNotOfferedLeavesTheOneBeforeInForce(shop);
        }
    }

    private static void aRefusedTemplateTouchesNobody(Shop shop) throws Exception {
        shop.witness.forget();
        edit(
                shop,
                "template: {spec: {containers: [{name: app, image: '" + Shop.OLD + "', env: [{name: A, value: 5}]}]}}");
        awaitTold(
                shop,
                "Stalled",
                "True TemplateRefused: the API server does not take Pods of spec.template \\(400\\): .*number.*");
        assertThat(shop.witness.fewestAvailable()).isEqualTo(3);

        edit(shop, "template: {spec: {containers: [{name: app, image: '" + Shop.OLD + "'}]}}");
        awaitTold(shop, "Stalled", "");
        assertThat(shop.witness.everSeen()).isEqualTo(3);
        assertThat(shop.witness.fewestAvailable()).isEqualTo(3);
    }

    private static void theOptInStaysThoughTheTemplateDropsIt(Shop shop) throws Exception {
        edit(shop, "template: {metadata: {labels: {kusionstack.io/control: 'true', tier: front}}}");
        shop.awaitServing(3, Shop.OLD);
        edit(shop, "template: {metadata: {labels: {kusionstack.io/control: null, tier: null}}}");
        shop.update(Shop.NEW);
        shop.awaitServing(3, Shop.NEW);
        assertThat(shop.witness.fewestAvailable()).isGreaterThanOrEqualTo(2);
        assertThat(shop.witness.everSeen()).isEqualTo(3);
        awaitTold(shop, "Update", "True Updated: 3 of 3 Pods in scope run the newest revision and serve");
    }

    private static void aHeldVersionStaysHeldThroughZero(Shop shop) throws Exception {
        edit(shop, "paused: true");
        shop.update(Shop.OLD);
        shop.scale(0);
        shop.witness.await("no Pod left", Shop.LIMIT, pods -> pods.isEmpty());
        awaitTold(shop, "Update", "False NoPods: no Pod of the set exists");
        shop.scale(3);
        shop.awaitServing(3, Shop.NEW);
    }

    private static void aSpecThatIsNotOfferedLeavesTheOneBeforeInForce(Shop shop) throws Exception {
        shop.witness.forget();
        edit(shop, "paused: false");
        shop.witness.await(
                "a Pod out of service", Shop.LIMIT, pods -> pods.stream().anyMatch(pod -> !Witness.isAvailable(pod)));
        edit(shop, "updateStrategy: {podUpgradePolicy: Replace}");
        awaitTold(shop, "Stalled", "True InvalidSpec: .*\"Replace\" is not offered.*");
        shop.witness.await(
                "3 Pods in service without operations",
                Shop.LIMIT,
                pods -> pods.size() == 3
                        && pods.stream()
                                .allMatch(pod -> Witness.isAvailable(pod)
                                        && Witness.operations(pod).isEmpty()));
        assertThat(shop.witness.fewestAvailable()).isGreaterThanOrEqualTo(2);

        JsonNode lost = shop.api.get(shop.podsPath()).path("items").path(0);
        shop.api.delete(shop.podsPath() + "/" + lost.at("/metadata/name").asText());
        shop.witness.await(
                "another Pod in its place",
                Shop.LIMIT,
                pods -> pods.size() == 3
                        && pods.stream()
                                .allMatch(pod -> Witness.isAvailable(pod)
                                        && !pod.at("/metadata/uid").equals(lost.at("/metadata/uid"))));

        edit(shop, "updateStrategy: {podUpgradePolicy: InPlaceIfPossible}");
        shop.awaitServing(3, Shop.OLD);
    }

    private static void edit(Shop shop, String spec) throws Exception {
        shop.api.patch(shop.setPath(), PatchType.MERGE, YAML.readTree("{spec: {" + spec + "}}"));
    }

    private static void awaitTold(Shop shop, String type, String expected) throws Exception {
        assertThat(Await.until(Shop.LIMIT, () -> told(shop, type).matches(expected)))
                .as(told(shop, type))
                .isTrue();
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
