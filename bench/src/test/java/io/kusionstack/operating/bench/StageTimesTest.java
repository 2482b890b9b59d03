package io.kusionstack.operating.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.bench.StageTimes.Course;
import io.kusionstack.operating.bench.StageTimes.Span;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class StageTimesTest {
    private static final Instant START = Instant.parse("2026-11-23T04:05:06Z");

    @Test
    void aStageThatNobodySawWasReachedWithTheNext() {
        Course course = new Course();
        course.see(Stage.PREPARING, at(1));
        course.see(Stage.OPERATING, at(3));
        course.see(Stage.READY, at(7));
        course.see(Stage.IN_SERVICE, at(8));

        StageTimes times = StageTimes.of(List.of(course));

        assertThat(times.between(Stage.MARKED, Stage.PREPARING)).isEqualTo(both(0));
        assertThat(times.between(Stage.PREPARING, Stage.OPERATING)).isEqualTo(both(2));
        assertThat(times.between(Stage.OPERATING, Stage.RESTARTED)).isEqualTo(both(4));
        assertThat(times.between(Stage.RESTARTED, Stage.READY)).isEqualTo(both(0));
        assertThat(times.between(Stage.MARKED, Stage.IN_SERVICE)).isEqualTo(both(7));
    }

    @Test
    void aPodIsNotBackBeforeItLeft() {
        Course course = new Course();
        course.see(Stage.IN_SERVICE, at(0));
        course.see(Stage.MARKED, at(1));
        course.see(Stage.IN_SERVICE, at(5));

        assertThat(StageTimes.of(List.of(course)).between(Stage.MARKED, Stage.IN_SERVICE))
                .isEqualTo(both(4));
    }

    @Test
    void aPodThatFallsBackHasReachedAStageWhenItFirstDid() {
        Course course = new Course();
        course.see(Stage.PREPARING, at(1));
        course.see(Stage.MARKED, at(2));
        course.see(Stage.PREPARING, at(3));
        course.see(Stage.IN_SERVICE, at(9));

        assertThat(StageTimes.of(List.of(course)).between(Stage.PREPARING, Stage.IN_SERVICE))
                .isEqualTo(both(8));
    }

    @Test
    void leavesOutPodsThatDidNotComeToTheEnd() {
        Course course = new Course();
        course.see(Stage.COMPLETING, at(1));

        assertThat(StageTimes.of(List.of(course)).isEmpty()).isTrue();
    }

    @Test
    void medianAndP95AreTimesOfPods() {
        Span span = Span.of(IntStream.rangeClosed(1, 40).mapToObj(Duration::ofSeconds));

        assertThat(span).isEqualTo(new Span(Duration.ofSeconds(20), Duration.ofSeconds(38)));
        assertThat(Span.of(IntStream.of(3, 1, 2).mapToObj(Duration::ofSeconds)))
                .isEqualTo(new Span(Duration.ofSeconds(2), Duration.ofSeconds(3)));
    }

    private static Span both(long seconds) {
        return new Span(Duration.ofSeconds(seconds), Duration.ofSeconds(seconds));
    }

    private static Instant at(long seconds) {
        return START.plusSeconds(seconds);
    }
}
