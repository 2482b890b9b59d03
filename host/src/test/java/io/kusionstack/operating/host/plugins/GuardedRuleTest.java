package io.kusionstack.operating.host.plugins;

import static io.kusionstack.operating.host.plugins.PluginJars.sample;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.kusionstack.operating.host.config.HostConfig;
import io.kusionstack.operating.host.plugins.RulePlugins.RuleWorker;
import io.kusionstack.operating.plugin.Stage;
import io.kusionstack.operating.plugin.rule.RuleRequest;
import io.kusionstack.operating.plugin.rule.RuleResponse;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A rule that takes its time, whoever interrupts it, until it is released, and then opens a ticket. */
class GuardedRuleTest {
    private static final String RELEASE = "acme.release";
    private static final String RELUCTANT = """
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
    }

    @Test
    void callsOfOneRuleNeverOverlapThoughOneWasGivenUpAndAnotherWorkerAsks() throws Exception {
        CompletableFuture<RuleResponse> late = new CompletableFuture<>();
        RuleWorker before = worker("shop/web/rule");
        assertThat(why(before.judge(request("slow"), late::complete))).contains("did not return from judge in time");

        before.close();
        RuleWorker after = worker("shop/web/rule");

        assertThat(why(after.judge(request("quick"))))
                .isEqualTo("plugin \"sample\" still works on the last question about shop/web/rule; the next one waits"
                        + " for that to return");
        assertThat(worker("shop/web/other").judge(request("quick"))).isEqualTo(new Answer.Given<>(TICKET));
        release.countDown();
        assertThat(late.get(20, TimeUnit.SECONDS)).isEqualTo(TICKET);
        Answer<RuleResponse> answer = after.judge(request("quick"));
        while (answer instanceof Answer.NoAnswer) {
            answer = after.judge(request("quick"));
        }
        assertThat(answer).isEqualTo(new Answer.Given<>(TICKET));
    }

    private RuleWorker worker(String rule) {
        RulePlugins.OpenedRule opened = host.rules().open("sample", rule, JsonNodeFactory.instance.objectNode());
        assertThat(opened).isInstanceOf(RulePlugins.OpenedRule.RuleReady.class);
        return ((RulePlugins.OpenedRule.RuleReady) opened).worker();
    }

    private static RuleRequest request(String rule) {
        Instant now = Instant.now();
        return new RuleRequest(
                rule, Stage.PRE_CHECK, List.of(), List.of(), Map.of(), "q-1", now, now.plus(Duration.ofSeconds(5)));
    }

    private static String why(Answer<?> answer) {
        assertThat(answer).isInstanceOf(Answer.NoAnswer.class);
        return ((Answer.NoAnswer<?>) answer).why().message();
    }
}
