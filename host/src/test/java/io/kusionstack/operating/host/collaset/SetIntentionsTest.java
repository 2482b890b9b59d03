package io.kusionstack.operating.host.collaset;

import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.Intention;
import io.kusionstack.operating.host.plan.LastPodStatus;
import io.kusionstack.operating.host.plan.MapEdit;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.host.world.Pods;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class SetIntentionsTest {
    private static final Intention TO_V2 = new Intention(
            Names.COLLASET_OPERATION,
            Pods.STAMP,
            "web-2",
            MapEdit.set(Names.REVISION, "web-2"),
            MapEdit.none(),
            new TreeMap<>(Map.of("main", "app:v2")));

    private final AtomicLong generation = new AtomicLong(3);
    private final SetIntentions intentions =
            new SetIntentions(set -> generation.get() == 0 ? OptionalLong.empty() : OptionalLong.of(generation.get()));

    @Test
    void holdsForTheOperationItWasMadeFor() {
        publish(Map.of("uid-web-0", TO_V2), Optional.empty());

        assertThat(intentions.of(preparing().build())).contains(TO_V2);
    }

    @Test
    void isWorthNothingInAnotherRoundOfTheOperation() {
        publish(Map.of("uid-web-0", TO_V2), Optional.empty());
        String operating = Names.key(Names.OPERATING, Names.COLLASET_OPERATION);

        assertThat(intentions.of(preparing().label(operating, "1").build())).isEmpty();
    }

    @Test
    void isWorthNothingOnceTheSetHasANewerGenerationOrIsGone() {
        publish(Map.of("uid-web-0", TO_V2), Optional.empty());

        generation.set(4);
        assertThat(intentions.of(preparing().build())).isEmpty();
        generation.set(0);
        assertThat(intentions.of(preparing().build())).isEmpty();
    }

    @Test
    void isWorthNothingForATerminatingPodOrAnotherOfThatName() {
        publish(Map.of("uid-web-0", TO_V2), Optional.empty());

        assertThat(intentions.of(preparing().terminating().build())).isEmpty();
        assertThat(intentions.of(preparing().uid("another").build())).isEmpty();
    }

    @Test
    void isDoneWhenThePodCarriesTheRevision() {
        publish(Map.of("uid-web-0", TO_V2), Optional.empty());

        assertThat(intentions.of(preparing().revision("web-2").build())).isEmpty();
    }

    @Test
    void waitsUntilTheKubeletHasFollowedTheImageChangeBefore() {
        publish(Map.of("uid-web-0", TO_V2), Optional.empty());
        String baseline = LastPodStatus.before(preparing().build(), Map.of("main", "app:v1"));

        assertThat(intentions.of(
                        preparing().annotation(Names.LAST_POD_STATUS, baseline).build()))
                .isEmpty();
    }

    @Test
    void forgetsWhatWasPublishedBefore() {
        publish(Map.of("uid-web-0", TO_V2), Optional.empty());
        publish(Map.of(), Optional.empty());

        assertThat(intentions.of(preparing().build())).isEmpty();
    }

    @Test
    void keepsAPodInServiceUntilItsSetHasLookedAtItsNewestSpec() {
        PodRecord waiting = waiting(Names.UPDATE);
        assertThat(intentions.ahead(waiting, Names.COLLASET_OPERATION)).hasSize(1);

        publish(Map.of(), Optional.empty());
        assertThat(intentions.ahead(waiting, Names.COLLASET_OPERATION)).isEmpty();

        generation.set(4);
        assertThat(intentions.ahead(waiting, Names.COLLASET_OPERATION)).hasSize(1);
    }

    @Test
    void keepsAPodInServiceWhileItsSetSaysNo() {
        Wait refused = new Wait(Reason.TEMPLATE_REFUSED, "web-2", "no");
        publish(Map.of(), Optional.of(refused));

        assertThat(intentions.ahead(waiting(Names.UPDATE), Names.COLLASET_OPERATION))
                .containsExactly(refused);
    }

    @Test
    void holdsNoOtherOperationAndNobodyWhoseSetIsGone() {
        assertThat(intentions.ahead(waiting(Names.SCALE_IN), Names.COLLASET_OPERATION))
                .isEmpty();
        assertThat(intentions.ahead(waiting(Names.UPDATE), "another")).isEmpty();

        generation.set(0);
        assertThat(intentions.ahead(waiting(Names.UPDATE), Names.COLLASET_OPERATION))
                .isEmpty();
    }

    @Test
    void keepsAPodInServiceThatLeavesItsSetByItsLabels() {
        publish(Map.of("uid-web-0", TO_V2), Optional.empty());
        PodRecord left =
                Pods.like(waiting(Names.UPDATE)).label("app", "quarantine").build();

        assertThat(intentions.ahead(left, Names.COLLASET_OPERATION)).hasSize(1);
        assertThat(intentions.of(preparing().label("app", "quarantine").build()))
                .isEmpty();
    }

    private void publish(Map<String, Intention> byPod, Optional<Wait> hold) {
        intentions.publish(Snapshots.of(Snapshots.set().generation(3)).pods().build(), byPod, hold);
    }

    private static PodRecord waiting(String type) {
        return Snapshots.pod(0)
                .ownedBy("web")
                .preCheck(Names.COLLASET_OPERATION, type)
                .build();
    }

    private static Pods preparing() {
        return Snapshots.pod(0).ownedBy("web").offline().preparing(Names.COLLASET_OPERATION, Names.UPDATE);
    }
}
