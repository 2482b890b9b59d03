package io.kusionstack.operating.host.rules.admit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kusionstack.operating.host.kernel.Key;
import io.kusionstack.operating.host.kernel.Outcome;
import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.model.PodTransitionRule;
import io.kusionstack.operating.host.model.PodTransitionRuleStatus;
import io.kusionstack.operating.host.plan.Action;
import io.kusionstack.operating.host.plan.Actuator;
import io.kusionstack.operating.host.plan.Applied;
import io.kusionstack.operating.host.plan.ObjectKind;
import io.kusionstack.operating.host.plan.ObjectRef;
import io.kusionstack.operating.host.plan.Plan;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plan.Refusal;
import io.kusionstack.operating.host.plan.StatusRefusal;
import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.host.rules.spec.Rules;
import io.kusionstack.operating.host.world.Pods;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RuleReconcilerTest {
    private static final Instant NOW = Instant.parse("2026-01-01T10:00:00.123456Z");
    private static final Key WEB = FakeRuleWorld.key("web");
    private static final ObjectRef REF = new ObjectRef(ObjectKind.POD_TRANSITION_RULE, "shop", "web", "rule-web");

    private final FakeRuleWorld world = FakeRuleWorld.with(Rules.maxUnavailable("web", 1));
    private final List<Action> done = new ArrayList<>();
    private final List<Key> woken = new ArrayList<>();
    private final List<Key> asked = new ArrayList<>();
    private final RuleReconciler reconciler =
            new RuleReconciler(world.admission, world, new Recorder(done), woken::add, asked::add);

    @Test
    void writesTheStatusInKuperatorsForm() {
        PodRecord b = Pods.pod("b").available().build();
        PodRecord a = Pods.pod("a").available().build();
        world.put(
                FakeRuleWorld.waiting(b, 1, "100"),
                FakeRuleWorld.waiting(a, 1, "200"),
                Pods.pod("c").available().build());

        assertThat(reconciler.reconcile(WEB, NOW)).isEqualTo(Outcome.done());

        assertThat(woken).containsExactly(FakeRuleWorld.key("b"));
        assertThat(done)
                .containsExactly(Action.WriteStatus.of(REF, 7, json("""
                        {"observedGeneration": 1,
                         "updateTime": "2026-01-01T10:00:00Z",
                         "targets": ["a", "b", "c"],
                         "details": [
                           {"name": "a", "stage": "PreCheck", "passed": false,
                            "rejectInfo": [{"ruleName": "slots", "reason":
                              "PodTransitionRule shop/web, rule \\"slots\\": maxUnavailable 1 is used up by other Pods"}]},
                           {"name": "b", "stage": "PreCheck", "passed": true, "passedRules": ["slots"]}],
                         "moreDetails": null,
                         "selector": "",
                         "conditions": [
                           {"type": "Accepted", "status": "True", "lastTransitionTime": "2026-01-01T10:00:00Z",
                            "reason": "Valid", "message": "every rule is understood"},
                           {"type": "SlotsFree", "status": "False", "lastTransitionTime": "2026-01-01T10:00:00Z",
                            "reason": "SlotsTaken", "message":
                              "1 of 3 Pods are out of service or leaving it (0 of them do not exist), 1 may be; 1 wait; out: b (leaving)"}]}"""), 1, JsonNodeFactory.instance.arrayNode()));
    }

    @Test
    void tellsTheObstacleOfAPodThatWaitsAndCountsThoseThatItsDetailsSayWait() {
        world.ahead.put("a", new Wait(Reason.NODE_UNREACHABLE, "node-1", "node node-1 is not Ready"));
        PodRecord a = Pods.pod("a").available().build();
        PodRecord b = Pods.pod("b").available().build();
        world.put(FakeRuleWorld.waiting(a, 1, "100"), FakeRuleWorld.waiting(b, 1, "200"));

        reconciler.reconcile(WEB, NOW);

        PodTransitionRuleStatus status = status((Action.WriteStatus) done.getFirst());
        assertThat(status.details().getFirst())
                .isEqualTo(new PodTransitionRuleStatus.Detail(
                        "a",
                        "PreCheck",
                        false,
                        List.of("slots"),
                        List.of(new PodTransitionRuleStatus.RejectInfo(
                                "", "NodeUnreachable: node node-1 is not Ready"))));
        assertThat(status.conditions().getLast().message()).endsWith("1 may be; 1 wait; out: b (leaving)");
    }

    @Test
    void keepsTheSelectorOfTheLastSpecWithoutMistakesAndTellsWhatHasNoEffect() {
        world.put(Rules.rule("web", 2, "{selector: {matchLabels: {app: web}}, rules: []}"));
        reconciler.reconcile(WEB, NOW);
        PodTransitionRuleStatus sound = status((Action.WriteStatus) done.getFirst());
        PodTransitionRule broken = Rules.rule("web", 3, "{selector: {matchLabels: {'a b': c}}, rules: []}");
        broken.setStatus(sound);
        world.put(broken);

        reconciler.reconcile(WEB, NOW);

        assertThat(sound.selector()).isEqualTo("app=web");
        assertThat(sound.conditions().getFirst().message())
                .isEqualTo("every rule is understood; spec.rules: there are none, so no Pod is held");
        assertThat(status((Action.WriteStatus) done.get(1)).selector()).isEqualTo("app=web");
    }

    @Test
    void keepsASoundSelectorOfASpecWithAMistakeElsewhere() {
        world.put(
                Rules.rule(
                        "web",
                        2,
                        "{selector: {matchLabels: {app: web}}, rules: [{name: a, availablePolicy: {maxUnavailableValue: x}}]}"));

        reconciler.reconcile(WEB, NOW);

        assertThat(status((Action.WriteStatus) done.getFirst()).selector()).isEqualTo("app=web");
    }

    @Test
    void aBrokenRuleHoldsThePodsOfTheSelectorThatItsStatusNamesLater() {
        String spec = "{selector: {matchLabels: {'a b': c}}, rules: []}";
        world.put(Pods.pod("pod-9").label("app", "web").available().build());
        world.put(Rules.rule("web", 3, spec));
        reconciler.reconcile(WEB, NOW);
        PodTransitionRule named = Rules.rule("web", 3, spec);
        named.setStatus(
                new JsonMapper().convertValue(json("{\"selector\": \"app=web\"}"), PodTransitionRuleStatus.class));
        world.put(named);

        reconciler.reconcile(WEB, NOW);

        assertThat(done)
                .filteredOn(Action.WriteStatus.class::isInstance)
                .extracting(written -> status((Action.WriteStatus) written).targets())
                .containsExactly(List.of(), List.of("pod-9"));
    }

    @Test
    void namesThreeOfThoseThatAreOut() {
        for (int i = 1; i <= 5; i++) {
            world.put(Pods.pod("pod-" + i).unready().build());
        }

        reconciler.reconcile(WEB, NOW);

        assertThat(status((Action.WriteStatus) done.getFirst())
                        .conditions()
                        .getLast()
                        .message())
                .isEqualTo("5 of 5 Pods are out of service or leaving it (0 of them do not exist), 1 may be; 0 wait;"
                        + " out: pod-1 (not ready), pod-2 (not ready), pod-3 (not ready) and 2 more");
    }

    @Test
    void writesNothingWhenNothingChanged() {
        world.put(Pods.pod("a").available().build());
        reconciler.reconcile(WEB, NOW);
        store((Action.WriteStatus) done.removeFirst());

        assertThat(reconciler.reconcile(WEB, NOW.plusSeconds(60))).isEqualTo(Outcome.done());
        assertThat(done).isEmpty();
    }

    @Test
    void givesSlotsAndLooksAgainWhenTheStatusIsDue() {
        Outcome due = Outcome.requeueAfter(Duration.ofMillis(300), "status");
        Actuator holdsBack = new Actuator() {
            @Override
            public Applied apply(Plan plan) {
                return new Applied(due, List.of());
            }

            @Override
            public Optional<Refusal> refusal(PodRecord pod) {
                return Optional.empty();
            }

            @Override
            public Optional<Instant> nextTry(PodRecord pod) {
                return Optional.empty();
            }

            @Override
            public Optional<StatusRefusal> statusRefusal(ObjectRef object) {
                return Optional.empty();
            }
        };
        world.put(FakeRuleWorld.waiting(Pods.pod("a").available().build(), 1, "100"));

        Outcome outcome =
                new RuleReconciler(world.admission, world, holdsBack, woken::add, asked::add).reconcile(WEB, NOW);

        assertThat(outcome).isEqualTo(due);
        assertThat(woken).containsExactly(FakeRuleWorld.key("a"));
    }

    @Test
    void wakesAPodOncePerRecord() {
        world.put(FakeRuleWorld.waiting(Pods.pod("a").available().build(), 1, "100"));

        reconciler.reconcile(WEB, NOW);
        reconciler.reconcile(WEB, NOW.plusSeconds(1));

        assertThat(woken).containsExactly(FakeRuleWorld.key("a"));
    }

    @Test
    void keepsWhatPluginsRemember() {
        PodTransitionRule rule = Rules.maxUnavailable("web", 1);
        rule.setStatus(new PodTransitionRuleStatus(
                0L,
                "2020-01-01T00:00:00Z",
                List.of(),
                List.of(),
                null,
                null,
                List.of(new PodTransitionRuleStatus.RuleState("hook", null, null)),
                List.of()));
        world.put(rule);

        reconciler.reconcile(WEB, NOW);

        assertThat(((Action.WriteStatus) done.getFirst()).status().has("ruleStates"))
                .isFalse();
    }

    @Test
    void tellsOfAHundredPodsThoseThatWaitFirst() {
        for (int i = 100; i < 250; i++) {
            boolean late = i >= 200;
            world.put(FakeRuleWorld.waiting(
                    late
                            ? Pods.pod("pod-" + i).available().build()
                            : Pods.pod("pod-" + i).build(),
                    1,
                    "100"));
        }

        reconciler.reconcile(WEB, NOW);

        PodTransitionRuleStatus status = status((Action.WriteStatus) done.getFirst());
        assertThat(status.moreDetails()).isEqualTo(50);
        assertThat(status.details()).hasSize(100);
        assertThat(status.details().getFirst().name()).isEqualTo("pod-100");
        assertThat(status.details().subList(50, 100))
                .extracting(PodTransitionRuleStatus.Detail::passed)
                .containsOnly(false);
        assertThat(status.targets()).hasSize(150);
    }

    @Test
    void tellsNothingWhileAPluginHasYetToLookAtItsConfiguration() {
        world.put(Rules.rule("web", 2, "{selector: {}, rules: [{name: labels, labelCheck: {requires: {}}}]}"));

        assertThat(reconciler.reconcile(WEB, NOW)).isEqualTo(Outcome.done());

        assertThat(done).isEmpty();
        assertThat(asked).containsExactly(WEB);
    }

    @Test
    void announcesWhatIsWrongOnce() {
        world.put(Rules.rule(
                "web", 2, "{selector: {}, rules: [{name: slots, availablePolicy: {maxUnavailableValue: abc}}]}"));
        String problem = "spec.rules[0].availablePolicy.maxUnavailableValue: \"abc\" is not a percentage"
                + " (wanted: a number of Pods such as 3, or a percentage such as \"20%\")";

        reconciler.reconcile(WEB, NOW);

        assertThat(done.getLast())
                .isEqualTo(new Action.Announce(REF, Action.Severity.WARNING, "InvalidSpec", "correct " + problem));
        ObjectNode condition =
                (ObjectNode) ((Action.WriteStatus) done.getFirst()).status().at("/conditions/0");
        assertThat(condition.path("reason").asText()).isEqualTo("InvalidSpec");
        assertThat(condition.path("message").asText()).isEqualTo(problem);

        PodTransitionRule stored = Rules.rule(
                "web", 2, "{selector: {}, rules: [{name: slots, availablePolicy: {maxUnavailableValue: abc}}]}");
        stored.setStatus(status((Action.WriteStatus) done.getFirst()));
        world.put(stored).put(Pods.pod("new").build());
        done.clear();
        reconciler.reconcile(WEB, NOW.plusSeconds(5));
        assertThat(done).hasSize(1).first().isInstanceOf(Action.WriteStatus.class);
    }

    @Test
    void letsARuleGoThatIsBeingDeleted() {
        PodTransitionRule rule = Rules.maxUnavailable("web", 1);
        rule.getMetadata().setDeletionTimestamp("2026-01-01T00:00:00Z");
        rule.getMetadata().setFinalizers(List.of("other/finalizer", Names.RULE_FINALIZER));
        world.put(rule);

        reconciler.reconcile(WEB, NOW);

        assertThat(done)
                .containsExactly(new Action.PatchObject(
                        REF,
                        7,
                        json("{\"metadata\": {\"finalizers\": [\"other/finalizer\"]}}"),
                        json("{\"metadata\": {\"finalizers\": [\"other/finalizer\", \"" + Names.RULE_FINALIZER
                                + "\"]}}")));
    }

    @Test
    void looksAgainWhenSlotsMayBeGiven() {
        RuleAdmission closed = new RuleAdmission(world, NOW.plusSeconds(3), key -> {});
        closed.ruleChanged(WEB);
        RuleReconciler early = new RuleReconciler(closed, world, new Recorder(done), woken::add, asked::add);

        assertThat(early.reconcile(WEB, NOW)).isEqualTo(Outcome.requeueAfter(Duration.ofSeconds(3), "closed"));
        assertThat(early.reconcile(WEB, NOW.plusSeconds(3))).isEqualTo(Outcome.done());
    }

    @Test
    void aRuleThatIsGoneIsDone() {
        assertThat(reconciler.reconcile(FakeRuleWorld.key("gone"), NOW)).isEqualTo(Outcome.done());
        assertThat(done).isEmpty();
    }

    private void store(Action.WriteStatus written) {
        PodTransitionRule rule = Rules.maxUnavailable("web", 1);
        rule.setStatus(status(written));
        world.put(rule);
    }

    private static PodTransitionRuleStatus status(Action.WriteStatus written) {
        return new JsonMapper().convertValue(written.status(), PodTransitionRuleStatus.class);
    }

    private static ObjectNode json(String text) {
        try {
            // the status holds 64-bit numbers, the text would be read as 32-bit ones
            ObjectNode node = (ObjectNode) new JsonMapper().readTree(text);
            if (node.has("observedGeneration")) {
                node.put("observedGeneration", node.path("observedGeneration").asLong());
            }
            return node;
        } catch (JsonProcessingException unreadable) {
            throw new IllegalArgumentException(text, unreadable);
        }
    }

    private record Recorder(List<Action> done) implements Actuator {
        @Override
        public Applied apply(Plan plan) {
            done.addAll(plan.actions());
            return new Applied(Outcome.done(), List.of());
        }

        @Override
        public Optional<Refusal> refusal(PodRecord pod) {
            return Optional.empty();
        }

        @Override
        public Optional<Instant> nextTry(PodRecord pod) {
            return Optional.empty();
        }

        @Override
        public Optional<StatusRefusal> statusRefusal(ObjectRef object) {
            return Optional.empty();
        }
    }
}
