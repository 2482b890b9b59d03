package io.kusionstack.operating.testplugins.trial;

import static io.kusionstack.operating.testplugins.trial.Jars.CHANGES;
import static io.kusionstack.operating.testplugins.trial.Jars.POD;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.host.plugins.Answer;
import io.kusionstack.operating.host.plugins.PluginHost.PluginState;
import io.kusionstack.operating.host.plugins.RulePlugins.OpenedRule;
import io.kusionstack.operating.host.plugins.RulePlugins.RuleWorker;
import io.kusionstack.operating.host.plugins.TrafficPlugins.TrafficWorker;
import io.kusionstack.operating.plugin.rule.RuleResponse;
import io.kusionstack.operating.plugin.rule.Verdict;
import io.kusionstack.operating.plugin.traffic.BackendResult;
import io.kusionstack.operating.plugin.traffic.Progress;
import io.kusionstack.operating.testkit.PluginHarness;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a hostile plugin does to the host: a wait with a reason, and nothing to anybody else. */
class HostilePluginsIT {
    private static final int CALLS = 4;
    private static final Duration LIMIT = Duration.ofMillis(500);
    private static final Answer<RuleResponse> PASSED =
            new Answer.Given<>(new RuleResponse(Map.of(POD, Verdict.pass()), Map.of()));

    private PluginHarness harness = PluginHarness.of();

    @AfterEach
    void close() {
        harness.close();
    }

    @Test
    void aPluginThatBlocksInItsConstructorIsRefusedInTimeAndTheOthersWork() {
        Instant begun = Instant.now();
        start("blocks-at-start", "steady");

        assertThat(Duration.between(begun, Instant.now())).isLessThan(Duration.ofSeconds(8));
        assertThat(harness.states())
                .extracting(state -> state.id() + " " + state.health() + " " + state.why())
                .containsExactly(
                        "steady loaded ",
                        "blocks-at-start refused while extension"
                                + " io.kusionstack.operating.testplugins.blocksatstart.ControlProvider is made: plugin"
                                + " \"blocks-at-start\" did not return from start within 2 s");
        assertThat(harness.rules().open("blocks-at-start", "shop/web/rule", NullNode.getInstance()))
                .isInstanceOfSatisfying(
                        OpenedRule.RuleUnavailable.class,
                        opened -> assertThat(opened.why().message())
                                .startsWith("plugin \"blocks-at-start\" is refused: blocks-at-start-")
                                .endsWith("known for rule are steady-rule"));
        assertSteady();
    }

    @Test
    void aPluginThatHangsHoldsABoundedNumberOfThreadsAndThenIsAnsweredForAtOnce() throws Exception {
        start("hangs", "steady");
        Queue<RuleWorker> rules = new ConcurrentLinkedQueue<>();
        for (int i = 0; i < 4 * CALLS; i++) {
            rules.add(rule("hangs-rule", i));
        }

        List<Answer<RuleResponse>> answers =
                atOnce(4 * CALLS, () -> rules.remove().judge(Jars.request()));

        assertThat(answers)
                .allSatisfy(answer -> assertThat(told(answer))
                        .containsAnyOf(
                                "did not return from judge in time; plugins.callTimeout is 500 ms",
                                "holds 2 calls that have not returned, about what did not answer in time of late",
                                "holds 4 calls that have not returned; it is asked again when one has"));
        // beside those of the slots, threads of calls that have just ended stay for 10 s
        assertThat(threadsOf("hangs")).isLessThanOrEqualTo(2 * CALLS);
        assertSteady();
    }

    @Test
    void aPluginThatHangsAgainAndAgainIsLeftAloneForAWhile() throws Exception {
        start("hangs", "steady");
        TrafficWorker traffic = harness.traffic("hangs-traffic");
        for (int i = 0; i < 5; i++) {
            traffic.observe(Jars.employer("web", ""), Instant.now(), Jars.deadline());
        }

        Instant begun = Instant.now();
        Answer<?> answer = traffic.observe(Jars.employer("web", ""), Instant.now(), Jars.deadline());

        assertThat(Duration.between(begun, Instant.now())).isLessThan(LIMIT);
        assertThat(why(answer))
                .startsWith(
                        "plugin \"hangs-traffic\" rests for default/web, because too many of its calls there timed out"
                                + " or ended with an Error, the last: did not return from ")
                .endsWith(" in time; plugins.callTimeout is 500 ms; it is asked again once every 15 s");
        assertThat(state("hangs").circuitOpen()).isTrue();
        assertSteady();
    }

    @Test
    void errorsAreAnswersLikeAnyOther() {
        start("throws-errors", "steady");
        TrafficWorker traffic = harness.traffic("throws-errors-traffic");

        assertThat(why(worker("throws-errors-rule", "").judge(Jars.request())))
                .isEqualTo("plugin \"throws-errors-rule\" failed in judge: java.lang.StackOverflowError");
        assertThat(why(traffic.observe(Jars.employer("web", ""), Instant.now(), Jars.deadline())))
                .isEqualTo("plugin \"throws-errors-traffic\" failed in observe: java.lang.NoClassDefFoundError:"
                        + " com/example/Missing");
        assertThat(why(traffic.apply(Jars.employer("web", ""), CHANGES, Jars.deadline())))
                .isEqualTo("plugin \"throws-errors-traffic\" failed in apply: java.lang.OutOfMemoryError: pretended");
        assertSteady();
    }

    @Test
    void whatIgnoresInterruptionKeepsItsSlotAndItsLockUntilItReturns() throws Exception {
        start("ignores-interruption", "steady");
        TrafficWorker traffic = harness.traffic("ignores-interruption-traffic");

        Answer<?> first = traffic.observe(Jars.employer("web", ""), Instant.now(), Jars.deadline());
        Answer<?> second = traffic.observe(Jars.employer("web", ""), Instant.now(), Jars.deadline());

        assertThat(why(first))
                .isEqualTo(
                        "plugin \"ignores-interruption-traffic\" did not return from observe in time; plugins.callTimeout is 500 ms");
        assertThat(why(second))
                .isEqualTo("plugin \"ignores-interruption-traffic\" still works on default/web; the next call waits for"
                        + " that one to return");
        assertThat(state("ignores-interruption").overdue()).isEqualTo(1);
        assertThat(eventually(() -> state("ignores-interruption").callsInFlight() == 0))
                .isTrue();
        assertThat(harness.counts()).containsEntry("ignores-interruption observe late", 1);
        assertThat(why(traffic.observe(Jars.employer("web", ""), Instant.now(), Jars.deadline())))
                .contains("did not return");
    }

    @Test
    void callsThatSpinKeepNoVirtualThreadFromRunning() throws Exception {
        start("ignores-interruption", "steady");
        TrafficWorker traffic = harness.traffic("ignores-interruption-traffic");
        for (int i = 0; i < CALLS; i++) {
            String name = "web-" + i;
            Thread.ofVirtual().start(() -> traffic.observe(Jars.employer(name, ""), Instant.now(), Jars.deadline()));
        }
        assertThat(eventually(() -> state("ignores-interruption").callsInFlight() == CALLS))
                .isTrue();

        CountDownLatch ran = new CountDownLatch(100);
        for (int i = 0; i < 100; i++) {
            Thread.ofVirtual().start(ran::countDown);
        }

        assertThat(ran.await(2, TimeUnit.SECONDS)).isTrue();
        assertSteady();
    }

    @Test
    void aLeakedThreadIsCountedAndCostsOnlyItsOwnPluginsMemory() {
        start("leaks-thread", "steady");
        assertThat(worker("leaks-thread-rule", "").judge(Jars.request())).isEqualTo(PASSED);
        assertThat(state("leaks-thread").threads()).isEqualTo(2);
        assertThat(state("steady").threads()).isZero();

        harness.close();

        assertThat(harness.left()).isEqualTo(List.of("plugin-leaks-thread"));
    }

    @Test
    void wrongVerdictsAreNotTaken() {
        start("wrong-answers", "steady");

        assertThat(judged("NOTHING")).isEqualTo("it answered null");
        assertThat(judged("NO_REASON"))
                .isEqualTo("the verdict about Pod default/web-0 has the reason null; a reason is CamelCase, 1 to 63");
        assertThat(judged("REASON_WITH_SPACES"))
                .isEqualTo(
                        "the verdict about Pod default/web-0 has the reason not now; a reason is CamelCase, 1 to 63");
        assertThat(judged("NO_TIME")).isEqualTo("the verdict about Pod default/web-0 does not say when to ask again");
        assertThat(judged("LONG_MEMORY")).isEqualTo("it wants to remember 17411 bytes; allowed are 16384");
        assertThat(worker("wrong-answers-rule", "TOO_FEW").judge(Jars.request()))
                .isEqualTo(new Answer.Given<>(new RuleResponse(Map.of(), Map.of())));
        assertThat(worker("wrong-answers-rule", "FOR_OTHERS").judge(Jars.request()))
                .isEqualTo(PASSED);
        assertThat(harness.counts()).containsEntry("wrong-answers judge dropped", 1);
        assertSteady();
    }

    private String judged(String wrong) {
        String why = why(worker("wrong-answers-rule", wrong).judge(Jars.request()));
        return why.replace("plugin \"wrong-answers-rule\" failed in judge: ", "");
    }

    @Test
    void wrongObservationsAreNotTaken() {
        start("wrong-answers");

        assertThat(observed("no-key"))
                .isEqualTo("lockKey: its lock key for default/web is null; it has to be a text of" + " 1 to 253");
        assertThat(observed("no-annotation"))
                .isEqualTo("lockKey: the annotation wrong-answers/group is missing on the Service");
        assertThat(observed("null")).isEqualTo("observe: it answered null");
        assertThat(observed("no-time"))
                .isEqualTo("observe: its observation does not say when it was read, or names a time to come: null");
        assertThat(observed("tomorrow")).contains("names a time to come");
        assertThat(observed("no-backend")).contains("has a backend without Pod, address or state");
        assertThat(observed("no-pod")).contains("has a backend without Pod, address or state");
        assertThat(observed("no-state")).contains("has a backend without Pod, address or state");
        assertThat(observed("null-element")).startsWith("observe: java.lang.NullPointerException");
    }

    private String observed(String wrong) {
        Answer<?> answer = harness.traffic("wrong-answers-traffic")
                .observe(Jars.employer("web", wrong), Instant.now(), Jars.deadline());
        return why(answer).replace("plugin \"wrong-answers-traffic\" failed in ", "");
    }

    @Test
    void wrongResultsAreNotTaken() {
        start("wrong-answers");

        assertThat(applied("null")).isEqualTo("it answered null");
        assertThat(applied("no-progress"))
                .isEqualTo("its answer has a result that does not say how far the change is: null");
        assertThat(applied("no-code"))
                .startsWith("its answer has a result that does not say how far the change is: Failed");
        assertThat(applied("null-element")).isEqualTo("its answer has a result without Pod or address: null");
        for (String wrong : List.of("too-few", "for-others")) {
            assertThat(harness.traffic("wrong-answers-traffic")
                            .apply(Jars.employer("web", wrong), CHANGES, Jars.deadline()))
                    .isEqualTo(new Answer.Given<>(List.of(
                            new BackendResult(Jars.BACKEND, new Progress.Pending("NoResult", Duration.ofSeconds(1))))));
        }
        assertThat(harness.counts()).containsEntry("wrong-answers apply dropped", 1);
    }

    private String applied(String wrong) {
        Answer<?> answer =
                harness.traffic("wrong-answers-traffic").apply(Jars.employer("web", wrong), CHANGES, Jars.deadline());
        return why(answer).replace("plugin \"wrong-answers-traffic\" failed in apply: ", "");
    }

    private void start(String... plugins) {
        harness = PluginHarness.of(Jars.of(plugins))
                .callTimeout(LIMIT)
                .callsInFlight(CALLS)
                .loadTimeout(Duration.ofSeconds(2))
                .start();
    }

    private void assertSteady() {
        assertThat(worker("steady-rule", "").judge(Jars.request())).isEqualTo(PASSED);
        assertThat(harness.traffic("steady-traffic").observe(Jars.employer("web", ""), Instant.now(), Jars.deadline()))
                .isInstanceOf(Answer.Given.class);
    }

    private PluginState state(String id) {
        return harness.states().stream()
                .filter(state -> state.id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    private static long threadsOf(String id) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("plugin-" + id + "-"))
                .count();
    }

    /** @param wrong what the plugin is to do; empty for a plugin that does not ask */
    private RuleWorker worker(String plugin, String wrong) {
        ObjectNode config = JsonNodeFactory.instance.objectNode();
        if (!wrong.isEmpty()) {
            config.put("wrong", wrong);
        }
        return ((OpenedRule.RuleReady) harness.rules().open(plugin, "default/rule/" + plugin, config)).worker();
    }

    /** Of another rule object each time. */
    private RuleWorker rule(String plugin, int number) {
        OpenedRule opened =
                harness.rules().open(plugin, "default/web-" + number + "/rule", JsonNodeFactory.instance.objectNode());
        return ((OpenedRule.RuleReady) opened).worker();
    }

    private static String why(Answer<?> answer) {
        assertThat(answer).isInstanceOf(Answer.NoAnswer.class);
        Wait why = ((Answer.NoAnswer<?>) answer).why();
        assertThat(why.reason()).isEqualTo(Reason.PLUGIN_FAILED);
        return why.message();
    }

    private static String told(Answer<?> answer) {
        return ((Answer.NoAnswer<?>) answer).why().message();
    }

    private static <T> List<T> atOnce(int times, Supplier<T> call) throws Exception {
        List<T> answers = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<T>> futures = new ArrayList<>();
            for (int i = 0; i < times; i++) {
                futures.add(threads.submit(call::get));
            }
            for (Future<T> future : futures) {
                answers.add(future.get());
            }
        }
        return answers;
    }

    private static boolean eventually(Supplier<Boolean> holds) {
        Instant end = Instant.now().plus(Duration.ofSeconds(20));
        while (!holds.get()) {
            if (Instant.now().isAfter(end)) {
                return false;
            }
            Thread.onSpinWait();
        }
        return true;
    }
}
