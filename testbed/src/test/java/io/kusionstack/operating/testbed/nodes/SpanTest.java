package io.kusionstack.operating.testbed.nodes;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class SpanTest {
    @Test
    void readsWhatUsersWrite() {
        assertThat(Span.parseAll("5s..9s, 0s..200ms,1.5s..1m,2s.."))
                .containsExactly(
                        new Span(Duration.ofSeconds(5), Duration.ofSeconds(9)),
                        new Span(Duration.ZERO, Duration.ofMillis(200)),
                        new Span(Duration.ofMillis(1500), Duration.ofMinutes(1)),
                        new Span(Duration.ofSeconds(2), null));
        assertThat(Span.parseAll("")).isEmpty();
    }

    @Test
    void saysWhatIsWrong() {
        assertThat(List.of("5", "9s..5s", "1s..2s"))
                .extracting(Span::problem)
                .extracting(problem -> problem.orElse(""))
                .containsExactly(
                        "\"5\" is not a span of time; write from..until, such as 5s..9s, 0s..200ms or 2s..",
                        "\"9s..5s\" ends before it begins",
                        "");
    }
}
