package io.kusionstack.operating.host.kube;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.file.Path;
import java.time.Duration;
import okhttp3.OkHttpClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClusterAccessTest {
    @TempDir
    Path folder;

    /** A connection that the network has dropped without a word is noticed within two pings. */
    @Test
    void everyWatchPingsTheServerEachTenSeconds() {
        try (FakeApi api = new FakeApi();
                KubernetesClient informers = api.access(folder).fabric8()) {
            OkHttpClient pods = api.access(folder).http(Duration.ofMinutes(1));

            assertThat(informers.getConfiguration().getWebsocketPingInterval()).isEqualTo(10_000);
            assertThat(pods.pingIntervalMillis()).isEqualTo(10_000);
            ClusterAccess.shut(pods);
        }
    }
}
