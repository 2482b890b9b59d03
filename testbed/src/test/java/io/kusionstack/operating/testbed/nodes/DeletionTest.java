package io.kusionstack.operating.testbed.nodes;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What a true kubelet was recorded to do with a Pod that is deleted or evicted. */
class DeletionTest {
    private static final String SLEEPER = """
            metadata: {name: web, namespace: shop, uid: u1, generation: 1}
            spec:
              nodeName: n1
              readinessGates: [{conditionType: gate}]
              containers:
              - name: app
                image: v1
                lifecycle: {preStop: {exec: {command: [sh, -c, "sleep 3"]}}}
            status:
              conditions: [{type: gate, status: 'True'}]
            """;

    private final FakeWorld world = new FakeWorld(Cadence.KUBELET);

    @Test
    void staysReadyThroughItsPreStopThenSucceedsAndDisappearsHalfASecondLater() {
        Story story = Story.quiet(SLEEPER, world).delete(30).pass(10_000);

        assertThat(story.lines())
                .containsExactly(
                        "12 Running observed=2 Ready=T ContainersReady=T | v1#0 running",
                        "3062 Succeeded observed=2 Ready=F(PodCompleted) ContainersReady=F(PodCompleted)"
                                + " | v1#0 Completed(0)",
                        "3562 removed");
        assertThat(story.isRemoved()).isTrue();
    }

    @Test
    void answersDuringItsPreStopAndNotAfterItsSignal() {
        Story story = Story.quiet(SLEEPER, world).delete(30).pass(3_000);
        assertThat(story.pod().serving()).isTrue();

        story.pass(20);

        assertThat(story.pod().serving()).isFalse();
        assertThat(story.status().isTrue("Ready")).isTrue();
    }

    @Test
    void aDeletionIsActedOnAtOnceEvenRightAfterALook() {
        Story story = Story.quiet(Story.POD, world)
                .gate("False")
                .pass(100)
                .mark()
                .delete(30)
                .pass(12);

        assertThat(story.lines())
                .containsExactly(
                        "12 Running observed=2 Ready=F(ReadinessGatesNotReady) ContainersReady=T | v1#0 running");
    }

    @Test
    void isKilledAtTheEndOfItsGracePeriod() {
        Story story = Story.quiet(SLEEPER, world).delete(2).pass(10_000);

        assertThat(story.lines())
                .endsWith(
                        "2012 Failed observed=2 Ready=F(PodCompleted) ContainersReady=F(PodCompleted) | v1#0 Error(137)",
                        "2512 removed");
    }

    @Test
    void aShorterGracePeriodGivenLaterHolds() {
        Story story =
                Story.quiet(SLEEPER, world).delete(30).pass(1_000).delete(1).pass(10_000);

        assertThat(story.lines())
                .endsWith(
                        "2000 Failed observed=3 Ready=F(PodCompleted) ContainersReady=F(PodCompleted) | v1#0 Error(137)",
                        "2500 removed");
    }

    @Test
    void aPodDeletedDuringAnUpdateEndsWithoutTheNewContainer() {
        Story story =
                Story.quiet(SLEEPER, world).image("v2").pass(1_000).delete(30).pass(10_000);

        assertThat(story.lines())
                .endsWith(
                        "1012 Running observed=3 Ready=T ContainersReady=T | v1#0 running",
                        "3062 Succeeded observed=3 Ready=F(PodCompleted) ContainersReady=F(PodCompleted)"
                                + " | v1#0 Completed(0)",
                        "3562 removed");
    }

    @Test
    void aPodDeletedBeforeItRanFails() {
        world.play(NodeScript.forAll().pullTakes(Duration.ofMinutes(1)));
        Story story =
                Story.begin(Story.POD, world).pass(1_000).mark().delete(30).pass(1_000);

        assertThat(story.lines())
                .containsExactly(
                        "12 Failed observed=2 Ready=F(PodCompleted) ContainersReady=F(PodCompleted)"
                                + " | v1#0 ContainerStatusUnknown(137)",
                        "512 removed");
    }

    @Test
    void aNodeThatRestartsMeanwhileEndsThePodAllTheSame() {
        Story story =
                Story.quiet(SLEEPER, world).delete(30).pass(3_100).restartNode().pass(5_000);

        assertThat(story.lines()).endsWith("3100 removed");
    }

    @Test
    void nothingMoreIsPublishedOfARemovedPod() {
        Story story = Story.quiet(SLEEPER, world).delete(30).pass(10_000).mark();

        story.gate("False").image("v2").pass(10_000);

        assertThat(story.lines()).containsOnly("0 removed");
    }
}
