package io.kusionstack.operating.testbed.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuditLogTest {
    private static final String LINE = """
            {"stageTimestamp":"2026-11-23T04:05:06.000000Z","verb":"get","objectRef":{"resource":"pods","name":"%s"}}
            """;

    @TempDir
    private Path folder;

    private Path log;

    @BeforeEach
    void write() throws IOException {
        log = Files.writeString(folder.resolve("audit.jsonl"), LINE.formatted("a") + LINE.formatted("b"));
    }

    @Test
    void readsAllFromTheBeginning() throws IOException {
        assertThat(names(0)).containsExactly("a", "b");
    }

    @Test
    void readsWhatWasWrittenAfterTheFileHadASize() throws IOException {
        assertThat(names(LINE.formatted("a").length())).containsExactly("b");
        assertThat(names(Files.size(log))).isEmpty();
    }

    @Test
    void leavesOutALineThatWasHalfWrittenThen() throws IOException {
        assertThat(names(10)).containsExactly("b");
    }

    private List<String> names(long from) throws IOException {
        try (Stream<AuditEvent> events = AuditLog.read(log, from)) {
            return events.map(AuditEvent::name).toList();
        }
    }
}
