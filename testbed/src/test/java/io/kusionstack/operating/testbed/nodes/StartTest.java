package io.kusionstack.operating.testbed.nodes;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class StartTest {
    private static final String INITIALIZED = """
            metadata: {name: web, namespace: shop, uid: u1, generation: 1}
            spec:
              nodeName: n1
              initContainers:
              - {name: first, image: i1}
              - {name: proxy, image: i2, restartPolicy: Always}
              containers:
              - {name: app, image: v1}
            """;
    private static final String ONCE = """
            metadata: {name: job, namespace: shop, uid: u1, generation: 1}
            spec:
              nodeName: n1
              restartPolicy: Never
              containers: [{name: app, image: v1}]
            """;
    private static final String UNREADY = " Ready=F(ContainersNotReady) ContainersReady=F(ContainersNotReady) | v1#0 ";

    private final FakeWorld world = new FakeWorld(Cadence.KUBELET);

    @Test
    void isPendingThenRunsThenIsReadyWithOneStatusEach() {
        Story story = Story.begin(Story.POD, world).pass(60_000);

        assertThat(story.lines())
                .containsExactly(
                        "0 Pending observed=1" + UNREADY + "ContainerCreating",
                        "80 Running observed=1" + UNREADY + "running",
                        "100 Running observed=1 Ready=T ContainersReady=T | v1#0 running");
    }

    @Test
    void hasNoAddressBeforeItRuns() {
        Story story = Story.begin(Story.POD, world);
        assertThat(story.status().podIp()).isEmpty();
        assertThat(story.status().isTrue("PodReadyToStartContainers")).isFalse();

        story.pass(100);

        assertThat(story.status().podIp()).isEqualTo("10.244.0.1");
        assertThat(story.status().isTrue("PodReadyToStartContainers")).isTrue();
    }

    @Test
    void isReadyOnlyWhenItsGateIsTrue() {
        Story story = Story.begin(Story.POD.replace("'True'", "'False'"), world).pass(60_000);
        assertThat(story.status().condition("Ready").map(Condition::message))
                .isEqualTo(Optional.of("the status of pod readiness gate \"gate\" is not \"True\", but False"));

        story.gate("True").pass(12);

        assertThat(story.status().isTrue("Ready")).isTrue();
    }

    @Test
    void aConditionKeepsItsTransitionTimeUntilItsStatusTurns() {
        Story story = Story.quiet(Story.POD, world);
        Condition before = story.status().condition("ContainersReady").orElseThrow();

        story.gate("False").pass(5_000);

        assertThat(story.status().condition("ContainersReady")).contains(before);
        assertThat(story.status().condition("Ready").orElseThrow().lastTransition())
                .isAfter(before.lastTransition());
    }

    @Test
    void neverReadyStaysSo() {
        world.play(NodeScript.forPod("shop/*").neverReady());

        Story story = Story.begin(Story.POD, world).pass(3_600_000);

        assertThat(story.lines()).endsWith("80 Running observed=1" + UNREADY + "running");
    }

    @Test
    void aSlowPullHoldsOnlyTheFirstPodOfAnImage() {
        world.play(NodeScript.forNode("n*").pullTakes(Duration.ofSeconds(10)));
        Story first = Story.begin(Story.POD, world).pass(60_000);

        Story second = Story.begin(Story.POD, world).pass(60_000);

        assertThat(first.lines()).endsWith("10050 Running observed=1 Ready=T ContainersReady=T | v1#0 running");
        assertThat(second.lines()).endsWith("50 Running observed=1 Ready=T ContainersReady=T | v1#0 running");
    }

    @Test
    void aScriptFitsOnlyWhatItNames() {
        world.play(NodeScript.forPod("shop/other*").neverReady());
        world.play(NodeScript.forImage("v2").neverReady());
        world.play(NodeScript.forNode("m*").neverReady());

        Story story = Story.begin(Story.POD, world).pass(1_000);

        assertThat(story.status().isTrue("Ready")).isTrue();
    }

    @Test
    void initContainersRunOneAfterTheOtherBeforeTheRest() {
        Story story = Story.begin(INITIALIZED, world);
        assertThat(story.status().condition("Initialized").map(Condition::message))
                .isEqualTo(Optional.of("containers with incomplete status: [first proxy]"));

        story.pass(1_000);

        assertThat(story.lines())
                .containsExactly(
                        "0 Pending observed=1" + UNREADY + "PodInitializing",
                        "80 Pending observed=1" + UNREADY + "PodInitializing",
                        "100 Pending observed=1" + UNREADY + "PodInitializing",
                        "180 Pending observed=1" + UNREADY + "PodInitializing",
                        "200 Pending observed=1" + UNREADY + "PodInitializing",
                        "260 Running observed=1" + UNREADY + "running",
                        "280 Running observed=1 Ready=T ContainersReady=T | v1#0 running");
        assertThat(story.status().isTrue("Initialized")).isTrue();
        assertThat(story.status().initContainers().getFirst().state()).isInstanceOf(ContainerState.Terminated.class);
    }

    @Test
    void aPodThatRunsOnceEndsAsItsContainerDoes() {
        world.play(NodeScript.forAll().crashesAfter(Duration.ofSeconds(1), 3));

        Story story = Story.begin(ONCE, world).pass(60_000);

        assertThat(story.status().phase()).isEqualTo("Failed");
        assertThat(story.status().containers().getFirst().restartCount()).isZero();
    }

    @Test
    void crashLoopsWaitTwiceAsLongEachTimeUpToFiveMinutes() {
        world.play(NodeScript.forAll().neverReady().crashesAfter(Duration.ZERO, 1));

        int waits = 17 + 30 + 60 + 120 + 240 + 300 + 300;

        Story story = Story.begin(Story.POD, world).pass(waits * 1_000L + 2_000);

        int atOnce = 1;
        assertThat(story.status().containers().getFirst().restartCount()).isEqualTo(atOnce + 7);
    }
}
