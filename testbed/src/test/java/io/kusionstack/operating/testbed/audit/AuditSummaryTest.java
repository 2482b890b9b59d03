package io.kusionstack.operating.testbed.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kusionstack.operating.testbed.audit.AuditSummary.Tally;
import io.kusionstack.operating.testbed.audit.AuditSummary.What;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuditSummaryTest {
    private static final String CREATE = line("create", 201, "", "5");

    @TempDir
    Path folder;

    @Test
    void readsAnEventWhole() throws IOException {
        assertThat(events(line("patch", 200, "5", "6")))
                .containsExactly(new AuditEvent(
                        Instant.parse("2026-01-01T00:00:01.5Z"),
                        "host/1.0 (linux)",
                        "system:host",
                        "patch",
                        "pods",
                        "status",
                        "shop",
                        "web-1",
                        200,
                        "5",
                        "uid-1",
                        "6"));
    }

    @Test
    void countsAWriteAnsweredWithTheVersionItNamedAsUnchanged() throws IOException {
        assertThat(total(line("patch", 200, "5", "5"))).isEqualTo(new Tally(1, 1, 0, 0));
    }

    @Test
    void countsAWriteAnsweredWithAnEarlierWritesVersionAsUnchanged() throws IOException {
        assertThat(total(CREATE, line("patch", 200, "", "5"), line("patch", 200, "", "6"), line("patch", 200, "", "5")))
                .isEqualTo(new Tally(4, 2, 0, 0));
    }

    @Test
    void countsConflictsApartFromOtherRefusals() throws IOException {
        assertThat(total(line("patch", 409, "4", ""), line("patch", 422, "5", ""), line("patch", 200, "5", "6")))
                .isEqualTo(new Tally(3, 0, 1, 1));
    }

    @Test
    void countsByClientVerbAndResource() throws IOException {
        Files.write(log(), List.of(CREATE, line("patch", 200, "5", "6")));
        try (Stream<AuditEvent> events = AuditLog.read(log())) {
            assertThat(AuditSummary.of(events).tallies())
                    .isEqualTo(Map.of(
                            new What("host", "create", "pods/status"), new Tally(1, 0, 0, 0),
                            new What("host", "patch", "pods/status"), new Tally(1, 0, 0, 0)));
        }
    }

    @Test
    void leavesOutALastLineThatIsStillBeingWritten() throws IOException {
        assertThat(events(CREATE, CREATE.substring(0, 60))).hasSize(1);
    }

    @Test
    void namesALineThatIsNoEvent() {
        assertThatThrownBy(() -> events("{nonsense", CREATE)).hasMessageContaining("line 1 is not an audit event");
    }

    private List<AuditEvent> events(String... lines) throws IOException {
        Files.write(log(), List.of(lines));
        try (Stream<AuditEvent> events = AuditLog.read(log())) {
            return events.toList();
        }
    }

    private Tally total(String... lines) throws IOException {
        return AuditSummary.of(events(lines).stream()).total();
    }

    private Path log() {
        return folder.resolve("audit.jsonl");
    }

    private static String line(String verb, int code, String askedVersion, String answeredVersion) {
        return """
                {"kind":"Event","stageTimestamp":"2026-01-01T00:00:01.500000Z","verb":"%s","userAgent":"host/1.0 (linux)",\
                "user":{"username":"system:host"},"responseStatus":{"code":%d},\
                "objectRef":{"resource":"pods","subresource":"status","namespace":"shop","name":"web-1","apiVersion":"v1"},\
                "requestObject":{"metadata":{"resourceVersion":"%s"}},\
                "responseObject":{"kind":"%s","metadata":{"uid":"uid-1","resourceVersion":"%s"}}}""".formatted(verb, code, askedVersion, code < 400 ? "Pod" : "Status", answeredVersion);
    }
}
