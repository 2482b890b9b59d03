package io.kusionstack.operating.host.collaset;

import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.host.kernel.Key;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.world.Pods;
import org.junit.jupiter.api.Test;

class CollaSetReconcilerTest {
    private static final Key OLD = new Key("shop", "old");
    private static final Key NEW = new Key("shop", "new");

    @Test
    void aChangedOwnerWakesTheSetThatHadThePodAndTheOneThatHasIt() {
        PodRecord before = Pods.pod("a").ownedBy("old").build();
        PodRecord after = Pods.pod("a").ownedBy("new").build();
        PodRecord alone = Pods.pod("a").build();

        assertThat(CollaSetReconciler.sets(before, after)).containsExactlyInAnyOrder(OLD, NEW);
        assertThat(CollaSetReconciler.sets(before, alone)).containsExactly(OLD);
        assertThat(CollaSetReconciler.sets(alone, after)).containsExactly(NEW);
        assertThat(CollaSetReconciler.sets(null, after)).containsExactly(NEW);
        assertThat(CollaSetReconciler.sets(before, null)).containsExactly(OLD);
        assertThat(CollaSetReconciler.sets(alone, alone)).isEmpty();
    }
}
