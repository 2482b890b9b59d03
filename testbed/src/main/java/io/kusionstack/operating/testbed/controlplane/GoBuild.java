package io.kusionstack.operating.testbed.controlplane;

import io.kusionstack.operating.testbed.Await;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Builds the four programs with the Go toolchain on the PATH, under a supervisor: no compiler outlives this JVM.
 *
 * @param environment where the toolchain is looked for
 * @param module what is built
 * @param progress gets one line now and then
 */
record GoBuild(Environment environment, GoModule module, Consumer<String> progress) {
    private static final int MINOR = 24;
    private static final Pattern RELEASE = Pattern.compile("go1\\.(\\d+)");
    private static final long SPACE = 700L << 20;
    private static final Duration LIMIT = Duration.ofMinutes(20);
    private static final Duration REPORT = Duration.ofSeconds(10);

    private record Step(String name, List<String> arguments, List<String> packages) {}

    /**
     * Leaves the programs, and nothing else, in a folder that it makes.
     *
     * @throws ControlPlaneException if there is no suitable toolchain, too little room, or a step fails
     */
    void into(Path folder) throws IOException {
        Path go = toolchain();
        Files.createDirectories(folder);
        Folders.requireSpace(folder, SPACE);
        Path work = Files.createTempDirectory("operating-build-");
        Files.writeString(work.resolve("go.mod"), module.goMod());
        Files.writeString(work.resolve("go.sum"), module.goSum());
        progress.accept("Building the control plane " + module.version()
                + " with Go, about 4 minutes the first time (log " + work.resolve("logs") + ")");
        try (Supervisor supervisor =
                Supervisor.start(work, UUID.randomUUID().toString(), Map.of("CGO_ENABLED", "0", "GOWORK", "off"))) {
            for (Step step : steps(folder)) {
                run(supervisor, work, go, step);
            }
        }
        Folders.delete(work);
    }

    private List<Step> steps(Path folder) {
        List<String> kubernetes = List.of("kube-apiserver", "kube-controller-manager", "kube-scheduler").stream()
                .map(name -> "k8s.io/kubernetes/cmd/" + name)
                .toList();
        return List.of(
                new Step(
                        "etcd",
                        List.of(
                                "-ldflags",
                                "-s -w",
                                "-o",
                                folder.resolve("etcd").toString()),
                        List.of("go.etcd.io/etcd/server/v3")),
                new Step("kubernetes", joined(module.linkerFlags(), List.of("-o", folder + "/")), kubernetes));
    }

    private void run(Supervisor supervisor, Path work, Path go, Step step) throws IOException {
        long start = System.nanoTime();
        List<String> build = List.of(go.toString(), "-C", work.toString(), "build", "-v", "-trimpath");
        supervisor.run(step.name(), joined(joined(build, step.arguments()), step.packages()));
        Path log = work.resolve("logs").resolve(step.name() + ".log");
        long end = start + LIMIT.toNanos();
        while (!Await.until(REPORT, () -> supervisor.exitCode(step.name()).isPresent())) {
            progress.accept("  " + step.name() + ": " + seconds(start) + " s, "
                    + lines(log).size() + " packages");
            if (System.nanoTime() - end >= 0) {
                throw new ControlPlaneException(
                        "Building " + step.name() + " takes longer than " + LIMIT.toMinutes() + " minutes; see " + log);
            }
        }
        OptionalInt code = supervisor.exitCode(step.name());
        if (code.orElse(1) != 0) {
            List<String> lines = lines(log);
            throw new ControlPlaneException("Building " + step.name() + " failed (go ended with " + code.orElse(1)
                    + "; log " + log + "):\n  "
                    + String.join("\n  ", lines.subList(Math.max(0, lines.size() - 5), lines.size()))
                    + "\nThe build needs the Go module proxy or a filled module cache, and 4 GB of disk; "
                    + "a ready-made folder named by KUBEBUILDER_ASSETS needs neither.");
        }
        progress.accept("  " + step.name() + ": done in " + seconds(start) + " s");
    }

    private Path toolchain() throws IOException {
        Path go = environment
                .program("go")
                .orElseThrow(() -> new ControlPlaneException(none("there is no Go on the PATH")));
        Process asked = new ProcessBuilder(go.toString(), "version")
                .redirectErrorStream(true)
                .start();
        asked.getOutputStream().close();
        String answer = new String(asked.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        Matcher release = RELEASE.matcher(answer);
        if (!release.find() || Integer.parseInt(release.group(1)) < MINOR) {
            throw new ControlPlaneException(none(go + " is \"" + answer + "\", older than 1." + MINOR));
        }
        return go;
    }

    private String none(String why) {
        return "No control plane " + module.version() + ": KUBEBUILDER_ASSETS is not set, the cache "
                + environment.cache().resolve("control-plane") + " has none, and " + why + ".\n"
                + "Do one of these:\n"
                + "  - install Go 1." + MINOR
                + " or newer (https://go.dev/dl): the programs are then built, once, in about 4 minutes\n"
                + "  - set KUBEBUILDER_ASSETS to a folder with " + String.join(", ", Component.programs()) + "\n"
                + "  - copy the cache folder from a machine that has it";
    }

    private static List<String> lines(Path log) {
        try {
            return Files.readAllLines(log, StandardCharsets.UTF_8);
        } catch (IOException notYet) {
            return List.of();
        }
    }

    private static long seconds(long start) {
        return TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start);
    }

    private static List<String> joined(List<String> first, List<String> second) {
        List<String> all = new ArrayList<>(first);
        all.addAll(second);
        return all;
    }
}
