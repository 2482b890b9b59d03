package io.kusionstack.operating.testbed.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ScreenTest {
    private final StringWriter text = new StringWriter();

    @Test
    void printsOnlyWhatIsNewWhereLinesCannotBeDrawnOver() {
        Screen screen = new Screen(new PrintWriter(text), false, () -> "now ");

        screen.title("A B");
        screen.show(List.of("a 1", "b 1"));
        screen.show(List.of("a 1", "b 2"));

        assertThat(text.toString().lines()).containsExactly("    A B", "now a 1", "now b 1", "now b 2");
    }

    @Test
    void drawsOverWhatItDrewBefore() {
        Screen screen = new Screen(new PrintWriter(text), true);

        screen.show(List.of("a 1", "b 1"));
        screen.show(List.of("a 2"));

        assertThat(text).hasToString("\u001b[2Ka 1\n\u001b[2Kb 1\n\u001b[J\u001b[2A\u001b[2Ka 2\n\u001b[J");
    }

    @Test
    void leavesWhatWasSaidInItsPlace() {
        Screen screen = new Screen(new PrintWriter(text), true);

        screen.show(List.of("a 1"));
        screen.say("done");
        screen.show(List.of("a 2"));

        assertThat(text).hasToString("\u001b[2Ka 1\n\u001b[Jdone\n\u001b[2Ka 2\n\u001b[J");
    }

    @Test
    void aBlockHasAnEnd() {
        Screen screen = new Screen(new PrintWriter(text), true);

        screen.show(IntStream.range(0, 25).mapToObj(String::valueOf).toList());

        assertThat(text.toString()).contains("19\n", "... and 5 more").doesNotContain("20\n");
    }
}
