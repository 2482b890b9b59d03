package io.kusionstack.operating.host.plugins;

import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.plugin.Meters;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.function.DoubleSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class GuardedMetersTest {
    private final CountingPluginMetrics metrics = new CountingPluginMetrics();
    private final PluginCall call = new PluginCall(
            "sample",
            new ClassLoader("sample", null) {},
            PluginJars.settings(Duration.ofMillis(200), 2),
            new ErrorText(text -> text),
            metrics);
    private final Registry registry = new Registry();
    private final GuardedMeters meters = new GuardedMeters("sample", call, registry);

    /** What metrics would read. */
    private static final class Registry implements Meters {
        private final Map<String, DoubleSupplier> gauges = new HashMap<>();

        @Override
        public void count(String name, String... tags) {}

        @Override
        public void time(String name, Duration took, String... tags) {}

        @Override
        public void gauge(String name, DoubleSupplier value, String... tags) {
            gauges.put(name, value);
        }

        double read(String name) {
            return gauges.get(name).getAsDouble();
        }
    }

    @AfterEach
    void end() {
        call.end();
    }

    @Test
    void aGaugeIsAskedOnAThreadOfThePluginAndReadWithoutIt() {
        StringBuilder threads = new StringBuilder();
        meters.gauge("open", () -> {
            threads.append(Thread.currentThread().getName()).append(' ');
            return 3;
        });
        assertThat(registry.read("open")).isNaN();

        meters.sample();

        assertThat(registry.read("open")).isEqualTo(3);
        assertThat(registry.read("open")).isEqualTo(3);
        assertThat(threads).hasToString("plugin-sample-0 ");
    }

    @Test
    void oneThatThrowsSpoilsNoOther() {
        meters.gauge("broken", () -> {
            throw new IllegalStateException("no value");
        });
        meters.gauge("well", () -> 1);

        meters.sample();

        assertThat(registry.read("broken")).isNaN();
        assertThat(registry.read("well")).isEqualTo(1);
    }

    @Test
    void oneThatHangsIsNotAskedAgainBeforeItReturns() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        meters.gauge("hangs", () -> {
            while (release.getCount() > 0) {
                Thread.onSpinWait();
            }
            return 1;
        });

        meters.sample();
        meters.sample();

        assertThat(registry.read("hangs")).isNaN();
        assertThat(call.inFlight().calls()).isEqualTo(1);
        assertThat(metrics.count("sample gauge overran")).isEqualTo(1);
        release.countDown();
        assertThat(call.inFlight().awaitIdle(Duration.ofSeconds(20))).isTrue();
        meters.sample();
        assertThat(registry.read("hangs")).isEqualTo(1);
    }
}
