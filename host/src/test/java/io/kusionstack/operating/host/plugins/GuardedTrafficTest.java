package io.kusionstack.operating.host.plugins;

import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.host.config.HostConfig;
import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plugins.TrafficPlugins.TrafficWorker;
import io.kusionstack.operating.plugin.PodRef;
import io.kusionstack.operating.plugin.traffic.Employer;
import io.kusionstack.operating.plugin.traffic.Observation;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A traffic control whose calls for the load balancer "hangs" do not return before they are interrupted. */
class GuardedTrafficTest {
    private static final Duration LIMIT = Duration.ofSeconds(2);
    private static final String CONTROL = """
            package acme;

            import io.kusionstack.operating.plugin.*;
            import io.kusionstack.operating.plugin.traffic.*;
            import java.time.Instant;
            import java.util.*;
            import java.util.concurrent.CountDownLatch;

            public class SampleProvider implements TrafficProvider<SampleProvider.Config> {
                public record Config() {}
                public String name() { return "sample"; }
                public Class<Config> configType() { return Config.class; }
                public TrafficControl create(Config config, PluginContext context) {
                    return new TrafficControl() {
                        public String lockKey(Employer employer) { return employer.annotations().get("lb"); }
                        public Observation observe(Employer employer, Instant deadline) {
                            if (lockKey(employer).equals("hangs")) {
                                context.meters().count("hangs");
                                try {
                                    new CountDownLatch(1).await();
                                } catch (InterruptedException e) {
                                    throw new IllegalStateException("interrupted");
                                }
                            }
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
    private PluginHost host;
    private TrafficWorker worker;

    @BeforeEach
    void load() throws InterruptedException {
        new PluginJars(folder, work).build("sample.jar", new PluginJars.Recipe().source(CONTROL));
        host = new PluginHost(
                new HostConfig.Plugins(
                        Optional.of(folder), Map.of(), true, Map.of(), List.of(), LIMIT, 16, Duration.ofSeconds(10)),
                new PluginHost.PluginEnvironment(Clock.systemUTC(), new NoReads(), name -> Optional.empty(), metrics));
        host.start();
        host.awaitLoaded();
        worker = ((TrafficPlugins.TrafficLookup.TrafficReady) host.traffic().find("sample")).worker();
    }

    @AfterEach
    void close() {
        host.close();
    }

    @Test
    void besideFortyServicesOfALoadBalancerThatHangsAnotherIsServedAtOnce() throws Exception {
        try (ExecutorService workers =
                Executors.newFixedThreadPool(16, Thread.ofVirtual().factory())) {
            List<Future<Answer<Observation>>> hanging = new ArrayList<>();
            for (int service = 0; service < 40; service++) {
                Employer employer = employer("web-" + service, "hangs");
                hanging.add(workers.submit(() -> observe(employer)));
            }
            for (int time = 0; time < 20; time++) {
                Instant begun = Instant.now();
                Answer<Observation> answer =
                        workers.submit(() -> observe(employer("shop", "lb-1"))).get();

                assertThat(answer).isInstanceOf(Answer.Given.class);
                assertThat(Duration.between(begun, Instant.now())).isLessThan(Duration.ofMillis(1500));
            }
            List<Reason> why = new ArrayList<>();
            for (Future<Answer<Observation>> one : hanging) {
                why.add(((Answer.NoAnswer<Observation>) one.get()).why().reason());
            }
            assertThat(why).containsOnlyOnce(Reason.PLUGIN_FAILED).contains(Reason.PLUGIN_BUSY);
        }
    }

    @Test
    void aLoadBalancerThatHangsRestsAndNoOtherDoes() {
        for (int time = 0; time < 5; time++) {
            worker.observe(
                    employer("web", "hangs"), Instant.now(), Instant.now().plusMillis(50));
        }

        Answer<Observation> answer = observe(employer("web", "hangs"));

        assertThat(((Answer.NoAnswer<Observation>) answer).why().message())
                .startsWith("plugin \"sample\" rests for hangs, because");
        assertThat(observe(employer("shop", "lb-1"))).isInstanceOf(Answer.Given.class);
    }

    @Test
    void theTimeOfACallBeginsWhenItHasTheLockKey() throws Exception {
        Duration limit = Duration.ofMillis(800);
        try (ExecutorService workers = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Answer<Observation>> first = workers.submit(() -> worker.observe(
                    employer("web", "hangs"), Instant.now(), Instant.now().plus(limit.dividedBy(2))));
            while (metrics.count("own hangs") == 0) {
                Thread.onSpinWait();
            }

            Instant begun = Instant.now();
            Answer<Observation> second = worker.observe(employer("shop", "hangs"), begun, begun.plus(limit));

            // waited for the first, and then had all of its own time
            assertThat(Duration.between(begun, Instant.now())).isGreaterThan(limit.plus(limit.dividedBy(10)));
            assertThat(((Answer.NoAnswer<Observation>) second).why().reason()).isEqualTo(Reason.PLUGIN_FAILED);
            assertThat(first.get()).isInstanceOf(Answer.NoAnswer.class);
        }
    }

    private Answer<Observation> observe(Employer employer) {
        return worker.observe(employer, Instant.now(), Instant.now().plus(LIMIT));
    }

    private static Employer employer(String name, String balancer) {
        return new Employer(
                "Service", new PodRef("shop", name, "s-" + name), Map.of(), Map.of("lb", balancer), List.of());
    }
}
