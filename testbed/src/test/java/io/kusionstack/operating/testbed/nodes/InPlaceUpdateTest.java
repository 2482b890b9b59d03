package io.kusionstack.operating.testbed.nodes;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a true kubelet was recorded to do when an image changes in place, as expectation. */
class InPlaceUpdateTest {
    private static final String PROBED = """
            metadata: {name: web, namespace: shop, uid: u1, generation: 1}
            spec:
              nodeName: n1
              readinessGates: [{conditionType: gate}]
              containers:
              - name: app
                image: v1
                lifecycle: {preStop: {sleep: {seconds: 1}}}
                readinessProbe: {periodSeconds: 1, failureThreshold: 1}
            status:
              conditions: [{type: gate, status: 'True'}]
            """;
    private static final String TWO = """
            metadata: {name: web, namespace: shop, uid: u1, generation: 1}
            spec:
              nodeName: n1
              containers:
              - {name: app, image: v1}
              - {name: log, image: log1}
            """;

    private final FakeWorld world = new FakeWorld(Cadence.KUBELET);

    @Test
    void isObservedAndReadyWithTheOldContainerBeforeTheNewOneRuns() {
        Story story = Story.quiet(PROBED, world).image("v2").pass(5_000);

        assertThat(story.lines())
                .containsExactly(
                        "12 Running observed=2 Ready=T ContainersReady=T | v1#0 running",
                        "1142 Running observed=2 Ready=F(ContainersNotReady) ContainersReady=F(ContainersNotReady)"
                                + " | v2#1 running after Completed(0)",
                        "1162 Running observed=2 Ready=T ContainersReady=T | v2#1 running after Completed(0)");
    }

    @Test
    void theNewContainerHasAnotherIdAndRemembersTheOldOne() {
        Story story = Story.quiet(PROBED, world);
        ContainerStatus before = story.status().containers().getFirst();

        ContainerStatus after =
                story.image("v2").pass(5_000).status().containers().getFirst();

        assertThat(after.containerId()).isNotEqualTo(before.containerId()).startsWith("containerd://");
        assertThat(after.lastState().containerId()).isEqualTo(before.containerId());
        assertThat(after.imageId()).isEqualTo("digest of v2");
    }

    @Test
    void showsUnreadyFirstOnlyWhereAProbeFailsBeforeTheNewContainerRuns() {
        world.play(NodeScript.forImage("v2").startTakes(Duration.ofMillis(1500)));

        Story story = Story.quiet(PROBED, world).image("v2").pass(2_500);

        assertThat(story.lines())
                .containsExactly(
                        "12 Running observed=2 Ready=T ContainersReady=T | v1#0 running",
                        "2012 Running observed=2 Ready=F(ContainersNotReady) ContainersReady=F(ContainersNotReady)"
                                + " | v1#0 running");
    }

    @Test
    void staysReadyThroughTheWholeOutageAndAnswersUntilItsSignal() {
        Story story = Story.quiet(PROBED, world).image("v2").pass(1_000);
        assertThat(story.pod().serving()).isTrue();

        story.pass(50);

        assertThat(story.pod().serving()).isFalse();
        assertThat(story.status().isTrue("Ready")).isTrue();
    }

    @Test
    void aClosedGateShowsSoonOnAQuietPod() {
        Story story = Story.quiet(Story.POD, world).gate("False").pass(5_000);

        assertThat(story.lines())
                .containsExactly(
                        "12 Running observed=1 Ready=F(ReadinessGatesNotReady) ContainersReady=T | v1#0 running");
    }

    @Test
    void aClosedGateShowsASecondAfterTheLastLook() {
        Story story = Story.quiet(Story.POD, world)
                .gate("False")
                .pass(100)
                .gate("True")
                .pass(5_000);

        assertThat(story.lines())
                .containsExactly(
                        "12 Running observed=1 Ready=F(ReadinessGatesNotReady) ContainersReady=T | v1#0 running",
                        "1012 Running observed=1 Ready=T ContainersReady=T | v1#0 running");
    }

    @Test
    void aGateOpenedRightAfterTheRestartShowsTwoSecondsLater() {
        Story story = Story.quiet(Story.POD, world)
                .gate("False")
                .pass(5_000)
                .image("v2")
                .pass(200);
        assertThat(story.status().containers().getFirst().restartCount()).isEqualTo(1);
        assertThat(story.status().isTrue("ContainersReady")).isTrue();

        story.mark().gate("True").pass(5_000);

        assertThat(story.lines())
                .containsExactly("1942 Running observed=2 Ready=T ContainersReady=T | v2#1 running after Completed(0)");
    }

    @Test
    void neitherCadenceNorBackOffHoldWhereTheyAreSwitchedOff() {
        Story story = Story.quiet(Story.POD, new FakeWorld(Cadence.INSTANT));
        for (String image : new String[] {"v2", "v1", "v2", "v1", "v2", "v1"}) {
            story.gate("False").image(image).pass(200).gate("True").pass(0);
        }

        assertThat(story.status().containers().getFirst().restartCount()).isEqualTo(6);
        assertThat(story.status().isTrue("Ready")).isTrue();
    }

    @Test
    void showsTheFirstTagWhereTwoShareADigestAndRestartsAllTheSame() {
        world.play(NodeScript.forAll().forImages("v*").sharesDigest("one"));
        Story story = Story.quiet(Story.POD, world);
        ContainerStatus before = story.status().containers().getFirst();

        ContainerStatus after =
                story.image("v2").pass(5_000).status().containers().getFirst();

        assertThat(after.image()).isEqualTo("v1");
        assertThat(after.imageId()).isEqualTo(before.imageId());
        assertThat(after.restartCount()).isEqualTo(1);
        assertThat(after.containerId()).isNotEqualTo(before.containerId());
    }

    @Test
    void anImageIdMayChangeWithoutARestart() {
        Story story = Story.quiet(Story.POD, world);
        ContainerStatus before = story.status().containers().getFirst();

        ContainerStatus after =
                story.retag("other").pass(5_000).status().containers().getFirst();

        assertThat(after).isEqualTo(before.withImageId("other"));
    }

    @Test
    void twoPatchesWithinTwoSecondsShowTheSecondObservedAndReadyWithTheFirstImageForASecond() {
        Story story =
                Story.quiet(Story.POD, world).image("v2").pass(50).image("v3").pass(5_000);

        assertThat(story.lines())
                .containsExactly(
                        "12 Running observed=2 Ready=T ContainersReady=T | v1#0 running",
                        "142 Running observed=3 Ready=F(ContainersNotReady) ContainersReady=F(ContainersNotReady)"
                                + " | v2#1 running after Completed(0)",
                        "162 Running observed=3 Ready=T ContainersReady=T | v2#1 running after Completed(0)",
                        "1272 Running observed=3 Ready=F(ContainersNotReady) ContainersReady=F(ContainersNotReady)"
                                + " | v3#2 running after Completed(0)",
                        "1292 Running observed=3 Ready=T ContainersReady=T | v3#2 running after Completed(0)");
    }

    @Test
    void anImagePatchedRightAfterTheGateStopsTheOldContainerWithinTwoSeconds() {
        Story story =
                Story.quiet(Story.POD, world).gate("False").pass(20).image("v2").pass(900);
        assertThat(story.pod().serving()).isTrue();

        story.pass(200);

        assertThat(story.pod().serving()).isFalse();
    }

    @Test
    void metadataOfOthersCausesNothing() {
        Story story = Story.quiet(Story.POD, world).label("a").label("b").pass(60_000);

        assertThat(story.lines()).isEmpty();
    }

    @Test
    void onlyThePatchedOfTwoContainersRestartsAndTheAddressStays() {
        Story story = Story.quiet(TWO, world);
        PodStatus before = story.status();

        PodStatus after = story.image(1, "log2").pass(5_000).status();

        assertThat(after.containers().getFirst()).isEqualTo(before.containers().getFirst());
        assertThat(after.containers().get(1).restartCount()).isEqualTo(1);
        assertThat(after.podIp()).isEqualTo(before.podIp()).isEqualTo("10.244.0.1");
    }

    @Test
    void aMissingImageEndsTheOldContainerFirstAndAGoodOneRecovers() {
        world.play(NodeScript.forImage("missing").pullFails());
        Story story = Story.quiet(Story.POD, world);
        ContainerStatus before = story.status().containers().getFirst();

        story.image("missing").pass(3_000);

        String unready = " Ready=F(ContainersNotReady) ContainersReady=F(ContainersNotReady) | v1#0 ";
        assertThat(story.lines())
                .containsExactly(
                        "12 Running observed=2 Ready=T ContainersReady=T | v1#0 running",
                        "112 Running observed=2" + unready + "ErrImagePull after Completed(0)",
                        "1112 Running observed=2" + unready + "ImagePullBackOff after Completed(0)");
        assertThat(story.status().containers().getFirst())
                .returns(before.imageId(), ContainerStatus::imageId)
                .returns(before.containerId(), ContainerStatus::containerId);

        story.mark().image("v3").pass(800);

        assertThat(story.lines())
                .endsWith("112 Running observed=3 Ready=T ContainersReady=T | v3#1 running after Completed(0)");
    }

    @Test
    void aMissingImageShowsAlternatingReasonsThoughNothingOfItEverRan() {
        world.play(NodeScript.forImage("missing").pullFails());
        Story story = Story.quiet(Story.POD, world).image("missing").pass(45_000);

        assertThat(reasons(story))
                .containsExactly(
                        "112 ErrImagePull",
                        "1112 ImagePullBackOff",
                        "3112 CrashLoopBackOff",
                        "10112 ErrImagePull",
                        "11112 ImagePullBackOff",
                        "13112 CrashLoopBackOff",
                        "25112 ImagePullBackOff",
                        "27112 CrashLoopBackOff",
                        "30112 ErrImagePull",
                        "31112 ImagePullBackOff",
                        "33112 CrashLoopBackOff");
        assertThat(story.status().containers().getFirst().restartCount()).isZero();
        assertThat(story.status().containers().getFirst().lastState().exitCode())
                .isZero();

        story.mark().image("v1").pass(800);

        assertThat(story.lines())
                .endsWith("62 Running observed=3 Ready=T ContainersReady=T | v1#1 running after Completed(0)");
    }

    @Test
    void aMissingImageThatIsNeverPulledShowsCrashLoopBackOffMostOfTheTime() {
        world.play(NodeScript.forImage("missing").pullFails());
        String never = Story.POD.replace("image: v1", "image: v1, imagePullPolicy: Never");
        Story story = Story.quiet(never, world).image("missing").pass(20_000);

        assertThat(reasons(story))
                .containsExactly(
                        "112 ErrImageNeverPull",
                        "1112 CrashLoopBackOff",
                        "10112 ErrImageNeverPull",
                        "11112 CrashLoopBackOff");
    }

    @Test
    void aContainerThatNeverRanShowsNoCrashWhenItsImageIsMissing() {
        world.play(NodeScript.forImage("v1").pullFails());
        Story story = Story.begin(Story.POD, world).pass(15_000);

        assertThat(reasons(story))
                .containsExactly(
                        "0 ContainerCreating",
                        "50 ErrImagePull",
                        "1050 ImagePullBackOff",
                        "10050 ErrImagePull",
                        "11050 ImagePullBackOff");
    }

    /** When the first container waited for which reason. */
    private static List<String> reasons(Story story) {
        return story.lines().stream()
                .filter(line -> !line.contains("running"))
                .map(line -> line.split(" ")[0] + " "
                        + line.replaceAll(".*#\\d+ ", "").replaceAll(" .*", ""))
                .toList();
    }

    @Test
    void aMissingImageIsTriedAgain() {
        world.play(NodeScript.forImage("missing").pullFails());
        Story story = Story.quiet(Story.POD, world).image("missing").pass(5_000).mark();
        world.play(NodeScript.forImage("missing").pullSucceeds());

        story.pass(10_000);

        assertThat(story.lines())
                .endsWith("5162 Running observed=2 Ready=T ContainersReady=T | missing#1 running after Completed(0)");
    }

    @Test
    void aCrashingImageEndsInCrashLoopBackOffAndAGoodOneRecovers() {
        world.play(NodeScript.forImage("bad").neverReady().crashesAfter(Duration.ofMillis(100), 1));
        Story story = Story.quiet(Story.POD, world).image("bad").pass(3_000);

        String unready = " Running observed=2 Ready=F(ContainersNotReady) ContainersReady=F(ContainersNotReady) | bad";
        assertThat(story.lines().subList(1, story.lines().size()))
                .containsExactly(
                        "142" + unready + "#1 running after Completed(0)",
                        "242" + unready + "#1 Error(1) after Completed(0)",
                        "272" + unready + "#2 running after Error(1)",
                        "372" + unready + "#2 Error(1) after Error(1)",
                        "1372" + unready + "#2 CrashLoopBackOff after Error(1)");

        story.mark().image("v3").pass(700);

        assertThat(story.lines())
                .endsWith("112 Running observed=3 Ready=T ContainersReady=T | v3#3 running after Error(1)");
    }

    @Test
    void goingBackToAnImageUsedShortlyBeforeMayWaitInCrashLoopBackOff() {
        Story story = Story.quiet(Story.POD, world);
        for (String image : new String[] {"v2", "v1", "v2"}) {
            story.image(image).pass(3_000);
            assertThat(story.status().isTrue("Ready")).isTrue();
        }

        story.mark().image("v1").pass(60_000).image("v2").pass(60_000);

        String unready = " Ready=F(ContainersNotReady) ContainersReady=F(ContainersNotReady) | ";
        assertThat(story.lines())
                .contains(
                        "62 Running observed=5" + unready + "v2#3 CrashLoopBackOff after Completed(0)",
                        "17112 Running observed=5 Ready=T ContainersReady=T | v1#4 running after Completed(0)",
                        "60062 Running observed=6" + unready + "v1#4 CrashLoopBackOff after Completed(0)",
                        "90112 Running observed=6 Ready=T ContainersReady=T | v2#5 running after Completed(0)");
    }

    /** Recorded: 0.6 s on a quiet Pod, and 2.8 s as the median of updates back to back. */
    @Test
    void isReadyAgainSoonOnAQuietPodAndAfterSecondsBackToBack() {
        world.play(NodeScript.forAll().startTakes(Duration.ofMillis(500)));
        Story story = Story.quiet(Story.POD, world);

        long quiet = millisToReady(story, "v2");
        List<Long> backToBack = new ArrayList<>();
        for (int i = 3; i <= 13; i++) {
            backToBack.add(millisToReady(story, "v" + i));
        }

        backToBack.sort(Comparator.naturalOrder());
        assertThat(quiet).isBetween(500L, 700L);
        assertThat(backToBack.get(backToBack.size() / 2)).isBetween(2_500L, 3_100L);
    }

    private static long millisToReady(Story story, String image) {
        story.image(image);
        long time = 0;
        while (!story.status().containers().getFirst().image().equals(image)
                || !story.status().isTrue("Ready")) {
            story.pass(1);
            time++;
        }
        return time;
    }

    @Test
    void aRestartOfTheNodeRestartsNoContainerAndDropsNoReadiness() {
        Story story = Story.quiet(Story.POD, world).image("v2").pass(60_000).mark();
        PodStatus before = story.status();

        story.restartNode().pass(60_000);

        assertThat(story.lines()).isEmpty();
        assertThat(StatusJson.patch("u1", story.status())).isEqualTo(StatusJson.patch("u1", before));
        assertThat(story.pod().serving()).isTrue();
    }

    @Test
    void anImagePatchedWhileTheNodeWasAwayIsFollowed() {
        Story story = Story.quiet(Story.POD, world).image("v2").restartNode().pass(5_000);

        assertThat(story.lines())
                .endsWith("150 Running observed=2 Ready=T ContainersReady=T | v2#1 running after Completed(0)");
    }
}
