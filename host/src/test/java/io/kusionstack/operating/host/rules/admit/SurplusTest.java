package io.kusionstack.operating.host.rules.admit;

import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.Decision;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.rules.admit.RuleWorld.Workload;
import io.kusionstack.operating.host.rules.spec.AvailabilityRule;
import io.kusionstack.operating.host.rules.spec.Rules;
import io.kusionstack.operating.host.world.Pods;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a budget counts where a workload has more Pods than it wants. */
class SurplusTest {
    private final FakeRuleWorld world = FakeRuleWorld.with(Rules.maxUnavailable("web", 1));

    @Test
    void podsThatNeverServedGoOneAfterTheOtherWhenNoneIsWanted() {
        world.put(wanting(0)).put(neverServed("a", "100"), neverServed("b", "200"), neverServed("c", "300"));

        assertThat(world.woken("web")).containsExactly("a");
        assertThat(world.report("web").count()).isEqualTo(new AvailabilityRule.PodCounts(1, 1, 0));
        assertThat(world.report("web").out()).containsExactly("a (leaving)");

        world.remove("a");
        assertThat(world.woken("web")).containsExactly("b");
        world.remove("b");
        assertThat(world.woken("web")).containsExactly("c");
    }

    @Test
    void podsThatNeverServedHoldEachOtherWhileTheyAreWanted() {
        world.put(wanting(2)).put(neverServed("a", "100"), neverServed("b", "200"));

        assertThat(world.woken("web")).isEmpty();
        assertThat(world.report("web").count()).isEqualTo(new AvailabilityRule.PodCounts(2, 2, 0));
    }

    @Test
    void oneTooManyGoesWhicheverItIs() {
        for (String first : List.of("a", "b")) {
            FakeRuleWorld shop =
                    FakeRuleWorld.with(Rules.maxUnavailable("web", 1)).put(wanting(1));
            PodRecord leaving = neverServed(first, "100");
            shop.put(
                    Pods.pod("a").ready().ownedBy("web").build(),
                    Pods.pod("b").ready().ownedBy("web").build());
            shop.put(leaving);

            assertThat(shop.woken("web")).containsExactly(first);
            assertThat(shop.report("web").count()).isEqualTo(new AvailabilityRule.PodCounts(2, 2, 0));
        }
    }

    @Test
    void whoWasLetGoIsNotCalledBackByTheSameCount() {
        PodRecord a = neverServed("a", "100");
        world.put(wanting(1)).put(a, Pods.pod("b").ready().ownedBy("web").build());
        assertThat(world.woken("web")).containsExactly("a");
        PodRecord left = Pods.pod("a")
                .version(2)
                .offline()
                .ownedBy("web")
                .preparing(FakeRuleWorld.UPDATE, Names.SCALE_IN)
                .build();

        world.put(left);

        assertThat(world.admission.mayStayOut(left, FakeRuleWorld.UPDATE)).isEqualTo(new Decision.Admitted());
    }

    @Test
    void ofTwoThatWaitOnlyAsManyGoAsAreTooMany() {
        world.put(wanting(1)).put(neverServed("a", "100"), neverServed("b", "200"));

        assertThat(world.woken("web")).containsExactly("a");
        assertThat(world.woken("web")).isEmpty();
    }

    @Test
    void aBrokenPodThatIsToStayCountsThoughOthersAreTooMany() {
        PodRecord updates = Pods.pod("b")
                .available()
                .ownedBy("web")
                .preCheck(FakeRuleWorld.UPDATE, "update")
                .build();
        world.put(wanting(2))
                .put(
                        Pods.pod("a").unready().ownedBy("web").build(),
                        updates,
                        waiting(Pods.pod("c").available(), "100"));

        assertThat(world.report("web").count()).isEqualTo(new AvailabilityRule.PodCounts(3, 1, 0));
        assertThat(world.asks(updates)).isInstanceOf(Decision.Rejected.class);
    }

    @Test
    void theLastThatServeAreKeptThoughTheyAreToGo() {
        PodRecord c = waiting(Pods.pod("c").available(), "100");
        PodRecord d = waiting(Pods.pod("d").available(), "200");
        world.put(wanting(2))
                .put(
                        Pods.pod("a").ready().ownedBy("web").build(),
                        Pods.pod("b").unready().ownedBy("web").build(),
                        c,
                        d);

        assertThat(world.woken("web")).isEmpty();
        assertThat(world.asks(d)).isInstanceOf(Decision.Rejected.class);
    }

    @Test
    void aPodThatIsBackButForTheWordOfOthersCountsThoughNoneIsWanted() {
        world.put(wanting(0))
                .put(
                        Pods.pod("a")
                                .offline()
                                .ownedBy("web")
                                .completing(FakeRuleWorld.UPDATE, Names.UPDATE)
                                .build(),
                        waiting(Pods.pod("b").available(), "100"));

        assertThat(world.woken("web")).isEmpty();
        assertThat(world.report("web").count()).isEqualTo(new AvailabilityRule.PodCounts(2, 1, 0));
    }

    @Test
    void aPodThatEndedItsUpdateAndIsBrokenDoesNot() {
        world.put(wanting(0))
                .put(
                        Pods.pod("a")
                                .unready()
                                .ownedBy("web")
                                .completing(FakeRuleWorld.UPDATE, Names.UPDATE)
                                .build(),
                        waiting(Pods.pod("b").available(), "100"));

        assertThat(world.woken("web")).containsExactly("b");
    }

    @Test
    void podsThatServeGoByTheLimitHoweverManyAreTooMany() {
        world.put(wanting(0))
                .put(
                        waiting(Pods.pod("a").available(), "100"),
                        waiting(Pods.pod("b").available(), "200"));

        assertThat(world.woken("web")).containsExactly("a");
    }

    @Test
    void aRuleForSomePodsOfAWorkloadLeavesNoneOfThemOut() {
        FakeRuleWorld zone = FakeRuleWorld.with(
                        Rules.available("zone", "{matchLabels: {zone: one}}", "maxUnavailableValue: 1"))
                .put(new Workload("uid-web", 1, Map.of("app", "web")));
        PodRecord serves = waiting(Pods.pod("b").label("zone", "one").available(), "100");
        zone.put(
                Pods.pod("a").label("zone", "one").ready().ownedBy("web").build(),
                serves,
                Pods.pod("c").available().ownedBy("web").build(),
                Pods.pod("d").available().ownedBy("web").build());

        assertThat(zone.woken("zone")).isEmpty();
        assertThat(zone.report("zone").count()).isEqualTo(new AvailabilityRule.PodCounts(2, 1, 0));
    }

    @Test
    void brokenPodsThatAreNotWantedAreNoFreeze() {
        FakeRuleWorld half = FakeRuleWorld.with(Rules.available("web", Rules.ALL, "maxUnavailableValue: 50%"))
                .put(wanting(0))
                .put(waiting(Pods.pod("a"), "100"), waiting(Pods.pod("b"), "200"));

        assertThat(half.woken("web")).containsExactly("a", "b");
    }

    @Test
    void whatIsTooManyInOneWorkloadDoesNotCountForAnother() {
        PodRecord mine = waiting(Pods.pod("mine").available(), "100");
        world.put(wanting(0))
                .put(new Workload("uid-other", 1, Map.of()))
                .put(neverServed("a", "200"), mine)
                .put(Pods.pod("out").ready().ownedBy("other").build());

        assertThat(world.woken("web")).isEmpty();
        assertThat(world.report("web").count()).isEqualTo(new AvailabilityRule.PodCounts(2, 1, 0));
    }

    private static Workload wanting(int replicas) {
        return new Workload("uid-web", replicas, Map.of());
    }

    private static PodRecord neverServed(String name, String since) {
        return waiting(Pods.pod(name).ready(), since);
    }

    private static PodRecord waiting(Pods pod, String since) {
        return pod.ownedBy("web")
                .preCheck(FakeRuleWorld.UPDATE, Names.SCALE_IN)
                .label(Names.key(Names.PRE_CHECK, FakeRuleWorld.UPDATE), since)
                .build();
    }
}
