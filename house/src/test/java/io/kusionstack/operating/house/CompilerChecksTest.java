package io.kusionstack.operating.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Compiles broken sources with the very arguments of the parent pom. */
class CompilerChecksTest {

    private static final Pattern PROBLEM = Pattern.compile("(\\w+\\.java):(\\d+): (error|warning): (\\[\\w+])");

    @TempDir
    private Path folder;

    @Test
    void refusesNullsAndWhatErrorProneFinds() throws Exception {
        write("Nulls.java", """
                @org.jspecify.annotations.NullMarked
                class Nulls {
                    String name() {
                        return null;
                    }
                }
                """);
        write("Unused.java", """
                class Unused {
                    private int nobodyReadsThis = 1;
                    private void nobodyCallsThis() {}
                    boolean lost(String a) {
                        a.trim();
                        return true;
                    }
                }
                """);

        Compilation compilation = compile();

        assertThat(compilation.status()).isNotZero();
        assertThat(compilation.problems())
                .containsExactlyInAnyOrder(
                        "Nulls.java:4 error [NullAway]",
                        "Unused.java:2 error [UnusedVariable]",
                        "Unused.java:3 error [UnusedMethod]",
                        "Unused.java:5 error [ReturnValueIgnored]");
    }

    @Test
    void turnsLintsIntoErrors() throws Exception {
        write("Raw.java", """
                class Raw {
                    java.util.List names() {
                        return java.util.List.of();
                    }
                }
                """);

        Compilation compilation = compile();

        assertThat(compilation.status()).isNotZero();
        assertThat(compilation.problems()).containsExactly("Raw.java:2 warning [rawtypes]");
        assertThat(compilation.output()).contains("error: warnings found and -Werror specified");
    }

    @Test
    void acceptsASoundSource() throws Exception {
        write("Sound.java", "record Sound(String name) {}\n");

        Compilation compilation = compile();

        assertThat(compilation).isEqualTo(new Compilation(0, ""));
    }

    private void write(String name, String text) throws IOException {
        Files.writeString(folder.resolve(name), text);
    }

    private Compilation compile() throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "javac").toString());
        for (String argument : Pom.read(Path.of("..", "pom.xml"))
                .texts(
                        "/project/build/plugins/plugin[artifactId='maven-compiler-plugin']/configuration/compilerArgs/arg")) {
            command.add(argument);
        }
        command.addAll(List.of("--release", "21", "-proc:none", "-J-Xshare:auto", "-J-XX:TieredStopAtLevel=1"));
        String libraries = System.getProperty("java.class.path");
        command.addAll(List.of("-classpath", libraries, "-processorpath", libraries));
        command.addAll(List.of("-d", folder.resolve("classes").toString()));
        try (var sources = Files.list(folder)) {
            sources.map(Path::toString).filter(name -> name.endsWith(".java")).forEach(command::add);
        }
        return run(command);
    }

    private Compilation run(List<String> command) throws IOException, InterruptedException {
        Path output = folder.resolve("output");
        Process javac = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        assertThat(javac.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return new Compilation(javac.exitValue(), Files.readString(output, StandardCharsets.UTF_8));
    }

    private record Compilation(int status, String output) {

        List<String> problems() {
            return PROBLEM.matcher(output)
                    .results()
                    .map(found ->
                            "%s:%s %s %s".formatted(found.group(1), found.group(2), found.group(3), found.group(4)))
                    .toList();
        }
    }
}
