package io.kusionstack.operating.host.kube.write;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kusionstack.operating.host.kube.Cluster;
import io.kusionstack.operating.host.plan.Action;
import io.kusionstack.operating.host.plan.FieldTracking;
import io.kusionstack.operating.host.plan.MapEdit;
import io.kusionstack.operating.host.plan.Plan;
import io.kusionstack.operating.host.plan.PodEdit;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.testbed.api.PatchType;
import io.kusionstack.operating.testbed.controlplane.ControlPlane;
import io.kusionstack.operating.testbed.junit.TestCluster;
import io.kusionstack.operating.testbed.junit.TestNamespace;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(TestCluster.class)
class FieldTrackingIT {
    private static final String LABEL = "operating.podopslifecycle.kusionstack.io/collaset";
    private static final String MANAGED = "/metadata/managedFields";

    private Cluster cluster;

    @BeforeEach
    void start(ControlPlane plane, TestNamespace namespace) {
        cluster = new Cluster(plane, namespace, Cluster.openGate(), timeout -> true).started();
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    @Test
    void isClearedWithWhatIsWrittenAnywayAndStaysSo() {
        PodRecord pod = untracked("a");
        assertThat(pod.fieldTracking()).isEqualTo(FieldTracking.UPDATED);

        write(PodEdit.of(pod).serviceReady(false));
        Cluster.await().until(() -> cluster.find("a").orElseThrow().gateClosed());
        assertThat(cluster.read("a").at(MANAGED)).as("a status carries it not").isNotEmpty();
        label("1");
        Cluster.await().until(() -> cluster.find("a").orElseThrow().fieldTracking() == FieldTracking.NONE);
        write(PodEdit.of(cluster.find("a").orElseThrow()).serviceReady(true));
        Cluster.await().until(() -> !cluster.find("a").orElseThrow().gateClosed());
        cluster.api.patch(path(""), PatchType.MERGE, labelled("other"));

        assertThat(cluster.read("a").at(MANAGED)).isEmpty();
        cluster.awaitCount("sent Pod patch", 1);
    }

    @Test
    void isKeptForWhoeverAppliesToThePod() {
        untracked("a");
        ObjectNode applied = labelled("applied");
        applied.put("apiVersion", "v1").put("kind", "Pod");
        cluster.api.patch(path("?fieldManager=someone"), PatchType.APPLY, applied);
        Cluster.await().until(() -> cluster.find("a").orElseThrow().fieldTracking() == FieldTracking.APPLIED);

        label("1");

        Cluster.await().until(() -> cluster.find("a").orElseThrow().hasLabel(LABEL));
        assertThat(cluster.read("a").at(MANAGED).findValuesAsText("manager")).contains("someone");
    }

    private PodRecord untracked(String name) {
        ObjectNode body = cluster.body(name);
        body.withObject("/metadata/labels").put(Cluster.UNTRACKED, "true");
        cluster.api.create(cluster.path("pods"), body);
        return cluster.awaitPod(name);
    }

    private void label(String value) {
        write(PodEdit.of(cluster.find("a").orElseThrow()).labels(MapEdit.set(LABEL, value)));
    }

    private void write(PodEdit edit) {
        cluster.actuator.apply(Plan.of(new Action.EditPod(edit)));
    }

    private String path(String query) {
        return cluster.path("pods") + "/a" + query;
    }

    private static ObjectNode labelled(String key) {
        ObjectNode pod = JsonNodeFactory.instance.objectNode();
        pod.putObject("metadata").putObject("labels").put(key, "yes");
        return pod;
    }
}
