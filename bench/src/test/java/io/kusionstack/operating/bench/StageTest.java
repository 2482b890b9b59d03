package io.kusionstack.operating.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class StageTest {
    private static final String OPERATION = ".podopslifecycle.kusionstack.io/collaset";
    private static final String OLD = "registry.example/web:v1";
    private static final String NEW = "registry.example/web:v2";

    @Test
    void followsTheLabelsOfTheOperation() {
        assertThat(Stage.of(pod(true, OLD, "operating", "pre-check"))).contains(Stage.MARKED);
        assertThat(Stage.of(pod(true, OLD, "operating", "pre-checked"))).contains(Stage.PASSED);
        assertThat(Stage.of(pod(false, OLD, "operating", "pre-checked", "preparing")))
                .contains(Stage.PREPARING);
        assertThat(Stage.of(pod(false, OLD, "operating", "pre-checked", "operate")))
                .contains(Stage.OPERATING);
        assertThat(Stage.of(pod(false, NEW, "operated", "completing"))).contains(Stage.COMPLETING);
        assertThat(Stage.of(pod(true, NEW, "operated", "completing"))).contains(Stage.READY);
    }

    @Test
    void isRestartedOnceTheKubeletShowsTheNewImage() {
        assertThat(Stage.of(pod(false, NEW, "operating", "pre-checked", "operate")))
                .contains(Stage.RESTARTED);
    }

    @Test
    void isInServiceOnlyMarkedAndReady() {
        ObjectNode marked = pod(true, NEW);
        marked.withObject("/metadata/labels").put(Pods.SERVICE_AVAILABLE, "1");
        ObjectNode unready = pod(false, NEW);
        unready.withObject("/metadata/labels").put(Pods.SERVICE_AVAILABLE, "1");

        assertThat(Stage.of(marked)).contains(Stage.IN_SERVICE);
        assertThat(Stage.of(unready)).isEqualTo(Optional.empty());
        assertThat(Stage.of(pod(true, NEW))).isEqualTo(Optional.empty());
    }

    /** The spec has the new image. */
    private static ObjectNode pod(boolean ready, String runs, String... labels) {
        ObjectNode pod = JsonNodeFactory.instance.objectNode();
        for (String label : labels) {
            pod.withObject("/metadata/labels").put(label + OPERATION, "1");
        }
        pod.withObject("/spec").putArray("containers").addObject().put("image", NEW);
        pod.withObject("/status").putArray("containerStatuses").addObject().put("image", runs);
        var conditions = pod.withObject("/status").putArray("conditions");
        conditions.addObject().put("type", "ContainersReady").put("status", "True");
        for (String type : List.of("Ready", Pods.GATE)) {
            conditions.addObject().put("type", type).put("status", ready ? "True" : "False");
        }
        return pod;
    }
}
