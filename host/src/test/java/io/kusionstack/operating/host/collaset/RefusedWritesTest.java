package io.kusionstack.operating.host.collaset;

import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.Action;
import io.kusionstack.operating.host.plan.MapEdit;
import io.kusionstack.operating.host.plan.PodEdit;
import io.kusionstack.operating.host.plan.Refusal;
import io.kusionstack.operating.host.plan.WriteResult;
import io.kusionstack.operating.host.world.Pods;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a set does while the API server does not take the update of one of its Pods; and how many Pods it marks at all. */
class RefusedWritesTest {
    private static final String UPDATE = Names.UPDATE;
    private static final String NOW_STAMP = "1767229200000000000";
    private static final String HALF_A_MINUTE_AGO = "1767229169000000000";
    private static final String ID = Names.COLLASET_OPERATION;

    private final Pods first = Snapshots.pod(0).offline().operating(ID, UPDATE);
    private final String cause = first.build().uid();
    private String words = "failed calling webhook";

    @Test
    void nobodyElseBeginsAndTheCauseStandsOnTheSet() {
        Pods second = Snapshots.pod(1).available();

        SetPlan plan = plan(1, first, second);

        assertThat(edited(plan)).isEmpty();
        assertThat(condition(plan)).contains("writing Pod web-0 was refused (500): failed calling webhook");
    }

    @Test
    void whoWaitsInServiceIsCalledBackAtOnce() {
        Pods second = Snapshots.pod(1).available().preCheck(ID, UPDATE);

        SetPlan plan = plan(1, first, second);

        assertThat(edited(plan)).containsExactly(second.build().uid());
        assertThat(undone(plan)).containsExactly(second.build().uid());
    }

    @Test
    void whoIsOutAndUntouchedComesBackWhenItLasts() {
        Pods second = Snapshots.pod(1).offline().preparing(ID, UPDATE);

        assertThat(undone(plan(1, first, second))).isEmpty();
        assertThat(undone(plan(4, first, second)))
                .containsExactlyInAnyOrder(cause, second.build().uid());
    }

    @Test
    void whatAnEarlierUpdateLeftOnAPodDoesNotMakeItTouched() {
        Pods second = Snapshots.pod(1)
                .offline()
                .preparing(ID, UPDATE)
                .annotation(Names.LAST_POD_STATUS, "{\"containerStates\":{}}");

        assertThat(undone(plan(4, first, second)))
                .containsExactlyInAnyOrder(cause, second.build().uid());
    }

    @Test
    void oneOfThoseThatAreRefusedTriesAgainForAll() {
        Pods second = Snapshots.pod(1).available();
        Refusal worse = refusal(first, 5);
        Refusal other = refusal(second, 4);

        SetPlan plan = Snapshots.of(Snapshots.set().replicas(2))
                .pods(Snapshots.pod(0).available(), second)
                .refusal(cause, worse)
                .refusal(second.build().uid(), other)
                .plan();

        assertThat(edited(plan)).containsExactly(cause);
    }

    @Test
    void ofTwoRefusedPodsTheSetKeepsTellingOfTheSameOne() {
        Snapshots before = twoRefused(Snapshots.set().replicas(2), 2, 1);
        SetPlan told = before.plan();

        SetPlan after = twoRefused(Snapshots.set().replicas(2).status(Snapshots.status(told)), 2, 3)
                .plan();

        assertThat(condition(told)).contains("writing Pod web-0 was refused (500)");
        assertThat(condition(after)).isEmpty();
        assertThat(Snapshots.events(after)).isEmpty();
    }

    @Test
    void soItDoesThoughTheAnswerOfTheServerIsCut() {
        words = "x".repeat(2 * SetStatus.LONGEST_MESSAGE);
        ofTwoRefusedPodsTheSetKeepsTellingOfTheSameOne();
    }

    private Snapshots twoRefused(Sets set, int attempts, int ofSecond) {
        Pods second = Snapshots.pod(1).offline().operating(ID, UPDATE);
        return Snapshots.of(set)
                .pods(first, second)
                .refusal(cause, refusal(first, attempts))
                .refusal(second.build().uid(), refusal(second, ofSecond));
    }

    @Test
    void theOneThatTriesAgainIsOutOnlyForThat() {
        Refusal over = refusal(first, 5);
        Refusal running = new Refusal(over.result(), over.edit(), 6, Snapshots.NOW.plusSeconds(30), false);

        assertThat(undone(planned(over))).isEmpty();
        assertThat(undone(planned(running))).containsExactly(cause);
    }

    @Test
    void aTryThatCostsServiceIsMadeEverMoreSeldomAndIsAnnounced() {
        Pods serving = Snapshots.pod(0).available();

        SetPlan resting = planned(serving, leaving(Snapshots.NOW.plusSeconds(88)));

        assertThat(edited(resting)).isEmpty();
        assertThat(condition(resting)).contains("a Pod leaves service to try again at 2026-01-01T01:01:28Z");
        assertThat(edited(planned(serving, leaving(Snapshots.NOW)))).containsExactly(cause);
    }

    /** Out of service at the sixth try, after which the pause is 32 s, and 4 min until the Pod leaves service again. */
    private Refusal leaving(Instant from) {
        Refusal known = refusal(first, 6);
        return new Refusal(known.result(), known.edit(), 6, from.minusSeconds(240 - 32), true);
    }

    @Test
    void whatWasRefusedForAPodThatTheUpdateDoesNotReachStopsNobody() {
        Pods second = Snapshots.pod(1).available().label(Names.UPDATE_INCLUDED, "");

        SetPlan plan = Snapshots.of(Snapshots.set().replicas(2).with("updateStrategy: {rollingUpdate: {byLabel: {}}}"))
                .pods(Snapshots.pod(0).available(), second)
                .refusal(cause, refusal(first, 5))
                .plan();

        assertThat(edited(plan)).containsExactly(second.build().uid());
    }

    @Test
    void theDeletionOfThePodThatWasRefusedSendsNoOtherOneOut() {
        Pods second = Snapshots.pod(1).available();
        Snapshots set = Snapshots.of(Snapshots.set().replicas(1)).pods(second);

        SetPlan resting =
                set.refusal("uid-gone", leaving(Snapshots.NOW.plusSeconds(88))).plan();

        assertThat(edited(resting)).isEmpty();
        assertThat(condition(resting)).contains("a Pod leaves service to try again at 2026-01-01T01:01:28Z");
    }

    @Test
    void aPodThatWasRefusedAndIsBeingDeletedSendsNoOtherOneOut() {
        Instant until = Snapshots.NOW.plusSeconds(88);
        SetMemory memory = SetMemory.NONE.seen(Snapshots.of(Snapshots.set().replicas(2))
                .pods(first)
                .refusal(cause, leaving(until))
                .build());
        Pods deleted = Pods.like(first.build()).terminating();
        Refusal kept = memory.pods()
                .refusals(Map.of(), List.of(deleted.build()), Snapshots.NOW)
                .get(cause);

        SetPlan plan = Snapshots.of(Snapshots.set().replicas(2))
                .pods(deleted, Snapshots.pod(1).available())
                .refusal(cause, kept)
                .plan();

        assertThat(edited(plan)).isEmpty();
    }

    @Test
    void whatRestsIsRememberedUntilItsTimeThoughItsPodIsGone() {
        Instant until = Snapshots.NOW.plusSeconds(88);
        Refusal rests = leaving(until);
        CollaSetSnapshot there = Snapshots.of(Snapshots.set().replicas(1))
                .pods(first)
                .refusal(cause, rests)
                .refusal("uid-new", refusal(first, 1))
                .build();
        SetMemory memory = SetMemory.NONE.seen(there);

        assertThat(memory.pods().refusals(Map.of(), List.of(), Snapshots.NOW))
                .isEqualTo(Map.of(cause, rests, "uid-new", refusal(first, 1)));
        assertThat(memory.pods().refusals(Map.of(), List.of(), until)).isEmpty();
        assertThat(memory.pods().refusals(Map.of(), List.of(first.build()), Snapshots.NOW))
                .as("it got through, or the Pod was changed")
                .doesNotContainKey(cause);
    }

    @Test
    void theFirstTryOfAPodThatIsGoneCountsAsIfItHadLasted() {
        Refusal known = refusal(first, 2);
        Refusal early = new Refusal(known.result(), known.edit(), 2, Snapshots.NOW.plusSeconds(2), true);
        SetMemory memory = SetMemory.NONE.seen(Snapshots.of(Snapshots.set().replicas(1))
                .pods(first)
                .refusal(cause, early)
                .build());
        Refusal left =
                memory.pods().refusals(Map.of(), List.of(), Snapshots.NOW).get(cause);

        SetPlan plan = planned(Snapshots.pod(1).available(), left);

        assertThat(left.leavesFrom()).isEqualTo(Snapshots.NOW.plusSeconds(60));
        assertThat(edited(plan)).isEmpty();
        assertThat(memory.pods().refusals(Map.of(), List.of(), Snapshots.NOW.plusSeconds(60)))
                .isEmpty();
    }

    @Test
    void whoCouldNotBeDeletedIsCalledBackFromAScaleInWhenThatLasts() {
        Pods leaving = Snapshots.pod(0).offline().operating(ID, Names.SCALE_IN);
        Snapshots set = Snapshots.of(Snapshots.set().replicas(1)).pods(leaving, latest(1));

        SetPlan early = set.refusal(cause, deletion(1, Snapshots.NOW)).plan();
        SetPlan lasting =
                set.refusal(cause, deletion(6, Snapshots.NOW.plusSeconds(88))).plan();

        assertThat(undone(early)).isEmpty();
        assertThat(undone(lasting)).containsExactly(cause);
        assertThat(condition(lasting))
                .contains("\"reason\":\"ScaleInFailed\"")
                .contains("deleting Pod web-0 was refused (422): frozen; change the policy that refuses it;"
                        + " a Pod leaves service to try again at 2026-01-01T01:01:28Z");
    }

    @Test
    void nobodyBeginsToBeScaledInWhileADeletionIsRefused() {
        Snapshots set = Snapshots.of(Snapshots.set().replicas(1)).pods(latest(0), latest(1), latest(2));

        SetPlan resting =
                set.refusal(cause, deletion(6, Snapshots.NOW.plusSeconds(88))).plan();
        SetPlan trying = set.refusal(cause, deletion(6, Snapshots.NOW)).plan();

        assertThat(edited(resting)).isEmpty();
        assertThat(edited(trying)).as("one tries for all").containsExactly(cause);
    }

    @Test
    void whoCouldNotBeDeletedOnRequestOrWithItsSetServesMeanwhile() {
        Pods asked =
                latest(0).offline().label(Names.TO_DELETE, "true").operating(Names.POD_DELETE_OPERATION, Names.DELETE);
        Refusal lasting = deletion(6, Snapshots.NOW.plusSeconds(88));

        SetPlan onRequest = Snapshots.of(Snapshots.set().replicas(1))
                .pods(asked)
                .refusal(cause, lasting)
                .plan();
        SetPlan withSet = Snapshots.of(Snapshots.set().replicas(1).deleting())
                .pods(asked)
                .refusal(cause, lasting)
                .plan();

        assertThat(undone(onRequest, Names.POD_DELETE_OPERATION)).containsExactly(cause);
        assertThat(condition(onRequest)).contains("\"reason\":\"DeletionFailed\"");
        assertThat(undone(withSet, Names.POD_DELETE_OPERATION)).containsExactly(cause);
        assertThat(condition(withSet)).contains("\"reason\":\"DeletionFailed\"");
    }

    @Test
    void aDeletionThatNobodyWantsAnyMoreHoldsNoUpdate() {
        Pods second = Snapshots.pod(1).available();

        SetPlan plan = Snapshots.of(Snapshots.set().replicas(2))
                .pods(Snapshots.pod(0).available(), second)
                .refusal(cause, deletion(6, Snapshots.NOW.plusSeconds(88)))
                .plan();

        assertThat(edited(plan)).containsExactlyInAnyOrder(cause, second.build().uid());
        assertThat(condition(plan)).doesNotContain("refused");
    }

    private static Pods latest(int id) {
        return Snapshots.pod(id).revision("web-2").available();
    }

    /** Out of service at the last of so many tries. */
    private Refusal deletion(int attempts, Instant from) {
        PodEdit none = PodEdit.of(first.build());
        return new Refusal(
                new WriteResult.NotDone(WriteResult.Cause.REFUSED, 422, "frozen"),
                none,
                attempts,
                attempts > 4 ? from.minusSeconds(240 - 32) : from,
                true);
    }

    private SetPlan planned(Refusal refusal) {
        return planned(first, refusal);
    }

    private SetPlan planned(Pods pod, Refusal refusal) {
        return Snapshots.of(Snapshots.set().replicas(1))
                .pods(pod)
                .refusal(cause, refusal)
                .plan();
    }

    @Test
    void noMorePodsAreMarkedThanCouldLeaveSoon() {
        assertThat(edited(hundredPods(20, NOW_STAMP))).hasSize(BeginWindow.SIZE - 20);
    }

    @Test
    void noMorePodsAreMarkedToScaleInThanCouldLeaveSoon() {
        List<Pods> pods = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            pods.add(Snapshots.pod(i).revision("web-2").available());
        }
        Snapshots none = Snapshots.of(Snapshots.set().replicas(0)).pods(pods.toArray(Pods[]::new));

        assertThat(edited(none.plan())).hasSize(BeginWindow.SIZE);
    }

    @Test
    void idsAreWrittenOnceAlsoForPodsThatWaitUnmarked() {
        assertThat(hundredPods(0, NOW_STAMP).intent().actions())
                .filteredOn(Action.PatchObject.class::isInstance)
                .singleElement()
                .satisfies(
                        patch -> assertThat(((Action.PatchObject) patch).patch().findValuesAsText("Revision"))
                                .hasSize(100)
                                .containsOnly("web-2"));
    }

    @Test
    void aMarkThatWaitsForLongGivesItsPlaceAway() {
        assertThat(edited(hundredPods(20, HALF_A_MINUTE_AGO))).hasSize(BeginWindow.SIZE);
    }

    private SetPlan hundredPods(int waiting, String since) {
        List<Pods> pods = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            Pods pod = Snapshots.pod(i).available();
            pods.add(
                    i < waiting
                            ? pod.preCheck(ID, UPDATE)
                                    .label(Names.key(Names.OPERATING, ID), since)
                                    .label(Names.key(Names.PRE_CHECK, ID), since)
                            : pod);
        }
        return Snapshots.of(Snapshots.set().replicas(100))
                .pods(pods.toArray(Pods[]::new))
                .plan();
    }

    private SetPlan plan(int attempts, Pods... pods) {
        Refusal refusal = refusal(first, attempts);
        return Snapshots.of(Snapshots.set().replicas(pods.length))
                .pods(pods)
                .refusal(cause, refusal)
                .plan();
    }

    private Refusal refusal(Pods pod, int attempts) {
        PodEdit edit = PodEdit.of(pod.build()).labels(MapEdit.set(Names.REVISION, "web-2"));
        Instant until = Snapshots.NOW.plusSeconds(attempts >= 5 ? 0 : 1);
        return new Refusal(new WriteResult.NotDone(WriteResult.Cause.FAILED, 500, words), edit, attempts, until, false);
    }

    private static List<String> edited(SetPlan plan) {
        return Snapshots.edits(plan).stream().map(edit -> edit.pod().uid()).toList();
    }

    private static List<String> undone(SetPlan plan) {
        return undone(plan, ID);
    }

    private static List<String> undone(SetPlan plan, String operation) {
        return Snapshots.edits(plan).stream()
                .filter(edit -> edit.labels().removed().contains(Names.key(Names.OPERATING, operation)))
                .map(edit -> edit.pod().uid())
                .toList();
    }

    private static String condition(SetPlan plan) {
        return plan.acts().actions().stream()
                .filter(Action.WriteStatus.class::isInstance)
                .map(action -> ((Action.WriteStatus) action)
                        .status()
                        .path("conditions")
                        .toString())
                .findFirst()
                .orElse("");
    }
}
