package io.kusionstack.operating.host.rules.admit;

import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.host.plan.Decision;
import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.host.rules.spec.AvailabilityRule;
import io.kusionstack.operating.host.rules.spec.RuleSpec;
import io.kusionstack.operating.host.rules.spec.Rules;
import io.kusionstack.operating.host.rules.spec.SkippedRules;
import io.kusionstack.operating.plugin.PodRef;
import io.kusionstack.operating.plugin.Stage;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class RuleEngineTest {
    private static final Decision PASSED = new Decision.Admitted();
    private static final RuleSnapshot.StagedPod A = stagedPod("a", RuleSnapshot.SlotNeed.IN_SERVICE);
    private static final RuleSnapshot.StagedPod B = stagedPod("b", RuleSnapshot.SlotNeed.IN_SERVICE);
    private static final RuleSnapshot.StagedPod C = stagedPod("c", RuleSnapshot.SlotNeed.IN_SERVICE);

    @Test
    void givesSlotsInTheOrderOfTheSubjects() {
        List<RuleEngine.PodVerdict> podVerdicts =
                judge(List.of(slots("web", 2, new AvailabilityRule.PodCounts(5, 0, 0))), A, B, C);

        assertThat(podVerdicts.stream().map(RuleEngine.PodVerdict::granted)).containsExactly(true, true, false);
        assertThat(podVerdicts.getLast().decision())
                .isEqualTo(new Decision.Rejected(List.of(new Wait(
                        Reason.BUDGET_EXHAUSTED,
                        "web/slots",
                        "PodTransitionRule shop/web, rule \"slots\": maxUnavailable 2 is used up by other Pods"))));
    }

    @Test
    void whoIsOutAlreadyTakesNoSlotAndAlwaysPasses() {
        List<RuleEngine.PodVerdict> podVerdicts = judge(
                List.of(slots("web", 1, new AvailabilityRule.PodCounts(5, 3, 0))),
                stagedPod("out", RuleSnapshot.SlotNeed.OUT),
                A);

        assertThat(podVerdicts.stream().map(podVerdict -> podVerdict.decision().equals(PASSED)))
                .containsExactly(true, false);
        assertThat(podVerdicts.stream().map(RuleEngine.PodVerdict::granted)).containsExactly(false, false);
    }

    @Test
    void slotsAreTakenFromAllRulesOrFromNone() {
        RuleSnapshot.CountedRule full = slots("full", 0, new AvailabilityRule.PodCounts(5, 0, 0), "tier", "front");
        RuleSnapshot.StagedPod front = new RuleSnapshot.StagedPod(
                new PodRef("shop", "front", "uid-front"),
                Stage.PRE_CHECK,
                Map.of("tier", "front"),
                SkippedRules.NONE,
                RuleSnapshot.SlotNeed.IN_SERVICE,
                Optional.empty(),
                Optional.empty());

        List<RuleEngine.PodVerdict> podVerdicts =
                judge(List.of(slots("web", 1, new AvailabilityRule.PodCounts(5, 0, 0)), full), front, A, B);

        assertThat(podVerdicts.stream().map(RuleEngine.PodVerdict::granted)).containsExactly(false, true, false);
    }

    @Test
    void tellsAllThatHoldsAPod() {
        RuleEngine.PodVerdict podVerdict = judge(
                        List.of(
                                slots("one", 0, new AvailabilityRule.PodCounts(1, 0, 0)),
                                slots("two", 0, new AvailabilityRule.PodCounts(1, 0, 0))),
                        A)
                .getFirst();

        assertThat(((Decision.Rejected) podVerdict.decision()).waits().stream().map(Wait::on))
                .containsExactly("one/slots", "two/slots");
    }

    @Test
    void skippedRulesAndFiltersAndOtherStagesSayNothing() {
        RuleSnapshot.CountedRule rule = counted("""
                {selector: {}, rules: [
                  {name: skipped, availablePolicy: {maxUnavailableValue: 0}},
                  {name: filtered, filter: {labelSelector: {matchLabels: {tier: front}}}, availablePolicy: {maxUnavailableValue: 0}},
                  {name: later, stage: PostCheck, labelCheck: {requires: {}}}]}""", new AvailabilityRule.PodCounts(3, 0, 0));
        RuleSnapshot.StagedPod stagedPod = new RuleSnapshot.StagedPod(
                A.pod(),
                Stage.PRE_CHECK,
                Map.of(),
                new SkippedRules(new TreeSet<>(Set.of("skipped")), true),
                RuleSnapshot.SlotNeed.IN_SERVICE,
                Optional.empty(),
                Optional.empty());

        RuleEngine.PodVerdict podVerdict = judge(List.of(rule), stagedPod).getFirst();

        assertThat(podVerdict).isEqualTo(new RuleEngine.PodVerdict(stagedPod, PASSED, List.of(), true));
    }

    @Test
    void whoNoPluginWasAskedAboutWaits() {
        RuleEngine.PodVerdict podVerdict = judge(List.of(labels()), A).getFirst();

        assertThat(podVerdict.decision())
                .isEqualTo(new Decision.Rejected(List.of(new Wait(
                        Reason.WAITING_FOR_RULE,
                        "web/labels",
                        "PodTransitionRule shop/web, rule \"labels\": plugin \"label-hook\" has not been asked"
                                + " about this Pod yet"))));
    }

    @Test
    void whatAPluginSaidCounts() {
        Wait wait = new Wait(Reason.WAITING_FOR_RULE, "web/labels", "not yet");
        Decision notYet = new Decision.Postponed(List.of(wait), Duration.ofSeconds(5));

        List<RuleEngine.PodVerdict> podVerdicts = RuleEngine.evaluate(new RuleSnapshot(
                List.of(labels()),
                List.of(A, B),
                Map.of(
                        new RuleSnapshot.VerdictKey("rule-web", "labels", "uid-a", Stage.PRE_CHECK),
                        PASSED,
                        new RuleSnapshot.VerdictKey("rule-web", "labels", "uid-b", Stage.PRE_CHECK),
                        notYet)));

        assertThat(podVerdicts.stream().map(RuleEngine.PodVerdict::decision)).containsExactly(PASSED, notYet);
    }

    @Test
    void aBrokenRuleHoldsThePodAndSaysWhatToCorrect() {
        RuleEngine.PodVerdict podVerdict = judge(
                        List.of(counted(
                                "{selector: {}, rules: [{name: slots, availablePolicy: {}}]}",
                                new AvailabilityRule.PodCounts(1, 0, 0))),
                        A)
                .getFirst();

        assertThat(podVerdict.decision())
                .isEqualTo(new Decision.Rejected(List.of(new Wait(
                        Reason.WAITING_FOR_RULE,
                        "web/slots",
                        "PodTransitionRule shop/web, rule \"slots\": correct spec.rules[0].availablePolicy:"
                                + " limits nothing; give it maxUnavailableValue, minAvailableValue, or both"))));
    }

    @Test
    void nobodyLeavesTowardsABrokenRuleOfPostCheck() {
        RuleSnapshot.CountedRule broken = counted(
                "{selector: {}, rules: [{name: labels, stage: PostCheck, labelCheck: {requires: {}}, plugin: {name: x}}]}",
                new AvailabilityRule.PodCounts(3, 0, 0));
        RuleSnapshot.StagedPod back = new RuleSnapshot.StagedPod(
                A.pod(),
                Stage.POST_CHECK,
                Map.of(),
                SkippedRules.NONE,
                RuleSnapshot.SlotNeed.OUT,
                Optional.empty(),
                Optional.empty());

        assertThat(judge(List.of(broken), A, back).stream()
                        .map(podVerdict -> podVerdict.decision().waits().stream()
                                .map(Wait::on)
                                .toList()))
                .containsExactly(List.of("web/labels"), List.of("web/labels"));
    }

    @Test
    void aLimitGivenForPostCheckHoldsWhoWouldLeaveAndNobodyWhoIsOut() {
        RuleSnapshot.CountedRule late = counted(
                "{selector: {}, rules: [{name: slots, stage: PostCheck, availablePolicy: {minAvailableValue: 3}}]}",
                new AvailabilityRule.PodCounts(4, 1, 0));
        RuleSnapshot.StagedPod back = new RuleSnapshot.StagedPod(
                A.pod(),
                Stage.POST_CHECK,
                Map.of(),
                SkippedRules.NONE,
                RuleSnapshot.SlotNeed.OUT,
                Optional.empty(),
                Optional.empty());

        assertThat(judge(List.of(late), A, back).stream()
                        .map(podVerdict -> podVerdict.decision().equals(PASSED)))
                .containsExactly(false, true);
    }

    @Test
    void whoMayServeAgainNeedsRoomBesideTheOthersAndCountsOnce() {
        RuleSnapshot.StagedPod back = stagedPod("a", RuleSnapshot.SlotNeed.MAY_RETURN);
        RuleSnapshot.CountedRule alone = slots("web", 1, new AvailabilityRule.PodCounts(3, 1, 0));
        RuleSnapshot.CountedRule withAnother = slots("web", 1, new AvailabilityRule.PodCounts(3, 2, 0));
        RuleSnapshot.CountedRule twoSlots = slots("web", 2, new AvailabilityRule.PodCounts(4, 1, 0));

        assertThat(judge(List.of(alone), back).getFirst().granted()).isTrue();
        assertThat(judge(List.of(withAnother), back).getFirst().granted()).isFalse();
        assertThat(judge(List.of(twoSlots), back, B, stagedPod("c", RuleSnapshot.SlotNeed.IN_SERVICE)).stream()
                        .map(RuleEngine.PodVerdict::granted))
                .containsExactly(true, true, false);
    }

    @Test
    void aLimitOfZeroLetsNobodyPass() {
        RuleSnapshot.StagedPod broken = stagedPod("a", RuleSnapshot.SlotNeed.OUT);

        assertThat(judge(List.of(slots("web", 0, new AvailabilityRule.PodCounts(3, 3, 0))), broken)
                        .getFirst()
                        .decision())
                .isEqualTo(new Decision.Rejected(List.of(new Wait(
                        Reason.BUDGET_EXHAUSTED,
                        "web/slots",
                        "PodTransitionRule shop/web, rule \"slots\": maxUnavailable 0 lets no Pod be touched"))));
    }

    @Test
    void whoWasSetAsideTakesNoSlotThatOthersWant() {
        Wait heldBack = new Wait(Reason.REFUSED_BY_SERVER, "", "refused");
        RuleSnapshot.StagedPod refused = new RuleSnapshot.StagedPod(
                A.pod(),
                Stage.PRE_CHECK,
                Map.of(),
                SkippedRules.NONE,
                RuleSnapshot.SlotNeed.IN_SERVICE,
                Optional.empty(),
                Optional.of(heldBack));

        List<RuleEngine.PodVerdict> podVerdicts =
                judge(List.of(slots("web", 1, new AvailabilityRule.PodCounts(5, 0, 0))), refused, B);

        assertThat(podVerdicts.stream().map(RuleEngine.PodVerdict::decision))
                .containsExactly(new Decision.Rejected(List.of(heldBack)), PASSED);
    }

    @Test
    void aPodThatIsNotCountedAnyMoreTakesASlot() {
        assertThat(judge(
                        List.of(slots("web", 1, new AvailabilityRule.PodCounts(3, 0, 0))),
                        stagedPod("a", RuleSnapshot.SlotNeed.MAY_RETURN),
                        stagedPod("b", RuleSnapshot.SlotNeed.IN_SERVICE)))
                .extracting(RuleEngine.PodVerdict::granted)
                .containsExactly(true, false);
    }

    private static List<RuleEngine.PodVerdict> judge(
            List<RuleSnapshot.CountedRule> rules, RuleSnapshot.StagedPod... stagedPods) {
        return RuleEngine.evaluate(new RuleSnapshot(rules, List.of(stagedPods), Map.of()));
    }

    private static RuleSnapshot.StagedPod stagedPod(String name, RuleSnapshot.SlotNeed leave) {
        return new RuleSnapshot.StagedPod(
                new PodRef("shop", name, "uid-" + name),
                Stage.PRE_CHECK,
                Map.of(),
                SkippedRules.NONE,
                leave,
                Optional.empty(),
                Optional.empty());
    }

    private static RuleSnapshot.CountedRule slots(String name, int max, AvailabilityRule.PodCounts count) {
        return new RuleSnapshot.CountedRule(RuleSpec.of(Rules.maxUnavailable(name, max)), count);
    }

    private static RuleSnapshot.CountedRule slots(
            String name, int max, AvailabilityRule.PodCounts count, String label, String value) {
        String selector = "{matchLabels: {" + label + ": " + value + "}}";
        return new RuleSnapshot.CountedRule(
                RuleSpec.of(Rules.available(name, selector, "maxUnavailableValue: " + max)), count);
    }

    private static RuleSnapshot.CountedRule labels() {
        return counted(
                "{selector: {}, rules: [{name: labels, labelCheck: {requires: {}}}]}",
                new AvailabilityRule.PodCounts(3, 0, 0));
    }

    private static RuleSnapshot.CountedRule counted(String spec, AvailabilityRule.PodCounts count) {
        return new RuleSnapshot.CountedRule(RuleSpec.of(Rules.rule("web", 1, spec)), count);
    }
}
