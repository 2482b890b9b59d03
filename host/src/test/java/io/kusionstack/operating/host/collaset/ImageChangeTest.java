package io.kusionstack.operating.host.collaset;

import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.ContainerRecord;
import io.kusionstack.operating.host.plan.LastPodStatus;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.host.world.Containers;
import io.kusionstack.operating.host.world.Pods;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ImageChangeTest {
    private static final Duration SETTLE = Duration.ofSeconds(40);
    private static final Instant NOW = Pods.CREATED.plusSeconds(1000);
    private static final PodRecord OLD = Pods.pod("a")
            .image("app:v1")
            .offline()
            .operating("collaset", "update")
            .build();
    private static final String BASELINE = LastPodStatus.before(OLD, Map.of("main", "app:v2"));

    @Test
    void waitsWhileTheOldContainerRunsThoughObservedAndReady() {
        assertWaits(patched().build(), Reason.WAITING_FOR_KUBELET);
    }

    @Test
    void isDoneWithAnotherContainerOfAnotherDigest() {
        assertDone(
                patched().container("main", old -> replaced("app:v2", 1, NOW)).build());
    }

    @Test
    void waitsUntilTheKubeletHasObservedTheChange() {
        assertWaits(
                patched()
                        .container("main", old -> replaced("app:v2", 1, NOW))
                        .observed(1)
                        .build(),
                Reason.WAITING_FOR_KUBELET);
    }

    @Test
    void waitsAfterACrashOfTheOldContainer() {
        PodRecord crashed =
                patched().container("main", old -> replaced("app:v1", 1, NOW)).build();

        assertThat(ImageChange.progress(crashed, SETTLE, NOW))
                .isInstanceOfSatisfying(
                        ImageProgress.InProgress.class,
                        pending -> assertThat(pending.look()).contains(SETTLE));
    }

    @Test
    void isDoneWithTheSameDigestOnceNoOldContainerCanBeLeft() {
        assertDone(patched()
                .container("main", old -> replaced("app:v1", 1, NOW.minus(SETTLE)))
                .build());
    }

    @Test
    void waitsWhileContainersAreNotReady() {
        assertWaits(
                patched()
                        .container("main", old -> replaced("app:v2", 1, NOW))
                        .unready()
                        .build(),
                Reason.POD_NOT_READY);
    }

    @Test
    void namesAMissingImageAndACrash() {
        assertWaits(
                patched().container("main", old -> stopped("ImagePullBackOff")).build(), Reason.IMAGE_NOT_PULLED);
        assertWaits(
                patched().container("main", old -> stopped("CrashLoopBackOff")).build(), Reason.CONTAINER_CRASHING);
    }

    @Test
    void goesBackAtOnceFromAnImageThatNeverRan() {
        PodRecord missing =
                patched().container("main", old -> ended("ImagePullBackOff")).build();
        String back = LastPodStatus.before(missing, Map.of("main", "app:v1"));

        assertThat(back).contains("\"neverStarted\":true");
        assertDone(Pods.like(missing)
                .annotation(Names.LAST_POD_STATUS, back)
                .image("app:v1")
                .container("main", old -> replaced("app:v1", 1, NOW))
                .condition("ContainersReady", "True")
                .build());
    }

    @Test
    void trustsNoDeadContainerThatWasStartedSinceTheChange() {
        PodRecord crashing = patched()
                .container("main", old -> ended("CrashLoopBackOff"))
                .annotation(Names.LAST_POD_STATUS, BASELINE.replace("\"lastRestartCount\":0", "\"lastRestartCount\":7"))
                .build();

        assertThat(LastPodStatus.before(crashing, Map.of("main", "app:v1"))).doesNotContain("neverStarted");
    }

    @Test
    void callsNothingACrashThatHasNotStartedSinceTheChange() {
        PodRecord missing =
                patched().container("main", old -> ended("CrashLoopBackOff")).build();

        assertThat(ImageChange.progress(missing, SETTLE, NOW))
                .isEqualTo(new ImageProgress.InProgress(
                        new Wait(
                                Reason.WAITING_FOR_KUBELET,
                                "main",
                                "container main has not started since its image was changed to app:v2, the kubelet waits"
                                        + " before it tries (CrashLoopBackOff: back-off 10s)"),
                        Optional.empty()));
    }

    @Test
    void isDoneAtOnceWhereOnlyLabelsChanged() {
        assertDone(
                Pods.like(OLD).unready().annotation(Names.LAST_POD_STATUS, "{}").build());
    }

    @Test
    void understandsTheBaselineThatKuperatorWrites() {
        String theirs =
                "{\"containerStates\":{\"main\":{\"latestImage\":\"app:v2\",\"lastImageID\":\"sha256:app:v1\"}}}";
        Pods pod = patched().annotation(Names.LAST_POD_STATUS, theirs);

        assertWaits(pod.build(), Reason.WAITING_FOR_KUBELET);
        assertDone(pod.container("main", old -> replaced("app:v2", 1, NOW)).build());
    }

    @Test
    void asksForReadyContainersWhereTheBaselineWasRemovedOrSpoilt() {
        assertDone(Pods.like(OLD).build());
        assertWaits(
                Pods.like(OLD)
                        .unready()
                        .annotation(Names.LAST_POD_STATUS, "no json")
                        .build(),
                Reason.POD_NOT_READY);
    }

    @Test
    void showsAChangeByAnotherContainerACountOrAStop() {
        assertThat(ImageChange.hasShown(patched().build())).isFalse();
        assertThat(ImageChange.hasShown(patched()
                        .container("main", old -> replaced("app:v1", 1, NOW))
                        .build()))
                .isTrue();
        assertThat(ImageChange.hasShown(patched()
                        .container("main", old -> stopped("ErrImagePull"))
                        .build()))
                .isTrue();
        assertThat(ImageChange.hasShown(OLD)).isTrue();
    }

    private static Pods patched() {
        return Pods.like(OLD)
                .generation(2)
                .observed(2)
                .annotation(Names.LAST_POD_STATUS, BASELINE)
                .container("main", old -> with(old, old.imageId(), old.containerId(), 0, old.startedAt()));
    }

    private static ContainerRecord replaced(String digestOf, int restarts, Instant started) {
        ContainerRecord running = Containers.running("main", digestOf);
        return with(running, running.imageId(), "containerd://main-" + restarts, restarts, started);
    }

    private static ContainerRecord with(
            ContainerRecord from, String imageId, String containerId, int restarts, @Nullable Instant started) {
        return new ContainerRecord(
                from.name(),
                false,
                "app:v2",
                from.runningImage(),
                imageId,
                containerId,
                restarts,
                true,
                true,
                ContainerRecord.State.RUNNING,
                "",
                started);
    }

    private static ContainerRecord stopped(String reason) {
        return new ContainerRecord(
                "main",
                false,
                "app:v2",
                "app:v1",
                "sha256:app:v1",
                "containerd://main-0",
                0,
                false,
                false,
                ContainerRecord.State.WAITING,
                reason,
                null);
    }

    /** The container of the image before is dead, and the kubelet has started no other. */
    private static ContainerRecord ended(String reason) {
        return new ContainerRecord(
                "main",
                false,
                "app:v2",
                "app:v1",
                "sha256:app:v1",
                "containerd://main-0",
                0,
                false,
                false,
                ContainerRecord.State.WAITING,
                reason,
                null,
                new ContainerRecord.Stopped("back-off 10s", "containerd://main-0", 0));
    }

    private static void assertDone(PodRecord pod) {
        assertThat(ImageChange.progress(pod, SETTLE, NOW)).isEqualTo(new ImageProgress.Complete());
    }

    private static void assertWaits(PodRecord pod, Reason reason) {
        assertThat(ImageChange.progress(pod, SETTLE, NOW))
                .isInstanceOfSatisfying(
                        ImageProgress.InProgress.class,
                        pending -> assertThat(pending.why().reason()).isEqualTo(reason));
    }
}
