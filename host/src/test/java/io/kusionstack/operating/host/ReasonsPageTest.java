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
import org.junit.jupiter.api.Test;

class ReasonsPageTest {
    private static final List<String> PAGES = List.of("lifecycle.md", "traffic.md", "operations.md");

    @Test
    void everyReasonIsExplainedToUsers() throws IOException {
        Set<String> words = new HashSet<>();
        for (String page : PAGES) {
            words.addAll(List.of(Files.readString(Path.of("..", "docs", page)).split("\\W+")));
        }

        assertThat(Arrays.stream(Reason.values()).map(Reason::word)).isSubsetOf(words);
    }
}
