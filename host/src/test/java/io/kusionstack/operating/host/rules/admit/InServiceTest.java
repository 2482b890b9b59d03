package io.kusionstack.operating.host.rules.admit;

import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.Decision;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.host.rules.admit.RuleWorld.Workload;
import io.kusionstack.operating.host.rules.spec.AvailabilityRule;
import io.kusionstack.operating.host.rules.spec.Rules;
import io.kusionstack.operating.host.world.Pods;
import io.kusionstack.operating.host.world.Results;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a budget counts, and who needs a slot, where Pods look otherwise than on the straight road. */
class InServiceTest {
    private static final Instant NOW = FakeRuleWorld.NOW;
    private final FakeRuleWorld world = FakeRuleWorld.with(Rules.maxUnavailable("web", 1));

    @Test
    void aReadyPodWithoutItsMarkTakesASlot() {
        PodRecord a = waiting(Pods.pod("a").ready(), "100");
        PodRecord b = waiting(Pods.pod("b").ready(), "200");
        world.put(a, b);

        assertThat(List.of(passes(a), passes(b))).containsExactly(false, false);

        world.put(waiting(Pods.pod("b").available().version(2), "200"));
        assertThat(passes(a)).isTrue();
    }

    @Test
    void podsThatBlinkTogetherDoNotAllPass() {
        PodRecord a = waiting(blinking("a", 4), "100");
        PodRecord b = waiting(blinking("b", 4), "200");
        world.put(a, b);

        assertThat(List.of(passes(a), passes(b))).containsExactly(false, false);
    }

    @Test
    void theOnlyPodThatBlinksTakesItsOwnSlot() {
        PodRecord a = waiting(blinking("a", 4), "100");
        PodRecord b = waiting(Pods.pod("b").available(), "200");
        world.put(a, b);

        assertThat(List.of(passes(a), passes(b))).containsExactly(true, false);
    }

    @Test
    void podsThatAreOutForLongPassAndThePassSaysWhen() {
        PodRecord a = waiting(blinking("a", 25), "100");
        PodRecord b = waiting(blinking("b", 25), "200");
        world.put(a, b);

        assertThat(world.pass("web").lookAgain()).contains(Duration.ofSeconds(5));
        assertThat(world.admission
                        .admitWaiting(FakeRuleWorld.key("web"), NOW.plusSeconds(5))
                        .woken())
                .containsExactly(FakeRuleWorld.key("a"), FakeRuleWorld.key("b"));
    }

    @Test
    void aPodOnALostNodeTakesASlotHoweverLongItLasts() {
        PodRecord a = waiting(Pods.pod("a").onLostNode(), "100");
        PodRecord b = waiting(Pods.pod("b").onLostNode(), "200");
        world.put(a, b);

        assertThat(List.of(passes(a), passes(b))).containsExactly(false, false);
    }

    @Test
    void aSlotIsKeptWhileThePodThatHoldsItBlinks() {
        world.put(
                waiting(Pods.pod("a").available(), "100"), waiting(Pods.pod("b").available(), "200"));
        world.pass("web");
        world.put(waiting(blinking("a", 1).version(2), "100"));

        assertThat(passes(waiting(Pods.pod("b").available(), "200"))).isFalse();
        assertThat(passes(waiting(blinking("a", 1).version(2), "100"))).isTrue();
    }

    @Test
    void anOperationThatLostItsTypeHoldsNoSlotAndNoPlace() {
        PodRecord untyped = Pods.like(waiting(Pods.pod("a").available(), "100"))
                .without(Names.key(Names.OPERATION_TYPE, FakeRuleWorld.UPDATE))
                .version(2)
                .build();
        PodRecord b = waiting(Pods.pod("b").available(), "200");
        world.put(waiting(Pods.pod("a").available(), "100"), b);
        world.pass("web");

        world.put(untyped);

        assertThat(world.woken("web")).containsExactly("b");
        assertThat(passes(b)).isTrue();
    }

    @Test
    void aTerminatingPodWhoseReplacementServesCostsNoSlot() {
        PodRecord lost =
                Pods.pod("lost").available().ownedBy("web").terminating().build();
        PodRecord a = Pods.pod("a").available().ownedBy("web").build();
        PodRecord b = Pods.pod("b").available().ownedBy("web").build();
        world.put(new Workload("uid-web", 2, Map.of())).put(lost, a);
        assertThat(world.begins(a)).isInstanceOf(Decision.Rejected.class);

        world.put(b);

        assertThat(world.report("web").count()).isEqualTo(new AvailabilityRule.PodCounts(2, 0, 0));
        assertThat(world.lets(a)).isTrue();
    }

    @Test
    void podsThatTheSelectorDoesNotFindYetAreNotMissing() {
        FakeRuleWorld shop = FakeRuleWorld.with(
                        Rules.available("web", "{matchLabels: {tier: front}}", "maxUnavailableValue: 1"))
                .put(new Workload("uid-web", 3, Map.of("tier", "front")));
        PodRecord updated =
                Pods.pod("a").available().ownedBy("web").label("tier", "front").build();
        shop.put(
                updated,
                Pods.pod("b").available().ownedBy("web").build(),
                Pods.pod("c").available().ownedBy("web").build());

        assertThat(shop.report("web").count()).isEqualTo(new AvailabilityRule.PodCounts(1, 0, 0));
        assertThat(shop.lets(updated)).isTrue();

        shop.ruleKeys.clear();
        shop.remove("c");
        assertThat(shop.ruleKeys).containsExactly(FakeRuleWorld.key("web"));
        assertThat(shop.report("web").count()).isEqualTo(new AvailabilityRule.PodCounts(1, 1, 1));
    }

    @Test
    void aWriteThatWasNotMadeCostsAWaitingPodNeitherSlotNorPlace() {
        PodRecord a = waiting(Pods.pod("a").available(), "100");
        PodRecord b = waiting(Pods.pod("b").available(), "200");
        world.put(a, b);
        for (String first : List.of("NOT_SENT", "UNKNOWN")) {
            assertThat(passes(a)).isTrue();
            world.admission.settled(a.ref(), Results.of(first));
            world.admission.settled(a.ref(), Results.of("READ_AGAIN"));

            assertThat(List.of(passes(b), passes(a))).as("%s", first).containsExactly(false, true);
        }
    }

    @Test
    void aRefusedPodIsJudgedAgainWhenItsSetChanges() {
        PodRecord a = waiting(Pods.pod("a").available().ownedBy("web"), "100");
        world.put(a);
        passes(a);
        world.admission.settled(a.ref(), Results.of("REFUSED"));
        assertThat(world.woken("web")).isEmpty();

        world.admission.workloadChanged(Pods.NAMESPACE, "uid-web");

        assertThat(world.woken("web")).containsExactly("a");
    }

    @Test
    void aPodWithAnObstacleAheadHoldsNoPlaceUntilItIsGone() {
        PodRecord a = waiting(Pods.pod("a").available(), "100");
        PodRecord b = waiting(Pods.pod("b").available(), "200");
        world.ahead.put("a", new Wait(Reason.NODE_UNREACHABLE, "node-1", "away"));
        world.put(a, b);
        assertThat(world.woken("web")).containsExactly("b");
        world.put(waiting(Pods.pod("b").available().version(2), "200"));

        world.ahead.clear();
        world.remove("b");

        assertThat(world.woken("web")).containsExactly("a");
    }

    @Test
    void aSlotGoesBackWhenAnObstacleComesUpBeforeItIsUsed() {
        PodRecord a = waiting(Pods.pod("a").available(), "100");
        PodRecord b = waiting(Pods.pod("b").available(), "200");
        world.put(a, b);
        assertThat(passes(a)).isTrue();
        world.admission.settled(a.ref(), Results.of("NOT_SENT"));
        world.ahead.put("a", new Wait(Reason.PLUGIN_FAILED, "slb", "no answer"));
        world.ruleKeys.clear();

        world.admission.releaseUnused(a);

        assertThat(world.ruleKeys).containsExactly(FakeRuleWorld.key("web"));
        assertThat(world.woken("web")).containsExactly("b");
    }

    @Test
    void aSlotGoesBackWithTheResultOfAWriteThatBringsTheObstacle() {
        PodRecord a = waiting(Pods.pod("a").available(), "100");
        PodRecord b = waiting(Pods.pod("b").available(), "200");
        world.put(a, b);
        assertThat(passes(a)).isTrue();
        world.ahead.put("a", new Wait(Reason.WRITE_CONFLICT, "", "written all the time"));
        world.ruleKeys.clear();

        world.admission.settled(a.ref(), Results.of("CONFLICT"));

        assertThat(world.ruleKeys).containsExactly(FakeRuleWorld.key("web"));
        assertThat(world.woken("web")).containsExactly("b");
    }

    @Test
    void theRulesOfAPodHearFirstHandThatItsObstacleIsGone() {
        PodRecord a = waiting(Pods.pod("a").available(), "100");
        world.ahead.put("a", new Wait(Reason.NODE_UNREACHABLE, "node-1", "away"));
        world.put(a);
        world.pass("web");
        world.ruleKeys.clear();
        world.ahead.clear();

        world.asks(a);

        assertThat(world.ruleKeys).containsExactly(FakeRuleWorld.key("web"));
    }

    @Test
    void theRulesOfAPodWithAnObstacleAheadLookForItsEndThemselves() {
        PodRecord a = waiting(Pods.pod("a").available(), "100");
        world.ahead.put("a", new Wait(Reason.SUPERSEDED, "", "not looked at"));
        world.put(a);

        assertThat(world.pass("web").lookAgain()).contains(Duration.ofSeconds(1));

        world.ahead.clear();
        assertThat(world.pass("web").lookAgain()).isEmpty();
        assertThat(passes(a)).isTrue();
    }

    @Test
    void theRulesOfAPodHearFirstHandThatAnObstacleCameUp() {
        PodRecord a = waiting(Pods.pod("a").available(), "100");
        world.put(a, waiting(Pods.pod("b").available(), "50"));
        world.pass("web");
        world.ruleKeys.clear();
        world.ahead.put("a", new Wait(Reason.NODE_UNREACHABLE, "node-1", "away"));

        world.admission.releaseUnused(a);

        assertThat(world.ruleKeys).containsExactly(FakeRuleWorld.key("web"));
    }

    @Test
    void aPodWithAnObstacleAheadIsToldOfItAndNotOfTheQueue() {
        PodRecord a = waiting(Pods.pod("a").available(), "100");
        Wait away = new Wait(Reason.NODE_UNREACHABLE, "node-1", "away");
        world.ahead.put("a", away);
        world.put(a, waiting(Pods.pod("b").available(), "200"));

        assertThat(world.admission.explain(a, NOW)).containsExactly(away);
    }

    @Test
    void whoIsOutIsNamedWithAWordWhyAndWhoIsReplacedIsNot() {
        world.put(new Workload("uid-web", 1, Map.of()))
                .put(
                        Pods.pod("a").available().ownedBy("web").terminating().build(),
                        Pods.pod("b").available().ownedBy("web").build(),
                        Pods.pod("c").available().terminating().build(),
                        Pods.pod("d").ready().build(),
                        Pods.pod("e")
                                .offline()
                                .preparing(FakeRuleWorld.UPDATE, "update")
                                .build(),
                        Pods.pod("f").unready().build());

        assertThat(world.report("web").count()).isEqualTo(new AvailabilityRule.PodCounts(5, 4, 0));
        assertThat(world.report("web").out())
                .containsExactly("c (being deleted)", "d (Ready and not in service)", "e (leaving)");
    }

    @Test
    void aHugeNumberOfMissingPodsLetsNobodyPass() {
        PodRecord a = Pods.pod("a").available().build();
        world.put(a)
                .put(new Workload("uid-one", Integer.MAX_VALUE, Map.of()))
                .put(new Workload("uid-two", Integer.MAX_VALUE, Map.of()));

        assertThat(world.begins(a)).isInstanceOf(Decision.Rejected.class);
    }

    @Test
    void aPodThatLeftWithoutASlotNeedsOneWhenItCouldServeAgain() {
        PodRecord a = Pods.pod("a")
                .offline()
                .preparing(FakeRuleWorld.UPDATE, "update")
                .build();
        PodRecord b = Pods.pod("b")
                .offline()
                .preparing(FakeRuleWorld.UPDATE, "update")
                .build();
        world.put(a);
        assertThat(world.admission.mayStayOut(a, FakeRuleWorld.UPDATE)).isEqualTo(new Decision.Admitted());

        world.put(b);

        assertThat(world.admission.mayStayOut(a, FakeRuleWorld.UPDATE)).isInstanceOf(Decision.Rejected.class);
    }

    @Test
    void aPodOfAWorkloadIsMissedThoughItsLabelsWereChanged() {
        FakeRuleWorld labelled =
                FakeRuleWorld.with(Rules.available("web", "{matchLabels: {app: web}}", "maxUnavailableValue: 1"));
        PodRecord broken =
                Pods.pod("a").label("app", "web").ownedBy("web").unready().build();
        PodRecord b = waiting(Pods.pod("b").label("app", "web").ownedBy("web").available(), "200");
        labelled.put(new Workload("uid-web", 2, Map.of("app", "web"))).put(broken, b);
        assertThat(labelled.asks(b)).isInstanceOf(Decision.Rejected.class);

        labelled.put(Pods.like(broken).label("app", "debug").version(2).build());
        assertThat(labelled.asks(b)).isInstanceOf(Decision.Rejected.class);
    }

    @Test
    void whoIsCreatedAgainWithOtherLabelsIsMissedByTheRuleOfTheOldOnes() {
        FakeRuleWorld versions =
                FakeRuleWorld.with(Rules.available("old", "{matchLabels: {version: v1}}", "maxUnavailableValue: 1"));
        versions.put(new Workload(
                "uid-web", 2, Map.of("version", "v2"), List.of(Map.of("version", "v1"), Map.of("version", "v2"))));
        PodRecord again =
                Pods.pod("a").label("version", "v2").ownedBy("web").unready().build();
        PodRecord b =
                waiting(Pods.pod("b").label("version", "v1").ownedBy("web").available(), "200");
        versions.put(again, b);

        assertThat(versions.asks(b)).isInstanceOf(Decision.Rejected.class);
    }

    @Test
    void aPodOfASetCountsThoughItLostItsOptIn() {
        PodRecord a = waiting(Pods.pod("a").ownedBy("web").available(), "100");
        PodRecord stripped =
                Pods.pod("b").ownedBy("web").offline().without(Names.CONTROL).build();
        world.put(a, stripped);

        assertThat(passes(a)).isFalse();
    }

    @Test
    void aPodWhoseLabelsItsUpdateChangesOwesItsSlotUntilItIsBack() {
        FakeRuleWorld versions =
                FakeRuleWorld.with(Rules.available("old", "{matchLabels: {version: v1}}", "maxUnavailableValue: 1"));
        Pods updating = Pods.pod("a").label("version", "v1").offline().preparing(FakeRuleWorld.UPDATE, "update");
        PodRecord b = waiting(Pods.pod("b").label("version", "v1").available(), "200");
        versions.put(updating.build(), b);
        versions.pass("old");

        versions.put(updating.label("version", "v2").version(2).build());
        assertThat(versions.asks(b)).isInstanceOf(Decision.Rejected.class);

        versions.ruleKeys.clear();
        versions.put(Pods.pod("a").label("version", "v2").available().version(3).build());
        assertThat(versions.ruleKeys).contains(FakeRuleWorld.key("old"));
        assertThat(versions.woken("old")).containsExactly("b");
    }

    @Test
    void nothingIsRememberedOfNamespacesWithoutRules() {
        world.put(Pods.pod("x").in("elsewhere").available().build());
        assertThat(world.admission.namespaces()).isEqualTo(1);

        world.put(waiting(Pods.pod("a").available(), "100"));
        world.pass("web");
        world.removeRule("web").pass("web");
        world.put(waiting(Pods.pod("a").available().version(2), "100"));
        world.pass("web");

        assertThat(world.admission.namespaces()).isZero();
        assertThat(world.put(Rules.maxUnavailable("web", 1)).woken("web")).containsExactly("a");
    }

    private boolean passes(PodRecord pod) {
        return world.asks(pod) instanceof Decision.Admitted;
    }

    private static Pods blinking(String name, int seconds) {
        return Pods.pod(name).unreadySince(NOW.minusSeconds(seconds));
    }

    private static PodRecord waiting(Pods pod, String since) {
        return pod.preCheck(FakeRuleWorld.UPDATE, "update")
                .label(Names.key(Names.PRE_CHECK, FakeRuleWorld.UPDATE), since)
                .build();
    }
}
