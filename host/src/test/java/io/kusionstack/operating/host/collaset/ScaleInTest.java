package io.kusionstack.operating.host.collaset;

import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.PodEdit;
import io.kusionstack.operating.host.world.Pods;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which Pods go when there are too many. */
class ScaleInTest {
    private static final String OPERATING = Names.key(Names.OPERATING, Names.COLLASET_OPERATION);
    private final Pods serves = Snapshots.pod(0).available().preCheck(Names.COLLASET_OPERATION, Names.SCALE_IN);

    @Test
    void aPodThatOnlyWaitsGivesItsTurnToOneThatDoesNotServe() {
        Pods broken = Snapshots.pod(1).offline().operating(Names.COLLASET_OPERATION, Names.UPDATE);

        List<PodEdit> edits = Snapshots.edits(
                Snapshots.of(Snapshots.set().replicas(1)).pods(serves, broken).plan());

        assertThat(edits)
                .extracting(edit ->
                        edit.pod().name() + " " + edit.labels().removed().contains(OPERATING) + " "
                                + edit.labels()
                                        .set()
                                        .getOrDefault(Names.key(Names.OPERATION_TYPE, Names.COLLASET_OPERATION), ""))
                .containsExactlyInAnyOrder("web-0 true ", "web-1 false " + Names.SCALE_IN);
    }

    @Test
    void aPodThatIsNotReadyForAMomentTakesNobodysTurn() {
        Pods blinks = Snapshots.pod(1).unreadySince(Snapshots.NOW.minusSeconds(5));
        Pods broken = Snapshots.pod(1).unreadySince(Snapshots.NOW.minusSeconds(31));

        assertThat(changed(blinks)).isEmpty();
        assertThat(changed(broken)).containsExactlyInAnyOrder("web-0", "web-1");
    }

    private List<String> changed(Pods other) {
        return Snapshots.edits(Snapshots.of(Snapshots.set().replicas(1).with("paused: true"))
                        .pods(serves, other)
                        .plan())
                .stream()
                .map(edit -> edit.pod().name())
                .toList();
    }

    @Test
    void aPodInTheMiddleOfAnOperationOfOthersGoesLast() {
        Pods operated = Snapshots.pod(1).offline().operating("maintenance", "restart");

        assertThat(changed(operated)).isEmpty();
    }

    @Test
    void aPodThatHasLeftForItGoes() {
        Pods left = Snapshots.pod(0).offline().preparing(Names.COLLASET_OPERATION, Names.SCALE_IN);
        Pods broken = Snapshots.pod(1).offline().operating(Names.COLLASET_OPERATION, Names.UPDATE);

        assertThat(Snapshots.edits(Snapshots.of(Snapshots.set().replicas(1))
                        .pods(left, broken)
                        .plan()))
                .extracting(edit -> edit.pod().name())
                .doesNotContain("web-0");
    }

    @Test
    void ofThoseThatServeTheOneThatWaitsStaysChosen() {
        Pods younger = Snapshots.pod(1).available().created(Pods.CREATED.plusSeconds(60));

        assertThat(Snapshots.edits(Snapshots.of(Snapshots.set().replicas(1))
                        .pods(serves, younger)
                        .plan()))
                .extracting(edit -> edit.pod().name())
                .doesNotContain("web-0");
    }
}
