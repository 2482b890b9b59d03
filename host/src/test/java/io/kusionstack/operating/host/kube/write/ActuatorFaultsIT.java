package io.kusionstack.operating.host.kube.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kusionstack.operating.host.kernel.Outcome;
import io.kusionstack.operating.host.kube.Cluster;
import io.kusionstack.operating.host.kube.cache.OpenCaches;
import io.kusionstack.operating.host.plan.Action;
import io.kusionstack.operating.host.plan.Applied;
import io.kusionstack.operating.host.plan.MapEdit;
import io.kusionstack.operating.host.plan.ObjectKind;
import io.kusionstack.operating.host.plan.ObjectRef;
import io.kusionstack.operating.host.plan.Plan;
import io.kusionstack.operating.host.plan.PodEdit;
import io.kusionstack.operating.host.plan.PodGate;
import io.kusionstack.operating.host.plan.WriteResult;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What an API server does when it is busy, broken or old, told by a scripted one. */
class ActuatorFaultsIT extends ScriptedActuator {
    @Test
    void waitsAsLongAsTheServerAsksAndThenSendsAgain() {
        api.answers(429, "{}").answers(200, shown(11, "\"x\":\"1\"", ""));
        long start = System.nanoTime();

        write(PodEdit.of(pod).labels(MapEdit.set("x", "1")));

        Cluster.await().until(() -> version() == 11);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofSeconds(1));
        assertThat(metrics.count("throttled PT1S")).isEqualTo(1);
        awaitResults("BUSY", "WRITTEN");
    }

    @Test
    void aQuotaThatIsInUseIsNoObjectOfTheSameName() {
        api.answers(409, "{\"message\":\"Operation cannot be fulfilled on resourcequotas \\\"q\\\": modified\"}");

        assertThat(failed(revision())).isEqualTo(WriteResult.Cause.BUSY);
        assertThat(api.requests()).hasSize(1);
    }

    @Test
    void anObjectOfTheSameNameThatCannotBeReadIsNotSaidToHaveOtherContent() {
        api.answers(409, "{\"message\":\"already exists\"}").answers(403, "{\"message\":\"no right\"}");

        assertThat(failed(revision())).isEqualTo(WriteResult.Cause.FORBIDDEN);
    }

    @Test
    void aDeletionThatComesAfterTheEndIsNotSaidToBeDone() {
        actuator.close();

        assertThat(failed(new Action.DeletePod(pod.ref(), 10))).isEqualTo(WriteResult.Cause.NOT_SENT);
        assertThat(api.requests()).isEmpty();
    }

    private static Action revision() {
        return new Action.CreateObject(
                new ObjectRef(ObjectKind.CONTROLLER_REVISION, "shop", "web-1", ""),
                JsonNodeFactory.instance.objectNode());
    }

    @Test
    void anAdvanceIsDecidedOnceForItsWaitsAndItsWrite() {
        AtomicInteger asked = new AtomicInteger();
        gate = (seen, edit, now) -> {
            asked.incrementAndGet();
            return PodGate.Advance.of(
                    PodEdit.of(seen).labels(MapEdit.set("x", "1")).against(seen));
        };
        api.answers(200, shown(11, "\"x\":\"1\"", ""));

        assertThat(actuator.advance(pod))
                .contains(PodGate.Advance.of(PodEdit.of(pod).labels(MapEdit.set("x", "1"))));

        Cluster.await().until(() -> version() == 11);
        awaitResults("WRITTEN");
        assertThat(asked).hasValue(1);
    }

    @Test
    void nothingIsDecidedAboutAPodWhileAnotherWriteOfItIsUnderWay() {
        CountDownLatch answered = new CountDownLatch(1);
        api.answersFrom(answered, 422, "{\"message\":\"no\"}");
        write(PodEdit.of(pod).labels(MapEdit.set("x", "1")));
        Cluster.await().until(() -> api.requests().size() == 1);

        assertThat(actuator.advance(pod)).isEmpty();
        answered.countDown();

        Cluster.await().until(() -> actuator.advance(pod).equals(Optional.of(PodGate.Advance.of(PodEdit.of(pod)))));
        awaitResults("REFUSED");
    }

    @Test
    void readsThePodWhenAWriteHasNoOutcome() {
        api.answers(500, "{}").answers(200, shown(11, "\"x\":\"1\"", ""));

        write(PodEdit.of(pod).labels(MapEdit.set("x", "1")));

        Cluster.await().until(() -> version() == 11);
        assertThat(api.requests()).containsExactly("PATCH " + POD + "?timeout=8000ms", "GET " + POD);
        awaitResults("UNKNOWN");
    }

    @Test
    void forgetsAPodThatIsGoneWhenItsWriteFoundNone() {
        api.answers(404, "{}").answers(404, "{}");

        write(PodEdit.of(pod).labels(MapEdit.set("x", "1")));

        Cluster.await().until(() -> cache.size() == 0);
    }

    @Test
    void writesLabelsFirstAndTheGateSecondWhereTheyDoNotTravelTogether() {
        api.answers(200, shown(10, "", ""))
                .answers(200, shown(11, "\"x\":\"1\"", ""))
                .answers(200, shown(12, "\"x\":\"1\"", FALSE));

        write(PodEdit.of(pod).labels(MapEdit.set("x", "1")).serviceReady(false));

        Cluster.await().until(() -> version() == 12);
        assertThat(api.requests())
                .containsExactly(
                        "PATCH " + POD + "/status?dryRun=All&timeout=8000ms",
                        "PATCH " + POD + "?timeout=8000ms",
                        "PATCH " + POD + "/status?timeout=8000ms");
    }

    @Test
    void asksNotAgainBeforeEachWriteWhetherLabelsTravelWhereTheQuestionIsRefused() {
        api.answers(400, "{}").answers(200, shown(11, "\"x\":\"1\"", "")).answers(200, shown(12, "\"x\":\"1\"", FALSE));
        write(PodEdit.of(pod).labels(MapEdit.set("x", "1")).serviceReady(false));
        Cluster.await().until(() -> version() == 12);
        api.answers(200, shown(13, "\"x\":\"2\"", FALSE)).answers(200, shown(14, "\"x\":\"2\"", TRUE));

        write(PodEdit.of(cache.byUid("uid-a").orElseThrow())
                .labels(MapEdit.set("x", "2"))
                .serviceReady(true));

        Cluster.await().until(() -> version() == 14);
        assertThat(api.requests())
                .hasSize(5)
                .filteredOn(request -> request.contains("dryRun"))
                .hasSize(1);
    }

    @Test
    void asksForANewPlanWhenTheNextTryOfARefusedStatusIsDue() {
        ObjectRef set = new ObjectRef(ObjectKind.COLLASET, "shop", "web", "uid-web");
        ObjectNode status = JsonNodeFactory.instance.objectNode().put("observedGeneration", 2);
        api.answers(422, "{\"message\":\"no status\"}")
                .answers(200, "{\"metadata\":{\"resourceVersion\":\"8\"},\"status\":{\"observedGeneration\":2}}");
        Action.WriteStatus write = Action.WriteStatus.of(set, 7, status, 2, JsonNodeFactory.instance.arrayNode());

        Applied refused = actuator.apply(Plan.of(write));

        assertThat(refused.failures())
                .extracting(failure -> failure.result().cause())
                .containsExactly(WriteResult.Cause.REFUSED);
        assertThat(refused.outcome()).isEqualTo(Outcome.requeueAfter(Duration.ofSeconds(1), "REFUSED"));
        Cluster.await().until(() -> actuator.apply(Plan.of(write)).outcome().equals(Outcome.done()));
        assertThat(api.requests())
                .hasSize(2)
                .allMatch(request -> request.startsWith("PATCH") && request.contains("/web/status"));
    }

    @Test
    void noticesThatTheServerDidLessThanItSaid() {
        api.answers(200, shown(11, "", ""));

        write(PodEdit.of(pod).labels(MapEdit.set("x", "1")));

        Cluster.await().until(() -> version() == 11);
        assertThat(metrics.count("missed Pod")).isEqualTo(1);
    }

    @Test
    void sendsNothingWhileTheListOfANewEpochIsNotComplete() {
        OpenCaches.beginEpoch(cache);

        write(PodEdit.of(pod).labels(MapEdit.set("x", "1")));

        Cluster.await().until(() -> results.equals(List.of("NOT_SENT")));
        assertThat(api.requests()).isEmpty();
    }

    @Test
    void expectsACreationWithoutAnswerUntilAReadShowsThatItWasNotDone() {
        api.answers(500, "{}").answers(404, "{}");
        ObjectRef owner = new ObjectRef(ObjectKind.COLLASET, "shop", "web", "uid-web");

        Applied applied =
                actuator.apply(Plan.of(new Action.CreatePod(owner, "b", 1, 99, JsonNodeFactory.instance.objectNode())));

        assertThat(applied.failures())
                .extracting(failure -> failure.result().cause())
                .containsExactly(WriteResult.Cause.UNKNOWN);
        assertThat(applied.outcome()).isEqualTo(Outcome.requeueAfter(Duration.ofSeconds(12), "UNKNOWN"));
        assertThat(ExpectedCreations.of(expectations, "uid-web")).containsExactly("b");
        Cluster.await().until(() -> expectations.areMet("uid-web"));
        assertThat(api.requests())
                .containsExactly(
                        "POST /api/v1/namespaces/shop/pods?timeout=8000ms", "GET /api/v1/namespaces/shop/pods/b");
    }

    @Test
    void aPodThatIsDecidedAgainIsLookedAtWhenTheSecondDecisionAsksForIt() throws InterruptedException {
        CountDownLatch looks = new CountDownLatch(1);
        cache.onChange((before, after) -> {
            if (before == after) {
                looks.countDown();
            }
        });
        PodEdit labels = PodEdit.of(pod).labels(MapEdit.set("x", "1"));
        gate = (seen, edit, now) -> {
            if (ahead.isZero()) {
                ahead = Duration.ofSeconds(1);
                return new PodGate.Advance(labels, List.of(), Optional.of(Duration.ofHours(1)));
            }
            return new PodGate.Advance(PodEdit.of(seen), List.of(), Optional.of(Duration.ofMillis(10)));
        };

        assertThat(actuator.advance(pod).orElseThrow().edit()).isEqualTo(labels);

        assertThat(looks.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(api.requests()).isEmpty();
    }

    @Test
    void anErrorOfADecisionIsThrownToItsCaller() {
        gate = (seen, edit, now) -> {
            throw new IllegalStateException("no decision");
        };

        assertThatThrownBy(() -> actuator.advance(pod))
                .isInstanceOf(CompletionException.class)
                .hasMessageContaining("no decision");
        assertThat(api.requests()).isEmpty();
    }
}
