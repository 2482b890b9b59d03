package io.kusionstack.operating.testbed.nodes;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What makes a Pod unready though its containers run: its port blocked, its node's kubelet started anew, its node cut off. */
class ReadinessTest {
    private static final String RUNNING = " Running observed=1 Ready=T ContainersReady=T | v1#0 running";
    private static final String BLIP =
            " Running observed=1 Ready=F(ContainersNotReady) ContainersReady=F(ContainersNotReady) | v1#0 running";

    private final FakeWorld world = new FakeWorld(Cadence.KUBELET);

    @Test
    void aPodIsUnreadyFromWhenToWhenItsAnnotationSays() {
        Story story = Story.quiet(Story.POD, world).unready("5s..9s");

        assertThat(story.pass(6_000).pod().serving()).isFalse();
        assertThat(story.pass(4_000).pod().serving()).isTrue();
        assertThat(story.lines()).containsExactly("5000" + BLIP, "9000" + RUNNING);
    }

    @Test
    void aPodMayBeMadeWithItsAnnotation() {
        String made = Story.POD.replace("uid: u1,", "uid: u1, annotations: {" + PodView.UNREADY + ": 1s..2s},");

        assertThat(Story.begin(made, world).pass(5_000).lines()).containsSubsequence("1000" + BLIP, "2000" + RUNNING);
    }

    @Test
    void anotherValueBeginsAnewAndNoneEndsIt() {
        Story story = Story.quiet(Story.POD, world).unready("0s..").pass(3_000);
        story.unready("2s..3s").pass(10_000).unready("0s..").pass(1_000).unready("");

        assertThat(story.lines())
                .containsExactly(
                        "0" + BLIP,
                        "3000" + RUNNING,
                        "5000" + BLIP,
                        "6000" + RUNNING,
                        "13000" + BLIP,
                        "14000" + RUNNING);
    }

    @Test
    void whatIsMisspeltDoesNothing() {
        assertThat(Story.quiet(Story.POD, world).unready("soon").pass(10_000).lines())
                .isEmpty();
    }

    @Test
    void anImageChangesInAPodThatIsUnreadyAsInAnyOther() {
        Story story = Story.quiet(Story.POD, world)
                .unready("0s..2s")
                .pass(500)
                .image("v2")
                .pass(5_000);

        assertThat(story.lines())
                .endsWith("2000 Running observed=2 Ready=T ContainersReady=T | v2#1 running after Completed(0)");
    }

    @Test
    void aKubeletThatStartsAnewPublishesABlipWhileTheContainersAnswer() {
        Story story = Story.quiet(Story.POD, world).restartKubelet("0s..200ms").pass(100);
        assertThat(story.pod().serving()).isTrue();

        story.pass(1_000);

        assertThat(story.lines()).containsExactly("0" + BLIP, "200" + RUNNING);
    }

    @Test
    void aNodeThatIsCutOffAppliesAllItMissedAtOnceWhenItIsBack() {
        Story story = Story.quiet(Story.POD, world)
                .cutOffNode()
                .gate("False")
                .image("v2")
                .pass(50_000)
                .image("v3")
                .pass(50_000);
        assertThat(story.lines()).isEmpty();
        assertThat(story.pod().serving()).isTrue();

        story.mark().nodeIsBack().pass(5_000);

        assertThat(story.lines())
                .containsExactly(
                        "12 Running observed=3 Ready=F(ReadinessGatesNotReady) ContainersReady=T | v1#0 running",
                        "142 Running observed=3 Ready=F(ContainersNotReady) ContainersReady=F(ContainersNotReady)"
                                + " | v3#1 running after Completed(0)",
                        "162 Running observed=3 Ready=F(ReadinessGatesNotReady) ContainersReady=T | v3#1 running after"
                                + " Completed(0)");
    }

    @Test
    void aPodDeletedWhileItsNodeIsCutOffStaysUntilTheNodeIsBack() {
        Story story = Story.quiet(Story.POD, world).cutOffNode().delete(30).pass(100_000);
        assertThat(story.lines()).isEmpty();

        story.mark().nodeIsBack().pass(5_000);

        assertThat(story.lines()).endsWith("562 removed");
    }
}
