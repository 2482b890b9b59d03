package io.kusionstack.operating.host.rules.admit;

import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.rules.admit.RuleWorld.Workload;
import io.kusionstack.operating.host.rules.spec.Rules;
import io.kusionstack.operating.host.world.Pods;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Every workload of up to four Pods, each in one of six states, that wants from none to four, under a limit for all of its Pods
 * and one for half of them. Whatever waits and however often it is judged, as many Pods keep serving as the limits say.
 */
class SurplusTableTest {
    private static final int LIMIT = 1;

    private enum Is {
        SERVING,
        WAITING,
        UNMARKED_AND_WAITING,
        BROKEN_AND_WAITING,
        BROKEN,
        TERMINATING
    }

    @Test
    void neverLeavesFewerInServiceThanWantedWithoutTheLimit() {
        int worlds = 0;
        for (int pods = 0; pods <= 4; pods++) {
            for (int code = 0; code < Math.pow(Is.values().length, pods); code++) {
                for (int wanted = 0; wanted <= 4; wanted++) {
                    holds(Rules.states(Is.values(), code, pods), wanted);
                    worlds++;
                }
            }
        }
        assertThat(worlds).isGreaterThan(7_000);
    }

    /** Nothing is decided for a workload that lets more Pods leave than may; who was out before is nobody's decision. */
    private static void holds(List<Is> states, int wanted) {
        String limit = "maxUnavailableValue: " + LIMIT;
        FakeRuleWorld world = FakeRuleWorld.with(
                Rules.available("all", Rules.ALL, limit),
                Rules.available("half", "{matchExpressions: [{key: half, operator: Exists}]}", limit));
        world.put(new Workload("uid-web", wanted, Map.of())).put(pods(states).toArray(PodRecord[]::new));
        Set<String> left = new HashSet<>();
        for (int i = 0; i < 3; i++) {
            left.addAll(world.woken("all"));
            left.addAll(world.woken("half"));
        }

        long served = count(states, false, Set.of());
        assertThat(count(states, false, left))
                .as("in service of %s, wanted %s, left %s", states, wanted, left)
                .isGreaterThanOrEqualTo(Math.min(served, wanted - LIMIT));
        long halfServed = count(states, true, Set.of());
        long half = (states.size() + 1) / 2;
        assertThat(count(states, true, left))
                .as("in service of the half of %s, wanted %s, left %s", states, wanted, left)
                .isGreaterThanOrEqualTo(Math.min(halfServed, half - terminating(states) - LIMIT));
    }

    /** Pods that may be getting requests: those without a mark may, if they are Ready. */
    private static long count(List<Is> states, boolean half, Set<String> left) {
        long serving = 0;
        for (int i = 0; i < states.size(); i += half ? 2 : 1) {
            boolean serves = states.get(i) == Is.SERVING || states.get(i) == Is.WAITING;
            serving += serves && !left.contains("pod-" + i) ? 1 : 0;
        }
        return serving;
    }

    private static long terminating(List<Is> states) {
        long terminating = 0;
        for (int i = 0; i < states.size(); i += 2) {
            terminating += states.get(i) == Is.TERMINATING ? 1 : 0;
        }
        return terminating;
    }

    @Test
    void allPodsOfAWorkloadThatWantsNoneGoInTheEnd() {
        for (String policy : List.of("maxUnavailableValue: 1", "maxUnavailableValue: 1%", "maxUnavailableValue: 50%")) {
            for (int code = 0; code < Math.pow(Is.values().length, 3); code++) {
                List<Is> states = Rules.states(Is.values(), code, 3);
                FakeRuleWorld world = FakeRuleWorld.with(Rules.available("all", Rules.ALL, policy))
                        .put(new Workload("uid-web", 0, Map.of()));
                world.put(allWaiting(states).toArray(PodRecord[]::new));
                for (int i = 0; i < states.size(); i++) {
                    world.woken("all").forEach(world::remove);
                    terminated(states).forEach(world::remove);
                }

                assertThat(world.pods(Pods.NAMESPACE))
                        .as("%s under %s", states, policy)
                        .isEmpty();
            }
        }
    }

    private static List<String> terminated(List<Is> states) {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < states.size(); i++) {
            if (states.get(i) == Is.TERMINATING) {
                names.add("pod-" + i);
            }
        }
        return names;
    }

    private static List<PodRecord> allWaiting(List<Is> states) {
        return pods(states.stream()
                .map(state -> switch (state) {
                    case SERVING -> Is.WAITING;
                    case BROKEN -> Is.BROKEN_AND_WAITING;
                    default -> state;
                })
                .toList());
    }

    private static List<PodRecord> pods(List<Is> states) {
        List<PodRecord> pods = new ArrayList<>();
        for (int i = 0; i < states.size(); i++) {
            Pods pod = Pods.pod("pod-" + i).ownedBy("web");
            if (i % 2 == 0) {
                pod.label("half", "");
            }
            pods.add(
                    switch (states.get(i)) {
                        case SERVING -> pod.available().build();
                        case WAITING -> waiting(pod.available(), i);
                        case UNMARKED_AND_WAITING -> waiting(pod.ready(), i);
                        case BROKEN_AND_WAITING -> waiting(pod, i);
                        case BROKEN -> pod.build();
                        case TERMINATING -> pod.available().terminating().build();
                    });
        }
        return pods;
    }

    private static PodRecord waiting(Pods pod, int index) {
        return pod.preCheck(FakeRuleWorld.UPDATE, index == 1 ? "update" : Names.SCALE_IN)
                .label(Names.key(Names.PRE_CHECK, FakeRuleWorld.UPDATE), Integer.toString(100 - index))
                .build();
    }
}
