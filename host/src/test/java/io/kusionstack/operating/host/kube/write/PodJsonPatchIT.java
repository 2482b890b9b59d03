package io.kusionstack.operating.host.kube.write;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kusionstack.operating.host.kube.ApiClient;
import io.kusionstack.operating.host.kube.ApiResponse;
import io.kusionstack.operating.host.kube.Cluster;
import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.Action;
import io.kusionstack.operating.host.plan.MapEdit;
import io.kusionstack.operating.host.plan.Plan;
import io.kusionstack.operating.host.plan.PodCondition;
import io.kusionstack.operating.host.plan.PodEdit;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.testbed.api.PatchType;
import io.kusionstack.operating.testbed.controlplane.ControlPlane;
import io.kusionstack.operating.testbed.junit.TestCluster;
import io.kusionstack.operating.testbed.junit.TestNamespace;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@ExtendWith(TestCluster.class)
class PodJsonPatchIT {
    private static final Instant NOW = Instant.parse("2026-02-03T04:05:06Z");
    private static final String KEPT = "kusionstack.io/a";

    private Cluster cluster;
    private ApiClient client;

    @BeforeEach
    void start(ControlPlane plane, TestNamespace namespace) {
        cluster = new Cluster(plane, namespace, Cluster.openGate(), timeout -> true).started();
        client = new ApiClient(cluster.access);
    }

    @AfterEach
    void stop() {
        client.close();
        cluster.close();
    }

    @Test
    void doesTheSameAsTheStrategicMergePatchThatItIsMadeOf() throws IOException {
        List<PodRecord> same = List.of(scheduled("a"), scheduled("b"));
        for (int step = 0; step < 4; step++) {
            for (PodRecord known : same) {
                PodRecord pod = cluster.find(known.name()).orElseThrow();
                PodPatch patch = patch(pod, step);
                ApiResponse answer = known.name().equals("a")
                        ? client.patch(
                                patch.path(), ApiClient.STRATEGIC, patch.body().toString())
                        : send(patch, read("b"));
                assertThat(answer.code()).as(answer.message()).isEqualTo(200);
                Cluster.await()
                        .until(() -> cluster.find(known.name())
                                .filter(now -> now.resourceVersion() > pod.resourceVersion())
                                .isPresent());
            }
            assertThat(content("b")).as("step " + step).isEqualTo(content("a"));
        }
    }

    /** The scheduler writes to a Pod no more, once it has left it. */
    private PodRecord scheduled(String name) {
        cluster.pod(name);
        Cluster.await()
                .until(() -> cluster.find(name)
                        .flatMap(pod -> pod.condition(PodCondition.SCHEDULED))
                        .isPresent());
        return cluster.find(name).orElseThrow();
    }

    private static PodPatch patch(PodRecord pod, int step) {
        PodEdit edit = PodEdit.of(pod);
        PodEdit wanted = switch (step) {
            case 0 ->
                edit.labels(MapEdit.set("x", "1").then(MapEdit.remove(List.of(Names.INSTANCE_ID, "absent"))))
                        .annotations(MapEdit.set(KEPT, "1"))
                        .addFinalizer("f/one")
                        .addFinalizer("f/two")
                        .serviceReady(false);
            case 1 -> edit.serviceReady(true).annotations(MapEdit.remove(List.of(KEPT, "absent")));
            case 2 -> edit.images(Map.of("main", "app:v2")).removeFinalizer("f/one");
            default -> edit.removeFinalizer("f/two").annotations(MapEdit.set("other", "1"));
        };
        return PodPatch.of(pod, wanted, NOW);
    }

    /** All that a patch may write. */
    private List<Object> content(String name) {
        JsonNode pod = cluster.read(name);
        Set<JsonNode> gates = new HashSet<>();
        pod.at("/status/conditions").forEach(condition -> {
            if (condition.path("type").asText().equals(Names.SERVICE_READY)) {
                gates.add(condition);
            }
        });
        return List.of(
                pod.at("/metadata/labels"),
                pod.at("/metadata/annotations"),
                pod.at("/metadata/finalizers"),
                pod.findValuesAsText("image"),
                gates);
    }

    @ParameterizedTest
    @CsvSource({
        "'{\"metadata\":{\"labels\":{\"y\":\"2\"}}}', '', false",
        "'{\"metadata\":{\"finalizers\":[\"f/x\"]}}', '', false",
        "'{\"metadata\":{\"ownerReferences\":null}}', '', false",
        "'{\"metadata\":{\"annotations\":{\"kusionstack.io/a\":\"2\"}}}', '', false",
        "'{\"spec\":{\"activeDeadlineSeconds\":99}}', '', false",
        "'{\"metadata\":{\"labels\":{\"kusionstack.io/control\":null}}}', '', false",
        "'{\"metadata\":{\"annotations\":{\"kusionstack.io/a\":null}}}', '', false",
        "'{\"metadata\":{\"annotations\":{\"pod.kusionstack.io/available-conditions\":\"{}\"}}}', '', false",
        "'{\"status\":{\"reason\":\"Odd\"}}', /status, false",
        "'{\"status\":{\"conditions\":null}}', /status, false",
        "'{\"metadata\":{\"annotations\":{\"other\":\"2\"}}}', '', true",
    })
    void isTakenOnlyWhereNothingHasChangedThatARecordHolds(String change, String subresource, boolean taken)
            throws IOException {
        scheduled("a");
        cluster.api.patch(path(""), PatchType.MERGE, tree("{\"metadata\":{\"annotations\":{\"" + KEPT + "\":\"1\"}}}"));
        byte[] read = read("a");
        PodRecord pod = cluster.cache.parse(read);
        PodPatch patch = PodPatch.of(pod, PodEdit.of(pod).labels(MapEdit.set("x", "1")), NOW);

        cluster.api.patch(path(subresource), PatchType.MERGE, tree(change));

        assertThat(send(patch, read).code()).isEqualTo(taken ? 200 : 409);
        assertThat(cluster.read("a").at("/metadata/labels").has("x")).isEqualTo(taken);
    }

    @Test
    void aClientThatAnnotatesAPodWithoutPauseDoesNotStarveItsEdits() throws InterruptedException {
        scheduled("a");
        annotate("both", 0);
        AtomicBoolean isOver = new AtomicBoolean();
        List<Thread> clients = List.of(annotator("one", isOver), annotator("two", isOver));
        try {
            for (int i = 0; i < 20; i++) {
                String value = Integer.toString(i);
                Cluster.await().until(() -> {
                    write(value);
                    return cluster.find("a").orElseThrow().label("x").equals(Optional.of(value));
                });
            }
        } finally {
            isOver.set(true);
            for (Thread thread : clients) {
                thread.join();
            }
        }
        Cluster.await()
                .until(() -> cluster.results.stream().filter("WRITTEN"::equals).count() >= 20);
        assertThat(cluster.results).contains("CONFLICT");
        assertThat(Collections.indexOfSubList(cluster.results, List.of("CONFLICT", "CONFLICT")))
                .as(String.join(" ", cluster.results))
                .isEqualTo(-1);
    }

    @Test
    void isTakenWhateverCharactersThePodHas() throws IOException {
        String odd = "a && b > /dev/null <\u001b\u2028\b\f\"\\ \u00e9\ud83d\ude00 /~1~0";
        ObjectNode body = cluster.body("a");
        ObjectNode container = (ObjectNode) body.at("/spec/containers/0");
        container.putArray("args").add(odd);
        container.putArray("env").addObject().put("name", "ODD").put("value", odd);
        body.withObject("/metadata/annotations").put(KEPT, odd).put("other.io/x", odd);
        cluster.api.create(cluster.path("pods"), body);
        PodRecord pod = cluster.awaitPod("a");
        ObjectNode status = tree("{}");
        status.withObject("/status").put("message", odd);
        cluster.api.patch(path("/status"), PatchType.MERGE, status);
        byte[] read = read("a");
        PodEdit edit = PodEdit.of(pod).labels(MapEdit.set("x", "1")).annotations(MapEdit.set("other.io/x", "new"));

        assertThat(send(PodPatch.of(pod, edit, NOW), read).code()).isEqualTo(200);

        JsonNode after = cluster.read("a");
        assertThat(after.at("/metadata/annotations/other.io~1x").asText()).isEqualTo("new");
        assertThat(after.at("/spec/containers/0/args/0").asText()).isEqualTo(odd);
    }

    private void write(String value) {
        PodRecord pod = cluster.find("a").orElseThrow();
        cluster.actuator.apply(Plan.of(new Action.EditPod(PodEdit.of(pod).labels(MapEdit.set("x", value)))));
    }

    private Thread annotator(String name, AtomicBoolean isOver) {
        return Thread.ofVirtual().start(() -> {
            for (int i = 0; !isOver.get(); i++) {
                annotate(name, i);
            }
        });
    }

    private void annotate(String name, int value) {
        cluster.api.patch(
                path(""),
                PatchType.MERGE,
                tree("{\"metadata\":{\"annotations\":{\"" + name + "\":\"" + value + "\"}}}"));
    }

    private byte[] read(String name) throws IOException {
        return client.get(cluster.path("pods").substring(1) + "/" + name).body();
    }

    private ApiResponse send(PodPatch patch, byte[] read) throws IOException {
        String operations = PodJsonPatch.of(read, patch, cluster.cache).toString();
        return cluster.cache
                .readable(client.patch(patch.path(), ApiClient.JSON_PATCH, operations, cluster.cache.accepted()))
                .ofJsonPatch();
    }

    private String path(String subresource) {
        return cluster.path("pods") + "/a" + subresource;
    }

    private static ObjectNode tree(String json) {
        return (ObjectNode) ApiResponse.tree(json.getBytes(StandardCharsets.UTF_8));
    }
}
