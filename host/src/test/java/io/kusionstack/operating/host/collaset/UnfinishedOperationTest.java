package io.kusionstack.operating.host.collaset;

import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.LastPodStatus;
import io.kusionstack.operating.host.plan.PodEdit;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.Refusal;
import io.kusionstack.operating.host.plan.WriteResult;
import io.kusionstack.operating.host.world.Containers;
import io.kusionstack.operating.host.world.Pods;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class UnfinishedOperationTest {
    private static final String ID = Names.COLLASET_OPERATION;
    private static final String UPDATE = Names.key(Names.OPERATING, ID);
    private static final String DELETION = Names.key(Names.OPERATING, Names.POD_DELETE_OPERATION);

    @Test
    void whoWaitsInServiceLeavesForItsDeletionAlone() {
        PodEdit edit = only(planned(Snapshots.pod(0).available().preCheck(ID, Names.UPDATE)));

        assertThat(edit.labels().removed()).contains(UPDATE);
        assertThat(edit.labels().set()).containsKeys(DELETION, Names.PREPARING_TO_DELETE);
    }

    @Test
    void whoIsOutStaysOutWhileItsDeletionIsChecked() {
        PodEdit begun = only(planned(out()));
        assertThat(begun.labels().removed()).doesNotContain(UPDATE);
        assertThat(begun.labels().set()).containsKey(DELETION);

        SetPlan checked = planned(waiting(Snapshots.NOW.minusSeconds(4)));
        assertThat(Snapshots.edits(checked)).isEmpty();
        assertThat(checked.acts().lookAgain()).hasValue(Duration.ofSeconds(6));
    }

    @Test
    void whoIsOutComesBackWhenItsDeletionIsNotLetGo() {
        PodEdit edit = only(planned(waiting(Snapshots.NOW.minusSeconds(10))));

        assertThat(edit.labels().removed()).contains(UPDATE).doesNotContain(DELETION, Names.PREPARING_TO_DELETE);
    }

    @Test
    void whoIsOutAndUntouchedComesBackWhenDeletionsAreRefused() {
        SetPlan plan = refused(out());

        assertThat(only(plan).labels().removed()).contains(UPDATE, Names.key(Names.OPERATE, ID));
    }

    @Test
    void whatWasChangedIsFinishedAsAnyUpdateOnceTheKubeletHasFollowed() {
        PodRecord before = out().build();
        String baseline = LastPodStatus.before(before, Map.of("main", "app:v2"));
        Pods patched = Pods.like(before).annotation(Names.LAST_POD_STATUS, baseline);
        assertThat(Snapshots.edits(refused(patched)))
                .as("the old container runs")
                .isEmpty();

        Pods followed = patched.container("main", old -> Containers.restarted("main", "app:v2", 1));
        PodEdit edit = only(refused(followed));

        assertThat(edit.labels().removed()).containsExactlyInAnyOrder(UPDATE, Names.UPDATE_INCLUDED);
        assertThat(edit.annotations().removed()).containsExactly(Names.LAST_POD_STATUS);
    }

    private static Pods out() {
        return Snapshots.pod(0).image("app:v1").offline().operating(ID, Names.UPDATE);
    }

    private static Pods waiting(Instant since) {
        String stamp = Long.toString(TimeUnit.SECONDS.toNanos(since.getEpochSecond()));
        return out().preCheck(Names.POD_DELETE_OPERATION, Names.DELETE)
                .label(Names.key(Names.PRE_CHECK, Names.POD_DELETE_OPERATION), stamp)
                .label(Names.PREPARING_TO_DELETE, stamp);
    }

    private static SetPlan planned(Pods pod) {
        return Snapshots.of(Snapshots.set().replicas(1).deleting()).pods(pod).plan();
    }

    /** The deletion of another Pod was refused, and that lasts. */
    private static SetPlan refused(Pods pod) {
        Pods other = Snapshots.pod(1).available();
        PodRecord cause = other.build();
        Refusal refusal = new Refusal(
                new WriteResult.NotDone(WriteResult.Cause.REFUSED, 422, "frozen"),
                PodEdit.of(cause),
                6,
                Snapshots.NOW.plusSeconds(88),
                true);
        return Snapshots.of(Snapshots.set().replicas(2).deleting())
                .pods(pod, other)
                .refusal(cause.uid(), refusal)
                .plan();
    }

    private static PodEdit only(SetPlan plan) {
        List<PodEdit> edits = Snapshots.edits(plan);
        assertThat(edits).hasSize(1);
        return edits.getFirst();
    }
}
