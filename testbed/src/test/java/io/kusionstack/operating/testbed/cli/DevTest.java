package io.kusionstack.operating.testbed.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script {@code ./dev}, copied into a folder with a space in its name, with JDKs and a Maven that only tell who called them. */
class DevTest {
    private static final List<String> TOOLS =
            List.of("bash", "sh", "sed", "dirname", "readlink", "find", "cat", "env", "touch", "mkdir");

    @TempDir
    Path temporary;

    private Path root = Path.of("set before each test");
    private Path tools = Path.of("set before each test");

    @BeforeEach
    void copy() throws IOException {
        Path repository = Path.of("").toAbsolutePath().getParent();
        root = Files.createDirectory(temporary.resolve("a clone"));
        tools = Files.createDirectory(temporary.resolve("tools"));
        Files.createDirectory(root.resolve(".ci"));
        for (String script : List.of("dev", ".ci/run")) {
            Files.copy(repository.resolve(script), root.resolve(script), StandardCopyOption.COPY_ATTRIBUTES);
        }
        for (String tool : TOOLS) {
            Path found = Files.exists(Path.of("/bin", tool)) ? Path.of("/bin", tool) : Path.of("/usr/bin", tool);
            program(tools.resolve(tool), "exec " + found + " \"$@\"");
        }
    }

    @Test
    void testsWithTheJavaHomeOfTheUserIfItIsNewEnough() throws Exception {
        maven();
        Path jdk = jdk("chosen", "23.0.1");
        assertThat(run(jdk, "dev", "test").output()).contains("JAVA_HOME=" + jdk + " mvn -B -ntp verify in " + root);
    }

    @Test
    void passesOverAJdkThatIsTooOld() throws Exception {
        maven();
        Path old = jdk("old", "17.0.15");
        jdk("home/.sdkman/candidates/java/25.0.3-tem", "25.0.3");
        assertThat(run(old, "dev", "check").output())
                .doesNotContain("JAVA_HOME=" + old)
                .contains("mvn -B -ntp verify -DskipITs");
    }

    @Test
    void quietsMavenOnlyWhereTheJdkKnowsTheWords() throws Exception {
        maven();
        assertThat(run(jdk("new", "25"), "dev", "fmt").output()).contains("--sun-misc-unsafe-memory-access=allow");
        assertThat(run(jdk("elder", "21.0.9"), "dev", "fmt").output())
                .contains("mvn")
                .doesNotContain("--sun-misc");
    }

    @Test
    void runsNothingWeakerOnTheBuildServer() throws Exception {
        maven();
        Path jdk = jdk("chosen", "25");
        assertThat(run(jdk, ".ci/run").output())
                .isEqualTo(run(jdk, "dev", "test").output());
    }

    @Test
    void packagesTheOperatorBeforeTheDemoAndNotAgainWhileNothingHasChanged() throws Exception {
        program(tools.resolve("mvn"), "mkdir -p testbed/target; echo cp >testbed/target/classpath; echo mvn $*");
        Path jdk = jdk("chosen", "25");
        program(jdk.resolve("bin/java"), "echo java $*");

        assertThat(run(jdk, "dev", "demo", "--pods", "3").output())
                .contains("mvn -B -ntp -q -pl testbed,distribution,testplugins/slow-rule -am package")
                .contains("testbed.cli.Testbed demo --pods 3");
        assertThat(run(jdk, "dev", "demo").output()).contains("Testbed demo").doesNotContain("mvn");
        assertThat(run(jdk, "dev", "cluster").output())
                .contains("mvn -B -ntp -q -pl testbed -am process-classes")
                .contains("Testbed cluster");
    }

    @Test
    void failsWhenTheTestsFail() throws Exception {
        program(tools.resolve("mvn"), "exit 7");
        assertThat(run(jdk("chosen", "25"), "dev", "test").code()).isEqualTo(7);
        assertThat(run(jdk("again", "25"), ".ci/run").code()).isEqualTo(7);
    }

    @Test
    void saysThatMavenIsMissing() throws Exception {
        Answer answer = run(jdk("chosen", "25"), "dev", "build");
        assertThat(answer.output()).contains("No Maven found: install 3.8.6 or newer");
        assertThat(answer.code()).isEqualTo(1);
    }

    @Test
    void helpsWithoutWordsAndRefusesUnknownOnes() throws Exception {
        assertThat(run(temporary, "dev")).isEqualTo(run(temporary, "dev", "help"));
        assertThat(run(temporary, "dev").output()).contains("./dev demo").contains("./dev test");
        Answer unknown = run(temporary, "dev", "deploy");
        assertThat(unknown.output()).contains("./dev knows no \"deploy\"");
        assertThat(unknown.code()).isEqualTo(1);
    }

    private record Answer(int code, String output) {}

    private Answer run(Path javaHome, String script, String... words) throws Exception {
        List<String> command = new ArrayList<>(List.of(root.resolve(script).toString()));
        command.addAll(List.of(words));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .directory(Path.of("/").toFile());
        builder.environment().clear();
        builder.environment()
                .putAll(Map.of(
                        "PATH", tools.toString(),
                        "JAVA_HOME", javaHome.toString(),
                        "HOME", temporary.resolve("home").toString()));
        Process process = builder.start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Answer(process.waitFor(), output);
    }

    private void maven() throws IOException {
        program(tools.resolve("mvn"), "echo \"JAVA_HOME=$JAVA_HOME mvn $* in $PWD\"; echo \"$MAVEN_OPTS\"");
    }

    private Path jdk(String name, String version) throws IOException {
        Path jdk = temporary.resolve(name);
        Files.createDirectories(jdk.resolve("bin"));
        program(jdk.resolve("bin/java"), "exit 1");
        program(jdk.resolve("bin/javac"), "exit 1");
        Files.writeString(jdk.resolve("release"), "JAVA_VERSION=\"" + version + "\"\n");
        return jdk;
    }

    private static void program(Path file, String script) throws IOException {
        Files.writeString(file, "#!/bin/sh\n" + script + "\n");
        assertThat(file.toFile().setExecutable(true)).isTrue();
    }
}
