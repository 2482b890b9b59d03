package io.kusionstack.operating.host.collaset;

import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.host.plan.PodCondition;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.world.Containers;
import io.kusionstack.operating.host.world.Pods;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CreationBackoffTest {
    private static final Instant START = Pods.CREATED;

    @Test
    void doublesThePauseFromASecondToFiveMinutes() {
        List<Long> pauses = new ArrayList<>();
        CreationBackoff backoff = CreationBackoff.NONE;
        for (int i = 0; i < 12; i++) {
            backoff = backoff.seen(List.of(failed("p" + i, START)), 9, START.plusSeconds(2));
            pauses.add(Duration.between(START.plusSeconds(2), backoff.until()).toSeconds());
        }

        assertThat(pauses).containsExactly(1L, 2L, 4L, 8L, 16L, 32L, 64L, 128L, 256L, 300L, 300L, 300L);
    }

    @Test
    void countsAllThatEndedTogetherOnceAndEachOnlyOnce() {
        List<PodRecord> both = List.of(failed("a", START), failed("b", START));

        CreationBackoff once = CreationBackoff.NONE.seen(both, 9, START.plusSeconds(2));
        CreationBackoff again = once.seen(both, 9, START.plusSeconds(3));

        assertThat(once.strikes()).isEqualTo(1);
        assertThat(again).isEqualTo(once);
        assertThat(once.isNew(START.plusSeconds(2))).isTrue();
        assertThat(again.isNew(START.plusSeconds(3))).isFalse();
    }

    @Test
    void isLetGoByOnePodThatRunsForAMinute() {
        CreationBackoff backoff = CreationBackoff.NONE.seen(List.of(failed("a", START)), 9, START.plusSeconds(2));
        PodRecord next = running("b", START.plusSeconds(10));

        assertThat(backoff.seen(List.of(next), 9, START.plusSeconds(60)).strikes())
                .isEqualTo(1);
        assertThat(backoff.isTrial(next, START.plusSeconds(60))).isTrue();
        assertThat(backoff.seen(List.of(next), 9, START.plusSeconds(70))).isEqualTo(CreationBackoff.NONE);
    }

    @Test
    void isNotLetGoByAnOlderPodNorByOneThatHasJustBegunToRun() {
        CreationBackoff backoff = CreationBackoff.NONE.seen(List.of(failed("a", START)), 9, START.plusSeconds(2));
        PodRecord older = running("b", START.minusSeconds(3600));
        PodRecord pulledLong = Pods.like(running("c", START))
                .container("main", main -> Containers.with(main, main.ready(), main.state(), START.plusSeconds(90)))
                .build();
        PodRecord unbound = Pods.pod("d")
                .created(START)
                .phase("Pending")
                .container("main", Containers::notStarted)
                .build();

        CreationBackoff after = backoff.seen(List.of(older, pulledLong, unbound), 9, START.plusSeconds(100));

        assertThat(after.strikes()).isEqualTo(1);
        assertThat(after.isTrial(older, START)).isFalse();
    }

    @Test
    void isLetGoOnceNoPodIsMissingNoneMayStillEndSoonAndThePauseIsOver() {
        PodRecord old = running("a", START.minusSeconds(3600));
        PodRecord ended = failed("b", START);
        PodRecord next = unbound("c", START.plusSeconds(3));
        CreationBackoff backoff = CreationBackoff.NONE.seen(List.of(old, ended), 2, START.plusSeconds(2));

        assertThat(backoff.seen(List.of(old), 1, START.plusSeconds(2)).strikes())
                .isEqualTo(1);
        assertThat(backoff.seen(List.of(old), 2, START.plusSeconds(9)).strikes())
                .isEqualTo(1);
        assertThat(backoff.seen(List.of(old, ended), 1, START.plusSeconds(9)).strikes())
                .isEqualTo(1);
        assertThat(backoff.seen(List.of(old, next), 2, START.plusSeconds(9)).strikes())
                .isEqualTo(1);
        assertThat(backoff.seen(List.of(old), 1, START.plusSeconds(3))).isEqualTo(CreationBackoff.NONE);
        assertThat(backoff.seen(List.of(), 0, START.plusSeconds(3))).isEqualTo(CreationBackoff.NONE);
    }

    @Test
    void takesNoNoticeOfAPodThatEndedAfterALongLife() {
        PodRecord old = failed("a", START.minus(Duration.ofMinutes(6)));

        assertThat(CreationBackoff.NONE.seen(List.of(old), 9, START)).isEqualTo(CreationBackoff.NONE);
    }

    @Test
    void waitsNoLongerThanTheLongestPauseForOnePodToShowThatItLasts() {
        CreationBackoff backoff = CreationBackoff.NONE.seen(List.of(failed("a", START)), 9, START.plusSeconds(2));
        PodRecord bound =
                Pods.like(unbound("b", START.plusSeconds(4))).node("node-1").build();

        assertThat(backoff.isTrial(bound, START.plusSeconds(303))).isTrue();
        assertThat(backoff.isTrial(bound, START.plusSeconds(304))).isFalse();
        assertThat(backoff.isTrial(unbound("c", START.plusSeconds(4)), START.plusSeconds(9)))
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Evicted", "Preempting", "Terminated", "NodeShutdown"})
    void doesNotCountWhatTheNodeEndedUnlessItNeverLetItBegin(String reason) {
        PodRecord ran = Pods.like(failed("a", START)).reason(reason).build();
        PodRecord refused =
                Pods.like(ran).container("main", Containers::notStarted).build();

        assertThat(CreationBackoff.NONE.seen(List.of(ran), 9, START.plusSeconds(2)))
                .isEqualTo(CreationBackoff.NONE);
        assertThat(CreationBackoff.NONE
                        .seen(List.of(refused), 9, START.plusSeconds(2))
                        .strikes())
                .isEqualTo(1);
    }

    @Test
    void doesNotCountWhatTheClusterTookFromItsNode() {
        PodRecord preempted = Pods.like(failed("a", START))
                .reason("")
                .condition(PodCondition.DISRUPTION_TARGET, "True")
                .build();

        assertThat(CreationBackoff.NONE.seen(List.of(preempted), 9, START.plusSeconds(2)))
                .isEqualTo(CreationBackoff.NONE);
    }

    private static PodRecord failed(String name, Instant created) {
        return Pods.pod(name)
                .created(created)
                .phase("Failed")
                .reason("OutOfcpu")
                .build();
    }

    private static PodRecord unbound(String name, Instant created) {
        return Pods.pod(name)
                .created(created)
                .node("")
                .phase("Pending")
                .container("main", Containers::notStarted)
                .build();
    }

    private static PodRecord running(String name, Instant created) {
        return Pods.pod(name)
                .created(created)
                .container("main", main -> Containers.with(main, main.ready(), main.state(), created))
                .build();
    }
}
