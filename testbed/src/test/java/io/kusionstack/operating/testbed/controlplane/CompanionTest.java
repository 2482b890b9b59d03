package io.kusionstack.operating.testbed.controlplane;

import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.testbed.Await;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompanionTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    @TempDir
    Path folder;

    private Supervisor supervisor;
    private Companion companion;

    @BeforeEach
    void startOne() {
        supervisor = Supervisor.start(folder, "companion-test", Map.of());
        companion = new Companion("sleeper", folder, supervisor);
        companion.run(List.of("sh", "-c", "trap 'exit 3' TERM; echo started; while :; do sleep 0.05; done"));
        Await.until(PATIENCE, () -> companion.log().toFile().length() > 0);
    }

    @AfterEach
    void stop() {
        supervisor.close();
    }

    @Test
    void endsAtTheSignalWithItsOwnExitCode() {
        assertThat(companion.terminate(PATIENCE)).isEqualTo(OptionalInt.of(3));
        assertThat(companion.isRunning()).isFalse();
    }

    @Test
    void isGoneAfterAKillAndAnotherProcessAfterAStart() {
        long first = companion.pid();
        companion.kill();
        assertThat(ProcessHandle.of(first).map(ProcessHandle::isAlive).orElse(false))
                .isFalse();
        companion.start();
        assertThat(companion.isRunning()).isTrue();
        assertThat(companion.pid()).isNotEqualTo(first);
    }

    @Test
    void endsWithItsSupervisor() {
        long pid = companion.pid();
        supervisor.close();
        assertThat(ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false))
                .isFalse();
    }

    @Test
    void tellsItsMemory() {
        assertThat(companion.residentBytes()).isPositive();
    }
}
