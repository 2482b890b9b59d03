package io.kusionstack.operating.host.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.world.Containers;
import io.kusionstack.operating.host.world.Pods;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class PodRecordTest {
    @Test
    void isReadyWithReadyAndEveryListedGateTrue() {
        assertThat(Pods.pod("a").gate("other").ready().build().ready()).isTrue();
    }

    /** A kubelet published Ready=True after the gate was closed in 24 of 269 writes. */
    @Test
    void isNotReadyWhileAGateIsFalseThoughTheKubeletSaysSo() {
        PodRecord pod = Pods.pod("a")
                .available()
                .condition(Names.SERVICE_READY, "False")
                .build();

        assertThat(pod.ready()).isFalse();
        assertThat(pod.available()).isFalse();
    }

    @Test
    void isNotReadyWhileAListedGateHasNoConditionYet() {
        PodRecord pod = Pods.pod("a").available().gate("other").build();

        assertThat(pod.ready()).isFalse();
    }

    @Test
    void isNotAvailableOnItsWayOut() {
        PodRecord pod = Pods.pod("a").available().terminating().build();

        assertThat(pod.ready()).isTrue();
        assertThat(pod.available()).isFalse();
    }

    @Test
    void mayServeAsLongAsTrafficMayReachItWithoutAWriteOfOurs() {
        Instant now = Pods.CREATED.plusSeconds(100);

        assertThat(Pods.pod("marked").available().build().mayServe(now)).isTrue();
        assertThat(Pods.pod("unmarked").ready().build().mayServe(now)).isTrue();
        assertThat(Pods.pod("lost").onLostNode().build().mayServe(now)).isTrue();
        assertThat(Pods.pod("blink").unreadySince(now.minusSeconds(29)).build().mayServe(now))
                .isTrue();
        assertThat(Pods.pod("out").unreadySince(now.minusSeconds(30)).build().mayServe(now))
                .isFalse();
        assertThat(Pods.pod("closed").offline().build().mayServe(now)).isFalse();
        assertThat(Pods.pod("going").available().terminating().build().mayServe(now))
                .isFalse();
    }

    @Test
    void aBrokenPodNeverServesByItself() {
        Instant now = Pods.CREATED.plusSeconds(100);
        Pods crashing = Pods.pod("a")
                .unreadySince(now.minusSeconds(1))
                .container("main", main -> Containers.with(main, false, ContainerRecord.State.WAITING, null));
        Pods restarted = Pods.pod("b")
                .unreadySince(now.minusSeconds(10))
                .container(
                        "main",
                        main -> Containers.with(main, false, ContainerRecord.State.RUNNING, now.minusSeconds(5)));
        Pods fresh = Pods.pod("c").unreadySince(Pods.CREATED).label(Names.CREATING, Pods.STAMP);

        assertThat(crashing.build().mayServe(now)).isFalse();
        assertThat(restarted.build().mayServe(now)).isFalse();
        assertThat(fresh.build().mayServe(Pods.CREATED.plusSeconds(1))).isFalse();
    }
}
