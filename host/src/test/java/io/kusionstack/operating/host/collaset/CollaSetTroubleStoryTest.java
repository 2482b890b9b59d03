package io.kusionstack.operating.host.collaset;

import static io.kusionstack.operating.host.collaset.Stories.V1;
import static io.kusionstack.operating.host.collaset.Stories.V2;
import static io.kusionstack.operating.host.collaset.Stories.create;
import static io.kusionstack.operating.host.collaset.Stories.images;
import static io.kusionstack.operating.host.collaset.Stories.leftovers;
import static io.kusionstack.operating.host.collaset.Stories.refuseIds;
import static io.kusionstack.operating.host.collaset.Stories.replayed;
import static io.kusionstack.operating.host.collaset.Stories.told;
import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.host.plan.Action;
import io.kusionstack.operating.host.plan.ObjectKind;
import io.kusionstack.operating.host.plan.ObjectRef;
import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.host.world.FakeCluster;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Stories of what goes wrong: what users write, and what the API server does not take. */
class CollaSetTroubleStoryTest {
    @Test
    void staysWithAMissingImageUntilTheTemplateIsCorrected() {
        replayed(world -> {
            create(world, 3, "");
            world.floor(2);
            world.kubelet.loses("app:typo");

            world.image("app:typo");
            world.settle();
            assertThat(images(world)).containsExactlyInAnyOrder(V1, V1, "app:typo");
            assertThat(world.serving()).isEqualTo(2);

            world.image(V2);
            world.settle();
            assertThat(images(world)).containsExactly(V2, V2, V2);
            assertThat(world.serving()).isEqualTo(3);
        });
    }

    @Test
    void theRevisionThatWasCompleteLastKeepsItsNameThoughItsObjectIsGone() {
        World world = new World();
        create(world, 4, "updateStrategy: {podUpgradePolicy: InPlaceOnly}");
        String first = world.status().path("currentRevision").asText();
        for (FakeCluster.Stored revision : world.cluster.objects("ControllerRevision")) {
            String name = revision.body().at("/metadata/name").asText();
            world.cluster.drop(new ObjectRef(ObjectKind.CONTROLLER_REVISION, "shop", name, ""));
        }

        world.image(V2);
        world.settle();

        assertThat(world.status().path("updatedReplicas").asInt()).isZero();
        assertThat(world.status().path("currentRevision").asText()).isEqualTo(first);
        String second = world.status().path("updatedRevision").asText();
        assertThat(second).isNotEqualTo(first);

        world.edit("updateStrategy: {podUpgradePolicy: InPlaceIfPossible}");
        world.settle();

        assertThat(images(world)).containsExactly(V2, V2, V2, V2);
        assertThat(world.status().path("currentRevision").asText()).isEqualTo(second);
    }

    @Test
    void aMissingImageStallsTheSetWhenNothingHasMovedForTenMinutes() {
        World world = new World();
        create(world, 2, "");
        world.kubelet.loses("app:typo");
        world.image("app:typo");
        world.settle();
        assertThat(world.condition("Stalled")).isEmpty();

        world.cluster.pass(Duration.ofMinutes(10));
        world.settle();

        assertThat(told(world, "Stalled")).startsWith("True PodStuck: Pod web-").contains("image app:typo");
        assertThat(told(world, "Progressing")).startsWith("False PodStuck: Pod web-");

        world.image(V2);
        world.settle();

        assertThat(world.condition("Stalled")).isEmpty();
        assertThat(told(world, "Progressing")).isEqualTo("False Complete: 2 of 2 Pods serve");
    }

    @Test
    void tellsWhenAnUpdateIsRefusedAndGoesOnOnceTheTemplateIsCorrected() {
        replayed(world -> {
            create(world, 2, "");
            world.floor(1);
            world.cluster.refuse(action -> action instanceof Action.EditPod edit
                            && edit.edit().images().containsValue("BAD IMAGE")
                    ? Optional.of("spec.containers[0].image: Invalid value")
                    : Optional.empty());

            world.image("BAD IMAGE");
            world.settle();

            assertThat(images(world)).containsExactly(V1, V1);
            assertThat(world.condition("Update").orElseThrow().path("message").asText())
                    .endsWith(" was refused (422): spec.containers[0].image: Invalid value;"
                            + " correct spec.template, or the policy that refuses it");

            world.image(V2);
            world.settle();
            assertThat(images(world)).containsExactly(V2, V2);
            assertThat(world.serving()).isEqualTo(2);
            assertThat(world.condition("Stalled")).isEmpty();
        });
    }

    @Test
    void tellsEverywhereTheOneReasonWhileIdsAreRefused() {
        replayed(world -> {
            create(world, 2, "");
            world.floor(2);
            refuseIds(world, "frozen");

            world.image(V2);
            for (int i = 0; i < 10; i++) {
                world.step();
            }

            assertThat(told(world, "Scale")).isEqualTo("True Scaled: 2 of 2 Pods exist");
            assertThat(told(world, "Stalled"))
                    .startsWith("True RefusedByServer")
                    .contains("frozen");
            assertThat(told(world, "Update"))
                    .startsWith("False RefusedByServer")
                    .contains("frozen");
            assertThat(told(world, "Progressing"))
                    .startsWith("False RefusedByServer")
                    .contains("frozen");
            assertThat(world.live())
                    .allSatisfy(pod -> assertThat(world.waits(pod))
                            .extracting(Wait::reason)
                            .containsOnly(Reason.REFUSED_BY_SERVER));
        });
    }

    @Test
    void theCountersSpeakOfTheGenerationBeforeWhileItsRevisionIsRefused() {
        replayed(world -> {
            create(world, 2, "");
            world.cluster.refuse(
                    action -> action instanceof Action.CreateObject ? Optional.of("frozen") : Optional.empty());

            world.image(V2);
            for (int i = 0; i < 10; i++) {
                world.step();
            }

            assertThat(world.status().path("observedGeneration").asLong()).isEqualTo(1);
            assertThat(told(world, "Available")).isEqualTo("True AllReplicasAvailable: 2 of 2 Pods serve");
            assertThat(told(world, "Update"))
                    .startsWith("False RefusedByServer")
                    .contains("frozen");
        });
    }

    @Test
    void triesARefusedTemplateOnceAndGrowsThePauses() {
        replayed(world -> {
            world.cluster.refuse(refusingCreation("spec.containers[0].image: Required value"));
            world.create(Sets.set(Sets.template(V1)).replicas(5));

            for (int i = 0; i < 30; i++) {
                world.step();
            }

            assertThat(world.live()).isEmpty();
            assertThat(world.condition("Scale").orElseThrow().path("message").asText())
                    .isEqualTo("creating a Pod was refused (422): spec.containers[0].image: Required value;"
                            + " correct spec.template");
            assertThat(world.condition("Stalled").orElseThrow().path("status").asText())
                    .isEqualTo("True");

            world.cluster.refuse(action -> Optional.empty());
            world.image(V2);
            world.settle();
            assertThat(images(world)).containsExactly(V2, V2, V2, V2, V2);
            assertThat(world.condition("Stalled")).isEmpty();
        });
    }

    @Test
    void saysWhenItLooksAgainWhileATemplateIsRefused() {
        World world = refusedForLong();

        assertThat(world.nextLook()).hasValueSatisfying(look -> assertThat(look).isAfter(world.cluster.now()));
    }

    private static World refusedForLong() {
        World world = new World();
        world.cluster.refuse(refusingCreation("spec.containers[0].image: Required value"));
        world.create(Sets.set(Sets.template(V1)).replicas(2));
        for (int i = 0; i < 30; i++) {
            world.step();
        }
        return world;
    }

    @Test
    void aSetThatIsMadeAgainUnderItsNameHasNoMemoryOfTheOneBefore() {
        World world = refusedForLong();

        world.cluster.refuse(action -> Optional.empty());
        world.create(Sets.set(Sets.template(V1)).replicas(2).uid("again-uid"));
        world.step();
        world.step();

        assertThat(world.cluster.pods()).isNotEmpty();
        assertThat(world.condition("Stalled")).isEmpty();
    }

    @Test
    void tellsWhatIsWrongWithTheSpecAndDoesNothing() {
        replayed(world -> {
            world.create(Sets.set(Sets.template(V1)).with("selector: {matchLabels: {app: other}}"));

            world.settle();

            assertThat(world.cluster.pods()).isEmpty();
            assertThat(world.condition("Stalled").orElseThrow().path("message").asText())
                    .isEqualTo("spec.selector: app=other does not match the labels {app=foo} of spec.template;"
                            + " give the template every label that the selector asks for");
        });
    }

    @Test
    void touchesNobodyForATemplateThatTheServerRefuses() {
        replayed(world -> {
            create(world, 4, "");
            world.floor(4);
            world.cluster.refuse(action -> action instanceof Action.TryPod
                    ? Optional.of("spec.containers[0].env[0].value: expected string")
                    : Optional.empty());

            world.edit("template: {spec: {containers: [{name: main, image: 'app:v1', env: [{name: A, value: 5}]}]}}");
            for (int i = 0; i < 10; i++) {
                world.step();
            }
            assertThat(images(world)).containsExactly(V1, V1, V1, V1);
            assertThat(told(world, "Stalled"))
                    .isEqualTo("True TemplateRefused: the API server does not take Pods of spec.template (422):"
                            + " spec.containers[0].env[0].value: expected string; correct spec.template");
            assertThat(told(world, "Update")).startsWith("False TemplateRefused: ");

            world.edit("template: {spec: {containers: [{name: main, image: 'app:v1'}]}}");
            world.settle();
            assertThat(world.condition("Stalled")).isEmpty();
        });
    }

    @Test
    void finishesAndReplacesUnderTheLastAcceptedSpecWhileANewerOneIsNotOffered() {
        replayed(world -> {
            create(world, 4, "");
            world.floor(3);
            world.image(V2);
            for (int i = 0; i < 5; i++) {
                world.step();
            }

            world.edit("{replicas: 9, updateStrategy: {podUpgradePolicy: Replace}}");
            world.floor(2);
            world.cluster.terminate(world.live().getFirst());
            world.settle();

            assertThat(world.live()).hasSize(4);
            assertThat(world.serving()).isEqualTo(4);
            assertThat(leftovers(world)).isEmpty();
            assertThat(told(world, "Stalled"))
                    .isEqualTo("True InvalidSpec: spec.updateStrategy.podUpgradePolicy: \"Replace\" is not offered;"
                            + " use one of Recreate, InPlaceIfPossible, InPlaceOnly");

            world.floor(3);
            world.edit("{replicas: 4, updateStrategy: {podUpgradePolicy: InPlaceIfPossible}}");
            world.settle();
            assertThat(images(world)).containsExactly(V2, V2, V2, V2);
            assertThat(world.condition("Stalled")).isEmpty();
        });
    }

    @Test
    void keepsItsPodsWhenAManifestLeavesTheirNumberOut() {
        replayed(world -> {
            create(world, 4, "");
            world.floor(4);

            world.edit("replicas: null");
            world.settle();

            assertThat(world.serving()).isEqualTo(4);
            assertThat(told(world, "Stalled"))
                    .isEqualTo("True InvalidSpec: spec.replicas: it is missing; give the number of Pods, 0 for none");

            world.floor(0);
            world.live().forEach(world.cluster::terminate);
            world.settle();
            assertThat(world.serving()).isEqualTo(4);

            world.edit("replicas: 0");
            world.settle();
            assertThat(world.live()).isEmpty();
        });
    }

    @Test
    void deletesASetWhoseSpecIsNotOffered() {
        replayed(world -> {
            create(world, 2, "");
            world.edit("updateStrategy: {podUpgradePolicy: Replace}");
            world.settle();

            world.delete();
            for (int i = 0; i < 60 && world.cluster.object(World.SET).isPresent(); i++) {
                world.step();
            }
            assertThat(world.cluster.pods()).isEmpty();
        });
    }

    @Test
    void losesAtMostOnePodToATemplateThatOnlyARealCreationShowsAsRefused() {
        replayed(world -> {
            create(world, 4, "updateStrategy: {podUpgradePolicy: Recreate}");
            world.floor(3);
            world.cluster.refuse(action -> action instanceof Action.CreatePod created
                            && created.body().toString().contains("app:denied")
                    ? Optional.of("admission webhook \"policy\" denied the request")
                    : Optional.empty());

            world.image("app:denied");
            for (int i = 0; i < 40; i++) {
                world.step();
            }

            assertThat(images(world)).containsExactly(V1, V1, V1, V1);
            assertThat(world.serving()).isEqualTo(4);
            assertThat(told(world, "Stalled")).contains("denied the request");
        });
    }

    private static Function<Action, Optional<String>> refusingCreation(String message) {
        return action -> action instanceof Action.CreatePod ? Optional.of(message) : Optional.empty();
    }
}
