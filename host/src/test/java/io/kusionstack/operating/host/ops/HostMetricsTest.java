package io.kusionstack.operating.host.ops;

import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.plugin.Meters;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class HostMetricsTest {
    private static final Path PAGE = Path.of("..", "docs", "metrics.md");

    @Test
    void thePageListsEveryMetricWithItsLabelsAndNoOther() throws IOException {
        try (HostMetrics metrics = exercised()) {
            assertThat(documented()).isEqualTo(rendered(metrics.scrape()));
        }
    }

    @Test
    void countsWritesByWhatBecameOfThem() {
        try (HostMetrics metrics = new HostMetrics()) {
            metrics.sent("Pod", "patch-status", Duration.ofMillis(5));
            metrics.sent("Pod", "patch-status", Duration.ofMillis(7));
            metrics.conflict("Pod", "patch-status");

            assertThat(metrics.scrape())
                    .contains("operating_writes_total{kind=\"Pod\",result=\"sent\",verb=\"patch-status\"} 2.0\n")
                    .contains("operating_writes_total{kind=\"Pod\",result=\"conflict\",verb=\"patch-status\"} 1.0\n")
                    .contains("operating_write_seconds_sum{kind=\"Pod\",verb=\"patch-status\"} 0.012\n");
        }
    }

    @Test
    void keepsWhatItShowsAlive() {
        try (HostMetrics metrics = new HostMetrics()) {
            metrics.showCachedPods(new AtomicInteger(7)::get);
            System.gc();

            assertThat(metrics.scrape()).contains("operating_cached_pods 7.0\n");
        }
    }

    @Test
    void whatAPluginCountsGoesWithIt() {
        try (HostMetrics metrics = new HostMetrics()) {
            Meters meters = metrics.meters("label-hook");
            meters.count("asked", "result", "passed");
            meters.time("lookup", Duration.ofMillis(5));
            meters.gauge("open", () -> 1);
            meters.gauge("open", () -> 2);
            assertThat(metrics.scrape())
                    .contains("operating_plugin_label_hook_asked_total{result=\"passed\"} 1.0\n")
                    .contains("operating_plugin_label_hook_lookup_seconds_sum 0.005\n")
                    .contains("operating_plugin_label_hook_open 2.0\n");

            metrics.forget("label-hook");

            assertThat(metrics.scrape()).doesNotContain("operating_plugin_");
        }
    }

    @Test
    void aPluginThatCountsPodsDoesNotFillTheMemory() {
        try (HostMetrics metrics = new HostMetrics()) {
            Meters meters = metrics.meters("wild");
            for (int i = 0; i < 3000; i++) {
                meters.count("pods", "pod", "web-" + i);
            }
            meters.count("pods", "pod", "web-1");

            assertThat(metrics.scrape().lines().filter(line -> line.startsWith("operating_plugin_wild_pods_total")))
                    .hasSize(1000)
                    .contains("operating_plugin_wild_pods_total{pod=\"web-1\"} 2.0");
        }
    }

    private static HostMetrics exercised() {
        HostMetrics metrics = new HostMetrics();
        metrics.showCachedPods(() -> 7);
        metrics.taken("collaset", Duration.ofMillis(1), 3);
        metrics.reconciled("collaset", Duration.ofMillis(1));
        metrics.looksAgain("collaset", "conflict", Duration.ZERO);
        metrics.failed("collaset", 1);
        metrics.sent("Pod", "patch", Duration.ofMillis(5));
        metrics.conflict("Pod", "patch");
        metrics.refused("Pod", "patch", 422);
        metrics.notSent("Pod", "patch");
        metrics.unknownOutcome("Pod", "patch");
        metrics.outdated("Pod");
        metrics.throttled(Duration.ofSeconds(1));
        metrics.expectationExpired();
        metrics.intentMissed("Pod");
        metrics.resumed("Pod");
        metrics.relisted("Pod", "gone");
        metrics.called("slb", "observe", "given", Duration.ofMillis(20));
        metrics.returnedLate("slb", "observe");
        metrics.dropped("label-hook", "judge", 1);
        metrics.plugins(2, 0);
        metrics.verified("slb", "off", Duration.ofMillis(5));
        metrics.waiting("slb", 3, 1);
        return metrics;
    }

    /** Lines such as {@code | `operating_writes_total` | kind, result, verb |}. */
    private static Set<String> documented() throws IOException {
        Set<String> metrics = new TreeSet<>();
        Matcher rows =
                Pattern.compile("(?m)^\\| `(operating_\\w+)` \\| ([^|]*) \\|").matcher(Files.readString(PAGE));
        while (rows.find()) {
            metrics.add(rows.group(1) + " " + rows.group(2).trim());
        }
        return metrics;
    }

    private static Set<String> rendered(String scrape) {
        Set<String> metrics = new TreeSet<>();
        Matcher lines = Pattern.compile("(?m)^(operating_\\w+?)(?:_count|_sum)?(?:\\{(.*)})? .*$")
                .matcher(scrape);
        while (lines.find()) {
            String labels = lines.group(2) == null ? "" : lines.group(2).replaceAll("=\"[^\"]*\"", "");
            metrics.add(lines.group(1) + " " + labels.replace(",", ", "));
        }
        return metrics;
    }
}
