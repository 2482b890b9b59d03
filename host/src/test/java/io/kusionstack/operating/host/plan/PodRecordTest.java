package io.kusionstack.operating.host.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.world.Pods;
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
}
