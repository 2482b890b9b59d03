package io.kusionstack.operating.host.kube.write;

import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.host.kube.Cluster;
import io.kusionstack.operating.host.kube.FakeApi;
import io.kusionstack.operating.host.kube.cache.PodCache;
import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.Action;
import io.kusionstack.operating.host.plan.MapEdit;
import io.kusionstack.operating.host.plan.Plan;
import io.kusionstack.operating.host.plan.PodEdit;
import io.kusionstack.operating.host.plan.PodGate;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.WriteResult;
import io.kusionstack.operating.host.world.Pods;
import io.kusionstack.operating.host.world.Results;
import io.kusionstack.operating.host.world.Unused;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What happens before a Pod leaves service for an edit, told by a scripted API server. */
class DryRunsIT {
    private static final String WEBHOOK =
            "{\"message\":\"Internal error occurred: failed calling webhook \\\"a.b\\\": no answer\"}";

    @TempDir
    Path folder;

    private final FakeApi api = new FakeApi();
    private final PodCache cache = new PodCache(Set.of());
    private final AtomicReference<Duration> ahead = new AtomicReference<>(Duration.ZERO);
    private final List<String> results = new CopyOnWriteArrayList<>();
    private final PodRecord a = pod("a");
    private final PodRecord b = pod("b");
    private ApiActuator actuator;

    @BeforeEach
    void start() {
        cache.observe(a);
        cache.observe(b);
        actuator = new ApiActuator(
                api.access(folder),
                new ApiActuator.ActuatorPorts(
                        cache,
                        wantingAnImage(),
                        new Expectations(InstantSource.system(), Unused.writeMetrics()),
                        Fence.alwaysOpen(),
                        Unused.writeMetrics(),
                        (pod, result) -> results.add(Results.word(result)),
                        pod -> false,
                        (kind, response) -> {},
                        () -> Instant.now().plus(ahead.get())),
                1);
    }

    @AfterEach
    void stop() {
        actuator.close();
        api.close();
    }

    @Test
    void nobodyLeavesServiceForAnEditThatIsDenied() {
        api.answers(500, WEBHOOK);

        leave(a);
        Cluster.await().until(() -> results.size() == 1);
        leave(b);

        awaitResults("FAILED", "FAILED");
        assertThat(writes()).containsExactly("PATCH /api/v1/namespaces/shop/pods/a?dryRun=All&timeout=8000ms");
        assertThat(actuator.refusal(a)).map(refusal -> refusal.result().cause()).hasValue(WriteResult.Cause.FAILED);
    }

    @Test
    void aDenialThatSpeaksOfADryRunIsADenial() {
        api.answers(400, "{\"message\":\"admission webhook \\\"a.b\\\" denied the request: first do a dry run\"}");

        leave(a);

        awaitResults("REFUSED");
        assertThat(writes()).containsExactly("PATCH /api/v1/namespaces/shop/pods/a?dryRun=All&timeout=8000ms");
    }

    @Test
    void nobodyLeavesServiceForADeletionThatIsDenied() {
        api.answers(422, "{\"message\":\"ValidatingAdmissionPolicy 'freeze' denied request\"}");
        cache.observe(leaving("c"));

        leave(leaving("c"));

        awaitResults("REFUSED");
        assertThat(writes()).containsExactly("DELETE /api/v1/namespaces/shop/pods/c?dryRun=All&timeout=8000ms");
        assertThat(api.lastBody())
                .as("an API server takes the options of a deletion from its body alone")
                .isEqualTo("{\"apiVersion\":\"v1\",\"kind\":\"DeleteOptions\",\"preconditions\":{\"uid\":\"uid-c\"},"
                        + "\"dryRun\":[\"All\"]}");
        assertThat(actuator.refusal(leaving("c")).orElseThrow().sentence())
                .isEqualTo("deleting Pod c was refused (422): ValidatingAdmissionPolicy 'freeze' denied request;"
                        + " change the policy that refuses it");
    }

    private static PodRecord leaving(String name) {
        return Pods.pod(name)
                .ownedBy("web")
                .version(10)
                .available()
                .label(Names.PREPARING_TO_DELETE, "1")
                .build();
    }

    @Test
    void whatWasTriedForOnePodIsNotTriedForTheNext() {
        api.answers(200, byDryRun("a", "app:v2")).answers(200, labelled("a")).answers(200, taken("a", 11));
        leave(a);
        Cluster.await().until(() -> results.contains("WRITTEN"));
        api.answers(200, taken("b", 12));

        leave(b);

        Cluster.await().until(() -> results.size() == 2);
        assertThat(writes().getLast()).isEqualTo("PATCH /api/v1/namespaces/shop/pods/b/status?timeout=8000ms");
        assertThat(writes())
                .filteredOn(write -> write.contains("pods/a?dryRun") || write.contains("pods/b?dryRun"))
                .hasSize(1);
    }

    @Test
    void aWebhookThatCannotBeAskedHoldsNobody() {
        api.answers(400, "{\"message\":\"admission webhook \\\"a.b\\\" does not support dry run\"}")
                .answers(200, labelled("a"))
                .answers(200, taken("a", 11));

        leave(a);

        Cluster.await().until(() -> results.equals(List.of("WRITTEN")));
    }

    @Test
    void nobodyLeavesServiceForAnEditThatAWebhookWouldTakeBack() {
        api.answers(200, byDryRun("a", "app:v1"));

        leave(a);

        awaitResults("UNDONE");
        assertThat(actuator.refusal(a).orElseThrow().sentence())
                .isEqualTo(
                        "writing Pod a has no effect: the API server takes it and leaves out the image of container main:"
                                + " find the webhook or policy that changes Pods");
    }

    @Test
    void anImageThatAWebhookRewritesHoldsNobody() {
        api.answers(200, byDryRun("a", "mirror.example/app@sha256:1"))
                .answers(200, labelled("a"))
                .answers(200, taken("a", 11));

        leave(a);

        Cluster.await().until(() -> results.equals(List.of("WRITTEN")));
    }

    @Test
    void aDryRunWithoutAnswerKeepsThePodInServiceAndIsTold() {
        api.answers(504, "{\"message\":\"Timeout: request did not complete within requested timeout\"}")
                .answers(504, "{\"message\":\"Timeout: request did not complete within requested timeout\"}");

        leave(a);
        Cluster.await().until(() -> results.size() == 1);
        leave(b);

        awaitResults("NOT_SENT", "NOT_SENT");
        assertThat(writes()).containsExactly("PATCH /api/v1/namespaces/shop/pods/a?dryRun=All&timeout=8000ms");
    }

    @Test
    void anAnswerCountsForHalfAMinute() {
        api.answers(200, byDryRun("a", "app:v2")).answers(200, labelled("a")).answers(200, taken("a", 11));
        leave(a);
        Cluster.await().until(() -> results.contains("WRITTEN"));
        ahead.set(Duration.ofSeconds(31));
        api.answers(422, "{\"message\":\"frozen\"}");

        leave(b);

        Cluster.await().until(() -> results.size() == 2);
        awaitResults("WRITTEN", "REFUSED");
        assertThat(writes().getLast()).isEqualTo("PATCH /api/v1/namespaces/shop/pods/b?dryRun=All&timeout=8000ms");
    }

    @Test
    void whatIsRefusedInEarnestIsTriedAgainBeforeTheNextPodLeaves() {
        cache.observe(leaving("c"));
        api.answers(200, "{\"kind\":\"Status\"}").answers(200, labelled("c")).answers(200, taken("c", 11));
        leave(leaving("c"));
        Cluster.await().until(() -> results.contains("WRITTEN"));
        api.answers(422, "{\"message\":\"frozen\"}").answers(422, "{\"message\":\"frozen\"}");
        PodRecord out = Pods.like(leaving("c")).offline().version(12).build();
        cache.observe(out);
        actuator.apply(Plan.of(new Action.DeletePod(out.ref(), out.resourceVersion())));
        cache.observe(leaving("d"));

        leave(leaving("d"));

        Cluster.await().until(() -> results.contains("REFUSED"));
        assertThat(writes().getLast()).isEqualTo("DELETE /api/v1/namespaces/shop/pods/d?dryRun=All&timeout=8000ms");
    }

    @Test
    void aRefusalOfAPodOfNobodyDisprovesNothing() {
        api.answers(200, byDryRun("a", "app:v2")).answers(200, labelled("a")).answers(200, taken("a", 11));
        leave(a);
        Cluster.await().until(() -> results.contains("WRITTEN"));
        PodRecord bare = Pods.pod("bare").version(10).available().build();
        cache.observe(bare);
        api.answers(422, "{\"message\":\"frozen\"}");
        actuator.apply(Plan.of(new Action.EditPod(PodEdit.of(bare).labels(MapEdit.set("x", "1")))));
        Cluster.await().until(() -> results.size() == 2);
        api.answers(200, taken("b", 12));

        leave(b);

        Cluster.await().until(() -> results.size() == 3);
        assertThat(writes().getLast()).isEqualTo("PATCH /api/v1/namespaces/shop/pods/b/status?timeout=8000ms");
    }

    @Test
    void aDryRunThatIsAnsweredAfterARefusalInEarnestProvesNothing() {
        CountDownLatch refused = new CountDownLatch(1);
        PodRecord out = Pods.like(leaving("c")).offline().build();
        cache.observe(out);
        api.answersFrom(refused, 200, byDryRun("a", "app:v2")).answers(422, "{\"message\":\"frozen\"}");
        leave(a);
        Cluster.await().until(() -> writes().size() == 1);
        actuator.apply(Plan.of(new Action.DeletePod(out.ref(), out.resourceVersion())));

        refused.countDown();

        Cluster.await().until(() -> results.equals(List.of("NOT_SENT")));
        assertThat(writes())
                .containsExactly(
                        "PATCH /api/v1/namespaces/shop/pods/a?dryRun=All&timeout=8000ms",
                        "DELETE /api/v1/namespaces/shop/pods/c?timeout=8000ms");
    }

    @Test
    void aPodStaysInServiceWhereItsDryRunIsDeniedBetweenTwoTries() throws IOException {
        PodRecord owned = cache.parse(owned(10).getBytes(StandardCharsets.UTF_8));
        cache.observe(owned);
        CountDownLatch later = new CountDownLatch(1);
        api.answers(200, byDryRun("c", "app:v2")).answers(200, labelled("c")).answersFrom(later, 409, "{}");
        api.answers(500, WEBHOOK);

        leave(owned);
        Cluster.await().until(() -> api.requests().size() == 3);
        ahead.set(Duration.ofSeconds(31));
        later.countDown();

        awaitResults("FAILED", "CONFLICT");
        assertThat(writes().subList(2, 4))
                .containsExactly(
                        "PATCH /api/v1/namespaces/shop/pods/c/status?timeout=8000ms",
                        "PATCH /api/v1/namespaces/shop/pods/c?dryRun=All&timeout=8000ms");
    }

    private static String owned(long version) {
        return shown("c", version, "", "True")
                .replace(
                        "\"uid\":\"uid-c\"",
                        "\"uid\":\"uid-c\",\"ownerReferences\":[{\"apiVersion\":\"apps.kusionstack.io/v1alpha1\",\"kind\":\"CollaSet\","
                                + "\"name\":\"web\",\"uid\":\"uid-web\",\"controller\":true}]");
    }

    private void leave(PodRecord pod) {
        actuator.apply(Plan.of(
                new Action.EditPod(PodEdit.of(pod).labels(MapEdit.set("x", "1")).serviceReady(false))));
    }

    /** Events are told beside. */
    private List<String> writes() {
        return api.requests().stream()
                .filter(request -> request.contains("/pods/"))
                .toList();
    }

    private static PodGate wantingAnImage() {
        return new PodGate() {
            @Override
            public Advance advance(PodRecord seen, PodEdit edit, Instant now) {
                return Advance.of(edit.against(seen));
            }

            @Override
            public Optional<PodEdit> wanted(PodRecord seen, PodEdit edit, Instant now) {
                return seen.hasLabel(Names.PREPARING_TO_DELETE)
                        ? Optional.of(PodEdit.of(seen))
                        : Optional.of(PodEdit.of(seen)
                                .labels(MapEdit.set(Names.REVISION, "web-2"))
                                .images(Map.of("main", "app:v2")));
            }
        };
    }

    private static PodRecord pod(String name) {
        return Pods.pod(name).ownedBy("web").version(10).available().build();
    }

    /** The answer to the question whether labels travel with a status. */
    private static String labelled(String name) {
        return shown(name, 10, "\"operating.kusionstack.io/probe\":\"true\"", "True");
    }

    private static String byDryRun(String name, String image) {
        return shown(name, 10, "\"controller-revision-hash\":\"web-2\"", "True")
                .replace("\"spec\":{", "\"spec\":{\"containers\":[{\"name\":\"main\",\"image\":\"" + image + "\"}],");
    }

    private static String taken(String name, long version) {
        return shown(name, version, "\"x\":\"1\"", "False");
    }

    private static String shown(String name, long version, String labels, String gate) {
        return "{\"kind\":\"Pod\",\"metadata\":{\"name\":\"" + name + "\",\"namespace\":\"shop\",\"uid\":\"uid-" + name
                + "\",\"resourceVersion\":\"" + version + "\",\"labels\":{" + labels
                + "}},\"status\":{\"conditions\":[{\"type\":\"" + Names.SERVICE_READY + "\",\"status\":\"" + gate
                + "\"}]},\"spec\":{\"readinessGates\":[{\"conditionType\":\"" + Names.SERVICE_READY + "\"}]}}";
    }

    /** The cache learns the answer before the result is reported. */
    private void awaitResults(String... words) {
        Cluster.await().until(() -> results.equals(List.of(words)));
    }
}
