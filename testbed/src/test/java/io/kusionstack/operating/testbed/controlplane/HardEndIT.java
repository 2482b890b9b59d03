package io.kusionstack.operating.testbed.controlplane;

import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.testbed.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who started a control plane is killed: nothing of it stays, but what was asked to. */
class HardEndIT {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int ROUNDS = 10;

    @TempDir
    Path temporary;

    @BeforeAll
    static void providePrograms() {
        Binaries.provide(Environment.ofProcess(), GoModule.chosen(), System.err::println);
    }

    @AfterEach
    void killTheRest() {
        mentioning(temporary).forEach(ProcessHandle::destroyForcibly);
    }

    @Test
    void leavesNothingWhenTheStarterIsKilledAtAnyMoment() throws IOException {
        long seed = Long.getLong("seed", System.nanoTime());
        System.err.println("Moments of killing from -Dseed=" + seed);
        Random random = new Random(seed);
        for (int round = 0; round < ROUNDS; round++) {
            String word = round % 2 == 0 ? "hold" : "stay";
            Duration moment = Duration.ofMillis(random.nextInt(6_500));
            Path folder = Files.createDirectory(temporary.resolve("round-" + round));
            Process starter = starter(List.of(), word, folder);

            pause(moment);
            starter.destroyForcibly();

            String what = "round " + round + ", " + word + " killed after " + moment;
            Instance instance = new Instance(folder.resolve("instance"));
            Await.until(PATIENCE, () -> mentioning(folder).isEmpty() || isDetached(instance));
            if (isDetached(instance)) {
                assertThat(word).as(what).isEqualTo("stay");
                assertThat(instance.processes()).as(what).hasSize(4);
                instance.stop();
            }
            assertThat(mentioning(folder)).as(what).isEmpty();
        }
    }

    @Test
    void leavesNothingWhenTheStarterIsKilledAsItWorks() throws IOException {
        Process starter = starter(List.of(), "hold", temporary);
        Instance instance = new Instance(temporary.resolve("instance"));
        assertThat(Await.until(
                        Duration.ofSeconds(60), () -> instance.processes().size() == 4))
                .isTrue();
        starter.destroyForcibly();
        assertThat(Await.until(PATIENCE, () -> mentioning(temporary).isEmpty())).isTrue();
        assertThat(instance.data()).doesNotExist();
        assertThat(instance.logs()).isNotEmptyDirectory();
    }

    @Test
    void keepsWhatWasAskedToStayUntilItIsStopped() throws Exception {
        Process starter = starter(List.of(), "stay", temporary);
        assertThat(starter.waitFor()).isZero();
        Instance instance = new Instance(temporary.resolve("instance"));
        assertThat(instance.isRunning()).isTrue();
        assertThat(instance.processes()).hasSize(4);
        assertThat(Readiness.answers(instance.connection(ControlPlaneOptions.ADMIN), "/readyz"))
                .isTrue();

        assertThat(instance.stop()).isTrue();

        assertThat(mentioning(temporary)).isEmpty();
        assertThat(instance.stop()).isFalse();
    }

    /** The terminal sends the signal to all in the foreground; one that is ignored when tests run in the background will not do. */
    @Test
    void leavesNothingAfterCtrlCDuringStart() throws Exception {
        Process starter = starter(List.of("setsid"), "hold", temporary);
        Instance instance = new Instance(temporary.resolve("instance"));
        assertThat(Await.until(PATIENCE, () -> instance.processes().containsKey("etcd")))
                .isTrue();
        String signal = isInterruptIgnored() ? "TERM" : "INT";
        new ProcessBuilder("kill", "-" + signal, "--", "-" + starter.pid())
                .inheritIO()
                .start()
                .waitFor();
        assertThat(Await.until(PATIENCE, () -> mentioning(temporary).isEmpty())).isTrue();
    }

    @Test
    void leavesNoCompilerAndNoCacheWhenABuildIsKilled() throws IOException {
        Process starter = starter(List.of(), "build", temporary);
        assertThat(Await.until(
                        PATIENCE,
                        () -> mentioning(temporary).stream()
                                .anyMatch(process ->
                                        process.info().commandLine().orElse("").contains("go-compiler"))))
                .isTrue();
        starter.destroyForcibly();
        assertThat(Await.until(PATIENCE, () -> mentioning(temporary).isEmpty())).isTrue();
        try (Stream<Path> left = Files.walk(temporary.resolve("operating"))) {
            assertThat(left.filter(path -> path.endsWith("complete"))).isEmpty();
        }
    }

    private static Process starter(List<String> before, String word, Path folder) throws IOException {
        List<String> command = new ArrayList<>(before);
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Starter.class.getName(),
                word,
                folder.toString()));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("starter.log").toFile())
                .start();
    }

    private static boolean isDetached(Instance instance) {
        return Files.exists(instance.folder().resolve("detached"));
    }

    private static List<ProcessHandle> mentioning(Path folder) {
        return ProcessHandle.allProcesses()
                .filter(process -> process.info().commandLine().orElse("").contains(folder.toString()))
                .toList();
    }

    private static boolean isInterruptIgnored() throws IOException {
        Path status = Path.of("/proc/self/status");
        return Files.exists(status)
                && Files.readAllLines(status).stream()
                        .filter(line -> line.startsWith("SigIgn:"))
                        .anyMatch(line ->
                                (Long.parseUnsignedLong(line.substring(7).strip(), 16) & 2) != 0);
    }

    private static void pause(Duration time) {
        Await.until(time, () -> false);
    }
}
