package io.kusionstack.operating.host.collaset;

import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.MapEdit;
import io.kusionstack.operating.host.plan.PodEdit;
import io.kusionstack.operating.host.plan.Refusal;
import io.kusionstack.operating.host.plan.WriteResult;
import io.kusionstack.operating.host.world.Pods;
import org.jspecify.annotations.Nullable;
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
        "uid-web-0,,, true",
        "uid-gone,, web-2, true",
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

        assertThat(Snapshots.status(plan).path("conditions").toString().contains("\"Stalled\""))
                .isEqualTo(told);
        assertThat(plan.acts().lookAgain().isPresent()).isEqualTo(told || operation != null);
    }

    private static Refusal refused(PodEdit edit) {
        WriteResult.NotDone no = new WriteResult.NotDone(WriteResult.Cause.REFUSED, 422, "frozen");
        return new Refusal(no, edit, 5, Snapshots.NOW.plusSeconds(1), true);
    }
}
