package io.kusionstack.operating.host.plugins;

import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plan.Wait;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PluginCallTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final Duration SHORT = Duration.ofMillis(50);
    private static final Duration AGAIN = Duration.ofSeconds(5);

    private final ClassLoader loader = new ClassLoader("sample", null) {};
    private final CountingPluginMetrics metrics = new CountingPluginMetrics();
    private final PluginCall call = new PluginCall(
            "sample",
            loader,
            PluginJars.settings(LONG, 2),
            new ErrorText(text -> text.replace("s3cret", "***")),
            metrics);

    @AfterEach
    void end() {
        call.end();
    }

    @Test
    void runsWithThePluginsClassLoaderOnAThreadOfItsOwn() {
        ClassLoader before = Thread.currentThread().getContextClassLoader();

        Answer<String> answer = ask(LONG, () -> {
            Thread thread = Thread.currentThread();
            return thread.getContextClassLoader().getName() + " " + thread.getName() + " " + thread.isVirtual();
        });

        assertThat(answer).isEqualTo(new Answer.Given<>("sample plugin-sample-0 false"));
        assertThat(Thread.currentThread().getContextClassLoader()).isSameAs(before);
        assertThat(metrics.count("sample judge given")).isEqualTo(1);
    }

    @Test
    void whoHasAnAnswerMayAskAgainAtOnceThoughThereIsRoomForOneCallOnly() {
        PluginCall narrow =
                new PluginCall("sample", loader, PluginJars.settings(LONG, 1), new ErrorText(text -> text), metrics);
        for (int time = 0; time < 2_000; time++) {
            int asked = time;

            assertThat(narrow.ask(CallSpec.of("sample", "judge", LONG, () -> asked)))
                    .isEqualTo(new Answer.Given<>(asked));
        }
        narrow.end();
    }

    @Test
    void whatIsThrownIsAReasonInOneLineWithoutSecrets() {
        assertThat(ask(LONG, () -> {
                    throw new java.io.IOException("GET /?key=s3cret failed\nat line 2");
                }))
                .isEqualTo(missing("failed in judge: java.io.IOException: GET /?key=*** failed"));
        assertThat(ask(LONG, () -> {
                    throw new IllegalArgumentException("the annotation group is missing");
                }))
                .isEqualTo(missing("failed in judge: the annotation group is missing"));
        assertThat(ask(LONG, () -> {
                    throw new Hostile();
                }))
                .isInstanceOf(Answer.NoAnswer.class);
    }

    private static final class Hostile extends RuntimeException {
        private static final long serialVersionUID = 1L;

        @Override
        public String getMessage() {
            throw new IllegalStateException("not even that");
        }
    }

    @Test
    void aCallThatOverrunsIsInterruptedAndItsLateAnswerHandedOver() throws Exception {
        CompletableFuture<String> late = new CompletableFuture<>();
        CountDownLatch ended = new CountDownLatch(1);

        Answer<String> answer = call.ask(CallSpec.of("sample", "judge", SHORT, this::untilInterrupted)
                .lateTo(late::complete)
                .endingWith(ended::countDown));

        assertThat(answer).isEqualTo(missing("did not return from judge in time; plugins.callTimeout is 30 s"));
        assertThat(late.get(20, TimeUnit.SECONDS)).isEqualTo("interrupted");
        assertThat(ended.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(call.inFlight().awaitIdle(LONG)).isTrue();
        assertThat(call.inFlight().overdue()).isZero();
        assertThat(metrics.count("sample judge late")).isEqualTo(1);
    }

    private String untilInterrupted() {
        try {
            new CountDownLatch(1).await();
            return "never";
        } catch (InterruptedException e) {
            return "interrupted";
        }
    }

    @Test
    void aCallKeepsItsSlotUntilItReallyReturns() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        Callable<String> stubborn = () -> uninterruptibly(release);
        for (String subject : List.of("lb-1", "lb-2")) {
            assertThat(about(subject, SHORT, stubborn))
                    .isEqualTo(missing("did not return from observe in time; plugins.callTimeout is 30 s"));
        }

        assertThat(ask(LONG, () -> "well"))
                .isEqualTo(missing("holds 2 calls that have not returned; it is asked again when one has"));
        release.countDown();
        assertThat(call.inFlight().awaitIdle(LONG)).isTrue();
        assertThat(ask(LONG, () -> "well")).isEqualTo(new Answer.Given<>("well"));
    }

    @Test
    void whoFindsNoSlotBecauseOthersAreServedIsToldThatItIsBusyAndNobodyFailed() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (String subject : List.of("lb-1", "lb-2")) {
                CountDownLatch inside = new CountDownLatch(1);
                threads.submit(() -> about(subject, LONG, () -> {
                    inside.countDown();
                    return uninterruptibly(release);
                }));
                assertThat(inside.await(20, TimeUnit.SECONDS)).isTrue();
            }

            assertThat(ask(LONG, () -> "well"))
                    .isEqualTo(new Answer.NoAnswer<>(
                            new Wait(
                                    Reason.PLUGIN_BUSY,
                                    "sample",
                                    "plugin \"sample\" holds 2 calls that have not returned; it is asked again when"
                                            + " one has"),
                            Duration.ofSeconds(1)));
            release.countDown();
        }
        assertThat(metrics.count("sample judge busy")).isEqualTo(1);
    }

    @Test
    void whatRestsRestsAlone() {
        for (int i = 0; i < 5; i++) {
            about("lb-1", LONG, () -> {
                throw new StackOverflowError();
            });
        }

        assertThat(about("lb-1", LONG, () -> "well"))
                .isEqualTo(
                        missing(
                                "rests for lb-1, because too many of its calls there timed out or ended with an Error, the last:"
                                        + " failed in observe: java.lang.StackOverflowError; it is asked again once every 15 s"));
        assertThat(about("lb-2", LONG, () -> "well")).isEqualTo(new Answer.Given<>("well"));
    }

    @Test
    void whatDidNotAnswerInTimeLatelyHoldsHalfOfTheSlotsAtMost() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        for (String subject : List.of("lb-1", "lb-2")) {
            about(subject, SHORT, this::untilInterrupted);
        }
        assertThat(call.inFlight().awaitIdle(LONG)).isTrue();
        about("lb-1", SHORT, () -> uninterruptibly(release));

        assertThat(about("lb-2", LONG, () -> "well"))
                .isEqualTo(missing("holds 1 calls that have not returned, about what did not answer in time of late; it"
                        + " is asked again when one has"));
        assertThat(about("lb-3", LONG, () -> "well")).isEqualTo(new Answer.Given<>("well"));
        release.countDown();
    }

    @Test
    void whatIsAnsweredWithoutAskingAnybodyHasRoomOfItsOwnAndCostsNobodyARest() {
        CountDownLatch release = new CountDownLatch(1);
        for (String subject : List.of("lb-1", "lb-2")) {
            about(subject, SHORT, () -> uninterruptibly(release));
        }

        for (int i = 0; i < 20; i++) {
            quick(() -> {
                throw new StackOverflowError();
            });
        }

        assertThat(quick(() -> "lb-1")).isEqualTo(new Answer.Given<>("lb-1"));
        assertThat(call.isCircuitOpen()).isFalse();
        release.countDown();
    }

    private Answer<String> quick(Callable<String> asked) {
        return call.askQuick(CallSpec.of(new Topic("sample", "lockKey", "shop/web"), LONG, asked));
    }

    private Answer<String> about(String subject, Duration limit, Callable<String> asked) {
        return call.ask(CallSpec.of(new Topic("sample", "observe", subject), limit, asked));
    }

    private static String uninterruptibly(CountDownLatch release) {
        while (true) {
            try {
                release.await();
                return "late";
            } catch (InterruptedException e) {
                // stays, as a hostile plugin does
            }
        }
    }

    @Test
    void overrunsAndErrorsMakeItRestAndExceptionsDoNot() {
        for (int i = 0; i < 20; i++) {
            ask(LONG, () -> {
                throw new IllegalStateException("no such load balancer");
            });
        }
        assertThat(call.isCircuitOpen()).isFalse();

        for (int i = 0; i < 5; i++) {
            ask(LONG, () -> {
                throw new StackOverflowError();
            });
        }
        assertThat(call.isCircuitOpen()).isTrue();
        assertThat(ask(LONG, () -> "well"))
                .isEqualTo(missing(
                        "rests for sample, because too many of its calls there timed out or ended with an Error, the last:"
                                + " failed in judge: java.lang.StackOverflowError; it is asked again once every 15 s"));
    }

    @Test
    void unloadingWaitsForCallsInFlightAndLetsNoOtherIn() throws Exception {
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Answer<String>> running = threads.submit(() -> ask(LONG, () -> {
                inside.countDown();
                return uninterruptibly(release);
            }));
            assertThat(inside.await(20, TimeUnit.SECONDS)).isTrue();

            call.inFlight().stop();

            assertThat(ask(LONG, () -> "well"))
                    .isEqualTo(new Answer.NoAnswer<>(
                            new Wait(Reason.PLUGIN_UNAVAILABLE, "sample", "plugin \"sample\" is being unloaded"),
                            AGAIN));
            assertThat(call.inFlight().awaitIdle(SHORT)).isFalse();
            release.countDown();
            assertThat(running.get()).isEqualTo(new Answer.Given<>("late"));
            assertThat(call.inFlight().awaitIdle(LONG)).isTrue();
            assertThat(call.askUngated(CallSpec.of("sample", "close", LONG, () -> "closed")))
                    .isEqualTo(new Answer.Given<>("closed"));
        }
    }

    @Test
    void aCallerThatIsInterruptedStopsWaiting() throws Exception {
        List<Answer<String>> answers = new ArrayList<>();
        CountDownLatch inside = new CountDownLatch(1);
        Thread caller = Thread.ofVirtual()
                .start(() -> answers.add(ask(LONG, () -> {
                    inside.countDown();
                    return untilInterrupted();
                })));
        assertThat(inside.await(20, TimeUnit.SECONDS)).isTrue();

        caller.interrupt();
        caller.join();

        assertThat(answers).hasSize(1).first().isInstanceOf(Answer.NoAnswer.class);
        assertThat(caller.isInterrupted()).isTrue();
        assertThat(call.inFlight().awaitIdle(LONG)).isTrue();
    }

    @Test
    void aValueIsEitherInTimeOrLateItsCallEndsOnceAndNoInterruptReachesTheNextCall() throws Exception {
        int calls = 3_000;
        AtomicInteger late = new AtomicInteger();
        AtomicInteger ended = new AtomicInteger();
        int inTime = 0;
        for (int i = 0; i < calls; i++) {
            Topic topic = new Topic("sample", "judge", "subject-" + i);
            Answer<Boolean> answer = call.ask(CallSpec.of(
                            topic,
                            Duration.ofNanos(i * 100L),
                            () -> Thread.currentThread().isInterrupted())
                    .lateTo(value -> late.incrementAndGet())
                    .endingWith(ended::incrementAndGet));
            if (answer instanceof Answer.Given<Boolean>(Boolean isInterrupted)) {
                assertThat(isInterrupted).isFalse();
                inTime++;
            }
        }

        assertThat(call.inFlight().awaitIdle(LONG)).isTrue();
        assertThat(inTime + late.get()).isEqualTo(calls);
        assertThat(ended).hasValue(calls);
        assertThat(metrics.count("sample judge late")).isEqualTo(late.get());
    }

    private Answer<String> ask(Duration limit, Callable<String> asked) {
        return call.ask(CallSpec.of("sample", "judge", limit, asked));
    }

    private static Answer<String> missing(String why) {
        return new Answer.NoAnswer<>(new Wait(Reason.PLUGIN_FAILED, "sample", "plugin \"sample\" " + why), AGAIN);
    }
}
