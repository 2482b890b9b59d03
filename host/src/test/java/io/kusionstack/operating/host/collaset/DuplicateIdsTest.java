package io.kusionstack.operating.host.collaset;

import static io.kusionstack.operating.host.collaset.Stories.create;
import static io.kusionstack.operating.host.collaset.Stories.ids;
import static io.kusionstack.operating.host.collaset.Stories.replayed;
import static io.kusionstack.operating.host.collaset.Stories.told;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.Action;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.world.Pods;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

class DuplicateIdsTest {
    private static final String REMEDY =
            "; label it collaset.kusionstack.io/to-delete=true, and the successor gets an id of its own";

    @Test
    void twoPodsOfOneIdGoOnAndAreToldUntilOneIsReplaced() {
        replayed(world -> {
            create(world, 3, "");
            List<PodRecord> before = world.live();
            world.duplicateIds = 1;

            world.cluster.put(Pods.like(before.get(1)).instance(0).build());
            world.settle();
            assertThat(world.live()).extracting(PodRecord::uid).isEqualTo(uids(before));
            List<String> names = Stream.of(before.get(0).name(), before.get(1).name())
                    .sorted()
                    .toList();
            assertThat(told(world, "DuplicateInstanceIds"))
                    .isEqualTo("True NotUnique: 1 Pod has an instance id that is not unique: " + names.get(1)
                            + " (id 0, which " + names.get(0) + " has)" + REMEDY);
            assertThat(world.cluster.done())
                    .filteredOn(action -> action instanceof Action.Announce event
                            && event.reason().equals("DuplicateInstanceIds"))
                    .as("once, or once more after a crash")
                    .hasSizeBetween(1, 2);

            PodRecord edited = world.live().stream()
                    .filter(pod -> pod.name().equals(names.get(1)))
                    .findFirst()
                    .orElseThrow();
            world.cluster.put(Pods.like(edited).label(Names.TO_DELETE, "true").build());
            world.settle();
            assertThat(ids(world)).hasSize(3).doesNotHaveDuplicates();
            assertThat(world.condition("DuplicateInstanceIds")).isEmpty();
        });
    }

    @Test
    void anIdThatAnotherSetHasInTheContextIsTold() {
        SetPlan plan = Snapshots.of(Snapshots.set().replicas(2))
                .pods(Snapshots.pod(0).revision("web-2"), Snapshots.pod(1).revision("web-2"))
                .identities(
                        InstanceIdentity.adopted(0, "web", "web-2"),
                        InstanceIdentity.adopted(1, "other", "other-1"),
                        InstanceIdentity.adopted(7, "other", "other-1"))
                .plan();

        assertThat(messages(plan))
                .containsExactly(
                        "1 Pod has an instance id that is not unique: web-1 (id 1, which the CollaSet other has)"
                                + REMEDY);
    }

    @Test
    void ofManyTheFirstAreNamed() {
        SetPlan plan = Snapshots.of(Snapshots.set().replicas(7))
                .pods(IntStream.range(0, 7)
                        .mapToObj(number ->
                                Snapshots.pod(number).instance(number / 5).revision("web-2"))
                        .toArray(Pods[]::new))
                .plan();

        assertThat(messages(plan))
                .containsExactly(
                        "5 Pods have an instance id that is not unique: web-1 (id 0, which web-0 has), web-2 (id 0,"
                                + " which web-0 has), web-3 (id 0, which web-0 has) and 2 more"
                                + REMEDY.replace("label it", "label them"));
    }

    private static List<String> messages(SetPlan plan) {
        JsonNode conditions = Snapshots.status(plan).path("conditions");
        return StreamSupport.stream(conditions.spliterator(), false)
                .filter(condition -> condition.path("type").asText().equals("DuplicateInstanceIds"))
                .map(condition -> condition.path("message").asText())
                .toList();
    }

    private static List<String> uids(List<PodRecord> pods) {
        return pods.stream().map(PodRecord::uid).toList();
    }
}
