package io.kusionstack.operating.host.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kusionstack.operating.testbed.Await;
import io.kusionstack.operating.testbed.api.KubeApi;
import io.kusionstack.operating.testbed.api.PatchType;
import io.kusionstack.operating.testbed.api.Watch;
import io.kusionstack.operating.testbed.api.WatchEvent;
import io.kusionstack.operating.testbed.controlplane.ControlPlane;
import io.kusionstack.operating.testbed.junit.TestCluster;
import io.kusionstack.operating.testbed.junit.TestNamespace;
import io.kusionstack.operating.testbed.nodes.SimulatedNodes;
import io.kusionstack.operating.testbed.operator.HostProcess;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(TestCluster.class)
class ForegroundDeletionIT {
    private static final String POLICIES = "/apis/admissionregistration.k8s.io/v1/";
    private static final String AVAILABLE = "podopslifecycle.kusionstack.io/service-available";

    /** Uids of Pods that were seen out of service before they were seen terminating. */
    private final Set<String> left = ConcurrentHashMap.newKeySet();

    private final Map<String, String> killed = new ConcurrentHashMap<>();
    private final Set<String> terminated = ConcurrentHashMap.newKeySet();
    private final Set<String> seen = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean synced = new AtomicBoolean();

    @Test
    void thePodsOfASetThatIsDeletedInTheForegroundLeaveServiceBeforeTheyAreDeleted(
            ControlPlane cluster, SimulatedNodes nodes, TestNamespace namespace) throws Exception {
        assertThat(Await.until(Shop.LIMIT, nodes::areSchedulable)).isTrue();
        try (Shop shop = Shop.open(cluster, namespace.name())) {
            shop.guardDeletion();
            awaitGuard(shop.api);
            shop.set(3);
            List<JsonNode> pods = shop.awaitServing(3, Shop.OLD);

            try (Watch watch = shop.api.watch(shop.podsPath(), this::see)) {
                assertThat(Await.until(Shop.LIMIT, () -> synced.get() && seen.size() == pods.size()))
                        .isTrue();
                shop.api.delete(shop.setPath(), foreground());
                assertThat(Await.until(Shop.LIMIT, shop::setIsGone)).isTrue();
            }

            assertThat(killed).as("in service when they were deleted").isEmpty();
            assertThat(left).hasSize(pods.size());
            assertThat(shop.reasonsOfEvents("CollaSet")).contains("ForegroundDeletion");
        }
    }

    @Test
    void theFinalizerOfASetThatIsBeingDeletedIsNotTakenOffByHand(
            ControlPlane cluster, SimulatedNodes nodes, TestNamespace namespace) throws Exception {
        assertThat(Await.until(Shop.LIMIT, nodes::areSchedulable)).isTrue();
        try (Shop shop = Shop.open(cluster, namespace.name())) {
            shop.guardDeletion();
            awaitGuard(shop.api);
            shop.rule(IntNode.valueOf(0));
            shop.set(1);
            shop.awaitServing(1, Shop.OLD);
            ObjectNode byHand = HostProcess.config();
            byHand.putObject("metadata").putArray("finalizers");
            shop.api.delete(shop.setPath());

            assertThatThrownBy(() -> shop.api.patch(shop.setPath(), PatchType.MERGE, byHand))
                    .hasMessageContaining("takes the finalizer apps.kusionstack.io/pre-reclaim off");

            shop.deleteRule();
            assertThat(Await.until(Shop.LIMIT, shop::setIsGone)).isTrue();
        }
    }

    private void see(WatchEvent event) {
        JsonNode pod = switch (event) {
            case WatchEvent.Added added -> added.object();
            case WatchEvent.Modified modified -> modified.object();
            case WatchEvent.Deleted deleted -> deleted.object();
            case WatchEvent.Synced synced -> HostProcess.config();
            case WatchEvent.Restarted restarted -> HostProcess.config();
        };
        JsonNode metadata = pod.path("metadata");
        String uid = metadata.path("uid").asText();
        boolean terminating = metadata.has("deletionTimestamp");
        if (event instanceof WatchEvent.Synced) {
            synced.set(true);
        }
        if (!uid.isEmpty()) {
            seen.add(uid);
        }
        if (!terminating && !uid.isEmpty() && !metadata.path("labels").has(AVAILABLE)) {
            left.add(uid);
        }
        if (terminating && terminated.add(uid) && !left.contains(uid)) {
            killed.put(uid, metadata.toString());
        }
    }

    /** The API server enforces a new policy a moment after it was created. */
    private static void awaitGuard(KubeApi api) {
        assertThat(Await.until(
                        Shop.LIMIT,
                        () -> Stream.of("operating-deletion-guard", "operating-finalizer-guard")
                                .allMatch(policy -> api.get(POLICIES + "validatingadmissionpolicies/" + policy)
                                        .path("status")
                                        .has("typeChecking"))))
                .isTrue();
    }

    private static ObjectNode foreground() {
        return HostProcess.config()
                .put("apiVersion", "v1")
                .put("kind", "DeleteOptions")
                .put("propagationPolicy", "Foreground");
    }
}
