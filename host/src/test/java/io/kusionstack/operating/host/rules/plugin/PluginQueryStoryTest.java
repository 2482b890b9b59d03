package io.kusionstack.operating.host.rules.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.model.PodTransitionRule;
import io.kusionstack.operating.host.model.PodTransitionRuleStatus.RejectInfo;
import io.kusionstack.operating.host.plan.Decision;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.host.plugins.Answer;
import io.kusionstack.operating.host.rules.admit.FakeRuleWorld;
import io.kusionstack.operating.host.rules.spec.Rules;
import io.kusionstack.operating.host.world.Pods;
import io.kusionstack.operating.plugin.PodRef;
import io.kusionstack.operating.plugin.Stage;
import io.kusionstack.operating.plugin.rule.RuleResponse;
import io.kusionstack.operating.plugin.rule.Verdict;
import io.kusionstack.operating.plugin.rule.WaitingPod;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What happens to Pods under rules that plugins serve, step by step. */
class PluginQueryStoryTest {
    private static final Decision PASSED = new Decision.Admitted();
    private static final Verdict YES = Verdict.pass();
    private static final Verdict CLOSED = Verdict.reject("WindowClosed", "changes are made at night");
    private static final Verdict PENDING =
            Verdict.askAgain("Pending", "nobody has approved yet", Duration.ofSeconds(5));
    private static final String RULE = "PodTransitionRule shop/web, rule \"window\": ";
    private static final Duration INSTANT = Duration.ofMillis(200);

    private final PodRecord a = Pods.pod("a").available().label("app", "web").build();
    private final PodRecord b = Pods.pod("b").available().label("app", "web").build();
    private final PodRecord waitingA = FakeRuleWorld.waiting(a, 2, "100");
    private final PodRecord waitingB = FakeRuleWorld.waiting(b, 2, "200");
    private final FakePlugins plugins = new FakePlugins();

    @Test
    void aPodIsAskedAboutOnceItsStageIsStored() {
        PluggedWorld world = world(plugins.says("window", YES), window(1)).put(a, b);

        assertThat(world.world.begins(a)).isEqualTo(waits(RULE + notAsked()));
        world.settle();
        assertThat(plugins.requests).isEmpty();

        world.put(waitingA);
        assertThat(world.settle()).containsExactly("a");
        assertThat(plugins.askedAbout()).containsExactly(List.of("a"));
        assertThat(plugins.requests.getFirst().selected())
                .extracting(view -> view.ref().name())
                .containsExactly("a", "b");
        assertThat(world.asks(waitingA)).isEqualTo(PASSED);
        assertThat(world.world.begins(b)).isEqualTo(waits(RULE + notAsked()));
    }

    @Test
    void allThatWaitAreAskedAboutTogetherTheLongestWaitingFirst() {
        PluggedWorld world =
                world(plugins.says("window", CLOSED), window(1)).put(FakeRuleWorld.waiting(a, 2, "300"), waitingB);

        world.settle();

        assertThat(plugins.askedAbout()).containsExactly(List.of("b", "a"));
    }

    @Test
    void whatThePluginSaysIsToldWithItsOwnWord() {
        PluggedWorld world = world(plugins.says("window", CLOSED), window(1)).put(waitingA);

        world.settle();

        String text = RULE + "plugin \"window\" says WindowClosed: changes are made at night";
        assertThat(world.asks(waitingA)).isEqualTo(waits(text));
        assertThat(world.why(waitingA)).containsExactly(text);
        assertThat(world.status("web").details().getFirst().rejectInfo())
                .containsExactly(new RejectInfo("window", text));
    }

    @Test
    void anApprovalIsAskedForUntilItIsThere() {
        PluggedWorld world = world(plugins.says("window", PENDING), window(1)).put(waitingA);
        world.settle();
        assertThat(world.pass(Duration.ofSeconds(12))).isEmpty();
        assertThat(plugins.requests).hasSize(3);

        plugins.says("window", YES);

        assertThat(world.pass(Duration.ofSeconds(5))).containsExactly("a");
        assertThat(world.asks(waitingA)).isEqualTo(PASSED);
        assertThat(plugins.requests).hasSize(4);
    }

    @Test
    void aNoIsAskedAboutAgainWhenPodsMoveAndOtherwiseEveryHalfMinute() {
        PluggedWorld world = world(plugins.says("window", CLOSED), window(1)).put(waitingA, b);
        world.settle();
        world.pass(Duration.ofSeconds(29));
        assertThat(plugins.requests).hasSize(1);
        world.pass(Duration.ofSeconds(2));
        assertThat(plugins.requests).hasSize(2);

        world.put(Pods.like(b).version(3).label("tier", "front").build());
        world.put(Pods.like(b).version(4).label("tier", "back").build());
        world.pass(Duration.ofSeconds(1));

        assertThat(plugins.requests).hasSize(3);
    }

    @Test
    void aPodThatChangesItselfIsAskedAboutAtOnce() {
        PluggedWorld world = world(plugins.says("window", CLOSED), window(1)).put(waitingA);
        world.settle();
        plugins.says("window", YES);

        world.put(Pods.like(waitingA).version(3).label("approved", "yes").build());

        assertThat(world.pass(INSTANT)).containsExactly("a");
    }

    @Test
    void nothingIsWrittenAndNobodyAskedWhileNothingHappens() {
        PluggedWorld world = world(plugins.says("window", PENDING), window(1)).put(waitingA);
        world.pass(Duration.ofSeconds(1));
        int writes = world.done.size();

        world.pass(Duration.ofMinutes(5));

        assertThat(world.done).hasSize(writes);
    }

    @Test
    void aPodThatThePluginHoldsTakesNoSlotFromOthers() {
        PluggedWorld world = world(
                        plugins.answers(
                                "window",
                                request -> new Answer.Given<>(new RuleResponse(verdicts(request.waiting()), Map.of()))),
                        slotsAndWindow())
                .put(waitingA, waitingB);

        assertThat(world.settle()).containsExactly("b");
        assertThat(world.asks(waitingB)).isEqualTo(PASSED);
        assertThat(world.asks(waitingA).waits())
                .extracting(Wait::reason)
                .containsExactly(Reason.BUDGET_EXHAUSTED, Reason.WAITING_FOR_RULE);
    }

    @Test
    void aYesIsNotKeptForASlotThatComesLater() {
        PluggedWorld world =
                world(plugins.says("window", YES), slotsAndWindow()).put(FakeRuleWorld.leaving(b, 2), waitingA);
        assertThat(world.pass(Duration.ofMinutes(1))).isEmpty();
        plugins.says("window", CLOSED);

        world.put(Pods.like(b).version(3).build());

        assertThat(world.pass(INSTANT)).isEmpty();
        assertThat(world.asks(waitingA)).isEqualTo(waits(RULE + says("WindowClosed: changes are made at night")));
    }

    @Test
    void anotherRulesSlotWaitsForAFreshYes() {
        PluggedWorld world = world(plugins.says("window", YES), window(1), Rules.maxUnavailable("slots", 1))
                .put(FakeRuleWorld.leaving(Pods.pod("other").build(), 2), waitingA);
        assertThat(world.pass(Duration.ofMinutes(1))).isEmpty();
        int before = plugins.requests.size();

        world.put(Pods.pod("other").available().version(3).build());

        assertThat(world.pass(INSTANT)).containsExactly("a");
        assertThat(plugins.requests).hasSize(before + 1);
        assertThat(world.asks(waitingA)).isEqualTo(PASSED);
    }

    @Test
    void anOperationThatBeginsAnewNeedsAYesOfItsOwn() {
        PluggedWorld world = world(plugins.says("window", YES), window(1)).put(waitingA);
        world.settle();
        world.put(Pods.like(a).version(3).build());
        plugins.says("window", CLOSED);

        PodRecord again = Pods.like(FakeRuleWorld.waiting(a, 4, "900"))
                .label(Names.key(Names.OPERATING, "collaset"), "900")
                .build();
        world.put(again);

        assertThat(world.asks(again)).isEqualTo(waits(RULE + notAsked()));
        assertThat(world.pass(INSTANT)).isEmpty();
    }

    @Test
    void aPodThatComesBackIsHeldAtPostCheck() {
        PodRecord back = Pods.pod("a")
                .offline()
                .label("app", "web")
                .postCheck("collaset", "update")
                .build();
        PluggedWorld world = world(plugins.says("window", CLOSED), window(1, "stage: PostCheck, "))
                .put(back);
        world.settle();
        assertThat(world.world.admission.tryAdmit(back, "collaset", Stage.POST_CHECK, FakeRuleWorld.NOW))
                .isEqualTo(waits(RULE + says("WindowClosed: changes are made at night")));
        plugins.says("window", YES);

        assertThat(world.pass(Duration.ofSeconds(31))).containsExactly("a");
        assertThat(plugins.requests.getFirst().stage()).isEqualTo(Stage.POST_CHECK);
    }

    @Test
    void nobodyLeavesTowardsAPostCheckWhosePluginIsNotLoaded() {
        PluggedWorld world = world(plugins.says("other", YES), window(1, "stage: PostCheck, "))
                .put(waitingA);
        world.settle();
        assertThat(world.asks(waitingA).waits()).extracting(Wait::reason).containsExactly(Reason.PLUGIN_UNAVAILABLE);

        plugins.says("window", CLOSED);

        assertThat(world.pass(Duration.ofSeconds(11))).containsExactly("a");
    }

    @Test
    void aPluginThatSaysNothingLeavesThePodWaiting() {
        PluggedWorld world = world(
                        plugins.answers(
                                "window",
                                request -> new Answer.Given<>(
                                        new RuleResponse(Map.of(new PodRef("shop", "stranger", "x"), YES), Map.of()))),
                        window(1))
                .put(waitingA);

        world.settle();

        assertThat(world.asks(waitingA))
                .isEqualTo(new Decision.Rejected(List.of(new Wait(
                        Reason.NO_VERDICT, "web/window", RULE + "plugin \"window\" said nothing about this Pod"))));
    }

    @Test
    void aPluginThatDoesNotAnswerIsAskedAgainWhenItSaidSo() {
        PluggedWorld world = world(plugins.isDown("window", Duration.ofSeconds(7)), window(1))
                .put(waitingA);
        world.settle();
        Wait down =
                new Wait(Reason.PLUGIN_UNAVAILABLE, "web/window", RULE + "plugin \"window\" did not answer in time");
        assertThat(world.asks(waitingA)).isEqualTo(new Decision.Rejected(List.of(down)));
        world.put(waitingB);
        world.pass(Duration.ofSeconds(6));
        assertThat(plugins.requests).hasSize(1);
        plugins.says("window", YES);

        assertThat(world.pass(Duration.ofSeconds(2))).containsExactly("a", "b");
    }

    @Test
    void whoSkipsTheRuleIsNotAskedAbout() {
        PodRecord free = Pods.like(waitingA)
                .annotation(Names.SKIP_RULES, "{\"skipRules\":[\"window\"]}")
                .build();
        PluggedWorld world = world(plugins.says("window", CLOSED), window(1)).put(free, waitingB);

        assertThat(world.settle()).containsExactly("a");
        assertThat(plugins.askedAbout()).containsExactly(List.of("b"));
    }

    private static Map<PodRef, Verdict> verdicts(List<WaitingPod> waiting) {
        return Map.of(waiting.getFirst().ref(), CLOSED, waiting.getLast().ref(), YES);
    }

    private static String notAsked() {
        return "plugin \"window\" has not been asked about this Pod yet";
    }

    private static String says(String what) {
        return "plugin \"window\" says " + what;
    }

    private static Decision waits(String message) {
        return new Decision.Rejected(List.of(new Wait(Reason.WAITING_FOR_RULE, "web/window", message)));
    }

    private static PluggedWorld world(FakePlugins plugins, PodTransitionRule... rules) {
        return new PluggedWorld(plugins, rules);
    }

    static PodTransitionRule window(long generation) {
        return window(generation, "");
    }

    private static PodTransitionRule window(long generation, String fields) {
        return Rules.rule(
                "web",
                generation,
                "{selector: {matchLabels: {app: web}}, rules: [{name: window, " + fields
                        + "plugin: {name: window, config: {from: nine}}}]}");
    }

    static PodTransitionRule slotsAndWindow() {
        return Rules.rule(
                "web",
                1,
                "{selector: {matchLabels: {app: web}}, rules: [{name: slots, availablePolicy: {maxUnavailableValue: 1}},"
                        + " {name: window, plugin: {name: window}}]}");
    }
}
