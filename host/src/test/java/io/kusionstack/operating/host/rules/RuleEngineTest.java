package io.kusionstack.operating.host.rules;

import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.host.plan.Judgement;
import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.host.rules.AvailabilityRule.Count;
import io.kusionstack.operating.host.rules.RuleEngine.Ruling;
import io.kusionstack.operating.host.rules.RuleSnapshot.Asked;
import io.kusionstack.operating.host.rules.RuleSnapshot.Counted;
import io.kusionstack.operating.host.rules.RuleSnapshot.Leave;
import io.kusionstack.operating.host.rules.RuleSnapshot.Subject;
import io.kusionstack.operating.plugin.PodRef;
import io.kusionstack.operating.plugin.Stage;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RuleEngineTest {
    private static final Judgement PASSED = new Judgement.Passed();
    private static final Subject A = subject("a", Leave.IN_SERVICE);
    private static final Subject B = subject("b", Leave.IN_SERVICE);
    private static final Subject C = subject("c", Leave.IN_SERVICE);

    @Test
    void givesSlotsInTheOrderOfTheSubjects() {
        List<Ruling> rulings = judge(List.of(slots("web", 2, new Count(5, 0, 0))), A, B, C);

        assertThat(rulings.stream().map(Ruling::granted)).containsExactly(true, true, false);
        assertThat(rulings.getLast().judgement())
                .isEqualTo(new Judgement.Rejected(List.of(new Wait(
                        Reason.BUDGET_EXHAUSTED,
                        "web/slots",
                        "PodTransitionRule shop/web, rule \"slots\": maxUnavailable 2 is used up by other Pods"))));
    }

    @Test
    void whoIsOutAlreadyTakesNoSlotAndAlwaysPasses() {
        List<Ruling> rulings = judge(List.of(slots("web", 1, new Count(5, 3, 0))), subject("out", Leave.OUT), A);

        assertThat(rulings.stream().map(ruling -> ruling.judgement().equals(PASSED)))
                .containsExactly(true, false);
        assertThat(rulings.stream().map(Ruling::granted)).containsExactly(false, false);
    }

    @Test
    void slotsAreTakenFromAllRulesOrFromNone() {
        Counted full = slots("full", 0, new Count(5, 0, 0), "tier", "front");
        Subject front = new Subject(
                new PodRef("shop", "front", "uid-front"),
                Stage.PRE_CHECK,
                Map.of("tier", "front"),
                SkippedRules.NONE,
                Leave.IN_SERVICE,
                Optional.empty(),
                Optional.empty());

        List<Ruling> rulings = judge(List.of(slots("web", 1, new Count(5, 0, 0)), full), front, A, B);

        assertThat(rulings.stream().map(Ruling::granted)).containsExactly(false, true, false);
    }

    @Test
    void tellsAllThatHoldsAPod() {
        Ruling ruling = judge(List.of(slots("one", 0, new Count(1, 0, 0)), slots("two", 0, new Count(1, 0, 0))), A)
                .getFirst();

        assertThat(((Judgement.Rejected) ruling.judgement()).waits().stream().map(Wait::on))
                .containsExactly("one/slots", "two/slots");
    }

    @Test
    void skippedRulesAndFiltersAndOtherStagesSayNothing() {
        Counted rule = counted("""
                {selector: {}, rules: [
                  {name: skipped, availablePolicy: {maxUnavailableValue: 0}},
                  {name: filtered, filter: {labelSelector: {matchLabels: {tier: front}}}, availablePolicy: {maxUnavailableValue: 0}},
                  {name: later, stage: PostCheck, labelCheck: {requires: {}}}]}""", new Count(3, 0, 0));
        Subject subject = new Subject(
                A.pod(),
                Stage.PRE_CHECK,
                Map.of(),
                SkippedRules.read("{\"skipRules\":[\"skipped\"]}"),
                Leave.IN_SERVICE,
                Optional.empty(),
                Optional.empty());

        Ruling ruling = judge(List.of(rule), subject).getFirst();

        assertThat(ruling).isEqualTo(new Ruling(subject, PASSED, List.of(), true));
    }

    @Test
    void whoNoPluginWasAskedAboutWaits() {
        Ruling ruling = judge(List.of(labels()), A).getFirst();

        assertThat(ruling.judgement())
                .isEqualTo(new Judgement.Rejected(List.of(new Wait(
                        Reason.WAITING_FOR_RULE,
                        "web/labels",
                        "PodTransitionRule shop/web, rule \"labels\": plugin \"label-hook\" has not been asked"
                                + " about this Pod yet"))));
    }

    @Test
    void whatAPluginSaidCounts() {
        Wait wait = new Wait(Reason.WAITING_FOR_RULE, "web/labels", "not yet");
        Judgement notYet = new Judgement.Waiting(List.of(wait), Duration.ofSeconds(5));

        List<Ruling> rulings = RuleEngine.judge(new RuleSnapshot(
                List.of(labels()),
                List.of(A, B),
                Map.of(
                        new Asked("rule-web", "labels", "uid-a", Stage.PRE_CHECK),
                        PASSED,
                        new Asked("rule-web", "labels", "uid-b", Stage.PRE_CHECK),
                        notYet)));

        assertThat(rulings.stream().map(Ruling::judgement)).containsExactly(PASSED, notYet);
    }

    @Test
    void aBrokenRuleHoldsThePodAndSaysWhatToCorrect() {
        Ruling ruling = judge(
                        List.of(counted(
                                "{selector: {}, rules: [{name: slots, availablePolicy: {}}]}", new Count(1, 0, 0))),
                        A)
                .getFirst();

        assertThat(ruling.judgement())
                .isEqualTo(new Judgement.Rejected(List.of(new Wait(
                        Reason.WAITING_FOR_RULE,
                        "web/slots",
                        "PodTransitionRule shop/web, rule \"slots\": correct spec.rules[0].availablePolicy:"
                                + " limits nothing; give it maxUnavailableValue, minAvailableValue, or both"))));
    }

    @Test
    void nobodyLeavesTowardsABrokenRuleOfPostCheck() {
        Counted broken = counted(
                "{selector: {}, rules: [{name: labels, stage: PostCheck, labelCheck: {requires: {}}, plugin: {name: x}}]}",
                new Count(3, 0, 0));
        Subject back = new Subject(
                A.pod(), Stage.POST_CHECK, Map.of(), SkippedRules.NONE, Leave.OUT, Optional.empty(), Optional.empty());

        assertThat(judge(List.of(broken), A, back).stream()
                        .map(ruling -> ruling.judgement().waits().stream()
                                .map(Wait::on)
                                .toList()))
                .containsExactly(List.of("web/labels"), List.of("web/labels"));
    }

    @Test
    void aLimitGivenForPostCheckHoldsWhoWouldLeaveAndNobodyWhoIsOut() {
        Counted late = counted(
                "{selector: {}, rules: [{name: slots, stage: PostCheck, availablePolicy: {minAvailableValue: 3}}]}",
                new Count(4, 1, 0));
        Subject back = new Subject(
                A.pod(), Stage.POST_CHECK, Map.of(), SkippedRules.NONE, Leave.OUT, Optional.empty(), Optional.empty());

        assertThat(judge(List.of(late), A, back).stream()
                        .map(ruling -> ruling.judgement().equals(PASSED)))
                .containsExactly(false, true);
    }

    @Test
    void whoMayServeAgainNeedsRoomBesideTheOthersAndCountsOnce() {
        Subject back = subject("a", Leave.MAY_RETURN);
        Counted alone = slots("web", 1, new Count(3, 1, 0));
        Counted withAnother = slots("web", 1, new Count(3, 2, 0));
        Counted twoSlots = slots("web", 2, new Count(4, 1, 0));

        assertThat(judge(List.of(alone), back).getFirst().granted()).isTrue();
        assertThat(judge(List.of(withAnother), back).getFirst().granted()).isFalse();
        assertThat(judge(List.of(twoSlots), back, B, subject("c", Leave.IN_SERVICE)).stream()
                        .map(Ruling::granted))
                .containsExactly(true, true, false);
    }

    @Test
    void aLimitOfZeroLetsNobodyPass() {
        Subject broken = subject("a", Leave.OUT);

        assertThat(judge(List.of(slots("web", 0, new Count(3, 3, 0))), broken)
                        .getFirst()
                        .judgement())
                .isEqualTo(new Judgement.Rejected(List.of(new Wait(
                        Reason.BUDGET_EXHAUSTED,
                        "web/slots",
                        "PodTransitionRule shop/web, rule \"slots\": maxUnavailable 0 lets no Pod be touched"))));
    }

    @Test
    void whoWasSetAsideTakesNoSlotThatOthersWant() {
        Wait aside = new Wait(Reason.REFUSED_BY_SERVER, "", "refused");
        Subject refused = new Subject(
                A.pod(),
                Stage.PRE_CHECK,
                Map.of(),
                SkippedRules.NONE,
                Leave.IN_SERVICE,
                Optional.empty(),
                Optional.of(aside));

        List<Ruling> rulings = judge(List.of(slots("web", 1, new Count(5, 0, 0))), refused, B);

        assertThat(rulings.stream().map(Ruling::judgement))
                .containsExactly(new Judgement.Rejected(List.of(aside)), PASSED);
    }

    @Test
    void aPodThatIsNotCountedAnyMoreTakesASlot() {
        assertThat(judge(
                        List.of(slots("web", 1, new Count(3, 0, 0))),
                        subject("a", Leave.MAY_RETURN),
                        subject("b", Leave.IN_SERVICE)))
                .extracting(Ruling::granted)
                .containsExactly(true, false);
    }

    private static List<Ruling> judge(List<Counted> rules, Subject... subjects) {
        return RuleEngine.judge(new RuleSnapshot(rules, List.of(subjects), Map.of()));
    }

    private static Subject subject(String name, Leave leave) {
        return new Subject(
                new PodRef("shop", name, "uid-" + name),
                Stage.PRE_CHECK,
                Map.of(),
                SkippedRules.NONE,
                leave,
                Optional.empty(),
                Optional.empty());
    }

    private static Counted slots(String name, int max, Count count) {
        return new Counted(RuleSpecs.of(Rules.maxUnavailable(name, max)), count);
    }

    private static Counted slots(String name, int max, Count count, String label, String value) {
        String selector = "{matchLabels: {" + label + ": " + value + "}}";
        return new Counted(RuleSpecs.of(Rules.available(name, selector, "maxUnavailableValue: " + max)), count);
    }

    private static Counted labels() {
        return counted("{selector: {}, rules: [{name: labels, labelCheck: {requires: {}}}]}", new Count(3, 0, 0));
    }

    private static Counted counted(String spec, Count count) {
        return new Counted(RuleSpecs.of(Rules.rule("web", 1, spec)), count);
    }
}
