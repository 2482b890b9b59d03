package io.kusionstack.operating.testbed.demo;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The table as text, one line a Pod.
 *
 * @param rows in the order in which they are shown
 */
record PodRows(List<PodRow> rows) {
    private static final String LINE = "  %-12s %-14s %6s  %-14s %6s  %s";

    PodRows {
        rows = List.copyOf(rows);
    }

    static String header() {
        return line("POD", "PHASE", "SINCE", "IMAGE", "WEIGHT", "WAITING FOR");
    }

    /** With how long each phase has lasted. */
    List<String> lines(Instant now) {
        List<String> lines = new ArrayList<>();
        for (PodRow row : rows) {
            lines.add(line(row, row.since().map(since -> seconds(since, now)).orElse("")));
        }
        return lines;
    }

    /** Without times: two are equal when nothing happened in between. */
    List<String> timelessLines() {
        return rows.stream().map(row -> line(row, "")).toList();
    }

    private static String line(PodRow row, String since) {
        return line(row.pod(), row.phase(), since, row.image(), row.weight(), row.waiting());
    }

    private static String line(String... cells) {
        return String.format(Locale.ROOT, LINE, (Object[]) cells).stripTrailing();
    }

    private static String seconds(Instant since, Instant now) {
        long millis = Math.max(0, Duration.between(since, now).toMillis());
        return millis < 10_000
                ? String.format(Locale.ROOT, "%.1f s", millis / 1000.0)
                : String.format(Locale.ROOT, "%d s", millis / 1000);
    }
}
