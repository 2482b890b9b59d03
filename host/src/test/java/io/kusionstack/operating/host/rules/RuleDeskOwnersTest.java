package io.kusionstack.operating.host.rules;

import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.host.plan.Judgement;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.rules.RuleWorld.Workload;
import io.kusionstack.operating.host.world.Pods;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Pods that owners want and that are not there. */
class RuleDeskOwnersTest {
    private final PodRecord a = Pods.pod("a").available().build();
    private final FakeRuleWorld world =
            FakeRuleWorld.with(Rules.maxUnavailable("web", 1)).put(a);

    @Test
    void podsThatAnOwnerWantsAndThatAreNotThereCount() {
        PodRecord owned = Pods.pod("owned").available().ownedBy("web").build();
        FakeRuleWorld shop =
                FakeRuleWorld.with(Rules.maxUnavailable("web", 1)).put(owned).put(new Workload("uid-web", 2, Map.of()));

        assertThat(shop.begins(owned)).isInstanceOf(Judgement.Rejected.class);
        shop.put(new Workload("uid-web", 1, Map.of()));
        assertThat(shop.begins(owned)).isEqualTo(new Judgement.Passed());
    }

    @Test
    void anOwnerWithNoPodAtAllCountsToo() {
        assertThat(world.put(new Workload("uid-new", 1, Map.of())).begins(a)).isInstanceOf(Judgement.Rejected.class);
    }

    @Test
    void oneOwnersSurplusDoesNotMakeUpForAnothersDeficit() {
        world.put(Pods.pod("extra").available().ownedBy("one").build());
        world.put(new Workload("uid-one", 0, Map.of()));
        world.put(new Workload("uid-two", 1, Map.of()));

        assertThat(world.begins(a)).isInstanceOf(Judgement.Rejected.class);
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

        assertThat(shop.begins(canary)).isEqualTo(new Judgement.Passed());
    }
}
