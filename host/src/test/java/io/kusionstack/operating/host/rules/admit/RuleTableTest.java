package io.kusionstack.operating.host.rules.admit;

import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.model.PodTransitionRule;
import io.kusionstack.operating.host.plan.Decision;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.rules.spec.AvailabilityRule;
import io.kusionstack.operating.host.rules.spec.RuleSpec;
import io.kusionstack.operating.host.rules.spec.Rules;
import io.kusionstack.operating.host.world.Pods;
import io.kusionstack.operating.plugin.Stage;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Every small world: up to four Pods, each in one of six states, under one or two rules of several sizes. Whatever is
 * asked, in whatever order, no more Pods are out or allowed out than the rules allow, unless more were out before.
 */
class RuleTableTest {
    private enum Is {
        SERVING,
        WAITING,
        BROKEN,
        BROKEN_AND_WAITING,
        UNMARKED_AND_WAITING,
        BLINKING_AND_WAITING,
        TERMINATING,
        LEAVING
    }

    private static final List<String> POLICIES = List.of(
            "maxUnavailableValue: 0",
            "maxUnavailableValue: 1",
            "maxUnavailableValue: 50%",
            "minAvailableValue: 2",
            "maxUnavailableValue: 2, minAvailableValue: 50%");

    private static final List<PodTransitionRule> ONE = POLICIES.stream()
            .map(policy -> Rules.available("one", Rules.ALL, policy))
            .toList();
    private static final List<PodTransitionRule> TWO = POLICIES.stream()
            .map(policy -> Rules.available("two", "{matchExpressions: [{key: half, operator: Exists}]}", policy))
            .toList();

    @Test
    void neverAllowsMoreThanTheRulesDo() {
        int worlds = 0;
        for (int pods = 0; pods <= 4; pods++) {
            for (int code = 0; code < Math.pow(Is.values().length, pods); code++) {
                for (int policy = 0; policy < POLICIES.size(); policy++) {
                    // each policy beside one other, so that all-or-nothing is at work in every second world
                    holds(
                            Rules.states(Is.values(), code, pods),
                            ONE.get(policy),
                            TWO.get((policy + code) % POLICIES.size()));
                    worlds++;
                }
            }
        }
        assertThat(worlds).isGreaterThan(20_000);
    }

    private static void holds(List<Is> states, PodTransitionRule one, PodTransitionRule two) {
        FakeRuleWorld world = FakeRuleWorld.with(one, two);
        List<PodRecord> pods = pods(states);
        world.put(pods.toArray(PodRecord[]::new));
        int before = out(world, "one");
        int beforeHalf = out(world, "two");
        boolean passFirst = states.hashCode() % 2 == 0;
        if (passFirst) {
            world.pass("one");
        }
        for (PodRecord pod : pods) {
            boolean waits = PodFacts.of(pod).place(Stage.PRE_CHECK).isPresent();
            boolean passed = (waits ? world.asks(pod) : world.begins(pod)) instanceof Decision.Admitted;
            boolean isFree =
                    !pod.mayServe(FakeRuleWorld.NOW) || PodFacts.of(pod).leaving();
            boolean isFrozen = freezes(world, "one") || pod.hasLabel("half") && freezes(world, "two");
            if (isFree) {
                assertThat(passed).as("%s in %s", pod.name(), states).isEqualTo(!isFrozen);
            } else if (passed) {
                within(world, "one", 0, states);
                within(world, "two", pod.hasLabel("half") ? 0 : beforeHalf, states);
            }
            within(world, "one", before, states);
            within(world, "two", beforeHalf, states);
        }
        world.pass("two");
        within(world, "one", before, states);
        within(world, "two", beforeHalf, states);
    }

    private static void within(FakeRuleWorld world, String rule, int before, List<Is> states) {
        RuleReport report = world.report(rule);
        AvailabilityRule.PodCounts count = report.count();
        AvailabilityRule limit = limit(report);
        assertThat(count.out())
                .as("%s of %s in %s", limit, count, states)
                .isLessThanOrEqualTo(Math.max(before, limit.allowance(count)));
    }

    private static int out(FakeRuleWorld world, String rule) {
        return (int) world.pods(Pods.NAMESPACE).stream()
                .filter(pod -> rule.equals("one") || pod.hasLabel("half"))
                .filter(pod -> !pod.available() || PodFacts.of(pod).leaving())
                .count();
    }

    private static boolean freezes(FakeRuleWorld world, String rule) {
        RuleReport report = world.report(rule);
        return limit(report).freezes().isPresent();
    }

    private static AvailabilityRule limit(RuleReport report) {
        return ((RuleSpec.RuleCheck.Availability)
                        report.spec().rules().getFirst().check())
                .rule();
    }

    private static List<PodRecord> pods(List<Is> states) {
        List<PodRecord> pods = new ArrayList<>();
        for (int i = 0; i < states.size(); i++) {
            Pods pod = Pods.pod("pod-" + i);
            if (i % 2 == 0) {
                pod.label("half", "");
            }
            pods.add(
                    switch (states.get(i)) {
                        case SERVING -> pod.available().build();
                        case WAITING -> waiting(pod.available(), i);
                        case BROKEN -> pod.build();
                        case BROKEN_AND_WAITING -> waiting(pod, i);
                        case UNMARKED_AND_WAITING -> waiting(pod.ready(), i);
                        case BLINKING_AND_WAITING -> waiting(pod.unreadySince(FakeRuleWorld.NOW.minusSeconds(5)), i);
                        case TERMINATING -> pod.available().terminating().build();
                        case LEAVING ->
                            pod.offline().preparing("collaset", "update").build();
                    });
        }
        return pods;
    }

    /** The last one has waited longest. */
    private static PodRecord waiting(Pods pod, int index) {
        return pod.preCheck("collaset", "update")
                .label(Names.key(Names.PRE_CHECK, "collaset"), Integer.toString(100 - index))
                .build();
    }
}
