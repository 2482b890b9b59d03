package io.kusionstack.operating.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SafetyPageTest {
    private static final Path PAGE = Path.of("..", "docs", "safety.md");
    private static final List<Path> TESTS = List.of(
            Path.of("src", "test", "java"),
            Path.of("..", "e2e", "src", "test", "java"),
            Path.of("..", "plugins", "slb", "src", "test", "java"),
            Path.of("..", "plugin-testkit", "src", "test", "java"));
    private static final Pattern NAMED = Pattern.compile("`(\\w+(?:Test|IT))\\.(\\w+)`");
    private static final Pattern METHOD = Pattern.compile("\\bvoid (\\w+)\\(");

    @Test
    void namesOnlyTestsThatExist() throws IOException {
        Set<String> tests = tests();
        List<String> named = NAMED.matcher(Files.readString(PAGE))
                .results()
                .map(match -> match.group(1) + "." + match.group(2))
                .toList();

        assertThat(named).hasSizeGreaterThan(40).isSubsetOf(tests);
    }

    private static Set<String> tests() throws IOException {
        Set<String> tests = new HashSet<>();
        for (Path folder : TESTS) {
            try (Stream<Path> files = Files.walk(folder)) {
                files.filter(file -> file.toString().endsWith(".java"))
                        .flatMap(SafetyPageTest::methods)
                        .forEach(tests::add);
            }
        }
        return tests;
    }

    private static Stream<String> methods(Path file) {
        String type = file.getFileName().toString().replace(".java", "");
        try {
            return METHOD.matcher(Files.readString(file)).results().map(match -> type + "." + match.group(1));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
