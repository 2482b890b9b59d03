package io.kusionstack.operating.host.plugins;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.kusionstack.operating.host.config.HostConfig;
import io.kusionstack.operating.host.plugins.PluginHost.PluginState;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A traffic control that needs a region to work with. */
class PluginSettingsTest {
    private static final String CONTROL = """
            package acme;

            import io.kusionstack.operating.plugin.*;
            import io.kusionstack.operating.plugin.traffic.*;
            import java.time.Instant;
            import java.util.*;

            public class SampleProvider implements TrafficProvider<SampleProvider.Config> {
                public record Config(String region, Optional<Integer> accessKeySecret) {}
                public String name() { return "sample"; }
                public Class<Config> configType() { return Config.class; }
                public TrafficControl create(Config config, PluginContext context) {
                    return new TrafficControl() {
                        public String lockKey(Employer employer) { return "lb-1"; }
                        public Observation observe(Employer employer, Instant deadline) {
                            return new Observation.Known(Instant.now(), List.of());
                        }
                        public List<BackendResult> apply(
                                Employer employer, List<BackendChange> changes, Instant deadline) {
                            return List.of();
                        }
                    };
                }
            }
            """;

    @TempDir
    private Path folder;

    @TempDir
    private Path work;

    private final CountingPluginMetrics metrics = new CountingPluginMetrics();
    private Optional<PluginHost> running = Optional.empty();

    @AfterEach
    void close() {
        running.ifPresent(PluginHost::close);
    }

    @Test
    void aPluginThatNobodyHasConfiguredIsNotRefused() throws Exception {
        PluginHost host = host(Map.of());

        assertThat(host.states()).singleElement().satisfies(state -> {
            assertThat(state.health()).isEqualTo(PluginState.PluginHealth.NOT_CONFIGURED);
            assertThat(state.why())
                    .isEqualTo(
                            "it serves once plugins.settings.sample is written: plugins.settings.sample.region: it is"
                                    + " missing; it has to be a text");
        });
        assertThat(metrics.count("refused")).isZero();
        assertThat(((TrafficPlugins.TrafficLookup.TrafficUnavailable)
                                host.traffic().find("sample"))
                        .why()
                        .message())
                .startsWith("plugin \"sample\" is not configured: sample.jar (sample): it serves once");
    }

    @Test
    void aPluginWithWrongSettingsIsRefusedAndNoSecretIsShown() throws Exception {
        PluginHost host = host(Map.of(
                "sample",
                JsonNodeFactory.instance.objectNode().put("region", "here").put("accessKeySecret", "hunter2")));

        assertThat(host.states()).singleElement().satisfies(state -> {
            assertThat(state.health()).isEqualTo(PluginState.PluginHealth.REFUSED);
            assertThat(state.why())
                    .contains("plugins.settings.sample.accessKeySecret: the value (not shown")
                    .doesNotContain("hunter2");
        });
        assertThat(host.refused()).isEqualTo(host.states());
    }

    @Test
    void whatIsListedAndNotThereIsTold() throws Exception {
        PluginHost host = host(Map.of(), Map.of("slb", "0a".repeat(32)));

        assertThat(host.states())
                .extracting(state -> state.id() + " " + state.health() + " " + state.why())
                .contains(
                        "slb refused plugins.allowed lists it, and no jar of plugins.directory that can be read has this id")
                .hasSize(2);
    }

    private PluginHost host(Map<String, JsonNode> settings) throws InterruptedException {
        return host(settings, Map.of());
    }

    private PluginHost host(Map<String, JsonNode> settings, Map<String, String> allowed) throws InterruptedException {
        new PluginJars(folder, work).build("sample.jar", new PluginJars.Recipe().source(CONTROL));
        PluginHost host = new PluginHost(
                new HostConfig.Plugins(
                        Optional.of(folder),
                        allowed,
                        true,
                        settings,
                        List.of(),
                        Duration.ofSeconds(2),
                        4,
                        Duration.ofSeconds(10)),
                new PluginHost.PluginEnvironment(Clock.systemUTC(), new NoReads(), name -> Optional.empty(), metrics));
        running = Optional.of(host);
        host.start();
        host.awaitLoaded();
        return host;
    }
}
