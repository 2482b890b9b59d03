package io.kusionstack.operating.host.kube.write;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.kusionstack.operating.host.kube.Cluster;
import io.kusionstack.operating.host.plan.Action;
import io.kusionstack.operating.host.plan.Applied;
import io.kusionstack.operating.host.plan.MapEdit;
import io.kusionstack.operating.host.plan.Plan;
import io.kusionstack.operating.host.plan.PodEdit;
import io.kusionstack.operating.host.plan.PodGate;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.WriteResult;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which writes are sent again after a conflict. */
class WriteConflictsIT extends ScriptedActuator {
    @Test
    void aClientThatWritesOtherFieldsDoesNotStarveAFinalizer() {
        api.answers(409, "{}")
                .answers(200, newest("\"finalizers\":[\"x/y\"]", "{}"))
                .answers(200, "{}");

        assertThat(actuator.apply(Plan.of(FINALIZER.action(SET, 10))).failures())
                .isEmpty();
        assertThat(api.lastBody())
                .isEqualTo(
                        "{\"metadata\":{\"finalizers\":[\"x/y\",\"a/b\"],\"resourceVersion\":\"12\",\"uid\":\"uid-web\"}}");
    }

    @Test
    void aWriteIsNotSentAgainWhereWhatItReliesOnHasChanged() {
        List<String> changed =
                List.of("\"finalizers\":[]", "\"finalizers\":[\"x/y\"],\"deletionTimestamp\":\"2026-01-01T00:00:00Z\"");
        for (String metadata : changed) {
            api.answers(409, "{}").answers(200, newest(metadata, "{}"));
            assertThat(failed(FINALIZER.action(SET, 10))).as(metadata).isEqualTo(WriteResult.Cause.CONFLICT);
        }
        assertThat(api.requests()).hasSize(4);
    }

    @Test
    void aStatusIsWrittenWhoeverWritesOtherFieldsOfTheSameGeneration() {
        api.answers(409, "{}")
                .answers(200, newest("\"generation\":3", "{\"replicas\":7}"))
                .answers(200, "{}");

        assertThat(actuator.apply(Plan.of(status())).failures()).isEmpty();
        assertThat(api.requests()).hasSize(3);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            quoteCharacter = '|',
            value = {"4 {}", "3 {\"conditions\":[{\"type\":\"Another\",\"status\":\"True\"}]}"})
    void aStatusIsPlannedAnewWhereTheSpecOrAConditionHasChanged(int generation, String status) {
        api.answers(409, "{}").answers(200, newest("\"generation\":" + generation, status));

        assertThat(failed(status())).isEqualTo(WriteResult.Cause.CONFLICT);
        assertThat(api.requests()).hasSize(2);
    }

    private static Action status() {
        return Action.WriteStatus.of(
                SET,
                10,
                JsonNodeFactory.instance.objectNode().put("observedGeneration", 3),
                3,
                JsonNodeFactory.instance.arrayNode());
    }

    private static String newest(String metadata, String status) {
        return "{\"metadata\":{\"uid\":\"uid-web\",\"resourceVersion\":\"12\"," + metadata + "},\"status\":" + status
                + "}";
    }

    @Test
    void aClientThatWritesAnnotationsOfAPodStarvesNeitherItsEditsNorItsDeletion() throws IOException {
        cache.observe(cache.parse(shown(20, "", "").getBytes(StandardCharsets.UTF_8)));
        PodRecord seen = cache.byUid("uid-a").orElseThrow();
        String later = shown(21, "", "");
        api.answers(409, "{}").answers(200, later).answers(200, shown(22, "\"x\":\"1\"", ""));
        String read = shown(23, "\"x\":\"1\"", "");
        api.answers(409, "{}").answers(200, read);
        api.answers(200, "{}");

        write(PodEdit.of(seen).labels(MapEdit.set("x", "1")));
        Cluster.await().until(() -> version() == 22);
        Applied deleted = actuator.apply(Plan.of(new Action.DeletePod(pod.ref(), 22)));

        assertThat(deleted.failures()).isEmpty();
        assertThat(results).containsExactly("CONFLICT", "WRITTEN");
        assertThat(api.lastBody()).contains("\"preconditions\":{\"uid\":\"uid-a\",\"resourceVersion\":\"23\"}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '|',
            value = {
                "{\"message\":\"our request\",\"details\":{}}; CONFLICT",
                "{\"message\":\"is invalid\",\"details\":{\"kind\":\"Pod\"}}; REFUSED",
                "{\"message\":\"admission webhook \\\"x\\\" denied the request: no\"}; REFUSED"
            })
    void anEditThatIsSentAgainMeetsAConflictWhereATestFails(String answer, String result) throws IOException {
        cache.observe(cache.parse(shown(20, "", "").getBytes(StandardCharsets.UTF_8)));
        String later = shown(21, "", "");
        api.answers(409, "{}").answers(200, later).answers(422, answer).answers(200, shown(22, "\"y\":\"2\"", ""));

        write(PodEdit.of(cache.byUid("uid-a").orElseThrow()).labels(MapEdit.set("x", "1")));

        awaitResults("CONFLICT", result);
        assertThat(api.contentTypes().get(2)).isEqualTo("application/json-patch+json");
    }

    @Test
    void aDeletionThatMeetsOneConflictAfterAnotherIsToldAndPaused() throws IOException {
        cache.observe(cache.parse(shown(20, "", "").getBytes(StandardCharsets.UTF_8)));
        for (int version = 21; version < 26; version++) {
            api.answers(409, "{}").answers(200, shown(version, "\"y\":\"" + version + "\"", ""));
            assertThat(actuator.refusal(pod)).isEmpty();
            assertThat(failed(new Action.DeletePod(pod.ref(), version - 1))).isEqualTo(WriteResult.Cause.CONFLICT);
        }

        assertThat(actuator.refusal(cache.byUid("uid-a").orElseThrow())
                        .orElseThrow()
                        .result()
                        .cause())
                .isEqualTo(WriteResult.Cause.CONFLICT);
        assertThat(failed(new Action.DeletePod(pod.ref(), 25))).isEqualTo(WriteResult.Cause.CONFLICT);
        assertThat(api.requests()).as("no request during the pause").hasSize(10);
    }

    @Test
    void aDeletionUnderAStormOfAnnotationsIsToldAndPausedAfterItsFirstTurn() throws IOException {
        cache.observe(cache.parse(shown(20, "", "").getBytes(StandardCharsets.UTF_8)));
        for (int version = 21; version < 26; version++) {
            api.answers(409, "{}").answers(200, shown(version, "", ""));
        }
        api.answers(409, "{}");

        assertThat(failed(new Action.DeletePod(pod.ref(), 20))).isEqualTo(WriteResult.Cause.CONFLICT);

        assertThat(actuator.refusal(cache.byUid("uid-a").orElseThrow()))
                .map(known -> known.result().cause())
                .contains(WriteResult.Cause.CONFLICT);
        assertThat(failed(new Action.DeletePod(pod.ref(), 20))).isEqualTo(WriteResult.Cause.CONFLICT);
        assertThat(api.requests()).as("no request during the pause").hasSize(11);
    }

    @Test
    void anAnswerThatIsNoPodIsToldAsAWriteWithoutOutcome() {
        api.answers(200, "{\"kind\":\"Status\"}");

        write(PodEdit.of(pod).labels(MapEdit.set("x", "1")));

        awaitResults("UNKNOWN");
    }

    @Test
    void aPodIsLookedAtAgainAfterAResendWithoutAnswer() throws IOException {
        cache.observe(cache.parse(shown(20, "", "").getBytes(StandardCharsets.UTF_8)));
        PodRecord seen = cache.byUid("uid-a").orElseThrow();
        CountDownLatch annotated = new CountDownLatch(1);
        api.answersFrom(annotated, 409, "{}").answers(200, shown(21, "", "")).answers(500, "{}");
        write(PodEdit.of(seen).labels(MapEdit.set("x", "1")));
        Cluster.await().until(() -> api.requests().size() == 1);
        cache.observe(cache.parse(shown(21, "", "").getBytes(StandardCharsets.UTF_8)));
        AtomicInteger looks = new AtomicInteger();
        cache.onChange((before, after) -> looks.incrementAndGet());

        annotated.countDown();

        awaitResults("CONFLICT", "UNKNOWN");
        Cluster.await().until(() -> looks.get() > 0);
    }

    @Test
    void eachOfTwoWritesIsSentAgainWhereLabelsDoNotTravelWithAStatus() throws IOException {
        cache.observe(cache.parse(shown(20, "", "").getBytes(StandardCharsets.UTF_8)));
        String labelled = "\"x\":\"1\"";
        api.answers(200, shown(20, "", ""));
        api.answers(409, "{}").answers(200, shown(21, "", "")).answers(200, shown(22, labelled, ""));
        api.answers(409, "{}").answers(200, shown(23, labelled, "")).answers(200, shown(24, labelled, FALSE));

        write(PodEdit.of(cache.byUid("uid-a").orElseThrow())
                .labels(MapEdit.set("x", "1"))
                .serviceReady(false));

        Cluster.await().until(() -> version() == 24);
        awaitResults("CONFLICT", "WRITTEN", "CONFLICT", "WRITTEN");
    }

    @Test
    void anEditThatTheGateDoesNotWantAnyMoreIsNotSentAgain() throws IOException {
        cache.observe(cache.parse(shown(20, "", "").getBytes(StandardCharsets.UTF_8)));
        List<Long> asked = new CopyOnWriteArrayList<>();
        gate = (seen, edit, now) -> {
            asked.add(seen.resourceVersion());
            return PodGate.Advance.of(asked.size() == 1 ? edit.against(seen) : PodEdit.of(seen));
        };
        api.answers(409, "{}").answers(200, shown(21, "", "")).answers(200, shown(21, "", ""));

        write(PodEdit.of(cache.byUid("uid-a").orElseThrow()).labels(MapEdit.set("x", "1")));

        awaitResults("CONFLICT", "NOT_SENT", "CONFLICT");
        assertThat(asked).containsExactly(20L, PodRecord.ANY_VERSION);
        assertThat(api.requests().subList(0, 2)).containsExactly("PATCH " + POD + "?timeout=8000ms", "GET " + POD);
        assertThat(api.requests())
                .filteredOn(request -> request.startsWith("PATCH"))
                .hasSize(1);
    }

    @Test
    void aWriteOfAPodIsNotSentAgainWhereSomethingOfItHasChanged() throws IOException {
        cache.observe(cache.parse(shown(20, "", "").getBytes(StandardCharsets.UTF_8)));
        api.answers(409, "{}").answers(200, shown(21, "\"y\":\"2\"", ""));
        api.answers(409, "{}").answers(200, shown(22, "\"y\":\"3\"", ""));

        write(PodEdit.of(cache.byUid("uid-a").orElseThrow()).labels(MapEdit.set("x", "1")));
        awaitResults("CONFLICT");

        assertThat(failed(new Action.DeletePod(pod.ref(), 21))).isEqualTo(WriteResult.Cause.CONFLICT);
        assertThat(failed(new Action.DeletePod(pod.ref(), 21))).isEqualTo(WriteResult.Cause.CONFLICT);
        assertThat(api.requests()).hasSize(4);
    }

    @Test
    void aPodIsWrittenAtMostOnceASecondWhereAClientUndoesEachWriteWithoutAPause() {
        clock = InstantSource.fixed(Instant.now());
        AtomicInteger looks = new AtomicInteger();
        for (int i = 0; i < 30; i++) {
            api.answers(200, shown(30 + i, "\"x\":\"" + i + "\"", ""));
            write(PodEdit.of(cache.byUid("uid-a").orElseThrow()).labels(MapEdit.set("x", String.valueOf(i))));
            int written = i + 1;
            Cluster.await().until(() -> results.size() == written);
        }
        cache.onChange((before, after) -> looks.incrementAndGet());
        looks.set(0);

        write(PodEdit.of(cache.byUid("uid-a").orElseThrow()).labels(MapEdit.set("x", "30")));

        Cluster.await().until(() -> results.size() == 31);
        assertThat(results.subList(0, 30)).containsOnly("WRITTEN");
        assertThat(results.getLast()).isEqualTo("NOT_SENT");
        assertThat(api.requests()).hasSize(30);
        Cluster.await().until(() -> looks.get() > 0);
        clock = InstantSource.system();
        api.answers(200, shown(60, "\"x\":\"30\"", ""));
        write(PodEdit.of(cache.byUid("uid-a").orElseThrow()).labels(MapEdit.set("x", "30")));
        Cluster.await().until(() -> results.size() == 32);
        assertThat(results.getLast()).isEqualTo("WRITTEN");
    }
}
