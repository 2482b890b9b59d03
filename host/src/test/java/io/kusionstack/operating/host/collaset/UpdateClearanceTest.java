package io.kusionstack.operating.host.collaset;

import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.Action;
import io.kusionstack.operating.host.plan.ContainerRecord;
import io.kusionstack.operating.host.plan.PodEdit;
import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.host.world.Pods;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Who may leave service for a revision, by what the API server said of Pods of it. */
class UpdateClearanceTest {
    private static final String WORDS =
            "json: cannot unmarshal number into Go struct field EnvVar.value of type string";
    private static final TemplateTrial REFUSED =
            new TemplateTrial.TemplateRefused(400, WORDS, true, 1, 3, Snapshots.NOW.minusSeconds(1));
    private static final String RECREATE = "updateStrategy: {podUpgradePolicy: Recreate}";

    @Test
    void asksTheServerBeforeAnybodyLeavesServiceForARevision() {
        SetPlan plan = Snapshots.of(Snapshots.set().replicas(2))
                .pods(Snapshots.pod(0), Snapshots.pod(1))
                .untried()
                .plan();

        assertThat(edits(plan)).isEmpty();
        assertThat(plan.intentions()).isEmpty();
        assertThat(questions(plan)).extracting(Action.TryPod::revision).containsExactly("web-2");
        assertThat(questions(plan)
                        .getFirst()
                        .body()
                        .at("/spec/containers/0/image")
                        .asText())
                .isEqualTo("app:v2");
    }

    @Test
    void asksNothingWhileNobodyHasToBeUpdated() {
        SetPlan plan = Snapshots.of(Snapshots.set())
                .pods(Snapshots.pod(0).revision("web-2"))
                .untried()
                .plan();

        assertThat(questions(plan)).isEmpty();
    }

    @Test
    void leavesWhoHasBegunAloneWhileTheAnswerIsAwaited() {
        SetPlan plan = Snapshots.of(Snapshots.set())
                .pods(Snapshots.pod(0).offline().operating(Names.COLLASET_OPERATION, Names.UPDATE))
                .untried()
                .plan();

        assertThat(edits(plan)).isEmpty();
        assertThat(questions(plan)).hasSize(1);
    }

    @Test
    void callsBackWhoHasNotBeenTouchedWhenTheTemplateIsRefused() {
        Pods waiting = Snapshots.pod(0).preCheck(Names.COLLASET_OPERATION, Names.UPDATE);
        Pods out = Snapshots.pod(1).offline().operating(Names.COLLASET_OPERATION, Names.UPDATE);
        Pods idle = Snapshots.pod(2);

        SetPlan plan = Snapshots.of(Snapshots.set().replicas(3))
                .pods(waiting, out, idle)
                .trial(REFUSED)
                .plan();

        assertThat(edits(plan))
                .allSatisfy(edit -> assertThat(edit.labels().removed())
                        .contains(Names.key(Names.OPERATING, Names.COLLASET_OPERATION)))
                .extracting(edit -> edit.pod().name())
                .containsExactlyInAnyOrder("web-0", "web-1");
        String told = "the API server does not take Pods of spec.template (400): " + WORDS + "; correct spec.template";
        assertThat(plan.acts().waits().get(idle.build().ref()))
                .isEqualTo(List.of(new Wait(Reason.TEMPLATE_REFUSED, "web-2", told)));
        assertThat(Snapshots.told(plan, "Stalled")).isEqualTo("True TemplateRefused: " + told);
        assertThat(questions(plan)).isEmpty();
        assertThat(plan.acts().lookAgain()).contains(Duration.ofSeconds(3));
    }

    @Test
    void tellsOfARefusedTemplateInOneEvent() {
        Snapshots world = Snapshots.of(Snapshots.set()).pods(Snapshots.pod(0)).trial(REFUSED);
        SetPlan first = world.plan();
        assertThat(Snapshots.events(first)).containsExactly("TemplateRefused");

        assertThat(Snapshots.events(Snapshots.of(Snapshots.set().status(Snapshots.status(first)))
                        .pods(Snapshots.pod(0))
                        .trial(REFUSED)
                        .plan()))
                .isEmpty();
    }

    @Test
    void tellsOfAStuckPodInOneEventThoughTheNodeAlternatesItsWords() {
        SetPlan first = stuckPod(Snapshots.set(), "ErrImagePull", "not found").plan();
        assertThat(Snapshots.events(first)).containsExactly("PodStuck");
        assertThat(Snapshots.told(first, "Available"))
                .isEqualTo(
                        "False ReplicasUnavailable: 0 of 1 Pods serve; Pod web-0: container main has not started with"
                                + " image app:v2: ErrImagePull: not found");

        SetPlan second = stuckPod(Snapshots.set().status(Snapshots.status(first)), "CrashLoopBackOff", "back-off 10s")
                .told(first)
                .plan();
        assertThat(second.acts().actions()).isEmpty();
    }

    private static Snapshots stuckPod(Sets set, String reason, String message) {
        Pods pod = Snapshots.pod(0)
                .revision("web-2")
                .unready()
                .container(
                        "main",
                        old -> new ContainerRecord(
                                "main",
                                false,
                                "app:v2",
                                "app:v1",
                                "sha256:app:v1",
                                "containerd://main-0",
                                0,
                                false,
                                false,
                                ContainerRecord.State.WAITING,
                                reason,
                                null,
                                new ContainerRecord.Stopped(message, "containerd://main-0", 0)));
        return Snapshots.of(set).pods(pod).identities(InstanceIdentity.adopted(0, "web", "web-2"));
    }

    @Test
    void keepsPodsInServiceByWhatItPublishes() {
        assertThat(Snapshots.of(Snapshots.set())
                        .pods(Snapshots.pod(0))
                        .trial(REFUSED)
                        .plan()
                        .hold())
                .map(Wait::reason)
                .contains(Reason.TEMPLATE_REFUSED);
        assertThat(Snapshots.of(Snapshots.set())
                        .newer(Snapshots.set().with("updateStrategy: {podUpgradePolicy: Replace}"))
                        .pods(Snapshots.pod(0))
                        .plan()
                        .hold())
                .map(Wait::reason)
                .contains(Reason.INVALID_SPEC);
        assertThat(Snapshots.of(Snapshots.set().withoutFinalizer())
                        .pods(Snapshots.pod(0))
                        .plan()
                        .hold())
                .contains(UpdateClearance.UNPROVEN);
    }

    @Test
    void callsBackWhoHasNotBeenTouchedWhenNoSpecOfTheSetWasEverAccepted() {
        SetPlan plan = Snapshots.of(Snapshots.set().with("updateStrategy: {podUpgradePolicy: Replace}"))
                .pods(
                        Snapshots.pod(0).preCheck(Names.COLLASET_OPERATION, Names.UPDATE),
                        Snapshots.pod(1).preCheck(Names.COLLASET_OPERATION, Names.SCALE_IN),
                        Snapshots.pod(2)
                                .offline()
                                .operating(Names.COLLASET_OPERATION, Names.UPDATE)
                                .annotation(Names.LAST_POD_STATUS, "{}"))
                .plan();

        assertThat(plan.hold()).map(Wait::reason).contains(Reason.INVALID_SPEC);
        assertThat(edits(plan)).extracting(edit -> edit.pod().name()).containsExactly("web-0");
        assertThat(edits(plan).getFirst().labels().removed())
                .contains(Names.key(Names.OPERATING, Names.COLLASET_OPERATION));
    }

    @Test
    void asksAgainOnceThePauseIsOverOrTheSetHasChanged() {
        TemplateTrial before = new TemplateTrial.TemplateRefused(422, WORDS, true, 1, 1, Snapshots.NOW.minusSeconds(1));

        assertThat(questions(Snapshots.of(Snapshots.set())
                        .pods(Snapshots.pod(0))
                        .trial(before)
                        .plan()))
                .hasSize(1);
        assertThat(questions(Snapshots.of(Snapshots.set().generation(2))
                        .pods(Snapshots.pod(0))
                        .trial(REFUSED)
                        .plan()))
                .hasSize(1);
    }

    @Test
    void deletesOnePodUntilTheServerTookItsSuccessor() {
        Snapshots world = Snapshots.of(Snapshots.set().replicas(3).with(RECREATE))
                .pods(
                        Snapshots.pod(0).offline().operating(Names.COLLASET_OPERATION, Names.UPDATE),
                        Snapshots.pod(1).offline().operating(Names.COLLASET_OPERATION, Names.UPDATE),
                        Snapshots.pod(2));

        assertThat(deletions(world.trial(new TemplateTrial.DryRunPassed()).plan()))
                .hasSize(1);
        assertThat(deletions(world.trial(new TemplateTrial.Unaskable()).plan())).hasSize(1);
        assertThat(deletions(world.trial(new TemplateTrial.Created()).plan())).hasSize(2);
    }

    @Test
    void nobodyBeginsWhileTheServerDoesNotTellAndItsWordsAreTold() {
        SetPlan plan = untold(1, Snapshots.pod(0), Snapshots.pod(1));

        assertThat(edits(plan)).isEmpty();
        assertThat(Snapshots.status(plan).path("conditions").toString())
                .contains("failed calling webhook \\\"a.b\\\": no answer; it is asked again");
    }

    @Test
    void whoIsOutAndUntouchedComesBackWhenTheServerDoesNotTellForLong() {
        Pods out = Snapshots.pod(0).offline().operating(Names.COLLASET_OPERATION, Names.UPDATE);

        assertThat(edits(untold(1, out))).isEmpty();
        assertThat(edits(untold(2, out)))
                .singleElement()
                .satisfies(edit -> assertThat(edit.labels().removed())
                        .contains(Names.key(Names.OPERATING, Names.COLLASET_OPERATION)));
    }

    @Test
    void asksUntilTheServerTellsThoughNobodyWantsTheRevisionAnyMore() {
        assertThat(questions(Snapshots.of(Snapshots.set().replicas(1))
                        .pods(Snapshots.pod(0).revision("web-2"))
                        .trial(new TemplateTrial.Unproven(2, Snapshots.NOW.minusSeconds(60), "no answer"))
                        .plan()))
                .hasSize(1);
    }

    private static SetPlan untold(int attempts, Pods... pods) {
        return Snapshots.of(Snapshots.set().replicas(pods.length))
                .pods(pods)
                .trial(new TemplateTrial.Unproven(attempts, Snapshots.NOW, "failed calling webhook \"a.b\": no answer"))
                .plan();
    }

    @Test
    void deletesNobodyWhileAnotherPodIsMissing() {
        SetPlan plan = Snapshots.of(Snapshots.set().replicas(3).with(RECREATE))
                .pods(Snapshots.pod(0).offline().operating(Names.COLLASET_OPERATION, Names.UPDATE), Snapshots.pod(1))
                .trial(new TemplateTrial.DryRunPassed())
                .plan();

        assertThat(deletions(plan)).isEmpty();
    }

    @Test
    void callsBackWhoWouldBeDeletedWhileAPodCannotBeCreated() {
        SetPlan plan = Snapshots.of(Snapshots.set().replicas(3).with(RECREATE))
                .pods(Snapshots.pod(0).offline().operating(Names.COLLASET_OPERATION, Names.UPDATE), Snapshots.pod(1))
                .obstacle(new CreationObstacle("web-2", 1, 403, "exceeded quota: pods", 1, Snapshots.NOW))
                .plan();

        assertThat(deletions(plan)).isEmpty();
        assertThat(edits(plan)).extracting(edit -> edit.pod().name()).containsExactly("web-0");
        assertThat(edits(plan).getFirst().labels().removed())
                .contains(Names.key(Names.OPERATING, Names.COLLASET_OPERATION));
    }

    @Test
    void callsBackWhoWouldBeDeletedAndLetsNobodyBeginWhileNewPodsEndSoon() {
        Pods idle = Snapshots.pod(1);
        SetPlan plan = Snapshots.of(Snapshots.set().replicas(4).with(RECREATE))
                .pods(
                        Snapshots.pod(0).offline().operating(Names.COLLASET_OPERATION, Names.UPDATE),
                        idle,
                        Snapshots.pod(2).preCheck(Names.COLLASET_OPERATION, Names.UPDATE))
                .backoff(new CreationBackoff(3, Snapshots.NOW, Snapshots.NOW, Set.of(), "web-3, Failed"))
                .plan();

        assertThat(deletions(plan)).isEmpty();
        assertThat(edits(plan))
                .allSatisfy(edit -> assertThat(edit.labels().removed())
                        .contains(Names.key(Names.OPERATING, Names.COLLASET_OPERATION)))
                .extracting(edit -> edit.pod().name())
                .containsExactlyInAnyOrder("web-0", "web-2");
        assertThat(plan.acts().waits().get(idle.build().ref()))
                .extracting(Wait::message)
                .containsExactly("new Pods of the set end soon after their creation, so none goes for one");
    }

    @Test
    void bringsALostPodBackAtTheRevisionThatWasCompleteWhenItsSuccessorIsRefused() {
        SetPlan plan = Snapshots.of(
                        Snapshots.set().replicas(2).with(RECREATE).status(Json.of("currentRevision: web-1")))
                .pods(Snapshots.pod(0))
                .identities(
                        InstanceIdentity.adopted(0, "web", "web-1"),
                        InstanceIdentity.adopted(1, "web", "web-2").asRecreating())
                .trial(REFUSED)
                .plan();

        assertThat(plan.acts().actions())
                .filteredOn(Action.CreatePod.class::isInstance)
                .extracting(action -> ((Action.CreatePod) action)
                        .body()
                        .at("/metadata/labels")
                        .path(Names.REVISION)
                        .asText())
                .containsExactly("web-1");
    }

    private static List<Action.TryPod> questions(SetPlan plan) {
        return plan.acts().actions().stream()
                .filter(Action.TryPod.class::isInstance)
                .map(Action.TryPod.class::cast)
                .toList();
    }

    private static List<Action> deletions(SetPlan plan) {
        return plan.acts().actions().stream()
                .filter(Action.DeletePod.class::isInstance)
                .toList();
    }

    private static List<PodEdit> edits(SetPlan plan) {
        return plan.acts().actions().stream()
                .filter(Action.EditPod.class::isInstance)
                .map(action -> ((Action.EditPod) action).edit())
                .toList();
    }
}
