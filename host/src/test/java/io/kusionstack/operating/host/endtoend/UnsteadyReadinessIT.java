package io.kusionstack.operating.host.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kusionstack.operating.testbed.Await;
import io.kusionstack.operating.testbed.api.Connection;
import io.kusionstack.operating.testbed.api.PatchType;
import io.kusionstack.operating.testbed.controlplane.ControlPlane;
import io.kusionstack.operating.testbed.junit.TestCluster;
import io.kusionstack.operating.testbed.junit.TestNamespace;
import io.kusionstack.operating.testbed.nodes.Cadence;
import io.kusionstack.operating.testbed.nodes.NodesConfig;
import io.kusionstack.operating.testbed.nodes.SimulatedNodes;
import io.kusionstack.operating.testbed.operator.HostProcess;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * In the middle of an update the Pods that wait are not ready for a while, without any decision of the operator. That is
 * no leave to take them out.
 */
@ExtendWith(TestCluster.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class UnsteadyReadinessIT {
    private static final int PODS = 12;
    private static final String NODE = "unsteady";
    private static final String OTHER_NODE = "steady";
    private static final Duration LIMIT = Duration.ofMinutes(1);

    private Shop shop;
    private SimulatedNodes node;
    private String namespace;

    @BeforeAll
    void begin(ControlPlane cluster, Connection admin, TestNamespace lent) {
        namespace = lent.name();
        node = SimulatedNodes.start(admin, new NodesConfig(List.of(NODE, OTHER_NODE), Cadence.INSTANT, List.of(), 8));
        shop = Shop.open(cluster, namespace);
        ObjectNode cordon = HostProcess.config();
        cordon.withObject("/spec").put("unschedulable", true);
        shop.api.patch("/api/v1/nodes/" + NODE, PatchType.MERGE, cordon);
        shop.api.patch("/api/v1/nodes/" + OTHER_NODE, PatchType.MERGE, cordon);
    }

    @AfterEach
    void bringBack() {
        node.recover(NODE);
    }

    @AfterAll
    void end() {
        shop.close();
        node.unregister();
    }

    @Test
    void aReadinessThatIsAwayForSecondsLetsNobodyPass() throws Exception {
        try (Witness witness = updating("blocked", 1)) {
            node.unready(namespace + "/blocked-*", Duration.ofSeconds(4));
            witness.await("no Pod ready", LIMIT, pods -> pods.stream().noneMatch(UnsteadyReadinessIT::isReady));

            awaitUpdated(witness, PODS);

            assertThat(witness.mostTakenOut()).isEqualTo(1);
            assertThat(witness.mostChanging()).isEqualTo(1);
        }
    }

    @Test
    void aKubeletThatStartsAnewLetsNobodyPass() throws Exception {
        try (Witness witness = updating("restarted", 1)) {
            for (int restarts = 0; restarts < 3; restarts++) {
                int updated = updated(witness);
                node.restartKubelet(NODE);
                awaitUpdated(witness, updated + 2);
            }

            awaitUpdated(witness, PODS);

            assertThat(witness.mostTakenOut()).isEqualTo(1);
            assertThat(witness.mostChanging()).isEqualTo(1);
        }
    }

    @Test
    void onANodeThatIsLostNobodyIsBegunAndNobodyIsKilledWhenItIsBack() throws Exception {
        try (Witness witness = updating("lost", 1)) {
            node.lose(NODE);
            witness.await("no Pod ready", LIMIT, pods -> pods.stream().noneMatch(UnsteadyReadinessIT::isReady));
            pass(Duration.ofSeconds(3));
            assertThat(witness.mostTakenOut()).as("taken out on the lost node").isEqualTo(1);

            node.recover(NODE);
            awaitUpdated(witness, PODS);

            assertThat(witness.mostTakenOut()).isEqualTo(1);
            assertThat(witness.mostChanging()).isEqualTo(1);
        }
    }

    @Test
    void aLimitOfZeroHoldsWhateverBefallsThePods() throws Exception {
        try (Witness witness = serving("frozen", 0)) {
            shop.update("frozen", Shop.NEW);
            witness.await(
                    "all Pods wait",
                    LIMIT,
                    pods -> pods.stream()
                            .noneMatch(pod -> Witness.operations(pod).isEmpty()));

            node.restartKubelet(NODE);
            node.unready(namespace + "/frozen-*", Duration.ofSeconds(2));
            witness.await("no Pod ready", LIMIT, pods -> pods.stream().noneMatch(UnsteadyReadinessIT::isReady));
            awaitReady(witness);
            node.lose(NODE);
            witness.await("no Pod ready", LIMIT, pods -> pods.stream().noneMatch(UnsteadyReadinessIT::isReady));
            pass(Duration.ofSeconds(2));
            node.recover(NODE);
            awaitReady(witness);

            assertThat(witness.mostTakenOut()).isZero();
            assertThat(witness.mostChanging()).isZero();
        }
    }

    @Test
    void aPodThatALostNodeKeepsCostsNoSlotOnceItsReplacementServes() throws Exception {
        shop.rule("kept", IntNode.valueOf(1));
        shop.pool(NODE, "kept");
        shop.setIn("kept", "kept", 1);
        try (Witness witness = shop.witness("kept")) {
            JsonNode first = awaitServing(witness, 1).getFirst();
            shop.pool(NODE, null);
            shop.pool(OTHER_NODE, "kept");
            shop.scale("kept", 4);
            awaitServing(witness, 4);
            node.lose(NODE);
            shop.api.delete(shop.podsPath() + "/" + first.at("/metadata/name").asText());
            awaitServing(witness, 4);
            witness.forget();

            shop.update("kept", Shop.NEW);
            witness.await("all updated", LIMIT, pods -> count(pods, pod -> Shop.serves(pod, Shop.NEW)) == 4);

            assertThat(witness.await("any", LIMIT, pods -> true))
                    .as("the lost node still keeps its Pod")
                    .hasSize(5);
            assertThat(witness.fewestAvailable()).isEqualTo(3);
        }
    }

    private static List<JsonNode> awaitServing(Witness witness, int wanted) throws InterruptedException {
        return witness.await(
                wanted + " serve", LIMIT, pods -> count(pods, pod -> Shop.serves(pod, Shop.OLD)) == wanted);
    }

    /** A set whose update, a Pod after the other, has come to the second Pod. */
    private Witness updating(String name, int maxUnavailable) throws InterruptedException {
        Witness witness = serving(name, maxUnavailable);
        shop.update(name, Shop.NEW);
        awaitUpdated(witness, 1);
        return witness;
    }

    private Witness serving(String name, int maxUnavailable) throws InterruptedException {
        shop.rule(name, IntNode.valueOf(maxUnavailable));
        shop.setOn(NODE, name, PODS);
        Witness witness = shop.witness(name);
        awaitServing(witness, PODS);
        witness.forget();
        return witness;
    }

    private static void awaitUpdated(Witness witness, int wanted) throws InterruptedException {
        witness.await(
                wanted + " Pods updated",
                LIMIT,
                pods -> count(pods, pod -> Shop.serves(pod, Shop.NEW)) >= Math.min(wanted, PODS));
    }

    private static int updated(Witness witness) throws InterruptedException {
        return count(witness.await("any", LIMIT, pods -> true), pod -> Shop.serves(pod, Shop.NEW));
    }

    private static void awaitReady(Witness witness) throws InterruptedException {
        witness.await("all ready", LIMIT, pods -> count(pods, UnsteadyReadinessIT::isReady) == PODS);
    }

    private static boolean isReady(JsonNode pod) {
        return Witness.isTrue(pod, "Ready");
    }

    private static int count(List<JsonNode> pods, Predicate<JsonNode> question) {
        return (int) pods.stream().filter(question).count();
    }

    /** Lets the operator do what it would do wrong. */
    private static void pass(Duration time) {
        long end = System.nanoTime() + time.toNanos();
        Await.until(time.plusSeconds(1), () -> System.nanoTime() >= end);
    }
}
