package io.kusionstack.operating.host.rules.admit;

import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.rules.spec.Rules;
import io.kusionstack.operating.host.world.Pods;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a decision costs when thousands begin; prints its figures and asserts only the outcome. */
class RuleAdmissionLoadTest {
    private static final int PODS = 5_000;

    @Test
    void fiveThousandPodsBeginUnderARuleThatDoesNotLimit() {
        FakeRuleWorld world = FakeRuleWorld.with(Rules.maxUnavailable("web", "100%"));
        List<PodRecord> pods = fill(world);
        long start = cpu();
        int passed = 0;
        for (PodRecord pod : pods) {
            passed += world.lets(pod) ? 1 : 0;
            world.put(FakeRuleWorld.leaving(pod, 2));
        }
        print("begin and leave, maxUnavailable 100%", Duration.ofNanos(cpu() - start), PODS);

        assertThat(passed).isEqualTo(PODS);
    }

    @Test
    void fiveThousandPodsBeginUnderARuleThatLimits() {
        FakeRuleWorld world = FakeRuleWorld.with(Rules.maxUnavailable("web", "20%"));
        List<PodRecord> pods = fill(world);
        long start = cpu();
        int passed = 0;
        for (PodRecord pod : pods) {
            boolean let = world.lets(pod);
            passed += let ? 1 : 0;
            world.put(let ? FakeRuleWorld.leaving(pod, 2) : FakeRuleWorld.waiting(pod, 2, "100"));
        }
        print("begin and wait, maxUnavailable 20%", Duration.ofNanos(cpu() - start), PODS);
        start = cpu();
        for (int i = 0; i < 20; i++) {
            world.pass("web");
        }
        print("pass over 4,000 waiting Pods", Duration.ofNanos(cpu() - start), 20);

        assertThat(passed).isEqualTo(PODS / 5);
        assertThat(world.report("web").podVerdicts())
                .hasSize(PODS - PODS / 5)
                .allMatch(podVerdict -> !podVerdict.decision().waits().isEmpty());
    }

    private static List<PodRecord> fill(FakeRuleWorld world) {
        List<PodRecord> pods = new ArrayList<>();
        for (int i = 0; i < PODS; i++) {
            pods.add(Pods.pod("pod-" + i).available().label("app", "web").build());
        }
        world.put(pods.toArray(PodRecord[]::new));
        world.report("web");
        return pods;
    }

    /** Of this thread, so that what else the machine does stays out of the figure. */
    private static long cpu() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    private static void print(String what, Duration took, int times) {
        System.out.printf(
                "%s: %,d times in %d ms of CPU, %d us each%n",
                what, times, took.toMillis(), took.toNanos() / 1000 / times);
    }
}
