package io.kusionstack.operating.host.collaset;

import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.world.Pods;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InstanceIdsTest {
    private static final Rollout ALL = new Rollout.Partition(0, false);

    @Test
    void takesTheLowestFreeIds() {
        assertThat(settle(List.of(mine(1, "v1"), foreign(2)), 3, ALL))
                .containsExactly(fresh(0, "v2"), mine(1, "v1"), foreign(2), fresh(3, "v2"));
    }

    @Test
    void writesNothingNewWhenThereAreEnough() {
        assertThat(settle(List.of(mine(0, "v1"), mine(4, "v1")), 2, ALL)).containsExactly(mine(0, "v1"), mine(4, "v1"));
    }

    @Test
    void adoptsTheIdOfAPodThatNoEntryKnows() {
        assertThat(settle(List.of(), 2, ALL, pod(0, "v1"))).containsExactly(mine(0, "v1"), fresh(1, "v2"));
    }

    @Test
    void doesNotAdoptFromAPodWithoutAReadableId() {
        PodRecord odd = Pods.pod("odd").label(Names.INSTANCE_ID, "x1").build();
        assertThat(settle(List.of(), 1, ALL, odd)).containsExactly(fresh(0, "v2"));
    }

    @Test
    void keepsTheIdOfAMissingPod() {
        assertThat(settle(List.of(mine(0, "v1"), mine(1, "v1")), 2, ALL, pod(0, "v1")))
                .containsExactly(mine(0, "v1"), mine(1, "v1"));
    }

    @Test
    void retiresNeverCreatedIdsFirstThenTheHighest() {
        List<InstanceIdentity> stored = List.of(mine(0, "v1"), fresh(1, "v1"), mine(2, "v1"), mine(3, "v1"));

        assertThat(settle(stored, 2, ALL)).containsExactly(mine(0, "v1"), mine(2, "v1"));
    }

    @Test
    void neverRetiresTheIdOfALivePod() {
        List<InstanceIdentity> stored = List.of(mine(0, "v1"), mine(1, "v1"), mine(2, "v1"));

        assertThat(settle(stored, 1, ALL, pod(2, "v1"), pod(1, "v1"))).containsExactly(mine(1, "v1"), mine(2, "v1"));
    }

    @Test
    void retiresTheIdOfAPodThatWasScaledIn() {
        List<InstanceIdentity> stored = List.of(mine(0, "v1"), mine(1, "v1").asLeaving());

        assertThat(settle(stored, 1, ALL, pod(0, "v1"))).containsExactly(mine(0, "v1"));
        assertThat(settle(stored, 1, ALL, pod(0, "v1"), pod(1, "v1")))
                .containsExactly(mine(0, "v1"), mine(1, "v1").asLeaving());
    }

    @Test
    void givesTheIdOfAPodThatLeftTheSetToNoOther() {
        List<InstanceIdentity> stored = List.of(mine(0, "v1"), mine(1, "v1"));

        assertThat(settle(stored, Set.of(1), 2, pod(0, "v1")))
                .containsExactly(mine(0, "v1"), mine(1, "v1"), fresh(2, "v2"));
        assertThat(settle(List.of(), Set.of(0, 1), 2)).containsExactly(fresh(2, "v2"), fresh(3, "v2"));
    }

    @Test
    void givesTheIdBackOnceThatPodIsGone() {
        List<InstanceIdentity> stored = List.of(mine(0, "v1"), mine(1, "v1"), mine(2, "v2"));

        assertThat(settle(stored, Set.of(), 2, pod(0, "v1"), pod(2, "v2")))
                .containsExactly(mine(0, "v1"), mine(2, "v2"));
    }

    @Test
    void keepsTheIdOfAPodThatCameBack() {
        List<InstanceIdentity> stored = List.of(mine(0, "v1"), mine(1, "v1"));

        assertThat(settle(stored, Set.of(1), 2, pod(0, "v1"), pod(1, "v1")))
                .containsExactly(mine(0, "v1"), mine(1, "v1"));
    }

    @Test
    void givesNothingBackWhenTheSetGoes() {
        assertThat(settle(List.of(mine(0, "v1"), foreign(1)), 0, ALL)).containsExactly(foreign(1));
    }

    @ParameterizedTest
    @CsvSource({"2, 4, 2, 'v1 v1 v2 v2'", "0, 4, 2, 'v1 v1 v2 v2'", "0, 5, 4, 'v1 v1 v1 v1 v2'", "0, 3, 9, 'v1 v1 v1'"})
    void givesNewIdsTheRevisionThatThePartitionLeavesThem(int present, int replicas, int partition, String revisions) {
        List<InstanceIdentity> stored = List.of(mine(0, "v1"), mine(1, "v1")).subList(0, present);

        List<InstanceIdentity> ids = settle(stored, replicas, new Rollout.Partition(partition, true));

        assertThat(ids).extracting(InstanceIdentity::revision).containsExactly(revisions.split(" "));
    }

    @Test
    void givesNewIdsTheOldRevisionWhereLabelsDecide() {
        assertThat(settle(List.of(), 1, new Rollout.Labelled())).containsExactly(fresh(0, "v1"));
    }

    @Test
    void writesTheKeysThatKuperatorReads() {
        assertThat(fresh(3, "v1").asRecreating().asLeaving().data())
                .isEqualTo(Map.of(
                        "Owner",
                        "web",
                        "Revision",
                        "v1",
                        "PodJustCreate",
                        "true",
                        "PodRecreateUpdate",
                        "true",
                        "ScaleIn",
                        "true"));
        assertThat(fresh(3, "v1").asRecreating().settled()).isEqualTo(mine(3, "v1"));
    }

    private static List<InstanceIdentity> settle(
            List<InstanceIdentity> stored, int replicas, Rollout rollout, PodRecord... live) {
        IdDemand demand = new IdDemand("web", replicas, Arrays.asList(live), Set.of(), "v2", "v1", rollout);
        return List.copyOf(InstanceIds.settle(stored, demand).values());
    }

    private static List<InstanceIdentity> settle(
            List<InstanceIdentity> stored, Set<Integer> held, int replicas, PodRecord... live) {
        IdDemand demand = new IdDemand("web", replicas, Arrays.asList(live), held, "v2", "v1", ALL);
        return List.copyOf(InstanceIds.settle(stored, demand).values());
    }

    private static PodRecord pod(int id, String revision) {
        return Pods.pod("web-" + id)
                .label(Names.INSTANCE_ID, Integer.toString(id))
                .label(Names.REVISION, revision)
                .build();
    }

    private static InstanceIdentity mine(int id, String revision) {
        return InstanceIdentity.adopted(id, "web", revision);
    }

    private static InstanceIdentity fresh(int id, String revision) {
        return InstanceIdentity.allocated(id, "web", revision);
    }

    private static InstanceIdentity foreign(int id) {
        return InstanceIdentity.adopted(id, "other", "x");
    }
}
