package io.kusionstack.operating.plugins.slb;

import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.host.plugins.Answer;
import io.kusionstack.operating.host.plugins.TrafficPlugins.TrafficWorker;
import io.kusionstack.operating.plugin.traffic.Observation;
import io.kusionstack.operating.plugin.traffic.ObservedBackend;
import io.kusionstack.operating.plugin.traffic.Serving;
import io.kusionstack.operating.testbed.slb.HealthCheck;
import io.kusionstack.operating.testbed.slb.SlbEmulator;
import io.kusionstack.operating.testbed.slb.SlbListener;
import io.kusionstack.operating.testbed.slb.SlbOptions;
import io.kusionstack.operating.testkit.PluginHarness;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.jar.JarFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The jar as it is shipped, loaded as the host loads it. */
class PackagedSlbIT {
    private final SlbEmulator slb = SlbEmulator.start(
            SlbOptions.standard((ip, port, at) -> true).with(HealthCheck.every(Duration.ofMillis(1))));

    PackagedSlbIT() {
        slb.addLoadBalancer("lb-1");
        slb.addGroup("lb-1", "rsp-1", List.of(new SlbListener(80, "tcp", true)));
    }

    @AfterEach
    void close() {
        slb.close();
    }

    @Test
    void putsOnObservesTakesOffAndIsForgotten() {
        PluginHarness harness = PluginHarness.packaged()
                .settings("slb", SlbFixtures.yaml(slb.endpoint()))
                .variable("SLB_ID", slb.options().accessKeyId())
                .variable("SLB_SECRET", slb.options().accessKeySecret())
                .start();
        try (harness) {
            putOnAndTakeOff(harness.traffic("slb"));
        }

        harness.assertNothingIsLeft();
    }

    /** In a method of its own, so that nothing of the plugin stays on this test's stack. */
    private void putOnAndTakeOff(TrafficWorker worker) {
        assertThat(worker.lockKey(Services.web())).isEqualTo(new Answer.Given<>("lb-1"));
        assertThat(worker.apply(Services.web(), List.of(Services.on(1)), deadline()))
                .isInstanceOf(Answer.Given.class);
        assertThat(worker.apply(Services.web(), List.of(Services.on(1)), deadline()))
                .isInstanceOf(Answer.Given.class);
        assertThat(serving(worker)).containsExactly(Serving.ON);
        assertThat(worker.apply(Services.web(), List.of(Services.off(1)), deadline()))
                .isInstanceOf(Answer.Given.class);
        assertThat(serving(worker)).isEmpty();
    }

    @Test
    void carriesWhatItNeedsWithItsLicencesAndNothingOfTheHost() throws IOException {
        try (JarFile jar =
                new JarFile(Path.of(System.getProperty(PluginHarness.JAR)).toFile())) {
            assertThat(jar.getEntry("META-INF/LICENSE")).isNotNull();
            assertThat(jar.getEntry("META-INF/NOTICE")).isNotNull();
            assertThat(jar.stream().map(entry -> entry.getName()))
                    .noneMatch(name -> name.startsWith("org/slf4j/")
                            || name.startsWith("org/pf4j/")
                            || name.startsWith("io/kusionstack/operating/plugin/")
                            || name.startsWith("org/apache/http/")
                            || name.startsWith("META-INF/versions/")
                            || name.endsWith(".SF"));
        }
    }

    private static List<Serving> serving(TrafficWorker worker) {
        Answer<Observation> answer = worker.observe(Services.web(), Instant.now(), deadline());
        assertThat(answer).isInstanceOf(Answer.Given.class);
        assertThat(((Answer.Given<Observation>) answer).value()).isInstanceOf(Observation.Known.class);
        return ((Observation.Known) ((Answer.Given<Observation>) answer).value())
                .backends().stream().map(ObservedBackend::serving).toList();
    }

    private static Instant deadline() {
        return Instant.now().plusSeconds(5);
    }
}
