package io.kusionstack.operating.host.kube.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kusionstack.operating.host.kube.ClusterAccess;
import io.kusionstack.operating.host.plan.ContainerRecord;
import io.kusionstack.operating.host.plan.FieldTracking;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.testbed.api.KubeApi;
import io.kusionstack.operating.testbed.api.PatchType;
import io.kusionstack.operating.testbed.controlplane.ControlPlane;
import io.kusionstack.operating.testbed.controlplane.ControlPlaneOptions;
import io.kusionstack.operating.testbed.junit.TestCluster;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import okhttp3.OkHttpClient;
import okhttp3.Response;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The same Pods of a real API server, read in both encodings. */
class PodEncodingIT {
    private static final JsonMapper JSON = new JsonMapper();
    private static final String PODS = "/api/v1/namespaces/encodings/pods";

    @RegisterExtension
    static final TestCluster CLUSTER = TestCluster.with(TestCluster.defaults()
            .withoutControllers()
            .withoutAudit()
            .withApiServerFlags("--disable-admission-plugins=ServiceAccount"));

    private final List<String> contentTypes = new CopyOnWriteArrayList<>();
    private ControlPlane plane;
    private KubeApi api;
    private OkHttpClient http;
    private String server;

    @BeforeEach
    void start(ControlPlane lent) {
        plane = lent;
        api = new KubeApi(plane.connection(ControlPlaneOptions.ADMIN), "kube-it/1");
        ClusterAccess access = ClusterAccess.kubeconfig(plane.kubeconfig(ControlPlaneOptions.ADMIN), "operating/test");
        server = access.server();
        http = access.http(Duration.ofSeconds(30))
                .newBuilder()
                .addNetworkInterceptor(chain -> {
                    Response response = chain.proceed(chain.request());
                    contentTypes.add(String.valueOf(response.header("Content-Type")));
                    return response;
                })
                .build();
    }

    @AfterEach
    void stop() {
        ClusterAccess.shut(http);
        api.close();
    }

    private PodLister lister(PodStream.Encoding encoding) {
        return new PodLister(server, http, new PodParser(Set.of("example.com/asked"), encoding));
    }

    @Test
    void givesEqualRecordsOfEveryPodAndForgottenVersionsAreGone() throws IOException {
        api.create("/api/v1/namespaces", JSON.readTree("{\"metadata\":{\"name\":\"encodings\"}}"));
        for (JsonNode recorded : recorded()) {
            create(recorded);
        }
        String applied = "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"labels\":{\"applied\":\"yes\"}}}";
        api.patch(PODS + "/plain?fieldManager=it", PatchType.APPLY, JSON.readTree(applied));
        api.delete(PODS + "/rich", JSON.readTree("{\"gracePeriodSeconds\":20}"));

        List<PodRecord> inProtobuf = listed(PodStream.Encoding.PROTOBUF);
        List<PodRecord> inJson = listed(PodStream.Encoding.JSON);

        assertThat(contentTypes).containsExactly("application/vnd.kubernetes.protobuf", "application/json");
        assertThat(inProtobuf).isEqualTo(inJson);
        assertThat(inProtobuf)
                .extracting(PodRecord::name, pod -> pod.containers().size(), PodRecord::terminating)
                .contains(tuple("plain", 1, false), tuple("rich", 4, true));
        assertThat(inProtobuf)
                .extracting(PodRecord::fieldTracking)
                .contains(FieldTracking.APPLIED, FieldTracking.UPDATED);
        assertThat(inProtobuf)
                .flatExtracting(PodRecord::containers)
                .extracting(ContainerRecord::state)
                .contains(ContainerRecord.State.values());
        watchesShowTheSame(inJson);
        forgottenVersionsAreGone();
    }

    private void watchesShowTheSame(List<PodRecord> listed) throws IOException {
        for (PodStream.Encoding encoding : PodStream.Encoding.values()) {
            List<PodRecord> shown = new ArrayList<>();
            PodLister lister = lister(encoding);
            try (Response response = lister.watchAll("encodings").execute();
                    PodFormat.Events events = lister.events(response)) {
                PodEvent event = events.next();
                while (event instanceof PodEvent.PodSeen(PodRecord pod)) {
                    shown.add(pod);
                    event = events.next();
                }
                assertThat(event)
                        .isInstanceOfSatisfying(
                                PodEvent.Bookmark.class,
                                bookmark -> assertThat(bookmark.initialEnd()).isTrue());
            }
            assertThat(shown).as("%s", encoding).containsExactlyInAnyOrderElementsOf(listed);
        }
        assertThat(contentTypes).endsWith("application/vnd.kubernetes.protobuf;stream=watch", "application/json");
    }

    /** A server remembers what came since it started; it says so in an answer 410, or in an event of the watch. */
    private void forgottenVersionsAreGone() {
        plane.stopApiServer();
        plane.startApiServer();
        http.connectionPool().evictAll();
        for (PodStream.Encoding encoding : PodStream.Encoding.values()) {
            PodLister lister = lister(encoding);
            PodLister.ListRefused refused = catchThrowableOfType(PodLister.ListRefused.class, () -> {
                try (Response response = lister.watchFrom("encodings", 1).execute();
                        PodFormat.Events events = lister.events(response)) {
                    if (events.next() instanceof PodEvent.Refused(var answer)) {
                        throw new PodLister.ListRefused(answer);
                    }
                }
            });
            assertThat(refused).as("%s", encoding).isNotNull();
            assertThat(refused.answer().isGone()).isTrue();
            assertThat(refused.answer().message()).contains("too old resource version");
        }
    }

    private List<PodRecord> listed(PodStream.Encoding encoding) throws IOException {
        List<PodRecord> pods = new ArrayList<>();
        lister(encoding).listAll("encodings", pods::add);
        return pods;
    }

    /** With its status, which the API server takes only in a write of its own. */
    private void create(JsonNode recorded) {
        ObjectNode pod = recorded.deepCopy();
        JsonNode status = pod.remove("status");
        String name = pod.at("/metadata/name").asText();
        api.create(PODS, pod);
        if (status != null) {
            ObjectNode patch = JSON.createObjectNode();
            patch.set("status", status);
            api.patch(PODS + "/" + name + "/status", PatchType.MERGE, patch);
        }
    }

    private static JsonNode recorded() throws IOException {
        try (InputStream file = PodEncodingIT.class.getResourceAsStream("/kube/pods-to-create.json")) {
            return JSON.readTree(Objects.requireNonNull(file));
        }
    }
}
