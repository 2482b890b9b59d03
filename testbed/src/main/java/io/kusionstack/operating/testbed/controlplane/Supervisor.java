package io.kusionstack.operating.testbed.controlplane;

import io.kusionstack.operating.testbed.Await;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * The small shell process that owns the programs of one folder and kills them as soon as this JVM is gone, however it went.
 *
 * <p>It listens on a pipe from this JVM; the system closes the pipe when the JVM ends, also by {@code kill -9}, and no program inherits
 * it. Methods may be called by any thread, one at a time.
 */
final class Supervisor implements AutoCloseable {
    private static final Duration STOP_LIMIT = Duration.ofSeconds(10);
    private static final List<String> FOLDERS = List.of("commands", "logs", "pids", "exits");

    private final Path folder;
    private final Process process;
    private final OutputStream orders;

    private Supervisor(Path folder, Process process) {
        this.folder = folder;
        this.process = process;
        this.orders = process.getOutputStream();
    }

    /**
     * Starts one for a folder.
     *
     * @param folder where commands, logs and process ids stand; made if absent
     * @param id a word by which the process is known again, part of its command line
     * @param environment variables the programs get beside those of this JVM
     */
    static Supervisor start(Path folder, String id, Map<String, String> environment) {
        try {
            for (String name : FOLDERS) {
                Files.createDirectories(folder.resolve(name));
            }
            Path script = folder.resolve("supervisor.sh");
            Files.writeString(script, Resources.text("supervisor.sh"));
            ProcessBuilder builder = new ProcessBuilder("sh", script.toString(), folder.toString(), id);
            builder.environment().putAll(environment);
            builder.redirectErrorStream(true);
            builder.redirectOutput(folder.resolve("logs/supervisor.log").toFile());
            Process process = builder.start();
            Files.writeString(folder.resolve("supervisor.pid"), process.pid() + " " + id + "\n");
            return new Supervisor(folder, process);
        } catch (IOException e) {
            throw new ControlPlaneException("Cannot start a supervisor in " + folder + ": " + e.getMessage(), e);
        }
    }

    /** Starts a program; its output goes to {@code logs/NAME.log}. */
    void run(String name, List<String> command) {
        String line = command.stream().map(Supervisor::quoted).collect(Collectors.joining(" "));
        try {
            Files.writeString(folder.resolve("commands").resolve(name), "exec " + line + "\n");
            again(name);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts a program once more, with the command it had. */
    void again(String name) throws IOException {
        Files.deleteIfExists(exit(name));
        order("start " + name);
    }

    /** Kills a program at once; returns when it is gone. */
    void stop(String name) throws IOException {
        order("stop " + name);
        if (!Await.until(STOP_LIMIT, () -> Files.exists(exit(name)))) {
            throw new ControlPlaneException(name + " does not end; see " + folder.resolve("logs/supervisor.log"));
        }
    }

    /** The exit code of a program that has ended. */
    OptionalInt exitCode(String name) {
        try {
            return OptionalInt.of(Integer.parseInt(Files.readString(exit(name)).strip()));
        } catch (IOException running) {
            return OptionalInt.empty();
        }
    }

    /** Lets the programs live on after this JVM; from then on only the folder leads to them. */
    void detach() throws IOException {
        order("detach");
        if (!Await.until(STOP_LIMIT, this::isDetached)) {
            throw new ControlPlaneException(
                    "The supervisor of " + folder + " does not answer; see its logs/supervisor.log");
        }
        orders.close();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    boolean isDetached() {
        return Files.exists(folder.resolve("detached"));
    }

    /** Kills all programs; returns when they are gone. */
    @Override
    public void close() {
        try {
            orders.close();
        } catch (IOException gone) {
            // It has ended already, and its programs with it.
        }
        try {
            if (!process.waitFor(STOP_LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                throw new ControlPlaneException("The supervisor " + process.pid() + " of " + folder + " does not end.");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void order(String line) throws IOException {
        try {
            orders.write((line + "\n").getBytes(StandardCharsets.UTF_8));
            orders.flush();
        } catch (IOException e) {
            throw new IOException("The supervisor of " + folder + " is gone; see its logs/supervisor.log", e);
        }
    }

    private Path exit(String name) {
        return folder.resolve("exits").resolve(name);
    }

    private static String quoted(String word) {
        return "'" + word.replace("'", "'\\''") + "'";
    }
}
