package io.kusionstack.operating.host.kube.write;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.ContainerRecord;
import io.kusionstack.operating.host.plan.MapEdit;
import io.kusionstack.operating.host.plan.PodEdit;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.world.Containers;
import io.kusionstack.operating.host.world.Pods;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PodPatchTest {
    private static final Instant NOW = Instant.parse("2026-02-03T04:05:06.789Z");
    private static final PodRecord POD = Pods.pod("a").version(42).build();

    @Test
    void carriesOnlyItsPreconditionsWhenNothingChanges() {
        assertThat(PodPatch.of(POD, PodEdit.of(POD), NOW))
                .isEqualTo(new PodPatch(
                        "api/v1/namespaces/shop/pods/a", json("{'metadata':{'uid':'uid-a','resourceVersion':'42'}}")));
    }

    @Test
    void goesToTheStatusWithLabelsWhenTheGateChanges() {
        PodEdit edit = PodEdit.of(POD)
                .labels(MapEdit.set("x", "1").then(MapEdit.remove(List.of("y"))))
                .annotations(MapEdit.set("n", "2"))
                .addFinalizer("f/add")
                .removeFinalizer("f/gone")
                .serviceReady(false);

        assertThat(PodPatch.of(POD, edit, NOW))
                .isEqualTo(
                        new PodPatch(
                                "api/v1/namespaces/shop/pods/a/status",
                                json(
                                        "{'metadata':{'uid':'uid-a','resourceVersion':'42','labels':{'x':'1','y':null},"
                                                + "'annotations':{'n':'2'},'finalizers':['f/add'],"
                                                + "'$deleteFromPrimitiveList/finalizers':['f/gone']},"
                                                + "'status':{'conditions':[{'type':'pod.kusionstack.io/service-ready','status':'False',"
                                                + "'lastTransitionTime':'2026-02-03T04:05:06Z','message':'updated by PodOpsLifecycle'}]}}")));
    }

    @Test
    void aPodOfTheNameStatusIsPatchedAsAnyOther() {
        PodRecord pod = Pods.pod("status").version(42).build();

        assertThat(PodPatch.of(pod, PodEdit.of(pod).labels(MapEdit.set("x", "1")), NOW)
                        .verb())
                .isEqualTo("patch");
        assertThat(PodPatch.of(pod, PodEdit.of(pod).serviceReady(true), NOW).verb())
                .isEqualTo("patch-status");
    }

    @Test
    void goesToThePodWithNewImages() {
        ContainerRecord plain = Containers.running("mesh", "mesh:1");
        ContainerRecord mesh = new ContainerRecord(
                plain.name(),
                true,
                plain.image(),
                plain.runningImage(),
                plain.imageId(),
                plain.containerId(),
                0,
                true,
                true,
                plain.state(),
                "",
                plain.startedAt());
        PodRecord pod = Pods.pod("a")
                .version(42)
                .container("mesh", "mesh:1")
                .container("mesh", old -> mesh)
                .build();

        PodPatch patch = PodPatch.of(pod, PodEdit.of(pod).images(Map.of("main", "app:v2", "mesh", "mesh:2")), NOW);

        assertThat(patch)
                .isEqualTo(new PodPatch(
                        "api/v1/namespaces/shop/pods/a",
                        json("{'metadata':{'uid':'uid-a','resourceVersion':'42'},"
                                + "'spec':{'containers':[{'name':'main','image':'app:v2'}],"
                                + "'initContainers':[{'name':'mesh','image':'mesh:2'}]}}")));
    }

    @Test
    void clearsFieldTrackingWithAPatchOfThePodAndNotOfItsStatus() {
        PodPatch pod = PodPatch.of(POD, PodEdit.of(POD).labels(MapEdit.set("x", "1")), NOW);
        PodPatch status = PodPatch.of(POD, PodEdit.of(POD).serviceReady(true), NOW);

        assertThat(pod.clearingFieldTracking())
                .isEqualTo(new PodPatch(
                        "api/v1/namespaces/shop/pods/a",
                        json("{'metadata':{'uid':'uid-a','resourceVersion':'42','labels':{'x':'1'},"
                                + "'managedFields':[{}]}}")));
        assertThat(status.clearingFieldTracking()).isEqualTo(status);
    }

    @Test
    void leavesNewFinalizersOutOfATerminatingPod() {
        PodRecord pod = Pods.pod("a").terminating().build();
        PodEdit edit = PodEdit.of(pod).addFinalizer("f/add").labels(MapEdit.set("x", "1"));

        assertThat(PodPatch.allowed(pod, edit)).isEqualTo(PodEdit.of(pod).labels(MapEdit.set("x", "1")));
        assertThat(PodPatch.allowed(POD, PodEdit.of(POD).addFinalizer("f/add")))
                .isEqualTo(PodEdit.of(POD).addFinalizer("f/add"));
    }

    @Test
    void seesWhetherTheServerDidAllOfIt() {
        PodEdit edit = PodEdit.of(POD).labels(MapEdit.set("x", "1")).serviceReady(true);

        assertThat(PodPatch.missing(POD, POD.with(edit), edit, key -> true).isEmpty())
                .isTrue();
        assertThat(PodPatch.missing(POD, POD.with(PodEdit.of(POD).serviceReady(true)), edit, key -> true)
                        .labels())
                .isEqualTo(MapEdit.set("x", "1"));
    }

    @Test
    void anImageThatIsPutBackIsMissedAndOneThatIsRewrittenIsNot() {
        PodRecord digest = Pods.like(POD).image("app@sha256:1").build();
        PodEdit tag = PodEdit.of(POD).images(Map.of("main", "app:v2"));

        assertThat(PodPatch.missing(POD, POD, tag, key -> true).images()).isEqualTo(Map.of("main", "app:v2"));
        assertThat(PodPatch.missing(POD, digest, tag, key -> true).images()).isEmpty();
        assertThat(PodPatch.missing(digest, digest, tag, key -> true).images())
                .as("another tag of the digest that runs")
                .isEmpty();
    }

    @Test
    void anAnnotationThatRecordsDoNotKeepIsNotMissed() {
        PodEdit edit =
                PodEdit.of(POD).annotations(MapEdit.set(Map.of("example.com/note", "2", Names.LAST_POD_STATUS, "{}")));

        assertThat(PodPatch.missing(POD, POD, edit, Names::isOurs).annotations())
                .isEqualTo(MapEdit.set(Names.LAST_POD_STATUS, "{}"));
    }

    private static ObjectNode json(String text) {
        try {
            return (ObjectNode) new ObjectMapper().readTree(text.replace('\'', '"'));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(text, e);
        }
    }
}
