package io.kusionstack.operating.host.rules.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.host.plan.Decision;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.rules.admit.FakeRuleWorld;
import io.kusionstack.operating.host.rules.spec.Rules;
import io.kusionstack.operating.host.world.Pods;
import io.kusionstack.operating.plugin.rule.Verdict;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class PluginQueryThreadsTest {
    @Test
    void aPluginThatHangsHoldsUpNoJudgementNotEvenOfRulesThatShareAPod() throws InterruptedException {
        CountDownLatch called = new CountDownLatch(1);
        CountDownLatch free = new CountDownLatch(1);
        FakePlugins plugins = new FakePlugins().answers("window", request -> {
            called.countDown();
            hang(free);
            return FakePlugins.given(request, Verdict.pass());
        });
        PodRecord held = Pods.pod("held").available().label("app", "web").build();
        PodRecord other = Pods.pod("other").available().build();
        PluggedWorld world = new PluggedWorld(plugins, PluginQueryStoryTest.window(1), Rules.maxUnavailable("slots", 1))
                .put(FakeRuleWorld.waiting(held, 2, "100"), FakeRuleWorld.waiting(other, 2, "200"));
        Thread asking =
                Thread.ofVirtual().start(() -> world.consultant.reconcile(FakeRuleWorld.key("web"), FakeRuleWorld.NOW));
        assertThat(called.await(20, TimeUnit.SECONDS)).isTrue();

        assertThat(world.world.woken("slots")).containsExactly("other");
        assertThat(world.asks(FakeRuleWorld.waiting(other, 2, "200"))).isEqualTo(new Decision.Admitted());
        assertThat(world.world.judged("web")).containsExactly("held");

        free.countDown();
        asking.join();
        world.put(FakeRuleWorld.leaving(other, 3))
                .put(Pods.like(other).version(4).build());
        assertThat(world.world.woken("slots")).containsExactly("held");
    }

    private static void hang(CountDownLatch free) {
        try {
            assertThat(free.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
