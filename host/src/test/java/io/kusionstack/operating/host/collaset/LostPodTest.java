package io.kusionstack.operating.host.collaset;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.Action;
import io.kusionstack.operating.host.plan.MapEdit;
import io.kusionstack.operating.host.plan.PodCondition;
import io.kusionstack.operating.host.plan.PodEdit;
import io.kusionstack.operating.host.world.Pods;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Of which revision a Pod comes back, and what a living one has lost. The ids name {@code web-2} as soon as the update begins. */
class LostPodTest {
    private static final InstanceIdentity NAMES_THE_NEWEST = InstanceIdentity.adopted(1, "web", "web-2");
    private static final InstanceIdentity OLD = InstanceIdentity.adopted(1, "web", "web-1");

    @Test
    void onePodThatWasLostBeforeItsUpdateTouchedItComesBackAsItWas() {
        assertThat(created(mid(NAMES_THE_NEWEST).lastRevision(1, "web-1"))).containsExactly("web-1");
    }

    @Test
    void onePodThatWasUpdatedComesBackUpdated() {
        assertThat(created(mid(NAMES_THE_NEWEST).lastRevision(1, "web-2"))).containsExactly("web-2");
    }

    @Test
    void onePodOfAVersionThatWasRolledBackComesBackOfItOnlyWhileAnotherOneServesIt() {
        Pods other = Snapshots.pod(0).image("app:v1");

        assertThat(created(rolledBack(other.unready()))).containsExactly("web-2");
        assertThat(created(rolledBack(other.available()))).containsExactly("web-1");
    }

    private static Snapshots rolledBack(Pods other) {
        return Snapshots.of(Snapshots.set().replicas(3).status(Json.of("currentRevision: web-2")))
                .pods(other, updated().available())
                .identities(
                        InstanceIdentity.adopted(0, "web", "web-2"),
                        NAMES_THE_NEWEST,
                        InstanceIdentity.adopted(2, "web", "web-2"))
                .lastRevision(1, "web-1");
    }

    @Test
    void whereNobodyRemembersTheNewestIsTakenOnlyOnceAPodOfItServes() {
        assertThat(created(mid(NAMES_THE_NEWEST))).containsExactly("web-1");
        assertThat(created(mid(NAMES_THE_NEWEST).pods(updated().available()))).containsExactly("web-2");
        assertThat(created(mid(NAMES_THE_NEWEST).pods(updated().unready()))).containsExactly("web-1");
    }

    @Test
    void onePodWhoseRevisionTheServerRefusesComesBackOfTheNewest() {
        TemplateTrial refused =
                new TemplateTrial.TemplateRefused(403, "violates PodSecurity", false, 1, 1, Snapshots.NOW);

        assertThat(created(mid(OLD).lastRevision(1, "web-1")
                        .trialOfTheOld(refused)
                        .trial(new TemplateTrial.DryRunPassed())))
                .containsExactly("web-2");
    }

    @Test
    void aCreationThatFailsForLongTakesTheNewestOnlyIfItIsProven() {
        CreationObstacle once = failing(1, 500, "failed calling webhook");
        CreationObstacle lasting = failing(4, 500, "failed calling webhook");
        CreationObstacle quota = failing(9, 403, "exceeded quota: pods");

        assertThat(created(lost(once))).containsExactly("web-1");
        assertThat(created(lost(quota))).containsExactly("web-1");
        assertThat(created(lost(lasting))).containsExactly("web-2");
        assertThat(created(lost(lasting).trial(new TemplateTrial.DryRunPassed())))
                .containsExactly("web-1");
    }

    private static Snapshots lost(CreationObstacle obstacle) {
        return mid(OLD).lastRevision(1, "web-1").obstacle(obstacle);
    }

    private static CreationObstacle failing(int attempts, int code, String message) {
        return new CreationObstacle("web-1", 0, code, message, attempts, Snapshots.NOW.minusSeconds(3600));
    }

    @Test
    void aHeldRevisionIsNotTakenThoughTheOldOneIsRefused() {
        CreationObstacle forbidden = failing(9, 500, "failed calling webhook");
        Snapshots held = Snapshots.of(Snapshots.set()
                        .replicas(2)
                        .with("updateStrategy: {rollingUpdate: {byPartition: {partition: 2}}}")
                        .status(Json.of("currentRevision: web-1")))
                .pods(Snapshots.pod(0))
                .identities(InstanceIdentity.adopted(0, "web", "web-1"), OLD)
                .obstacle(forbidden);

        assertThat(created(held)).containsExactly("web-1");
    }

    @Test
    void aHeldRevisionIsNotTakenThoughTheOldOneWasDeleted() {
        SetPlan plan = Snapshots.of(
                        Snapshots.set().replicas(2).with("paused: true").status(Json.of("currentRevision: web-0")))
                .withoutTheOldRevision()
                .identities(InstanceIdentity.allocated(0, "web", "web-2"), InstanceIdentity.adopted(1, "web", "web-0"))
                .plan();

        assertThat(plan.acts().actions()).noneMatch(Action.CreatePod.class::isInstance);
        assertThat(Snapshots.status(plan).path("conditions").toString())
                .contains("ControllerRevision web-0 is gone, and the newest revision is held back");
        assertThat(Snapshots.status(plan).path("currentRevision").asText()).isEqualTo("web-0");
    }

    @Test
    void theRevisionThatIsHeldBackIsNotTakenForTheCurrentOneThoughMostPodsHaveIt() {
        Snapshots unknown = Snapshots.of(Snapshots.set()
                        .replicas(3)
                        .with("updateStrategy: {rollingUpdate: {byPartition: {partition: 1}}}"))
                .pods(
                        Snapshots.pod(0),
                        Snapshots.pod(1).revision("web-2"),
                        Snapshots.pod(2).revision("web-2"));

        assertThat(Snapshots.status(unknown.plan()).path("currentRevision").asText())
                .isEqualTo("web-1");
    }

    @Test
    void aRevisionThatAPodHasLostIsGivenBackInsteadOfAnotherPod() {
        Pods stripped = Snapshots.pod(1).without(Names.REVISION).image("app:v1");

        assertThat(edits(stripped))
                .containsExactly(PodEdit.of(stripped.build()).labels(MapEdit.set(Names.REVISION, "web-1")));
    }

    @Test
    void theOptInThatAPodHasLostIsGivenBack() {
        Pods stripped = Snapshots.pod(1).without(Names.CONTROL);

        assertThat(edits(stripped))
                .containsExactly(PodEdit.of(stripped.build()).labels(MapEdit.set(Names.CONTROL, "true")));
    }

    @Test
    void theOptInIsGivenBackWhileTheSetIsDeletedAndItsConditionsSayWhatIsSo() {
        Pods stripped = Snapshots.pod(1).without(Names.CONTROL);
        SetPlan plan = Snapshots.of(Snapshots.set().replicas(2).deleting())
                .pods(stripped)
                .plan();

        assertThat(plan.acts().actions())
                .contains(new Action.EditPod(PodEdit.of(stripped.build()).labels(MapEdit.set(Names.CONTROL, "true"))));
        assertThat(Snapshots.status(plan).path("conditions"))
                .extracting(condition -> condition.path("type").asText() + " "
                        + condition.path("status").asText() + " "
                        + condition.path("message").asText())
                .contains("Available False 1 of 2 Pods serve")
                .noneMatch(told -> told.startsWith("Scale ") || told.startsWith("Update "));
    }

    @Test
    void onePodThatNoNodeTakesStandsInTheConditions() {
        SetPlan plan =
                Snapshots.of(Snapshots.set().replicas(1)).pods(unschedulable()).plan();

        assertThat(Snapshots.status(plan).path("conditions").toString())
                .contains("0 of 1 Pods serve; Pod web-2: no node takes it: Unschedulable");
    }

    @Test
    void aPodThatOnlyTheKubeletKeepsUnreadyIsToldOnceTheKubeletHadTimeToFollow() {
        Pods gate = updated().onLostNode();
        Pods justOpened = updated().onLostNode().condition(Names.SERVICE_READY, "True", Snapshots.NOW.minusSeconds(9));

        assertThat(available(gate))
                .isEqualTo(
                        "0 of 1 Pods serve; Pod web-2: the kubelet of node node-1 does not publish that it is Ready");
        assertThat(available(justOpened)).isEqualTo("0 of 1 Pods serve");
    }

    private static String available(Pods pod) {
        SetPlan plan = Snapshots.of(Snapshots.set().replicas(1)).pods(pod).plan();
        for (JsonNode condition : Snapshots.status(plan).path("conditions")) {
            if (condition.path("type").asText().equals("Available")) {
                return condition.path("message").asText();
            }
        }
        return "";
    }

    private static Pods unschedulable() {
        return updated()
                .unready()
                .condition(new PodCondition(PodCondition.SCHEDULED, "False", "Unschedulable", Snapshots.NOW));
    }

    private static Pods updated() {
        return Pods.pod("web-2")
                .instance(2)
                .label("app", "foo")
                .revision("web-2")
                .image("app:v2");
    }

    private static Snapshots mid(InstanceIdentity identity) {
        return Snapshots.of(Snapshots.set().replicas(3).status(Json.of("currentRevision: web-1")))
                .pods(Snapshots.pod(0).image("app:v1"))
                .identities(InstanceIdentity.adopted(0, "web", "web-2"), identity);
    }

    private static List<String> created(Snapshots snapshot) {
        return snapshot.plan().acts().actions().stream()
                .filter(Action.CreatePod.class::isInstance)
                .map(action -> ((Action.CreatePod) action).body())
                .filter(body -> body.at("/metadata/labels")
                        .path(Names.INSTANCE_ID)
                        .asText()
                        .equals("1"))
                .map(body -> body.at("/metadata/labels").path(Names.REVISION).asText())
                .toList();
    }

    /** Of a Pod that is not in scope of an update. */
    private static List<PodEdit> edits(Pods pod) {
        return Snapshots.of(Snapshots.set()
                        .replicas(1)
                        .with("updateStrategy: {rollingUpdate: {byPartition: {partition: 1}}}"))
                .pods(pod)
                .identities(OLD)
                .plan()
                .acts()
                .actions()
                .stream()
                .filter(Action.EditPod.class::isInstance)
                .map(action -> ((Action.EditPod) action).edit())
                .toList();
    }
}
