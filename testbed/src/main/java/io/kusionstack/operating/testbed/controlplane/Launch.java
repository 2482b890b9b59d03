package io.kusionstack.operating.testbed.controlplane;

import io.kusionstack.operating.testbed.Await;
import io.kusionstack.operating.testbed.api.Connection;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.BooleanSupplier;

/**
 * One start of an instance, with the supervisor that owns its processes.
 *
 * @param instance the folder
 * @param supervisor owns the processes
 * @param ports where they listen
 */
record Launch(Instance instance, Supervisor supervisor, Ports ports) {
    private static final Duration LIMIT = Duration.ofSeconds(90);
    private static final int ATTEMPTS = 3;
    private static final long SPACE = 300L << 20;

    /** A port that seemed free was taken when its program came to listen. */
    private static final class PortTakenException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        PortTakenException(String message) {
            super(message);
        }
    }

    /** Starts everything the options ask for and waits until it works; leaves no process if it does not. */
    static Launch into(Instance instance, Binaries binaries, ControlPlaneOptions options) {
        if (options.port() != 0 && !Ports.isFree(options.port())) {
            throw new ControlPlaneException("Port " + options.port()
                    + " is taken: end what listens there, or choose another port, or 0 for a free one.");
        }
        for (int attempt = 1; ; attempt++) {
            try {
                return once(instance, binaries, options);
            } catch (PortTakenException e) {
                if (attempt == ATTEMPTS) {
                    throw new ControlPlaneException(
                            "Ports were taken " + ATTEMPTS + " times while the control plane started: "
                                    + e.getMessage(),
                            e);
                }
            }
        }
    }

    private static Launch once(Instance instance, Binaries binaries, ControlPlaneOptions options) {
        Ports ports = options.port() == 0 ? Ports.free() : Ports.withApiServer(options.port());
        try {
            prepare(instance, ports);
            Supervisor supervisor =
                    Supervisor.start(instance.folder(), UUID.randomUUID().toString(), Map.of());
            Launch launch = new Launch(instance, supervisor, ports);
            boolean ready = false;
            try {
                launch.start(new CommandLines(instance, binaries, ports), options);
                ready = true;
            } finally {
                if (!ready) {
                    supervisor.close();
                }
            }
            return launch;
        } catch (IOException e) {
            throw new ControlPlaneException(
                    "Cannot start a control plane in " + instance.folder() + ": " + e.getMessage()
                            + ". Make room there, or choose another folder.",
                    e);
        }
    }

    private static void prepare(Instance instance, Ports ports) throws IOException {
        Path folder = instance.folder();
        if (instance.isRunning()) {
            throw new ControlPlaneException("A control plane runs in " + folder + ": stop it first, or use it.");
        }
        instance.stop();
        Folders.delete(folder);
        Files.createDirectories(folder.getParent());
        Files.createDirectory(
                folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Folders.requireSpace(folder, SPACE);
        for (Path inner :
                List.of(instance.certificates(), instance.kubeconfig("any").getParent())) {
            Files.createDirectory(inner);
        }
        Files.writeString(folder.resolve("server"), URI.create("https://127.0.0.1:" + ports.apiServer()) + "\n");
        Files.writeString(folder.resolve("audit-policy.yaml"), Resources.text("audit-policy.yaml"));
        Files.createFile(folder.resolve("ephemeral"));
    }

    private void start(CommandLines lines, ControlPlaneOptions options) throws IOException {
        run(Component.ETCD, lines, options);
        Credentials.write(instance, options.users());
        await(Component.ETCD, () -> Readiness.answersHttp(ports.etcd()));
        run(Component.API_SERVER, lines, options);
        awaitApiServer();
        Credentials.writeKubeconfigs(instance, instance.server(), options.users());
        if (!options.controllers()) {
            return;
        }
        run(Component.CONTROLLER_MANAGER, lines, options);
        run(Component.SCHEDULER, lines, options);
        awaitPath(Component.CONTROLLER_MANAGER, "/api/v1/namespaces/default/serviceaccounts/default");
        await(Component.SCHEDULER, () -> Ports.isTaken(ports.scheduler()));
    }

    private void run(Component component, CommandLines lines, ControlPlaneOptions options) {
        supervisor.run(component.program(), lines.of(component, options));
    }

    void awaitApiServer() {
        awaitPath(Component.API_SERVER, "/readyz");
    }

    private void awaitPath(Component component, String path) {
        Connection admin = instance.connection(ControlPlaneOptions.ADMIN);
        await(component, () -> Readiness.answers(admin, path));
    }

    private void await(Component component, BooleanSupplier ready) {
        String name = component.program();
        boolean[] works = new boolean[1];
        Await.until(LIMIT, () -> {
            works[0] = ready.getAsBoolean();
            return works[0] || supervisor.exitCode(name).isPresent() || !supervisor.isAlive();
        });
        if (works[0]) {
            return;
        }
        Path log = instance.logs().resolve(name + ".log");
        List<String> last = lastLines(log);
        if (last.stream().anyMatch(line -> line.contains("address already in use"))) {
            throw new PortTakenException("see " + log);
        }
        String what = supervisor.exitCode(name).isPresent()
                ? name + " ended with " + supervisor.exitCode(name).getAsInt()
                : name + " is not ready after " + LIMIT.toSeconds() + " s";
        throw new ControlPlaneException(what + "; the end of " + log + ":\n  " + String.join("\n  ", last));
    }

    private static List<String> lastLines(Path log) {
        try {
            List<String> lines = Files.readAllLines(log, StandardCharsets.UTF_8);
            return lines.subList(Math.max(0, lines.size() - 8), lines.size());
        } catch (IOException e) {
            return List.of("(unreadable: " + e.getMessage() + ")");
        }
    }
}
