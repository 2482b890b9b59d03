package io.kusionstack.operating.host;

import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.host.plan.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ReasonsPageTest {
    private static final List<String> PAGES =
            List.of("lifecycle.md", "traffic.md", "operations.md", "collaset.md", "rules.md");

    /** Where a condition is set, or an event is made, up to the end of the statement. */
    private static final Pattern TOLD =
            Pattern.compile("(?:conditions\\.set|[aA]nnounce|told)\\(((?:[^;\"]|\"[^\"]*\")*);");

    private static final Pattern WORD = Pattern.compile("\"([A-Z][a-z]+(?:[A-Z][a-z]+)*)\"");

    @Test
    void everyReasonIsExplainedToUsers() throws IOException {
        assertThat(Arrays.stream(Reason.values()).map(Reason::word)).isSubsetOf(explained());
    }

    @Test
    void everyWordOfAConditionOrAnEventIsExplainedToUsers() throws IOException {
        Set<String> told = new TreeSet<>();
        try (Stream<Path> sources = Files.walk(Path.of("src", "main", "java"))) {
            for (Path source : sources.filter(Files::isRegularFile).toList()) {
                TOLD.matcher(Files.readString(source))
                        .results()
                        .flatMap(statement -> WORD.matcher(statement.group(1)).results())
                        .forEach(word -> told.add(word.group(1)));
            }
        }

        assertThat(told).contains("Complete", "UpdateTarget", "SlotsFree");
        assertThat(told).isSubsetOf(explained());
    }

    private static Set<String> explained() throws IOException {
        Set<String> words = new HashSet<>();
        for (String page : PAGES) {
            words.addAll(List.of(Files.readString(Path.of("..", "docs", page)).split("\\W+")));
        }
        return words;
    }
}
