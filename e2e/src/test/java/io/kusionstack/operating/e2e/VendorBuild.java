package io.kusionstack.operating.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Builds a project as somebody would who has nothing of this repository but its installed artifacts: in a folder of its own,
 * with a local repository of its own. What others published comes from the local repository of this build, so nothing is
 * downloaded.
 *
 * @param folder where all of it happens; it is made anew
 */
record VendorBuild(Path folder) {
    private static final String VERSION = "1.0.0-SNAPSHOT";
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

    VendorBuild {
        folder = folder.toAbsolutePath();
    }

    /** Runs {@code mvn verify} on a copy of the project and returns its {@code target}. */
    Path verify(Path project) throws IOException, InterruptedException {
        clear(folder);
        Path copy = folder.resolve("project");
        copy(project, copy);
        clear(copy.resolve("target"));
        install("operating", ROOT.resolve("pom.xml"));
        for (String module : List.of("plugin-api", "host", "plugin-testkit")) {
            Path jar = ROOT.resolve(module).resolve("target/" + module + "-" + VERSION + ".jar");
            Files.copy(
                    jar,
                    install(module, ROOT.resolve(module).resolve("pom.xml")).resolve(jar.getFileName()));
        }
        Path settings = Files.writeString(folder.resolve("settings.xml"), settings());
        Path log = folder.resolve("build.log");
        Process build = new ProcessBuilder(
                        Path.of(System.getProperty("maven.home"), "bin", "mvn").toString(),
                        "-B",
                        "-ntp",
                        "-s",
                        settings.toString(),
                        "verify")
                .directory(copy.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        assertThat(build.waitFor()).as(() -> read(log)).isZero();
        return copy.resolve("target");
    }

    /** Puts a pom where Maven looks for it; returns the folder of the artifact. */
    private Path install(String artifact, Path pom) throws IOException {
        Path place = Files.createDirectories(
                folder.resolve("installed/io/kusionstack/operating/" + artifact + "/" + VERSION));
        Files.copy(pom, place.resolve(artifact + "-" + VERSION + ".pom"));
        return place;
    }

    private String settings() {
        return """
                <settings>
                  <localRepository>%s</localRepository>
                  <mirrors><mirror><id>downloaded</id><mirrorOf>central</mirrorOf><url>%s</url></mirror></mirrors>
                  <profiles><profile>
                    <id>installed</id>
                    <repositories><repository><id>installed</id><url>%s</url></repository></repositories>
                  </profile></profiles>
                  <activeProfiles><activeProfile>installed</activeProfile></activeProfiles>
                </settings>
                """.formatted(
                        folder.resolve("local"),
                        Path.of(System.getProperty("maven.repository")).toUri(),
                        folder.resolve("installed").toUri());
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Path target = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(file, target);
                }
            }
        }
    }

    private static void clear(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted((one, other) -> other.compareTo(one)).toList()) {
                Files.delete(file);
            }
        }
    }

    private static String read(Path log) {
        try {
            return Files.readString(log, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
