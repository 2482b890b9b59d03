package io.kusionstack.operating.host.kube.write;

import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.Action;
import io.kusionstack.operating.host.plan.MapEdit;
import io.kusionstack.operating.host.plan.ObjectKind;
import io.kusionstack.operating.host.plan.ObjectRef;
import io.kusionstack.operating.host.plan.PodEdit;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.Refusal;
import io.kusionstack.operating.host.plan.WriteResult;
import io.kusionstack.operating.host.world.Pods;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RefusalsTest {
    private static final WriteResult.NotDone REFUSED =
            new WriteResult.NotDone(WriteResult.Cause.REFUSED, 422, "image: Invalid value");
    private static final WriteResult.NotDone WEBHOOK =
            new WriteResult.NotDone(WriteResult.Cause.FAILED, 500, "failed calling webhook");
    private static final String MARK = Names.key(Names.OPERATING, "collaset");

    private final List<Action.Announce> told = new ArrayList<>();
    private Instant now = Pods.CREATED;
    private final Refusals refusals = new Refusals(() -> now, told::add);
    private final PodRecord pod =
            Pods.pod("web-a").ownedBy("web").version(10).available().build();

    @Test
    void thePauseGrowsFromASecondToAMinuteUntilAWriteGetsThrough() {
        List<Duration> pauses = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            pauses.add(pause(refusals.note(pod, image("bad"), REFUSED)));
        }
        refusals.forget(pod, image("bad"));
        pauses.add(pause(refusals.note(pod, image("bad"), REFUSED)));

        assertThat(pauses).extracting(Duration::toSeconds).containsExactly(1L, 2L, 4L, 8L, 16L, 32L, 60L, 60L, 1L);
    }

    @Test
    void aRefusalIsToldThoughAnotherFailureCameBeforeItAndOnlyOnce() {
        WriteResult.NotDone lost = new WriteResult.NotDone(WriteResult.Cause.UNKNOWN, 0, "no answer");
        for (WriteResult.NotDone failed : List.of(lost, WEBHOOK, lost, WEBHOOK)) {
            now = now.plusSeconds(1);
            refusals.note(pod, image("bad"), failed);
        }

        assertThat(told).extracting(Action.Announce::reason).containsExactly("WriteFailed");
    }

    @Test
    void aMarkThatIsMadeAnewWithAnotherTimeStampIsTheSameWrite() {
        refusals.note(pod, mark("1"), REFUSED);

        assertThat(refusals.holding(pod, mark("2"))).isPresent();
    }

    @Test
    void anotherImageIsAnotherWrite() {
        refusals.note(pod, image("bad"), REFUSED);

        assertThat(refusals.holding(pod, image("good"))).isEmpty();
        assertThat(refusals.holding(pod, image("bad"))).isPresent();
    }

    @Test
    void aRefusalForTheContentEndsWhenSomebodyElseChangesThePodButItsPausesGoOnGrowing() {
        refusals.note(pod, image("bad"), REFUSED);
        PodRecord changed = Pods.like(pod).version(11).label("team", "a").build();

        assertThat(refusals.holding(changed, image("bad"))).isEmpty();
        assertThat(refusals.of(changed)).isEmpty();
        assertThat(pause(refusals.note(changed, image("bad"), REFUSED))).isEqualTo(Duration.ofSeconds(2));
    }

    @Test
    void aRefusalForTheContentStandsWhenThePodIsCalledBackOrItsKubeletWrites() {
        refusals.note(pod, image("bad"), REFUSED);
        PodRecord calledBack =
                Pods.like(pod).version(11).label(MARK, "1").unready().build();

        assertThat(refusals.holding(calledBack, image("bad"))).isPresent();
        assertThat(refusals.of(calledBack)).isPresent();
    }

    @Test
    void aDryRunTakesBackOnlyWhatADryRunHasShown() {
        refusals.noteDryRun(pod, image("a"), REFUSED);
        refusals.note(pod, image("b"), REFUSED);
        refusals.forgetDryRun(pod, image("a"));
        refusals.forgetDryRun(pod, image("b"));

        assertThat(refusals.holding(pod, image("a"))).isEmpty();
        assertThat(refusals.holding(pod, image("b"))).isPresent();
    }

    @Test
    void isKnownForAsLongAsAnOperationIsOnThePodHoweverLongItDrains() {
        PodRecord draining = Pods.like(pod).label(MARK, "1").build();
        refusals.note(draining, image("bad"), REFUSED);
        now = now.plusSeconds(600);

        assertThat(refusals.of(draining)).isPresent();
        assertThat(pause(refusals.note(draining, image("bad"), REFUSED))).isEqualTo(Duration.ofSeconds(2));
    }

    @Test
    void whatNobodyTriesAgainForLongIsForgotten() {
        refusals.note(pod, image("bad"), REFUSED);
        now = now.plusSeconds(31);
        assertThat(refusals.of(pod)).isPresent();
        now = now.plusSeconds(1);
        assertThat(refusals.of(pod)).isEmpty();
        assertThat(pause(refusals.note(pod, image("bad"), REFUSED))).isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void aWebhookWithoutAnswerHoldsBackAllWritesOfThePodButThoseOfItsStatus() {
        refusals.note(pod, image("v2"), WEBHOOK);
        PodRecord changed = Pods.like(pod).version(11).build();

        assertThat(refusals.holding(changed, mark("1"))).isPresent();
        assertThat(refusals.holding(changed, PodEdit.of(changed).serviceReady(true)))
                .isEmpty();
    }

    @Test
    void itIsTriedAgainWhenThePauseIsOver() {
        refusals.note(pod, image("v2"), WEBHOOK);
        now = now.plusSeconds(1);

        assertThat(refusals.holding(pod, image("v2"))).isEmpty();
        assertThat(refusals.of(pod)).isPresent();
    }

    @Test
    void theFirstOfARowIsToldOnTheOwner() {
        refusals.note(pod, image("v2"), WEBHOOK);
        refusals.note(pod, image("v2"), WEBHOOK);

        assertThat(told)
                .containsExactly(new Action.Announce(
                        new ObjectRef(
                                ObjectKind.COLLASET,
                                pod.namespace(),
                                "web",
                                pod.controller().orElseThrow().uid()),
                        Action.Severity.WARNING,
                        "WriteFailed",
                        "updating Pod web-a was refused (500): failed calling webhook;"
                                + " mend the webhook that is named, or its failurePolicy"));
    }

    @Test
    void oneAnswerThatIsLostIsNotWorthTellingTwoAre() {
        WriteResult.NotDone lost = new WriteResult.NotDone(WriteResult.Cause.UNKNOWN, 0, "timeout");
        refusals.note(pod, image("v2"), lost);
        assertThat(told).isEmpty();
        assertThat(refusals.of(pod)).isEmpty();

        refusals.note(pod, image("v2"), lost);

        assertThat(told).hasSize(1);
        assertThat(refusals.of(pod)).isPresent();
    }

    @Test
    void oneConflictAfterAnotherIsARaceUntilThereAreFiveInARow() {
        WriteResult.NotDone conflict = new WriteResult.NotDone(WriteResult.Cause.CONFLICT, 409, "has been modified");
        List<Long> pauses = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            pauses.add(refusals.noteConflict(pod, mark("1"), conflict, 1)
                    .map(row -> pause(row).toSeconds())
                    .orElse(0L));
        }

        assertThat(pauses).containsExactly(0L, 0L, 0L, 0L, 1L, 2L, 4L);
        assertThat(told).extracting(Action.Announce::reason).containsExactly("WriteConflict");
        assertThat(refusals.of(pod).orElseThrow().result()).isEqualTo(conflict);
        assertThat(refusals.holding(pod, mark("2"))).isPresent();

        assertThat(refusals.note(pod, mark("1"), WEBHOOK).attempts())
                .as("conflicts count apart")
                .isEqualTo(1);

        refusals.forget(pod, mark("1"));
        assertThat(refusals.of(pod)).isEmpty();
        assertThat(refusals.noteConflict(pod, mark("1"), conflict, 1)).isEmpty();
    }

    @Test
    void thePauseOfOneWayIsToldThoughAnotherFailedMoreOftenBefore() {
        WriteResult.NotDone conflict = new WriteResult.NotDone(WriteResult.Cause.CONFLICT, 409, "has been modified");
        PodEdit status = PodEdit.of(pod).serviceReady(false);
        for (int i = 0; i < 7; i++) {
            refusals.noteConflict(pod, mark("1"), conflict, 1);
        }
        now = now.plusSeconds(5);
        assertThat(refusals.nextTry(pod)).isEmpty();

        refusals.noteConflict(pod, status, conflict, 1);

        assertThat(refusals.nextTry(pod)).contains(now.plusSeconds(1));
    }

    @Test
    void aContendedPodGetsNoSlotForLongerThanItsWritesPause() {
        WriteResult.NotDone conflict = new WriteResult.NotDone(WriteResult.Cause.CONFLICT, 409, "has been modified");
        assertThat(refusals.noteConflict(pod, mark("1"), conflict, 4)).isEmpty();
        assertThat(refusals.contended(pod)).isEmpty();
        List<Long> writes = new ArrayList<>();
        List<Long> slots = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            Refusal row = refusals.noteConflict(pod, mark("1"), conflict, 1).orElseThrow();
            writes.add(pause(row).toSeconds());
            slots.add(secondsContended());
        }

        assertThat(writes).containsExactly(1L, 2L, 4L, 8L, 8L, 8L, 8L);
        assertThat(slots).containsExactly(1L, 2L, 4L, 8L, 16L, 32L, 60L);
    }

    @Test
    void aContendedPodThatNeedsNoSlotIsNotHeldBack() {
        WriteResult.NotDone conflict = new WriteResult.NotDone(WriteResult.Cause.CONFLICT, 409, "has been modified");
        refusals.noteConflict(pod, mark("1"), conflict, 5);

        assertThat(refusals.contended(pod)).isPresent();
        assertThat(refusals.contended(Pods.like(pod).offline().build())).isEmpty();
        assertThat(refusals.contended(
                        Pods.like(pod).unreadySince(now.minusSeconds(31)).build()))
                .isEmpty();
    }

    /** The clock is where it was before. */
    private long secondsContended() {
        Instant begin = now;
        while (refusals.contended(pod).isPresent()) {
            now = now.plusSeconds(1);
        }
        long seconds = Duration.between(begin, now).toSeconds();
        now = begin;
        return seconds;
    }

    @Test
    void aPodThatIsGoneLeavesNothingBehind() {
        refusals.note(pod, image("v2"), WEBHOOK);

        refusals.changed(pod, null);

        assertThat(refusals.of(pod)).isEmpty();
    }

    @Test
    void aPodLeavesServiceForWhatIsRefusedEverMoreSeldomUpToAnHour() {
        PodRecord out = Pods.like(pod).offline().build();
        List<Duration> rests = new ArrayList<>();
        for (int i = 0; i < 11; i++) {
            Refusal refusal = refusals.note(out, image("bad"), REFUSED);
            rests.add(Duration.between(now, refusal.leavesFrom()));
            now = refusal.leavesFrom();
        }

        assertThat(rests)
                .extracting(Duration::toSeconds)
                .containsExactly(1L, 2L, 4L, 60L, 120L, 240L, 480L, 960L, 1920L, 3600L, 3600L);
    }

    @Test
    void aTryThatCostsNoServiceIsMadeAfterItsPause() {
        Refusal refusal = refusals.note(pod, image("bad"), REFUSED);
        for (int i = 0; i < 9; i++) {
            refusal = refusals.note(pod, image("bad"), REFUSED);
        }

        assertThat(refusal.leavesFrom()).isEqualTo(refusal.until());
    }

    @Test
    void theSentenceNamesWhatWasWrittenAndWhatMayHelp() {
        assertThat(refusals.note(pod, image("bad"), REFUSED).sentence())
                .isEqualTo("updating Pod web-a was refused (422): image: Invalid value;"
                        + " correct spec.template, or the policy that refuses it");
        assertThat(refusals.note(pod, PodEdit.of(pod), REFUSED).sentence())
                .isEqualTo("deleting Pod web-a was refused (422): image: Invalid value;"
                        + " change the policy that refuses it");
        assertThat(refusals.note(pod, PodEdit.of(pod).serviceReady(false), REFUSED)
                        .sentence())
                .isEqualTo("writing the status of Pod web-a was refused (422): image: Invalid value;"
                        + " correct what is written, or the policy that refuses it");
        assertThat(refusals.note(pod, mark("1"), REFUSED).sentence())
                .isEqualTo("writing Pod web-a was refused (422): image: Invalid value;"
                        + " correct what is written, or the policy that refuses it");
    }

    private Duration pause(Refusal refusal) {
        return Duration.between(now, refusal.until());
    }

    private PodEdit image(String image) {
        return PodEdit.of(pod).images(Map.of("main", image));
    }

    private PodEdit mark(String stamp) {
        return PodEdit.of(pod).labels(MapEdit.set(MARK, stamp));
    }
}
