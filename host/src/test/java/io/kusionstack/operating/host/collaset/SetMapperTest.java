package io.kusionstack.operating.host.collaset;

import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.host.kernel.Key;
import io.kusionstack.operating.host.model.CollaSet;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.world.Pods;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SetMapperTest {
    private static final Key OLD = new Key("shop", "old");
    private static final Key NEW = new Key("shop", "new");

    @Test
    void aChangedOwnerWakesTheSetThatHadThePodAndTheOneThatHasIt() {
        PodRecord before = Pods.pod("a").ownedBy("old").build();
        PodRecord after = Pods.pod("a").ownedBy("new").build();
        PodRecord alone = Pods.pod("a").build();

        assertThat(SetMapper.sets(before, after)).containsExactlyInAnyOrder(OLD, NEW);
        assertThat(SetMapper.sets(before, alone)).containsExactly(OLD);
        assertThat(SetMapper.sets(alone, after)).containsExactly(NEW);
        assertThat(SetMapper.sets(null, after)).containsExactly(NEW);
        assertThat(SetMapper.sets(before, null)).containsExactly(OLD);
        assertThat(SetMapper.sets(alone, alone)).isEmpty();
    }

    @Test
    void aPodOfNobodyWakesTheSetThatSelectsItAndTheOneThatItWasOf() {
        CollaSet set = Snapshots.set().object();
        PodRecord selected = Pods.pod("a").label("app", "foo").build();
        PodRecord lost = Pods.pod("a").revision("web-1").build();
        PodRecord stranger = Pods.pod("a").label("app", "bar").build();
        PodRecord owned = Pods.pod("a").label("app", "foo").ownedBy("other").build();

        assertThat(woken(set, null, selected)).containsExactly(set);
        assertThat(woken(set, selected, null)).containsExactly(set);
        assertThat(woken(set, null, lost)).containsExactly(set);
        assertThat(woken(set, stranger, selected)).containsExactly(set);
        assertThat(woken(set, selected, stranger)).containsExactly(set);
        assertThat(woken(set, owned, selected)).containsExactly(set);
        assertThat(woken(set, selected, selected)).isEmpty();
        assertThat(woken(set, null, stranger)).isEmpty();
        assertThat(woken(set, null, owned)).isEmpty();
    }

    private static List<CollaSet> woken(CollaSet set, @Nullable PodRecord before, @Nullable PodRecord after) {
        return Orphans.concerned(before, after, namespace -> List.of(set));
    }
}
