package io.kusionstack.operating.host.plugins;

import static io.kusionstack.operating.host.plugins.PluginJars.sample;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.kusionstack.operating.host.config.HostConfig;
import io.kusionstack.operating.host.plugins.RulePlugins.RuleWorker;
import io.kusionstack.operating.plugin.rule.RuleResponse;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A rule that takes its time, whoever interrupts it, until it is released, and then opens a ticket. */
class GuardedRuleTest {
    private static final String RELEASE = "acme.release";
    private static final String WAKER = "acme.waker";
    private static final String RELUCTANT = """
            var waker = (java.util.function.Consumer<Runnable>) System.getProperties().get("acme.waker");
            if (waker != null) {
                waker.accept(request.waker());
            }
            var release = (java.util.concurrent.CountDownLatch) System.getProperties().get("acme.release");
            while (request.rule().equals("slow") && release.getCount() > 0) {
                try {
                    release.await();
                } catch (InterruptedException e) {
                    // goes on
                }
            }
            return new RuleResponse(Map.of(), Map.of("ticket", request.key()));
            """;
    private static final RuleResponse TICKET = new RuleResponse(Map.of(), Map.of("ticket", "q-1"));

    @TempDir
    private Path folder;

    @TempDir
    private Path work;

    private final CountDownLatch release = new CountDownLatch(1);
    private PluginHost host;

    @BeforeEach
    void load() throws InterruptedException {
        System.getProperties().put(RELEASE, release);
        new PluginJars(folder, work).build("sample.jar", sample("sample", RELUCTANT));
        host = new PluginHost(
                new HostConfig.Plugins(
                        Optional.of(folder),
                        Map.of(),
                        true,
                        Map.of(),
                        List.of(),
                        Duration.ofMillis(300),
                        4,
                        Duration.ofSeconds(10)),
                new PluginHost.PluginEnvironment(
                        Clock.systemUTC(), new NoReads(), name -> Optional.empty(), new CountingPluginMetrics()));
        host.start();
        host.awaitLoaded();
    }

    @AfterEach
    void close() {
        release.countDown();
        host.close();
        System.getProperties().remove(RELEASE);
        System.getProperties().remove(WAKER);
    }

    @Test
    void callsOfOneRuleNeverOverlapThoughOneWasGivenUpAndAnotherWorkerAsks() throws Exception {
        CompletableFuture<RuleResponse> late = new CompletableFuture<>();
        RuleWorker before = worker("shop/web/rule");
        assertThat(why(before.judge(SampleRequests.about("slow"), late::complete)))
                .contains("did not return from judge in time");

        before.close();
        RuleWorker after = worker("shop/web/rule");

        assertThat(why(after.judge(SampleRequests.about("quick"))))
                .isEqualTo("plugin \"sample\" still works on the last question about shop/web/rule; the next one waits"
                        + " for that to return");
        assertThat(worker("shop/web/other").judge(SampleRequests.about("quick")))
                .isEqualTo(new Answer.Given<>(TICKET));
        release.countDown();
        assertThat(late.get(20, TimeUnit.SECONDS)).isEqualTo(TICKET);
        Answer<RuleResponse> answer = after.judge(SampleRequests.about("quick"));
        while (answer instanceof Answer.NoAnswer) {
            answer = after.judge(SampleRequests.about("quick"));
        }
        assertThat(answer).isEqualTo(new Answer.Given<>(TICKET));
    }

    @Test
    void aWakerHasNoEffectOnceTheWorkerIsClosed() {
        AtomicInteger wakes = new AtomicInteger();
        AtomicReference<Runnable> kept = new AtomicReference<>();
        System.getProperties().put(WAKER, (Consumer<Runnable>) kept::set);
        RuleWorker worker = worker("shop/web/rule");
        worker.judge(SampleRequests.about("quick", wakes::incrementAndGet));

        kept.get().run();
        assertThat(wakes).hasValue(1);
        worker.close();
        Awaitility.await().untilAsserted(() -> {
            int before = wakes.get();
            kept.get().run();
            assertThat(wakes).hasValue(before);
        });
    }

    private RuleWorker worker(String rule) {
        RulePlugins.OpenedRule opened = host.rules().open("sample", rule, JsonNodeFactory.instance.objectNode());
        assertThat(opened).isInstanceOf(RulePlugins.OpenedRule.RuleReady.class);
        return ((RulePlugins.OpenedRule.RuleReady) opened).worker();
    }

    private static String why(Answer<?> answer) {
        assertThat(answer).isInstanceOf(Answer.NoAnswer.class);
        return ((Answer.NoAnswer<?>) answer).why().message();
    }
}
