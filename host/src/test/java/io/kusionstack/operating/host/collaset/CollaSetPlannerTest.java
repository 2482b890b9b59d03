package io.kusionstack.operating.host.collaset;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.Action;
import io.kusionstack.operating.host.plan.Intention;
import io.kusionstack.operating.host.plan.MapEdit;
import io.kusionstack.operating.host.plan.Plan;
import io.kusionstack.operating.host.plan.PodEdit;
import io.kusionstack.operating.host.world.Pods;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class CollaSetPlannerTest {
    private static final String NOW_STAMP = "1767229200000000000";

    @Test
    void putsTheFinalizerBeforeTheFirstPod() {
        SetPlan plan = Snapshots.of(Snapshots.set().withoutFinalizer()).plan();

        assertThat(plan)
                .isEqualTo(SetPlan.first(
                        Snapshots.of(Snapshots.set()).build(),
                        Plan.of(new Action.PatchObject(
                                Snapshots.set().build().ref(),
                                10,
                                (ObjectNode) Json.of("{metadata: {finalizers: [apps.kusionstack.io/pre-reclaim]}}"),
                                (ObjectNode) Json.of("{metadata: {finalizers: [], deletionTimestamp: null}}")))));
    }

    @Test
    void storesTheIdBeforeItCreatesThePod() {
        SetPlan plan = Snapshots.of(Snapshots.set()).plan();

        assertThat(plan.intent().actions())
                .containsExactly(new Action.PatchObject(Snapshots.CONTEXT, 50, (ObjectNode) Json.of("""
                        spec: {contexts: [{id: 0, data: {Owner: web, PodJustCreate: "true", Revision: web-2}}]}
                        """), (ObjectNode)
                        Json.of("spec: {contexts: []}")));
        Action.CreatePod create = (Action.CreatePod) plan.acts().actions().getFirst();
        assertThat(create.name()).matches("web-[b-z2-9]{5}");
        assertThat(create.body()).isEqualTo(Json.of("""
                apiVersion: v1
                kind: Pod
                metadata:
                  namespace: shop
                  name: %s
                  labels:
                    app: foo
                    collaset.kusionstack.io/instance-id: "0"
                    controller-revision-hash: web-2
                    kusionstack.io/control: "true"
                    podopslifecycle.kusionstack.io/creating: "%s"
                  ownerReferences:
                  - {apiVersion: apps.kusionstack.io/v1alpha1, kind: CollaSet, name: web, uid: web-uid,
                     controller: true, blockOwnerDeletion: true}
                spec:
                  containers: [{name: main, image: 'app:v2'}]
                  readinessGates: [{conditionType: pod.kusionstack.io/service-ready}]
                """.formatted(create.name(), NOW_STAMP)));
    }

    @Test
    void triesOnePodOfAnUnprovenRevisionFirst() {
        assertThat(creations(Snapshots.of(Snapshots.set().replicas(4)).plan())).hasSize(1);
        assertThat(creations(Snapshots.of(Snapshots.set().replicas(4))
                        .pods(Snapshots.pod(0).revision("web-2"))
                        .plan()))
                .hasSize(3);
    }

    @Test
    void restsAfterARefusedCreationAndTellsWhy() {
        CreationObstacle quota =
                new CreationObstacle("web-2", 1, 403, "exceeded quota: pods", 3, Snapshots.NOW.minusSeconds(1));

        SetPlan plan = Snapshots.of(Snapshots.set().replicas(2)).obstacle(quota).plan();

        assertThat(creations(plan)).isEmpty();
        assertThat(plan.acts().lookAgain()).contains(Duration.ofSeconds(3));
        assertThat(condition(plan, "Scale").path("message").asText())
                .isEqualTo("creating a Pod was refused (403): exceeded quota: pods; free or raise the quota");
    }

    @Test
    void saysWhichFieldsItIgnoresAndGoesOn() {
        SetPlan plan = Snapshots.of(Snapshots.set().with("scaleStrategy: {podToExclude: [web-a]}"))
                .plan();

        assertThat(creations(plan)).hasSize(1);
        assertThat(condition(plan, "IgnoredFields").path("message").asText())
                .startsWith("spec.scaleStrategy.podToExclude has no effect: ");
    }

    @Test
    void namesLabelsOfPodsThatAskForWhatIsNotOffered() {
        SetPlan plan = Snapshots.of(Snapshots.set().replicas(1))
                .pods(Snapshots.pod(0).revision("web-2").label(Names.TO_REPLACE, "true"))
                .plan();

        assertThat(condition(plan, "IgnoredFields").path("message").asText())
                .isEqualTo("label collaset.kusionstack.io/to-replace has no effect (on 1 Pods, first web-0): it is not"
                        + " offered in this version; set the label collaset.kusionstack.io/to-delete, and the Pod is"
                        + " created again");
    }

    @Test
    void deletesNoServingPodOnRequestWhileItsSuccessorCouldNotBeCreated() {
        CreationObstacle quota =
                new CreationObstacle("web-2", 1, 403, "exceeded quota: pods", 3, Snapshots.NOW.minusSeconds(1));
        Snapshots world = Snapshots.of(Snapshots.set().replicas(3))
                .pods(
                        Snapshots.pod(0).revision("web-2").label(Names.TO_DELETE, "true"),
                        Snapshots.pod(1).revision("web-2").unready().label(Names.TO_DELETE, "true"));

        assertThat(edited(world.obstacle(quota).plan())).containsExactly("web-1");
    }

    private static List<String> edited(SetPlan plan) {
        return plan.acts().actions().stream()
                .filter(Action.EditPod.class::isInstance)
                .map(action -> ((Action.EditPod) action).edit().pod().name())
                .toList();
    }

    @Test
    void growsThePausesUpToAMinute() {
        assertThat(List.of(1, 2, 3, 6, 7, 50))
                .extracting(attempts -> Duration.between(
                        Snapshots.NOW, new CreationObstacle("web-2", 1, 422, "", attempts, Snapshots.NOW).retryAt()))
                .extracting(Duration::toSeconds)
                .containsExactly(1L, 2L, 4L, 32L, 60L, 60L);
    }

    @Test
    void beginsAnUpdateWithTheEditItWantsToMake() {
        SetPlan plan = Snapshots.of(Snapshots.set())
                .pods(Snapshots.pod(0))
                .identities(InstanceIdentity.adopted(0, "web", "web-1"))
                .plan();

        assertThat(plan.intent().actions())
                .containsExactly(new Action.PatchObject(
                        Snapshots.CONTEXT,
                        50,
                        (ObjectNode) Json.of("spec: {contexts: [{id: 0, data: {Owner: web, Revision: web-2}}]}"),
                        (ObjectNode) Json.of("spec: {contexts: [{id: 0, data: {Owner: web, Revision: web-1}}]}")));
        assertThat(plan.intentions())
                .isEqualTo(Map.of(
                        "uid-web-0",
                        new Intention(
                                "collaset",
                                NOW_STAMP,
                                "web-2",
                                MapEdit.set(Names.REVISION, "web-2"),
                                MapEdit.none(),
                                new TreeMap<>(Map.of("main", "app:v2")))));
        assertThat(Snapshots.edits(plan))
                .containsExactly(PodEdit.of(Snapshots.pod(0).build())
                        .labels(MapEdit.set(Map.of(
                                Names.key(Names.OPERATING, "collaset"),
                                NOW_STAMP,
                                Names.key(Names.OPERATION_TYPE, "collaset"),
                                "update"))));
    }

    @Test
    void keepsTheTimeStampOfABeginThatIsOnItsWay() {
        Intention earlier = Snapshots.of(Snapshots.set())
                .pods(Snapshots.pod(0))
                .plan()
                .intentions()
                .get("uid-web-0");
        Intention older = new Intention(
                "collaset", Pods.STAMP, "web-2", earlier.labels(), earlier.annotations(), earlier.images());

        SetPlan plan = Snapshots.of(Snapshots.set())
                .pods(Snapshots.pod(0))
                .pending("uid-web-0", older)
                .plan();

        assertThat(plan.intentions()).isEqualTo(Map.of("uid-web-0", older));
        assertThat(Snapshots.edits(plan).getFirst().labels().set())
                .containsEntry(Names.key(Names.OPERATING, "collaset"), Pods.STAMP);
    }

    @Test
    void publishesNothingWhileADelayIsAskedForAndEditsOnceItHasPassed() {
        Sets delayed = Snapshots.set().with("updateStrategy: {operationDelaySeconds: 3601}");
        Snapshots world = Snapshots.of(delayed)
                .pods(Snapshots.pod(0).offline().operating("collaset", "update"))
                .identities(InstanceIdentity.adopted(0, "web", "web-2"));

        assertThat(world.plan().acts().lookAgain()).contains(Duration.ofSeconds(1));
        assertThat(Snapshots.edits(world.plan())).isEmpty();

        delayed.with("updateStrategy: {operationDelaySeconds: 3600}");
        assertThat(world.plan().intentions()).isEmpty();
        assertThat(Snapshots.edits(world.plan()).getFirst().images()).isEqualTo(Map.of("main", "app:v2"));
    }

    @Test
    void sendsNoSecondImageBeforeTheFirstOneShowed() {
        String baseline = "{\"containerStates\":{\"main\":{\"latestImage\":\"app:v1\","
                + "\"lastContainerID\":\"containerd://main-0\",\"lastRestartCount\":0}}}";
        Pods pod =
                Snapshots.pod(0).offline().operating("collaset", "update").annotation(Names.LAST_POD_STATUS, baseline);

        assertThat(Snapshots.edits(Snapshots.of(Snapshots.set()).pods(pod).plan()))
                .isEmpty();
    }

    @Test
    void recreatesNothingWhereOnlyInPlaceIsAllowed() {
        Sets set = Sets.set(Json.of("""
                        {metadata: {labels: {app: foo}},
                         spec: {hostNetwork: true, containers: [{name: main, image: 'app:v2'}]}}""")).with("updateStrategy: {podUpgradePolicy: InPlaceOnly}");

        SetPlan plan = Snapshots.of(set).pods(Snapshots.pod(0)).plan();

        assertThat(Snapshots.edits(plan)).isEmpty();
        assertThat(condition(plan, "Update").path("message").asText())
                .isEqualTo("Pods cannot be updated in place because of spec.template.spec.hostNetwork;"
                        + " set spec.updateStrategy.podUpgradePolicy to InPlaceIfPossible, or take the change back");
    }

    @Test
    void scalesInWhoIsMissedLeast() {
        SetPlan plan = Snapshots.of(Snapshots.set().replicas(2))
                .pods(
                        Snapshots.pod(0).revision("web-2"),
                        Snapshots.pod(1).revision("web-2").created(Snapshots.NOW),
                        Snapshots.pod(2).revision("web-2").unready(),
                        Snapshots.pod(3).revision("web-2").label(Names.TO_DELETE, "true"))
                .plan();

        assertThat(Snapshots.edits(plan))
                .extracting(edit -> edit.pod().name())
                .containsExactlyInAnyOrder("web-2", "web-3");
    }

    @Test
    void writesNoStatusThatStandsThereAlready() {
        Snapshots world = Snapshots.of(Snapshots.set())
                .pods(Snapshots.pod(0).revision("web-2").image("app:v2"))
                .identities(InstanceIdentity.adopted(0, "web", "web-2"));
        ObjectNode written = Snapshots.status(world.plan());

        SetPlan again = Snapshots.of(Snapshots.set().status(written))
                .pods(Snapshots.pod(0).revision("web-2").image("app:v2"))
                .identities(InstanceIdentity.adopted(0, "web", "web-2"))
                .plan();

        assertThat(again).isEqualTo(SetPlan.then(Plan.nothing(), Optional.empty()));
    }

    private static List<Action.CreatePod> creations(SetPlan plan) {
        return plan.acts().actions().stream()
                .filter(Action.CreatePod.class::isInstance)
                .map(Action.CreatePod.class::cast)
                .toList();
    }

    private static JsonNode condition(SetPlan plan, String type) {
        for (JsonNode condition : Snapshots.status(plan).path("conditions")) {
            if (condition.path("type").asText().equals(type)) {
                return condition;
            }
        }
        throw new AssertionError("no condition " + type);
    }
}
