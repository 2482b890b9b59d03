package io.kusionstack.operating.host.collaset;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class IncarnationsTest {
    private static final SetSpec SET = Sets.set(Sets.template("app:v1")).build();

    @Test
    void repeatsANameUntilItsPodIsSeen() {
        InstanceIdentity zero = InstanceIdentity.allocated(0, "web", "r");

        assertThat(advanced(ids(zero), Set.of())).isEqualTo(ids(zero));
        assertThat(advanced(ids(zero), Set.of(PodNames.of(SET, zero)))).isEqualTo(ids(zero.nextIncarnation()));
    }

    @Test
    void givesNoTwoIdsOneNameInALargeSet() {
        SortedMap<Integer, InstanceIdentity> many = new TreeMap<>();
        for (int id = 0; id < 20_000; id++) {
            many.put(id, InstanceIdentity.allocated(id, "web", "r"));
        }

        Set<String> names = new HashSet<>();
        advanced(many, Set.of()).values().forEach(identity -> names.add(PodNames.of(SET, identity)));

        assertThat(names).hasSize(20_000);
    }

    @Test
    void leavesTheIdsOfOtherSetsAlone() {
        InstanceIdentity foreign = InstanceIdentity.allocated(0, "other", "r");

        assertThat(advanced(ids(foreign), Set.of(PodNames.of(SET, foreign)))).isEqualTo(ids(foreign));
    }

    @Test
    void readsNonsenseAsTheFirst() {
        InstanceIdentity odd = InstanceIdentity.of(0, Map.of("Incarnation", "-99999999999"));

        assertThat(odd.incarnation()).isZero();
    }

    private static SortedMap<Integer, InstanceIdentity> advanced(
            SortedMap<Integer, InstanceIdentity> identities, Set<String> used) {
        SortedMap<Integer, InstanceIdentity> all = new TreeMap<>(identities);
        Incarnations.advance(SET, all, used);
        return all;
    }

    private static SortedMap<Integer, InstanceIdentity> ids(InstanceIdentity identity) {
        return new TreeMap<>(Map.of(identity.id(), identity));
    }
}
