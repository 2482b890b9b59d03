package io.kusionstack.operating.testbed.controlplane;

import io.kusionstack.operating.testbed.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;

/**
 * A program that runs beside a control plane, for example the operator: it has its log in the instance's folder and ends
 * with the control plane, also when this JVM is killed. Methods may be called by any thread, one at a time; they block.
 */
public final class Companion implements AutoCloseable {
    private static final Duration START_LIMIT = Duration.ofSeconds(10);

    private final String name;
    private final Path folder;
    private final Supervisor supervisor;

    Companion(String name, Path folder, Supervisor supervisor) {
        this.name = name;
        this.folder = folder;
        this.supervisor = supervisor;
    }

    void run(List<String> command) {
        supervisor.run(name, command);
        awaitProcess();
    }

    /** Starts the program again, with the command it had. */
    public void start() {
        try {
            Files.deleteIfExists(pidFile());
            supervisor.again(name);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        awaitProcess();
    }

    /** Ends it as {@code kill -9} does; returns when it is gone. */
    public void kill() {
        try {
            supervisor.stop(name);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Asks it to end, as SIGTERM does. Returns its exit code, or empty if it is still there after {@code patience}. */
    public OptionalInt terminate(Duration patience) {
        process().destroy();
        Await.until(patience, () -> exitCode().isPresent());
        return exitCode();
    }

    /** The exit code, once it has ended. */
    public OptionalInt exitCode() {
        return supervisor.exitCode(name);
    }

    public boolean isRunning() {
        return exitCode().isEmpty();
    }

    public long pid() {
        return process().pid();
    }

    /** The processor time it has used so far. */
    public Duration cpu() {
        return process().info().totalCpuDuration().orElse(Duration.ZERO);
    }

    /** The memory it holds now, in bytes, as the kernel counts it; 0 where the system does not tell. */
    public long residentBytes() {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/" + pid() + "/status"))) {
                if (line.startsWith("VmRSS:")) {
                    return Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024;
                }
            }
            return 0;
        } catch (IOException elsewhere) {
            return 0;
        }
    }

    /** What the program prints; a restart appends. */
    public Path log() {
        return folder.resolve("logs").resolve(name + ".log");
    }

    /** Ends it at once if it still runs. */
    @Override
    public void close() {
        if (isRunning() && supervisor.isAlive()) {
            kill();
        }
    }

    private ProcessHandle process() {
        try {
            long pid = Long.parseLong(Files.readString(pidFile()).strip());
            return ProcessHandle.of(pid)
                    .orElseThrow(() -> new ControlPlaneException(name + " has ended; see " + log()));
        } catch (IOException e) {
            throw new ControlPlaneException(name + " was not started; see " + log(), e);
        }
    }

    private void awaitProcess() {
        if (!Await.until(START_LIMIT, () -> isPidWritten())) {
            throw new ControlPlaneException(name + " does not start; see " + log());
        }
    }

    private boolean isPidWritten() {
        try {
            return !Files.readString(pidFile()).isBlank();
        } catch (IOException absent) {
            return false;
        }
    }

    private Path pidFile() {
        return folder.resolve("pids").resolve(name);
    }
}
