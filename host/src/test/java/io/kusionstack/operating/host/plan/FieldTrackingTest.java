package io.kusionstack.operating.host.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.host.world.Pods;
import org.junit.jupiter.api.Test;

class FieldTrackingTest {
    @Test
    void isClearableForPodsOfCollaSetsToWhichNobodyApplies() {
        assertThat(FieldTracking.isClearable(owned("CollaSet", FieldTracking.UPDATED)))
                .isTrue();
        assertThat(FieldTracking.isClearable(owned("CollaSet", FieldTracking.APPLIED)))
                .isFalse();
        assertThat(FieldTracking.isClearable(owned("CollaSet", FieldTracking.NONE)))
                .isFalse();
        assertThat(FieldTracking.isClearable(owned("StatefulSet", FieldTracking.UPDATED)))
                .isFalse();
        assertThat(FieldTracking.isClearable(
                        Pods.pod("a").fieldTracking(FieldTracking.UPDATED).build()))
                .as("of nobody")
                .isFalse();
    }

    private static PodRecord owned(String kind, FieldTracking tracking) {
        return Pods.pod("a")
                .owner(new Owner("apps.kusionstack.io/v1alpha1", kind, "web", "u", true))
                .fieldTracking(tracking)
                .build();
    }
}
