package io.kusionstack.operating.host.kube.cache;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.kusionstack.operating.host.kernel.Key;
import io.kusionstack.operating.host.kube.Cluster;
import io.kusionstack.operating.host.kube.write.Fence;
import io.kusionstack.operating.testbed.api.PatchType;
import io.kusionstack.operating.testbed.controlplane.ControlPlane;
import io.kusionstack.operating.testbed.junit.TestCluster;
import io.kusionstack.operating.testbed.junit.TestNamespace;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The cluster begins with one ConfigMap named web. */
@ExtendWith(TestCluster.class)
class InformerCacheIT {
    private Cluster cluster;
    private InformerCache<ConfigMap> maps;
    private Key web;

    @BeforeEach
    void start(ControlPlane plane, TestNamespace namespace) {
        cluster = new Cluster(plane, namespace, Cluster.openGate(), Fence.alwaysOpen());
        maps = cluster.objects.informer(ConfigMap.class);
        web = new Key(namespace.name(), "web");
        cluster.started();
        Cluster.await().until(() -> maps.get(web).isPresent());
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    @Test
    void takesWhatANewEpochShowsThoughItsVersionsAreLower() {
        maps.learn(learnt("of a lost past", "999999999999"));
        write("never seen");
        assertThat(maps.get(web).orElseThrow().getData()).isEqualTo(Map.of("said", "of a lost past"));

        cluster.objects.listAgain();

        Cluster.await().until(() -> cluster.objects.isSynced());
        assertThat(maps.get(web).orElseThrow().getData()).isEqualTo(Map.of("said", "never seen"));
        write("followed");
        Cluster.await().until(() -> maps.get(web).orElseThrow().getData().equals(Map.of("said", "followed")));
    }

    @Test
    void tellsOnceOfAnObjectThatTheNewPastDoesNotHave() {
        List<String> gone = new CopyOnWriteArrayList<>();
        maps.onChange((before, after) -> {
            if (before != null && after == null) {
                gone.add(before.getMetadata().getName());
            }
        });
        cluster.api.delete(cluster.path("configmaps") + "/web");

        cluster.objects.listAgain();

        Cluster.await().until(() -> cluster.objects.isSynced() && maps.get(web).isEmpty());
        assertThat(gone).containsExactly("web");
    }

    private ObjectNode learnt(String said, String version) {
        ObjectNode map = body(said);
        map.withObject("/metadata")
                .put("namespace", web.namespace())
                .put("name", web.name())
                .put("uid", maps.get(web).orElseThrow().getMetadata().getUid())
                .put("resourceVersion", version);
        return map;
    }

    private void write(String said) {
        cluster.api.patch(cluster.path("configmaps") + "/web", PatchType.MERGE, body(said));
    }

    private static ObjectNode body(String said) {
        ObjectNode map = JsonNodeFactory.instance.objectNode();
        map.withObject("/data").put("said", said);
        return map;
    }
}
