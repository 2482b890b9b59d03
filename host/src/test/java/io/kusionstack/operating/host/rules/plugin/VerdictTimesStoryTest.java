package io.kusionstack.operating.host.rules.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.host.plan.Decision;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.rules.admit.FakeRuleWorld;
import io.kusionstack.operating.host.world.Pods;
import io.kusionstack.operating.plugin.PodRef;
import io.kusionstack.operating.plugin.rule.RuleRef;
import io.kusionstack.operating.plugin.rule.RuleRequest;
import io.kusionstack.operating.plugin.rule.Verdict;
import io.kusionstack.operating.plugin.rule.WaitingPod;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** How long verdicts count, and when a plugin is asked again. */
class VerdictTimesStoryTest {
    private static final Decision PASSED = new Decision.Admitted();
    private static final Verdict.AskAgain PENDING =
            Verdict.askAgain("Pending", "nobody has approved yet", Duration.ofSeconds(20));

    private final PodRecord a =
            FakeRuleWorld.waiting(Pods.pod("a").available().label("app", "web").build(), 2, "100");
    private final PodRecord b = Pods.pod("b").available().label("app", "web").build();
    private final FakePlugins plugins = new FakePlugins();

    @Test
    void aYesForGoodIsKeptForASlotThatComesLater() {
        PluggedWorld world = new PluggedWorld(
                        plugins.says("window", Verdict.pass().validFor(Duration.ofMinutes(10))),
                        PluginQueryStoryTest.slotsAndWindow())
                .put(FakeRuleWorld.leaving(b, 2), a);
        world.pass(Duration.ofMinutes(5));
        assertThat(plugins.requests).hasSize(1);

        world.put(Pods.like(a).version(3).label("tier", "front").build());
        world.put(Pods.like(b).version(3).build());

        assertThat(world.pass(Duration.ofMillis(200))).containsExactly("a");
        assertThat(world.asks(a)).isEqualTo(PASSED);
        assertThat(plugins.requests).hasSize(1);
    }

    @Test
    void aYesForGoodEndsWithItsTimeAndWithTheOperation() {
        PluggedWorld world = new PluggedWorld(
                        plugins.says("window", Verdict.pass().validFor(Duration.ofMinutes(10))),
                        PluginQueryStoryTest.slotsAndWindow())
                .put(FakeRuleWorld.leaving(b, 2), a);
        world.pass(Duration.ofMinutes(10).plusSeconds(1));
        world.put(Pods.like(b).version(3).build());
        world.settle();
        assertThat(plugins.requests).hasSize(2);

        world.put(FakeRuleWorld.waiting(Pods.like(b).version(4).build(), 5, "300"));
        world.pass(Duration.ofMillis(200));
        assertThat(plugins.askedAbout().getLast()).contains("b");
    }

    @Test
    void aNoWithAPauseIsNotAskedAboutEarlierThoughPodsMove() {
        PluggedWorld world = new PluggedWorld(
                        plugins.says("window", PENDING.notBefore(Duration.ofSeconds(10))),
                        PluginQueryStoryTest.window(1))
                .put(a, b);
        world.settle();
        for (int i = 0; i < 9; i++) {
            world.put(Pods.like(a).version(10L + i).label("tier", "t" + i).build());
            world.put(Pods.like(b).version(10L + i).label("tier", "t" + i).build());
            world.pass(Duration.ofSeconds(1));
        }
        assertThat(plugins.requests).hasSize(1);

        world.pass(Duration.ofSeconds(2));
        assertThat(plugins.requests).hasSize(2);
    }

    @Test
    void aPluginThatHasLearnedSomethingIsAskedAgainASecondAfterTheLastQuestion() {
        PluggedWorld world = new PluggedWorld(
                        plugins.says("window", PENDING.notBefore(Duration.ofSeconds(10))),
                        PluginQueryStoryTest.window(1))
                .put(a);
        world.settle();
        plugins.says("window", Verdict.pass());
        Runnable waker = plugins.requests.getFirst().waker();

        waker.run();
        waker.run();
        assertThat(world.pass(Duration.ofSeconds(1))).containsExactly("a");
        waker.run();
        world.pass(Duration.ofSeconds(3));

        assertThat(plugins.requests).hasSize(2);
        assertThat(world.asks(a)).isEqualTo(PASSED);
    }

    @Test
    void aPluginTakesAYesForGoodBack() {
        PluggedWorld world = new PluggedWorld(
                        plugins.says("window", Verdict.pass().validFor(Duration.ofHours(1))),
                        PluginQueryStoryTest.slotsAndWindow())
                .put(FakeRuleWorld.leaving(b, 2), a);
        world.settle();
        plugins.says("window", PENDING);
        plugins.requests.getFirst().waker().run();
        world.pass(Duration.ofSeconds(2));

        world.put(Pods.like(b).version(3).build());

        assertThat(world.pass(Duration.ofMillis(200))).isEmpty();
        assertThat(world.asks(a)).isNotEqualTo(PASSED);
    }

    @Test
    void aPluginHearsWhichOperationOfWhichRuleWaits() {
        PluggedWorld world = new PluggedWorld(plugins.says("window", PENDING), PluginQueryStoryTest.window(7))
                .put(FakeRuleWorld.waiting(b, 2, "1700000000000000000"));
        world.pass(Duration.ofSeconds(25));

        RuleRequest first = plugins.requests.getFirst();
        assertThat(first.object()).isEqualTo(new RuleRef("shop", "web", "rule-web", 7));
        String trace = first.waiting().getFirst().traceId();
        assertThat(first.waiting())
                .containsExactly(new WaitingPod(
                        new PodRef("shop", "b", b.uid()),
                        List.of(new WaitingPod.Operation(
                                FakeRuleWorld.UPDATE, "update", Optional.of(Instant.ofEpochSecond(1_700_000_000)))),
                        trace));
        assertThat(trace).matches("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
        assertThat(plugins.requests.getLast().waiting()).isEqualTo(first.waiting());
        assertThat(plugins.requests).hasSize(2);
    }
}
