package io.kusionstack.operating.host;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.kusionstack.operating.host.config.HostConfig.FieldTrackingPolicy;
import io.kusionstack.operating.host.kernel.Key;
import io.kusionstack.operating.host.model.CollaSet;
import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.FieldTracking;
import io.kusionstack.operating.host.plan.Owner;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.world.Pods;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PodFieldTrackingTest {
    private static final PodRecord POD = Pods.pod("web-a")
            .owner(new Owner(Names.API_VERSION, "CollaSet", "web", "uid-web", true))
            .fieldTracking(FieldTracking.UPDATED)
            .build();

    @Test
    void isClearedUnlessTheConfigurationKeepsIt() {
        assertThat(cleared(FieldTrackingPolicy.CLEARED, Map.of())).isTrue();
        assertThat(cleared(FieldTrackingPolicy.KEPT, Map.of())).isFalse();
    }

    @Test
    void isKeptForTheSetThatAsksForIt() {
        assertThat(cleared(FieldTrackingPolicy.CLEARED, Map.of(Names.FIELD_TRACKING, "Kept")))
                .isFalse();
        assertThat(cleared(FieldTrackingPolicy.CLEARED, Map.of(Names.FIELD_TRACKING, "odd")))
                .isFalse();
    }

    @Test
    void isClearedForASetThatIsNotKnownAndKeptForOtherPods() {
        PodFieldTracking tracking = new PodFieldTracking(FieldTrackingPolicy.CLEARED, key -> Optional.empty());

        assertThat(tracking.test(POD)).isTrue();
        assertThat(tracking.test(
                        Pods.pod("b").fieldTracking(FieldTracking.UPDATED).build()))
                .isFalse();
    }

    private static boolean cleared(FieldTrackingPolicy policy, Map<String, String> annotations) {
        CollaSet set = new CollaSet();
        set.setMetadata(new ObjectMetaBuilder()
                .withNamespace("shop")
                .withName("web")
                .withAnnotations(annotations)
                .build());
        return new PodFieldTracking(policy, key -> Optional.of(set).filter(one -> key.equals(new Key("shop", "web"))))
                .test(POD);
    }
}
