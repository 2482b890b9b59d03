package io.kusionstack.operating.host.kube.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.host.kube.FakeApi;
import io.kusionstack.operating.host.plan.ContainerRecord;
import io.kusionstack.operating.host.plan.FieldTracking;
import io.kusionstack.operating.host.plan.Owner;
import io.kusionstack.operating.host.plan.PodCondition;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.plugin.PodRef;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PodParserTest {
    private final PodParser parser = new PodParser(Set.of("example.com/asked"), PodStream.Encoding.PROTOBUF);

    @Test
    void keepsWhatARecordHoldsAndNothingElse() throws IOException {
        assertThat(parser.parse(recorded()))
                .isEqualTo(new PodRecord(
                        new PodRef("shop", "web-x7k2p", "0f2b8f4e-6c1d-4f5a-9a53-3f6c2f1f0a11"),
                        184467,
                        3,
                        Instant.parse("2026-11-23T20:01:02Z"),
                        Instant.parse("2026-11-23T21:00:30Z"),
                        Map.of(
                                "app", "web",
                                "collaset.kusionstack.io/instance-id", "7",
                                "controller-revision-hash", "web-5d9c7b8f6d",
                                "kusionstack.io/control", "true"),
                        Map.of(
                                "kusionstack.io/plain", "1",
                                "pod.kusionstack.io/available-conditions", "{\"expectedFinalizers\":{}}",
                                "example.com/asked", "yes"),
                        List.of("prot.podopslifecycle.kusionstack.io/3f1a"),
                        List.of(new Owner(
                                "apps.kusionstack.io/v1alpha1",
                                "CollaSet",
                                "web",
                                "7d1c0d0c-1111-4222-8333-444455556666",
                                true)),
                        "node-3",
                        List.of("pod.kusionstack.io/service-ready", "example.com/gate"),
                        Map.of("data", "web-data-7"),
                        containers(),
                        "Running",
                        "",
                        "",
                        List.of("10.0.0.17", "fd00::17"),
                        conditions(),
                        2,
                        FieldTracking.UPDATED));
    }

    private static List<PodCondition> conditions() {
        return List.of(
                condition("pod.kusionstack.io/service-ready", "True", "", "2026-11-23T20:01:09Z"),
                condition("Ready", "False", "ReadinessGatesNotReady", "2026-11-23T20:01:10Z"),
                condition("DisruptionTarget", "True", "EvictionByEvictionAPI", "2026-11-23T21:00:00Z"));
    }

    private static List<ContainerRecord> containers() {
        return List.of(
                new ContainerRecord(
                        "main",
                        false,
                        "registry.example/web:v2",
                        "registry.example/web:v1",
                        "sha256:bb",
                        "containerd://c1",
                        1,
                        true,
                        true,
                        ContainerRecord.State.RUNNING,
                        "",
                        Instant.parse("2026-11-23T20:05:04Z")),
                new ContainerRecord(
                        "side",
                        false,
                        "side:1",
                        "side:1",
                        "sha256:cc",
                        "containerd://s4",
                        4,
                        false,
                        false,
                        ContainerRecord.State.WAITING,
                        "CrashLoopBackOff",
                        null,
                        new ContainerRecord.Stopped("back-off", "containerd://s4", 3)),
                mesh());
    }

    private static ContainerRecord mesh() {
        return new ContainerRecord(
                "mesh",
                true,
                "mesh:1",
                "mesh:1",
                "sha256:aa",
                "containerd://m0",
                0,
                true,
                true,
                ContainerRecord.State.RUNNING,
                "",
                Instant.parse("2026-11-23T20:01:03Z"));
    }

    @Test
    void readsAPodThatHasHardlyAnythingYet() throws IOException {
        PodRecord pod = parse("""
                {"metadata":{"name":"a","namespace":"shop","uid":"u","resourceVersion":"5","creationTimestamp":null,
                "labels":null,"finalizers":null},"spec":{"containers":null,"nodeName":null},"status":{"podIP":"10.0.0.1"}}""");

        assertThat(pod.created()).isEqualTo(Instant.EPOCH);
        assertThat(pod.terminating()).isFalse();
        assertThat(pod.labels()).isEmpty();
        assertThat(pod.containers()).isEmpty();
        assertThat(pod.node()).isEmpty();
        assertThat(pod.ips()).containsExactly("10.0.0.1");
    }

    @Test
    void sharesWhatPodsHaveInCommon() throws IOException {
        PodRecord one = parser.parse(recorded());
        PodRecord other = parser.parse(recorded());

        assertThat(other.node()).isSameAs(one.node());
        assertThat(other.labels()).isSameAs(one.labels());
        assertThat(other.owners()).isSameAs(one.owners());
        assertThat(other.finalizers()).isSameAs(one.finalizers());
        assertThat(other.readinessGates()).isSameAs(one.readinessGates());
        assertThat(other.conditions().get(0)).isSameAs(one.conditions().get(0));
        assertThat(other.containers().get(0).image())
                .isSameAs(one.containers().get(0).image());
    }

    @Test
    void tellsAPageFromItsPods() throws IOException {
        List<String> names = new ArrayList<>();
        PodFormat.Page page = parser.format(null)
                .page(
                        FakeApi.list(77, "next", FakeApi.pod("a", 1), FakeApi.pod("b", 2))
                                .getBytes(StandardCharsets.UTF_8),
                        pod -> names.add(pod.name()));

        assertThat(page).isEqualTo(new PodFormat.Page(77, "next"));
        assertThat(names).containsExactly("a", "b");
    }

    @Test
    void keepsTheBeginningOfWhyAPodEnded() throws IOException {
        String words = "{\"phase\":\"%s\",\"reason\":\"OutOfcpu\",\"message\":\"" + "w".repeat(1_000) + "\"}";

        assertThat(parse("{\"status\":" + words.formatted("Failed") + "}").message())
                .isEqualTo("w".repeat(256));
        assertThat(parse("{\"status\":" + words.formatted("Running") + "}").message())
                .isEmpty();
    }

    @Test
    void tellsWhetherAnybodyAppliesToThePod() throws IOException {
        String updated =
                "{\"manager\":\"a\",\"operation\":\"Update\",\"fieldsV1\":{\"f:spec\":{\"operation\":\"Apply\"}}}";
        String applied = "{\"manager\":\"b\",\"operation\":\"Apply\",\"fieldsV1\":{\"f:spec\":{}}}";

        assertThat(tracking("")).isEqualTo(FieldTracking.NONE);
        assertThat(tracking(updated)).isEqualTo(FieldTracking.UPDATED);
        assertThat(tracking(applied + "," + updated)).isEqualTo(FieldTracking.APPLIED);
        assertThat(tracking(updated + "," + applied)).isEqualTo(FieldTracking.APPLIED);
        assertThat(tracking("7,{}")).as("odd entries").isEqualTo(FieldTracking.UPDATED);
    }

    private FieldTracking tracking(String entries) throws IOException {
        return parse("{\"metadata\":{\"managedFields\":[" + entries + "]}}").fieldTracking();
    }

    @Test
    void readsAPodHoweverDeepAndLongWhatItSkips() throws IOException {
        String deep = "{\"a\":".repeat(2_000) + "1" + "}".repeat(2_000);
        String key = "k".repeat(60_000);

        PodRecord pod =
                parse("{\"metadata\":{\"name\":\"a\",\"uid\":\"u\",\"resourceVersion\":\"5\",\"managedFields\":[{\"f:"
                        + key + "\":{}},{\"deep\":" + deep + "}],\"labels\":{\"app\":\"web\"}}}");

        assertThat(pod.name()).isEqualTo("a");
        assertThat(pod.labels()).isEqualTo(Map.of("app", "web"));
    }

    @Test
    void readsOddValuesAsNoneAndGoesOnWithTheNextPod() throws IOException {
        List<String> names = new ArrayList<>();
        String odd = """
                {"metadata":{"name":"odd","uid":"u1","resourceVersion":"x7","generation":99999999999999999999,
                "deletionGracePeriodSeconds":1e999,"labels":{"app":{"not":"a text"},"tier":["front"]},
                "creationTimestamp":{"seconds":1},"ownerReferences":{"uid":"u"},"finalizers":"none"},
                "spec":[1,2],"status":"Running"}""";
        PodFormat.Page page = parser.format(null)
                .page(
                        FakeApi.list(77, "next", odd, FakeApi.pod("b", 2)).getBytes(StandardCharsets.UTF_8),
                        pod -> names.add(pod.name() + " " + pod.resourceVersion() + " " + pod.generation() + " "
                                + pod.label("app").orElse("none")));

        assertThat(page).isEqualTo(new PodFormat.Page(77, "next"));
        assertThat(names.getFirst()).isEqualTo("odd 0 0 ");
        assertThat(names.getLast()).startsWith("b 2 ");
    }

    @Test
    void keepsTextOutsideAscii() throws IOException {
        PodRecord pod = parse("{\"metadata\":{\"annotations\":{\"kusionstack.io/note\":\"grüße 你好 \\u00e9\"}}}");

        assertThat(pod.annotations()).containsEntry("kusionstack.io/note", "grüße 你好 é");
    }

    private PodRecord parse(String json) throws IOException {
        return parser.parse(json.getBytes(StandardCharsets.UTF_8));
    }

    private static PodCondition condition(String type, String status, String reason, String since) {
        return new PodCondition(type, status, reason, Instant.parse(since));
    }

    private static byte[] recorded() throws IOException {
        try (InputStream file = PodParserTest.class.getResourceAsStream("/kube/pod.json")) {
            return Objects.requireNonNull(file).readAllBytes();
        }
    }
}
