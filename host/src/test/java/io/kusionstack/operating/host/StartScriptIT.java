package io.kusionstack.operating.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The distribution as a user finds it. */
class StartScriptIT {
    private static final Path ROOT = Path.of("target", "operating").toAbsolutePath();
    private static final Path SCRIPT = ROOT.resolve("bin/operating");

    @TempDir
    private Path folder;

    private record Ended(int status, String output) {}

    @Test
    void bringsWhatItNeeds() {
        assertThat(SCRIPT).isExecutable();
        assertThat(ROOT.resolve("LICENSE")).exists();
        assertThat(ROOT.resolve("NOTICE")).exists();
        assertThat(ROOT.resolve("deploy/crds/apps.kusionstack.io_collasets.yaml"))
                .exists();
        assertThat(ROOT.resolve("deploy/rbac.yaml")).exists();
    }

    @Test
    void tellsItsVersionThroughALinkToo() throws Exception {
        Path link = Files.createSymbolicLink(folder.resolve("operating"), SCRIPT);

        Ended ended = run(Map.of(), link.toString(), "--version");

        assertThat(ended.status()).isZero();
        assertThat(ended.output()).startsWith("operating ").doesNotContain("unpackaged");
    }

    @Test
    void theConfigurationItBringsIsValid() throws Exception {
        String file = ROOT.resolve("conf/operating.yaml").toString();

        Ended ended = run(Map.of(), SCRIPT.toString(), "check-config", "--config", file);

        assertThat(ended).isEqualTo(new Ended(0, file + " is valid\n"));
    }

    @Test
    void tellsAllProblemsOfAConfiguration() throws Exception {
        Path file = Files.writeString(folder.resolve("wrong.yaml"), "http: {port: many}\nextra: 1\n");

        Ended ended = run(Map.of(), SCRIPT.toString(), "run", "--config", file.toString());

        assertThat(ended.status()).isEqualTo(2);
        assertThat(ended.output())
                .contains("2 problem(s)")
                .contains("http.port: \"many\" is not allowed; it has to be a whole number from 0 to 65535")
                .contains("extra: there is no such key; known here are kubernetes, ");
    }

    @Test
    void refusesAJdkThatIsTooOld() throws Exception {
        Path home = fakeJdk("17.0.15");

        Ended ended = run(Map.of("JAVA_HOME", home.toString()), SCRIPT.toString(), "--version");

        assertThat(ended)
                .isEqualTo(new Ended(
                        1,
                        "operating needs a JDK 21 or newer: " + home.resolve("bin/java")
                                + " is 17; set JAVA_HOME to another\n"));
    }

    @Test
    void usesSmallObjectHeadersOnlyWhereTheJdkKnowsThem() throws Exception {
        Ended older = run(Map.of("JAVA_HOME", fakeJdk("21.0.5").toString()), SCRIPT.toString(), "run");
        Ended newer = run(Map.of("JAVA_HOME", fakeJdk("25").toString()), SCRIPT.toString(), "run");

        assertThat(older.output()).startsWith("arguments ").doesNotContain("CompactObjectHeaders");
        assertThat(newer.output()).startsWith("arguments ").contains("-XX:+UseCompactObjectHeaders");
    }

    @Test
    void findsTheNewestJdkWhereTheOneOnThePathIsTooOld() throws Exception {
        Path old = fakeJdk("17.0.15");

        Ended ended = run(
                withoutHome(old, old, fakeJdk("21.0.5"), fakeJdk("26.0.1"), fakeJdk("25.0.1")),
                SCRIPT.toString(),
                "run");

        assertThat(ended.output()).startsWith("arguments of 26.0.1 ");
    }

    @Test
    void takesTheJdkOnThePathWhereItIsNewEnough() throws Exception {
        Ended ended = run(withoutHome(fakeJdk("21.0.5"), fakeJdk("25.0.1")), SCRIPT.toString(), "run");

        assertThat(ended.output()).startsWith("arguments of 21.0.5 ");
    }

    @Test
    void saysWhatToInstallWhereThereIsNoJdkThatIsNewEnough() throws Exception {
        Path old = fakeJdk("17.0.15");

        Ended ended = run(withoutHome(old, old), SCRIPT.toString(), "run");

        assertThat(ended)
                .isEqualTo(new Ended(
                        1,
                        "operating needs a JDK 21 or newer: none on the PATH, in /usr/lib/jvm, /usr/java, /opt or"
                                + " /Library/Java; install one, for example from https://adoptium.net, or set"
                                + " JAVA_HOME to it\n"));
    }

    private static Map<String, String> withoutHome(Path onThePath, Path... installed) {
        return Map.of(
                "JAVA_HOME",
                "",
                "PATH",
                onThePath.resolve("bin") + ":/usr/bin:/bin",
                "OPERATING_JDKS",
                Stream.of(installed)
                        .map(home -> home.resolve("bin/java").toString())
                        .collect(Collectors.joining(" ")));
    }

    private Path fakeJdk(String version) throws IOException {
        Path home = Files.createTempDirectory(folder, "jdk");
        Path java = Files.createDirectories(home.resolve("bin")).resolve("java");
        Files.writeString(java, """
                #!/bin/sh
                if [ "$1" = -version ]; then echo 'openjdk version "%1$s" 2026-01-01' >&2; else echo arguments of %1$s "$@"; fi
                """.formatted(version));
        Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwxr-xr-x"));
        return home;
    }

    private static Ended run(Map<String, String> environment, String... command) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(new ArrayList<>(List.of(command))).redirectErrorStream(true);
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().putAll(environment);
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return new Ended(process.exitValue(), output);
    }
}
