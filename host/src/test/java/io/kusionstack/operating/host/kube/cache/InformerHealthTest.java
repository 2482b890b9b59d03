package io.kusionstack.operating.host.kube.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.kusionstack.operating.host.kube.FakeApi;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InformerHealthTest {
    @TempDir
    Path folder;

    private Instant now = Instant.parse("2026-01-01T00:00:00Z");

    @Test
    void aWatchThatIsClosedCountsFromWhenSomebodyFirstAsked() {
        Config nowhere = Config.empty();
        nowhere.setMasterUrl("http://127.0.0.1:1");
        try (KubernetesClient client =
                new KubernetesClientBuilder().withConfig(nowhere).build()) {
            InformerCache<Service> cache = new InformerCache<>(Service.class, client, List.of(), () -> now);
            now = now.plus(Duration.ofMinutes(23));
            assertThat(cache.health().isAlive(now)).as("nobody asked before").isTrue();
            now = now.plus(Duration.ofMinutes(2));
            assertThat(cache.health().isAlive(now)).isTrue();
            now = now.plus(Duration.ofMinutes(2));
            assertThat(cache.health().isAlive(now)).isFalse();
        }
    }

    @Test
    void theWatchOfNodesIsAmongThoseThatAreLookedAt() {
        try (FakeApi api = new FakeApi();
                ObjectCaches caches = new ObjectCaches(api.access(folder), List.of(), () -> now)) {
            assertThat(caches.health()).containsExactly(new ClusterCaches.StreamHealth("Node", false, false, now));
        }
    }
}
