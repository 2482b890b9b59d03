package io.kusionstack.operating.host.collaset;

import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.host.lifecycle.PodOps;
import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.MapEdit;
import io.kusionstack.operating.host.plan.PodEdit;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.Refusal;
import io.kusionstack.operating.host.plan.WriteResult;
import io.kusionstack.operating.host.world.Pods;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A set whose only Pod has the wanted revision web-2, while a refusal of a write is known. */
class ToldRefusalsTest {
    private static final Pods DONE =
            Snapshots.pod(0).available().revision("web-2").image("app:v2");

    @ParameterizedTest
    @CsvSource({
        "uid-web-0, update, web-2, true",
        "uid-web-0, update, web-1, false",
        "uid-web-0, update,, true",
        "uid-web-0,, web-1, false",
        "uid-web-0,,, false",
        "uid-gone,, web-2, false",
        "uid-gone,, web-1, false",
        "uid-gone,,, false"
    })
    void isToldAndLookedAtAgainOnlyIfTheWriteIsStillWanted(
            String uid, @Nullable String operation, @Nullable String revision, boolean told) {
        Pods pod = operation == null ? DONE : Pods.like(DONE.build()).offline().completing("collaset", operation);
        PodEdit edit = PodEdit.of(DONE.build())
                .labels(
                        revision == null
                                ? MapEdit.set(Names.key(Names.OPERATED, "collaset"), "1")
                                : MapEdit.set(Names.REVISION, revision));
        SetPlan plan = Snapshots.of(Snapshots.set().replicas(1))
                .pods(pod)
                .refusal(uid, refused(edit))
                .plan();

        assertThat(isStalled(plan)).isEqualTo(told);
        assertThat(plan.acts().lookAgain().isPresent()).isEqualTo(told || operation != null);
    }

    @ParameterizedTest
    @CsvSource({"web-1, 0, true", "web-1, 1, false", "web-2, 0, false", "web-2, 1, false"})
    void aStepOfAnUpdateIsToldWhereTheUpdateReachesThePod(String revision, int partition, boolean told) {
        PodRecord pod = Pods.like(DONE.build()).revision(revision).build();
        PodEdit begin = PodOps.beginToDelete(pod, Names.COLLASET_OPERATION, Names.UPDATE, Snapshots.NOW);

        assertThat(isStalled(planned(pod, partition, begin))).isEqualTo(told);
        assertThat(isStalled(planned(pod, partition, operate(pod)))).isEqualTo(told);
    }

    @ParameterizedTest
    @CsvSource({"web-1, 0, true", "web-1, 1, false", "web-2, 0, false"})
    void theUpdateOfAPodThatIsGoneIsToldWhileAnotherIsToBeUpdated(String revision, int partition, boolean told) {
        PodEdit update = PodEdit.of(Pods.like(DONE.build()).revision("web-1").build())
                .labels(MapEdit.set(Names.REVISION, "web-2"));

        assertThat(isStalled(Snapshots.of(Snapshots.set().replicas(1).partition(partition))
                        .pods(Pods.like(DONE.build()).revision(revision))
                        .refusal("uid-gone", refused(update))
                        .plan()))
                .isEqualTo(told);
    }

    @ParameterizedTest
    @CsvSource({"web-1, true", "web-2, false"})
    void theUpdateOfAPodThatIsGoneIsToldUntilItsSuccessorIsThereIfThatIsToBeUpdated(String successor, boolean told) {
        PodEdit update = PodEdit.of(DONE.build()).labels(MapEdit.set(Names.REVISION, "web-2"));

        assertThat(isStalled(Snapshots.of(Snapshots.set().replicas(2))
                        .pods(DONE)
                        .identities(
                                InstanceIdentity.adopted(0, "web", "web-2"),
                                InstanceIdentity.adopted(1, "web", successor))
                        .refusal("uid-gone", refused(update))
                        .plan()))
                .isEqualTo(told);
    }

    @Test
    void aStepOfAnOperationIsToldAsLongAsThePodIsInIt() {
        PodRecord pod = Pods.like(DONE.build())
                .offline()
                .operating(Names.COLLASET_OPERATION, Names.UPDATE)
                .build();
        PodEdit finish = PodOps.finish(pod, Names.COLLASET_OPERATION)
                .labels(MapEdit.set(Names.key(Names.OPERATED, Names.COLLASET_OPERATION), "1"));

        assertThat(isStalled(planned(pod, 0, finish))).isTrue();
    }

    @Test
    void aStepOfAScaleInIsToldWhileThePodIsToLeave() {
        PodRecord pod = DONE.build();

        assertThat(isStalled(Snapshots.of(Snapshots.set().replicas(0))
                        .pods(Pods.like(pod))
                        .refusal(pod.uid(), refused(operate(pod)))
                        .plan()))
                .isTrue();
    }

    @ParameterizedTest
    @CsvSource({"0, true", "1, false"})
    void theUpdateItselfIsToldWhereItReachesThePod(int partition, boolean told) {
        PodRecord pod = Pods.like(DONE.build()).revision("web-1").build();
        PodEdit update = PodEdit.of(pod).labels(MapEdit.set(Names.REVISION, "web-2"));

        assertThat(isStalled(planned(pod, partition, update))).isEqualTo(told);
    }

    private static PodEdit operate(PodRecord pod) {
        return PodEdit.of(pod).labels(MapEdit.set(Names.key(Names.OPERATE, Names.COLLASET_OPERATION), "1"));
    }

    private static SetPlan planned(PodRecord pod, int partition, PodEdit refused) {
        return Snapshots.of(Snapshots.set().replicas(1).partition(partition))
                .pods(Pods.like(pod))
                .refusal(pod.uid(), refused(refused))
                .plan();
    }

    private static boolean isStalled(SetPlan plan) {
        return Snapshots.status(plan).path("conditions").toString().contains("\"Stalled\"");
    }

    private static Refusal refused(PodEdit edit) {
        WriteResult.NotDone no = new WriteResult.NotDone(WriteResult.Cause.REFUSED, 422, "frozen");
        return new Refusal(no, edit, 5, Snapshots.NOW.plusSeconds(1), true);
    }
}
