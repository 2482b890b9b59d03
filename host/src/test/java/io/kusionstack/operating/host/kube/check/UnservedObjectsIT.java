package io.kusionstack.operating.host.kube.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.host.kube.Cluster;
import io.kusionstack.operating.host.kube.FakeApi;
import io.kusionstack.operating.host.plan.Action;
import io.kusionstack.operating.host.plan.ObjectKind;
import io.kusionstack.operating.host.plan.ObjectRef;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnservedObjectsIT {
    @TempDir
    Path folder;

    @Test
    void whatIsNotServedIsToldOnceByAnEventOnIt() {
        List<Action.Announce> told = new CopyOnWriteArrayList<>();
        try (FakeApi api = new FakeApi()) {
            api.answers(404, "{\"message\":\"the server could not find the requested resource\"}")
                    .answers(
                            200,
                            "{\"items\":[{\"metadata\":{\"namespace\":\"shop\",\"name\":\"sidecar\",\"uid\":\"u-1\"}},"
                                    + "{\"metadata\":{\"namespace\":\"shop\",\"name\":\"sidecar\",\"uid\":\"u-1\"}}]}");
            try (UnservedObjects objects = new UnservedObjects(api.access(folder), List.of(), told::add)) {
                objects.start();
                Cluster.await().until(() -> api.requests().size() == 2 && !told.isEmpty());
            }
            assertThat(api.requests())
                    .containsExactly(
                            "GET /apis/apps.kusionstack.io/v1alpha1/operationjobs?limit=100",
                            "GET /apis/apps.kusionstack.io/v1alpha1/poddecorations?limit=100");
        }
        assertThat(told)
                .extracting(Action.Announce::about)
                .containsExactly(new ObjectRef(ObjectKind.POD_DECORATION, "shop", "sidecar", "u-1"));
        assertThat(told).extracting(Action.Announce::reason).containsExactly("NotServed");
    }
}
