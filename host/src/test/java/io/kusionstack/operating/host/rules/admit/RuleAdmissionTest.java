package io.kusionstack.operating.host.rules.admit;

import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.model.PodTransitionRule;
import io.kusionstack.operating.host.plan.Decision;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.host.rules.spec.AvailabilityRule;
import io.kusionstack.operating.host.rules.spec.Rules;
import io.kusionstack.operating.host.world.Pods;
import io.kusionstack.operating.host.world.Results;
import io.kusionstack.operating.plugin.Stage;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class RuleAdmissionTest {
    private static final Decision PASSED = new Decision.Admitted();
    private static final Decision FULL = new Decision.Rejected(List.of(new Wait(
            Reason.BUDGET_EXHAUSTED,
            "web/slots",
            "PodTransitionRule shop/web, rule \"slots\": maxUnavailable 1 is used up by other Pods")));
    private static final Decision NOT_FIRST = new Decision.Rejected(List.of(new Wait(
            Reason.WAITING_FOR_RULE,
            "web",
            "PodTransitionRule shop/web: other Pods have waited longer and come first")));

    private final PodRecord a = Pods.pod("a").available().build();
    private final PodRecord b = Pods.pod("b").available().build();
    private final PodRecord c = Pods.pod("c").available().build();
    private final FakeRuleWorld world =
            FakeRuleWorld.with(Rules.maxUnavailable("web", 1)).put(a, b, c);

    @Test
    void passesWhereNoRuleSelectsThePod() {
        FakeRuleWorld other = FakeRuleWorld.with(
                        Rules.available("web", "{matchLabels: {x: y}}", "maxUnavailableValue: 0"))
                .put(a);

        assertThat(other.begins(a)).isEqualTo(PASSED);
    }

    @Test
    void aRuleSpeaksOnlyOfItsOwnNamespace() {
        PodRecord elsewhere = Pods.pod("a").in("other").available().build();

        world.put(FakeRuleWorld.leaving(b, 2), elsewhere);

        assertThat(world.begins(a)).isEqualTo(FULL);
        assertThat(world.begins(elsewhere)).isEqualTo(PASSED);
    }

    @Test
    void theLastSlotIsGivenOnce() {
        assertThat(world.begins(a)).isEqualTo(PASSED);
        assertThat(world.begins(b)).isEqualTo(FULL);
        assertThat(world.begins(a)).isEqualTo(PASSED);
    }

    @Test
    void aGrantBecomesTheUnavailablePodItLetGo() {
        world.begins(a);
        world.put(FakeRuleWorld.leaving(a, 2));

        assertThat(world.begins(b)).isEqualTo(FULL);
        assertThat(world.report("web").count()).isEqualTo(new AvailabilityRule.PodCounts(3, 1, 0));
    }

    @Test
    void theSlotIsFreeWhenThePodServesAgain() {
        world.begins(a);
        world.put(FakeRuleWorld.leaving(a, 2));
        world.put(Pods.like(a).version(3).build());

        assertThat(world.begins(b)).isEqualTo(PASSED);
    }

    @Test
    void aPodOutOfServiceAlwaysPasses() {
        PodRecord broken = Pods.pod("broken").build();
        world.put(broken);

        assertThat(world.begins(a)).isEqualTo(FULL);
        assertThat(world.begins(broken)).isEqualTo(PASSED);
    }

    @Test
    void aTerminatingPodIsNotAvailableThoughItsLabelSaysSo() {
        world.put(Pods.like(c).version(2).terminating().build());

        assertThat(world.begins(a)).isEqualTo(FULL);
    }

    @Test
    void aPodThatIsNotReadyIsNotAvailableThoughItsLabelSaysSo() {
        world.put(Pods.like(c).version(2).unready().build());

        assertThat(world.begins(a)).isEqualTo(FULL);
    }

    @Test
    void podsOutsideTheLifecycleAndEndedOnesDoNotCount() {
        world.put(
                Pods.pod("uncontrolled").uncontrolled().build(),
                Pods.pod("ended").phase("Failed").build());

        assertThat(world.begins(a)).isEqualTo(PASSED);
        assertThat(world.report("web").count()).isEqualTo(new AvailabilityRule.PodCounts(3, 1, 0));
    }

    @Test
    void whoBeginsComesAfterAllThatWait() {
        world.put(FakeRuleWorld.leaving(a, 2));
        world.put(FakeRuleWorld.waiting(b, 2, "100"));
        world.put(Pods.like(a).version(3).build());

        assertThat(world.begins(c)).isEqualTo(NOT_FIRST);
        assertThat(world.woken("web")).containsExactly("b");
        assertThat(world.begins(c)).isEqualTo(FULL);
    }

    @Test
    void theLongestWaitingIsFirstThenByName() {
        PodRecord d = Pods.pod("d").available().build();
        world.put(
                FakeRuleWorld.waiting(a, 2, "300"),
                FakeRuleWorld.waiting(b, 2, "200"),
                FakeRuleWorld.waiting(c, 2, "200"),
                FakeRuleWorld.waiting(d, 2, "no number"));

        assertThat(world.asks(FakeRuleWorld.waiting(a, 2, "300"))).isEqualTo(NOT_FIRST);
        assertThat(world.woken("web")).containsExactly("b");
        world.put(FakeRuleWorld.leaving(b, 3), Pods.like(b).version(4).build());
        assertThat(world.woken("web")).containsExactly("c");
        world.put(FakeRuleWorld.leaving(c, 3), Pods.like(c).version(4).build());
        assertThat(world.woken("web")).containsExactly("a");
        world.put(FakeRuleWorld.leaving(a, 3), Pods.like(a).version(4).build());
        assertThat(world.woken("web")).containsExactly("d");
    }

    @Test
    void theFirstOfThoseThatWaitNeedsNoPass() {
        PodRecord first = FakeRuleWorld.waiting(b, 2, "100");
        world.put(first, FakeRuleWorld.waiting(c, 2, "200"));

        assertThat(world.asks(first)).isEqualTo(PASSED);
        assertThat(world.asks(FakeRuleWorld.waiting(c, 2, "200"))).isEqualTo(FULL);
    }

    @Test
    void twoRulesWithOneSlotEachDoNotDeadlock() {
        FakeRuleWorld both = FakeRuleWorld.with(Rules.maxUnavailable("one", 1), Rules.maxUnavailable("two", 1))
                .put(FakeRuleWorld.waiting(a, 2, "100"), FakeRuleWorld.waiting(b, 2, "200"));

        assertThat(both.woken("two")).containsExactly("a");
        both.put(FakeRuleWorld.leaving(a, 3), Pods.like(a).version(4).build());
        assertThat(both.woken("one")).containsExactly("b");
    }

    @Test
    void aPodThatOneRuleHoldsTakesNoSlotOfTheOther() {
        FakeRuleWorld both = FakeRuleWorld.with(
                        Rules.maxUnavailable("all", 1),
                        Rules.available("some", "{matchLabels: {tier: front}}", "maxUnavailableValue: 0"))
                .put(
                        Pods.like(FakeRuleWorld.waiting(a, 2, "100"))
                                .label("tier", "front")
                                .build(),
                        FakeRuleWorld.waiting(b, 2, "200"));

        assertThat(both.woken("all")).containsExactly("b");
    }

    @Test
    void aGrantUnderOtherRulesIsWorthNothingAndHoldsItsSlotWhileItsWriteMayArrive() {
        world.begins(a);
        world.put(generationTwo(1));

        assertThat(world.begins(a))
                .isEqualTo(new Decision.Postponed(
                        List.of(new Wait(
                                Reason.WAITING_FOR_RULE,
                                "",
                                "a write decided on under other rules may still be under way")),
                        Duration.ofSeconds(1)));
        assertThat(world.begins(b)).isEqualTo(FULL);

        world.admission.settled(a.ref(), Results.of("REFUSED"));
        assertThat(world.begins(b)).isEqualTo(PASSED);
    }

    @Test
    void aGrantUnderOtherRulesIsTakenBackOnANewerRecord() {
        world.put(FakeRuleWorld.waiting(a, 2, "100"));
        world.asks(FakeRuleWorld.waiting(a, 2, "100"));
        world.put(generationTwo(0));
        world.put(FakeRuleWorld.waiting(a, 3, "100"));

        assertThat(world.asks(FakeRuleWorld.waiting(a, 3, "100")).waits())
                .extracting(Wait::reason)
                .containsExactly(Reason.BUDGET_EXHAUSTED);
        assertThat(world.report("web").count().out()).isZero();
    }

    @Test
    void tellsWhyAPodWaitsWithoutGivingASlot() {
        world.put(FakeRuleWorld.waiting(a, 2, "100"), FakeRuleWorld.waiting(b, 2, "200"));

        assertThat(world.admission.explain(FakeRuleWorld.waiting(a, 2, "100"), FakeRuleWorld.NOW))
                .isEmpty();
        assertThat(world.admission.explain(FakeRuleWorld.waiting(b, 2, "200"), FakeRuleWorld.NOW))
                .isEqualTo(NOT_FIRST.waits());
        assertThat(world.asks(FakeRuleWorld.waiting(a, 2, "100"))).isEqualTo(PASSED);
        assertThat(world.admission.explain(FakeRuleWorld.waiting(b, 2, "200"), FakeRuleWorld.NOW))
                .isEqualTo(FULL.waits());
        assertThat(world.admission.explain(c, FakeRuleWorld.NOW)).isEmpty();
    }

    @Test
    void aReservedSlotGoesBackWhenTheRulesChange() {
        world.put(FakeRuleWorld.waiting(a, 2, "100"));
        assertThat(world.woken("web")).containsExactly("a");
        world.put(generationTwo(0));

        assertThat(world.report("web").count().out()).isZero();
    }

    @Test
    void aNewStatusOfTheRuleChangesNothing() {
        world.begins(a);
        world.put(Rules.maxUnavailable("web", 1));

        assertThat(world.begins(a)).isEqualTo(PASSED);
        assertThat(world.begins(b)).isEqualTo(FULL);
    }

    @Test
    void aRuleOnItsWayOutGuardsNothing() {
        var deleted = Rules.maxUnavailable("web", 0);
        deleted.getMetadata().setDeletionTimestamp("2026-01-01T00:00:00Z");

        assertThat(world.put(deleted).begins(a)).isEqualTo(PASSED);
    }

    @Test
    void whoWaitedForADeletedRuleIsWoken() {
        world.put(FakeRuleWorld.leaving(a, 2), FakeRuleWorld.waiting(b, 2, "100"));
        assertThat(world.woken("web")).isEmpty();

        assertThat(world.removeRule("web").woken("web")).containsExactly("b");
        assertThat(world.asks(FakeRuleWorld.waiting(b, 2, "100"))).isEqualTo(PASSED);
    }

    @Test
    void aWriteThatWasNotMadeGivesItsSlotToTheNext() {
        world.begins(a);
        world.put(FakeRuleWorld.waiting(b, 2, "100"));
        world.ruleKeys.clear();

        world.admission.settled(a.ref(), Results.of("REFUSED"));

        assertThat(world.ruleKeys).containsExactly(FakeRuleWorld.key("web"));
        assertThat(world.woken("web")).containsExactly("b");
    }

    @Test
    void aRefusedPodDoesNotTakeTheSlotAgainUntilItChanges() {
        PodRecord first = FakeRuleWorld.waiting(a, 2, "100");
        world.put(first);
        world.pass("web");
        assertThat(world.asks(first)).isEqualTo(PASSED);
        world.admission.settled(a.ref(), Results.of("REFUSED"));

        assertThat(world.woken("web")).isEmpty();
        assertThat(world.lets(b)).isTrue();
        world.admission.settled(b.ref(), Results.of("NOT_SENT"));
        assertThat(world.put(FakeRuleWorld.waiting(a, 3, "100")).woken("web")).containsExactly("a");
    }

    @Test
    void aWriteWithoutAnswerKeepsItsSlotUntilThePodWasReadAgain() {
        world.begins(a);
        world.admission.settled(a.ref(), Results.of("UNKNOWN"));
        assertThat(world.begins(b)).isEqualTo(FULL);
        world.admission.settled(a.ref(), Results.of("REFUSED"));
        assertThat(world.begins(b)).isEqualTo(FULL);

        world.admission.settled(a.ref(), Results.of("READ_AGAIN"));

        assertThat(world.begins(b)).isEqualTo(PASSED);
    }

    @Test
    void anUnansweredWriteHoldsTheSlotEvenIfThePodAsksAgain() {
        world.begins(a);
        world.admission.settled(a.ref(), Results.of("UNKNOWN"));
        assertThat(world.begins(a)).isEqualTo(PASSED);
        world.admission.settled(a.ref(), Results.of("REFUSED"));

        assertThat(world.begins(b)).isEqualTo(FULL);
    }

    @Test
    void aDeletedPodGivesItsSlotBack() {
        world.begins(a);

        assertThat(world.remove("a").begins(b)).isEqualTo(PASSED);
    }

    @Test
    void aPodOfTheSameNameIsAnotherPod() {
        world.begins(a);
        world.put(Pods.pod("a").uid("other").available().build());

        assertThat(world.begins(b)).isEqualTo(PASSED);
    }

    @Test
    void nobodyGetsASlotBeforeAnEarlierLeadersWritesHaveSettled() {
        Instant open = FakeRuleWorld.NOW.plusSeconds(3);
        RuleAdmission admission = new RuleAdmission(world, open, key -> {});
        admission.ruleChanged(FakeRuleWorld.key("web"));

        assertThat(admission.tryAdmit(a, "collaset", Stage.PRE_CHECK, FakeRuleWorld.NOW))
                .isEqualTo(new Decision.Postponed(
                        List.of(new Wait(
                                Reason.WAITING_FOR_RULE,
                                "",
                                "slots are given out once all that an earlier leader sent has settled")),
                        Duration.ofSeconds(3)));
        assertThat(admission.tryAdmit(a, "collaset", Stage.PRE_CHECK, open)).isEqualTo(PASSED);
    }

    @Test
    void aSkippedPodStillCountsOnceItLeaves() {
        PodRecord free = Pods.like(a)
                .annotation(Names.SKIP_RULES, "{\"skipRules\":[\"slots\"]}")
                .build();
        world.put(FakeRuleWorld.leaving(c, 2), free);

        assertThat(world.begins(free)).isEqualTo(PASSED);
        assertThat(world.report("web").count().out()).isEqualTo(2);
    }

    @Test
    void anUnreadableSkipAnnotationSkipsNothing() {
        PodRecord pod = Pods.like(a).annotation(Names.SKIP_RULES, "{skip").build();
        world.put(FakeRuleWorld.leaving(c, 2), pod);

        assertThat(world.begins(pod)).isInstanceOf(Decision.Rejected.class);
    }

    @Test
    void aPodAtPostCheckPassesARuleThatSpeaksOfPreCheck() {
        PodRecord back = Pods.pod("a").offline().postCheck("collaset", "update").build();
        world.put(back, FakeRuleWorld.leaving(b, 2));

        assertThat(world.admission.tryAdmit(back, "collaset", Stage.POST_CHECK, FakeRuleWorld.NOW))
                .isEqualTo(PASSED);
    }

    @Test
    void twoOperationsOnOnePodTakeOneSlot() {
        PodRecord both = Pods.like(a)
                .version(2)
                .preCheck("collaset", "update")
                .preCheck("job", "restart")
                .build();
        world.put(both);

        assertThat(world.asks(both)).isEqualTo(PASSED);
        assertThat(world.admission.tryAdmit(both, "job", Stage.PRE_CHECK, FakeRuleWorld.NOW))
                .isEqualTo(PASSED);
        world.put(Pods.like(a).version(3).preCheck("job", "restart").build());
        assertThat(world.begins(b)).isEqualTo(FULL);
    }

    private static PodTransitionRule generationTwo(int maxUnavailable) {
        return Rules.rule(
                "web",
                2,
                "{selector: {}, rules: [{name: slots, availablePolicy: {maxUnavailableValue: " + maxUnavailable
                        + "}}]}");
    }
}
