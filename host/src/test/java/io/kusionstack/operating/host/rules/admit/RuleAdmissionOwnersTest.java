package io.kusionstack.operating.host.rules.admit;

import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.host.plan.Decision;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.rules.admit.RuleWorld.Workload;
import io.kusionstack.operating.host.rules.spec.Rules;
import io.kusionstack.operating.host.world.Pods;
import io.kusionstack.operating.host.world.Results;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Pods that owners want and that are not there, and what is refused for all Pods of an owner. */
class RuleAdmissionOwnersTest {
    private final PodRecord a = Pods.pod("a").available().build();
    private final FakeRuleWorld world =
            FakeRuleWorld.with(Rules.maxUnavailable("web", 1)).put(a);

    @Test
    void podsThatAnOwnerWantsAndThatAreNotThereCount() {
        PodRecord owned = Pods.pod("owned").available().ownedBy("web").build();
        FakeRuleWorld shop =
                FakeRuleWorld.with(Rules.maxUnavailable("web", 1)).put(owned).put(new Workload("uid-web", 2, Map.of()));

        assertThat(shop.begins(owned)).isInstanceOf(Decision.Rejected.class);
        shop.put(new Workload("uid-web", 1, Map.of()));
        assertThat(shop.begins(owned)).isEqualTo(new Decision.Admitted());
    }

    @Test
    void anOwnerWithNoPodAtAllCountsToo() {
        assertThat(world.put(new Workload("uid-new", 1, Map.of())).begins(a)).isInstanceOf(Decision.Rejected.class);
    }

    @Test
    void oneOwnersSurplusDoesNotMakeUpForAnothersDeficit() {
        world.put(Pods.pod("extra").available().ownedBy("one").build());
        world.put(new Workload("uid-one", 0, Map.of()));
        world.put(new Workload("uid-two", 1, Map.of()));

        assertThat(world.begins(a)).isInstanceOf(Decision.Rejected.class);
    }

    @Test
    void aRuleForAPartOfASetMissesNothing() {
        PodRecord canary = Pods.pod("canary")
                .available()
                .label("canary", "yes")
                .ownedBy("web")
                .build();
        FakeRuleWorld shop = FakeRuleWorld.with(
                        Rules.available("web", "{matchLabels: {canary: \"yes\"}}", "maxUnavailableValue: 1"))
                .put(canary)
                .put(new Workload("uid-web", 9, Map.of("app", "web")));

        assertThat(shop.begins(canary)).isEqualTo(new Decision.Admitted());
    }

    @Test
    void whoWasRefusedTakesItsPlaceAgainOnceOneOfItsWorkloadCouldLeave() {
        PodRecord first =
                FakeRuleWorld.waiting(Pods.pod("a").available().ownedBy("web").build(), 2, "100");
        PodRecord second =
                FakeRuleWorld.waiting(Pods.pod("b").available().ownedBy("web").build(), 2, "101");
        world.put(first, second);
        for (PodRecord pod : List.of(first, second)) {
            world.pass("web");
            assertThat(world.asks(pod)).isEqualTo(new Decision.Admitted());
            world.admission.settled(pod.ref(), Results.of("REFUSED"));
        }
        assertThat(world.woken("web")).isEmpty();

        world.put(FakeRuleWorld.leaving(first, 3));
        assertThat(world.woken("web")).isEmpty();
        world.remove("a");

        assertThat(world.woken("web")).containsExactly("b");
    }
}
