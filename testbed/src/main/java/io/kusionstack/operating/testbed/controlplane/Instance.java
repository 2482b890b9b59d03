package io.kusionstack.operating.testbed.controlplane;

import io.kusionstack.operating.testbed.Await;
import io.kusionstack.operating.testbed.api.Connection;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The folder of one control plane: how to reach it, where its logs are, and how to end it when no object of this JVM stands for it.
 *
 * @param folder holds everything the instance wrote
 */
public record Instance(Path folder) {
    private static final Duration STOP_LIMIT = Duration.ofSeconds(15);

    /** Makes the folder absolute, since processes are known again by it. */
    public Instance {
        folder = folder.toAbsolutePath().normalize();
    }

    /** Whether its supervisor runs. */
    public boolean isRunning() {
        return supervisor().isPresent();
    }

    /**
     * How a user reaches the API server.
     *
     * @throws IllegalArgumentException naming the known users if this one is unknown
     */
    public Connection connection(String user) {
        return new Connection(server(), certificate(), token(user));
    }

    /** The base address of the API server. */
    public URI server() {
        try {
            return URI.create(Files.readString(folder.resolve("server")).strip());
        } catch (IOException e) {
            throw new ControlPlaneException("No control plane was started in " + folder, e);
        }
    }

    /** The kubeconfig file of a user. */
    public Path kubeconfig(String user) {
        return folder.resolve("kubeconfig").resolve(user.replace(':', '-') + ".yaml");
    }

    /** One log for every component, {@code kube-apiserver.log} and so on, and {@code supervisor.log}. */
    public Path logs() {
        return folder.resolve("logs");
    }

    /** The audit log, one JSON document a line; absent where auditing is off. */
    public Path auditLog() {
        return logs().resolve("audit.jsonl");
    }

    /** The processes that run, by the name of their log: components, and companions whose command line names the folder. */
    public Map<String, Long> processes() {
        Map<String, Long> running = new TreeMap<>();
        for (String program : programs()) {
            process(program).ifPresent(process -> running.put(program, process.pid()));
        }
        return running;
    }

    /**
     * Ends it and what it left behind, whoever started it; returns when all processes are gone. The folder stays.
     *
     * @return whether anything ran
     */
    public boolean stop() {
        List<ProcessHandle> left = Stream.concat(
                        supervisor().stream(), programs().stream().flatMap(program -> process(program).stream()))
                .toList();
        Optional<ProcessHandle> supervisor = supervisor();
        supervisor.ifPresent(ProcessHandle::destroy);
        if (supervisor.isPresent()) {
            Await.until(STOP_LIMIT, () -> !supervisor.get().isAlive());
        }
        left.forEach(ProcessHandle::destroyForcibly);
        if (!Await.until(STOP_LIMIT, () -> left.stream().noneMatch(ProcessHandle::isAlive))) {
            throw new ControlPlaneException("Some of the processes " + left + " of " + folder + " do not end.");
        }
        return !left.isEmpty();
    }

    Path tokens() {
        return folder.resolve("tokens.csv");
    }

    Path certificates() {
        return folder.resolve("certificates");
    }

    Path certificate() {
        return certificates().resolve("apiserver.crt");
    }

    Path serviceAccountKey() {
        return certificates().resolve("service-account.key");
    }

    Path serviceAccountPublicKey() {
        return certificates().resolve("service-account.pub");
    }

    Path data() {
        return folder.resolve("data");
    }

    String token(String user) {
        try {
            List<String[]> lines = Files.readAllLines(tokens()).stream()
                    .map(line -> line.split(",", 3))
                    .toList();
            return lines.stream()
                    .filter(line -> line[1].equals(user))
                    .map(line -> line[0])
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException(
                            "No user \"" + user + "\" was declared when the control plane started; known: "
                                    + lines.stream().map(line -> line[1]).toList()));
        } catch (IOException e) {
            throw new ControlPlaneException("No control plane was started in " + folder, e);
        }
    }

    /** Known by its command line, which holds the word of this start: a process id that was given again is never taken for it. */
    private Optional<ProcessHandle> supervisor() {
        return words(folder.resolve("supervisor.pid"))
                .filter(words -> words.length == 2)
                .flatMap(words -> running(words[0], words[1]));
    }

    private List<String> programs() {
        try (Stream<Path> files = Files.list(folder.resolve("pids"))) {
            return files.map(file -> file.getFileName().toString()).toList();
        } catch (IOException nothingWasStarted) {
            return List.of();
        }
    }

    private Optional<ProcessHandle> process(String program) {
        return words(folder.resolve("pids").resolve(program)).flatMap(words -> running(words[0], folder.toString()));
    }

    private static Optional<ProcessHandle> running(String pid, String mark) {
        return ProcessHandle.of(Long.parseLong(pid))
                .filter(process -> process.info().commandLine().orElse("").contains(mark));
    }

    private static Optional<String[]> words(Path file) {
        try {
            String text = Files.readString(file).strip();
            return text.isEmpty() ? Optional.empty() : Optional.of(text.split(" "));
        } catch (IOException absent) {
            return Optional.empty();
        }
    }
}
