package io.kusionstack.operating.testbed.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SeenPodTest {
    private static final String SERVING = """
            metadata:
              name: web-0
              uid: u-0
              labels: {podopslifecycle.kusionstack.io/service-available: "1"}
              finalizers: [prot/a, b]
            spec: {containers: [{name: app, image: "web:v1"}]}
            status:
              podIP: 10.0.0.1
              containerStatuses: [{name: app, image: "web:v1", restartCount: 3}]
              conditions:
                - {type: Ready, status: "True"}
                - {type: pod.kusionstack.io/service-ready, status: "True"}
            """;

    @Test
    void readsWhatAWatchShows() throws Exception {
        assertThat(pod(SERVING))
                .isEqualTo(new SeenPod(
                        "web-0", "u-0", "10.0.0.1", "web:v1", "web:v1", true, Set.of(), List.of("prot/a", "b"), 3));
    }

    @Test
    void isOutOfServiceWithoutMarkReadinessOrGateAndWhenItIsDeleted() throws Exception {
        assertThat(pod(SERVING.replace("service-available", "something-else")).inService())
                .isFalse();
        assertThat(pod(SERVING.replace("{type: Ready, status: \"True\"}", "{type: Ready, status: \"False\"}"))
                        .inService())
                .isFalse();
        assertThat(pod(SERVING.replace("service-ready, status: \"True\"", "service-ready, status: \"False\""))
                        .inService())
                .isFalse();
        assertThat(pod(SERVING.replace("uid: u-0", "deletionTimestamp: now")).inService())
                .isFalse();
    }

    @Test
    void servesOnlyWhenTheImageRunsAndNoOperationIsLeft() throws Exception {
        assertThat(pod(SERVING).serves("web:v1")).isTrue();
        assertThat(pod(SERVING).serves("web:v2")).isFalse();
        assertThat(pod(SERVING.replace(
                                "labels: {", "labels: {completing.podopslifecycle.kusionstack.io/collaset: \"1\", "))
                        .serves("web:v1"))
                .isFalse();
    }

    private static SeenPod pod(String yaml) throws Exception {
        return SeenPod.of(new YAMLMapper().readTree(yaml));
    }
}
