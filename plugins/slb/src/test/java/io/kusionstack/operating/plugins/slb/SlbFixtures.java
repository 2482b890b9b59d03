package io.kusionstack.operating.plugins.slb;

import io.kusionstack.operating.plugin.KubernetesReads;
import io.kusionstack.operating.plugin.Meters;
import io.kusionstack.operating.plugin.PluginContext;
import io.kusionstack.operating.plugin.Secrets;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;

/** Settings and a context for the plugin alone. */
final class SlbFixtures {
    private SlbFixtures() {}

    /** Plain HTTP to that endpoint, the keys as {@link #context} knows them. */
    static SlbSettings settings(String endpoint) {
        return new SlbSettings(
                "cn-hangzhou",
                "env:SLB_ID",
                "env:SLB_SECRET",
                Optional.empty(),
                Optional.of(endpoint),
                Optional.of("http"),
                Optional.of("here"),
                Optional.of(Duration.ofSeconds(2)),
                Optional.of(Duration.ofSeconds(8)),
                Optional.empty(),
                Optional.of(1_000),
                Optional.of(1_000),
                Map.of());
    }

    /** The same as it stands in a configuration. */
    static String yaml(String endpoint) {
        return """
                region: cn-hangzhou
                accessKeyId: env:SLB_ID
                accessKeySecret: env:SLB_SECRET
                endpoint: "%s"
                protocol: http
                cluster: here
                callTimeout: 8s
                readsPerSecond: 1000
                writesPerSecond: 1000
                """.formatted(endpoint);
    }

    static PluginContext context(Map<String, String> secrets, Clock clock, ExecutorService executor) {
        return new PluginContext() {
            @Override
            public <S extends Record> S settings(Class<S> type) {
                throw new UnsupportedOperationException("a traffic plugin is handed its settings");
            }

            @Override
            public Clock clock() {
                return clock;
            }

            @Override
            public ExecutorService executor() {
                return executor;
            }

            @Override
            public Secrets secrets() {
                return reference -> Optional.ofNullable(secrets.get(reference))
                        .orElseThrow(() -> new IllegalArgumentException(reference + " names nothing"));
            }

            @Override
            public KubernetesReads kubernetes() {
                throw new UnsupportedOperationException("the plugin reads nothing of the cluster");
            }

            @Override
            public Meters meters() {
                throw new UnsupportedOperationException("the plugin counts nothing");
            }
        };
    }
}
