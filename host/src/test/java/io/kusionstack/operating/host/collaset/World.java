package io.kusionstack.operating.host.collaset;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apps.ControllerRevision;
import io.kusionstack.operating.host.kernel.Key;
import io.kusionstack.operating.host.kernel.Outcome;
import io.kusionstack.operating.host.kube.cache.ObjectCache;
import io.kusionstack.operating.host.kube.cache.PodCache;
import io.kusionstack.operating.host.kube.write.Expectations;
import io.kusionstack.operating.host.lifecycle.LifecycleGate;
import io.kusionstack.operating.host.model.CollaSet;
import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.model.ResourceContext;
import io.kusionstack.operating.host.plan.Action;
import io.kusionstack.operating.host.plan.Decision;
import io.kusionstack.operating.host.plan.Nodes;
import io.kusionstack.operating.host.plan.ObjectKind;
import io.kusionstack.operating.host.plan.ObjectRef;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.host.world.FakeCluster;
import io.kusionstack.operating.host.world.FakeKubelet;
import io.kusionstack.operating.host.world.Unused;
import io.kusionstack.operating.plugin.Stage;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * One set, {@code shop/web}, in a cluster in memory, with a host that may crash. After every write it is checked that the
 * floor holds, that ids are unique, and that no Pod is touched while it is in service.
 */
final class World {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final int MOST_STEPS = 400;
    static final ObjectRef SET = new ObjectRef(ObjectKind.COLLASET, "shop", "web", "web-uid");
    static final Key KEY = new Key("shop", "web");

    final FakeCluster cluster = new FakeCluster();
    final FakeKubelet kubelet = new FakeKubelet(cluster);
    private final PodCache cache = new PodCache(Set.of());
    private final Map<String, PodRecord> before = new HashMap<>();
    private CollaSetReconciler host;
    private int floor;
    private int steps;
    private int crashes;

    /** So many Pods have the id of another Pod, by an edit of the test. */
    int duplicateIds;

    World() {
        cluster.afterEachWrite(this::check);
        host = started();
    }

    /** So many Pods have to be in service from now on; the judge of the lifecycle knows it too. */
    void floor(int pods) {
        floor = pods;
    }

    void create(Sets sets) {
        ObjectNode object = MAPPER.valueToTree(sets.object());
        object.remove("status");
        ((ObjectNode) object.path("metadata")).remove("finalizers");
        cluster.put(SET, object);
    }

    /** A user changes the spec. */
    void edit(String yaml) {
        ObjectNode object = set().deepCopy();
        Sets.merge((ObjectNode) object.path("spec"), Json.of(yaml));
        ObjectNode metadata = (ObjectNode) object.path("metadata");
        metadata.put("generation", metadata.path("generation").asLong() + 1);
        cluster.put(SET, object);
    }

    void image(String image) {
        ObjectNode object = set().deepCopy();
        ((ObjectNode) object.at("/spec/template/spec/containers/0")).put("image", image);
        ObjectNode metadata = (ObjectNode) object.path("metadata");
        metadata.put("generation", metadata.path("generation").asLong() + 1);
        cluster.put(SET, object);
    }

    void delete() {
        ObjectNode object = set().deepCopy();
        ((ObjectNode) object.path("metadata")).put("deletionTimestamp", "2026-01-01T00:00:00Z");
        cluster.put(SET, object);
    }

    ObjectNode set() {
        return cluster.object(SET).orElseThrow().body();
    }

    JsonNode status() {
        return set().path("status");
    }

    Optional<JsonNode> condition(String type) {
        for (JsonNode condition : status().path("conditions")) {
            if (condition.path("type").asText().equals(type)) {
                return Optional.of(condition);
            }
        }
        return Optional.empty();
    }

    List<Wait> waits(PodRecord pod) {
        return host.waits(pod);
    }

    Optional<Instant> nextLook() {
        return host.nextLook(KEY);
    }

    List<PodRecord> live() {
        return cluster.pods().stream()
                .filter(pod -> !pod.terminating() && !pod.inactive())
                .toList();
    }

    int serving() {
        return (int) cluster.pods().stream().filter(FakeKubelet::serves).count();
    }

    /** One look of the host, the lifecycle and every kubelet; a second passes. */
    Outcome step() {
        steps++;
        Outcome outcome = Outcome.done();
        try {
            refresh();
            outcome = host.reconcile(KEY, cluster.now());
            refresh();
            cluster.lifecycle();
        } catch (FakeCluster.Crash crash) {
            crashes++;
            host = started();
        }
        kubelet.sync();
        remember();
        cluster.pass(Duration.ofSeconds(1));
        return outcome;
    }

    /** As {@link #step}, where the look of the host may end with an exception: the kernel would try again. */
    void stepThatMayFail() {
        try {
            step();
        } catch (IllegalStateException refused) {
            cluster.pass(Duration.ofSeconds(1));
        }
    }

    /** Steps until nothing changes any more. */
    void settle() {
        for (int quiet = 0; quiet < 3; ) {
            int before = cluster.writes() + crashes;
            List<PodRecord> pods = cluster.pods();
            step();
            boolean changed = before != cluster.writes() + crashes || !pods.equals(cluster.pods());
            quiet = changed ? 0 : quiet + 1;
            assertThat(steps).as("steps of the story").isLessThan(MOST_STEPS);
        }
    }

    private CollaSetReconciler started() {
        SetIntentions intentions = new SetIntentions(key -> cluster.object(SET)
                .map(set ->
                        OptionalLong.of(set.body().at("/metadata/generation").asLong()))
                .orElse(OptionalLong.empty()));
        cluster.gate(new LifecycleGate(this::judged, intentions, Unused.endpoints(), Unused.employers())
                .minding(intentions, Nodes.reachable()));
        return new CollaSetReconciler(
                new CollaSetReconciler.SetCaches(
                        new Stored<>(CollaSet.class),
                        new Stored<>(ResourceContext.class),
                        new Stored<>(ControllerRevision.class),
                        cache,
                        new Expectations(cluster::now, Unused.writeMetrics())),
                new CollaSetReconciler.PodWaits(pod -> Optional.empty(), pod -> List.of()),
                cluster,
                intentions);
    }

    private Decision judged(PodRecord pod, String operation, Stage stage, Instant now) {
        boolean served = Optional.ofNullable(before.get(pod.uid()))
                .filter(FakeKubelet::serves)
                .isPresent();
        boolean passes = stage == Stage.POST_CHECK || serving() - (served ? 1 : 0) >= floor;
        return passes ? new Decision.Admitted() : new Decision.Rejected(List.of());
    }

    private void refresh() {
        Set<String> uids = new HashSet<>();
        cluster.pods().forEach(pod -> {
            uids.add(pod.uid());
            cache.observe(pod);
        });
        cache.inNamespace("shop").stream()
                .map(PodRecord::uid)
                .filter(uid -> !uids.contains(uid))
                .forEach(cache::gone);
    }

    private void check() {
        List<String> ids = live().stream()
                .map(pod -> pod.label(Names.INSTANCE_ID).orElseThrow())
                .sorted()
                .toList();
        assertThat(ids.size() - Set.copyOf(ids).size())
                .as("instance ids that are not unique: %s", ids)
                .isLessThanOrEqualTo(duplicateIds);
        Action last = cluster.done().getLast();
        touched(last)
                .map(before::get)
                .ifPresent(pod -> assertThat(FakeKubelet.serves(pod))
                        .as("%s is touched in service", pod)
                        .isFalse());
        assertThat(serving()).as("Pods in service after %s", last).isGreaterThanOrEqualTo(floor);
        remember();
    }

    private static Optional<String> touched(Action action) {
        if (action instanceof Action.EditPod edit && !edit.edit().images().isEmpty()) {
            return Optional.of(edit.edit().pod().uid());
        }
        return action instanceof Action.DeletePod delete
                ? Optional.of(delete.pod().uid())
                : Optional.empty();
    }

    private void remember() {
        before.clear();
        cluster.pods().forEach(pod -> before.put(pod.uid(), pod));
    }

    /** The objects of one kind, always as they are. */
    private final class Stored<T extends HasMetadata> implements ObjectCache<T> {
        private final Class<T> type;
        private final Map<FakeCluster.Stored, T> converted = new IdentityHashMap<>();

        Stored(Class<T> type) {
            this.type = type;
        }

        @Override
        public Optional<T> get(Key key) {
            return list(key.namespace()).stream()
                    .filter(object -> object.getMetadata().getName().equals(key.name()))
                    .findFirst();
        }

        @Override
        public List<T> list(String namespace) {
            List<T> all = new ArrayList<>();
            for (FakeCluster.Stored stored : cluster.objects(type.getSimpleName())) {
                all.add(converted.computeIfAbsent(stored, kept -> MAPPER.convertValue(kept.body(), type)));
            }
            return all;
        }

        @Override
        public void onChange(ObjectCache.ObjectListener<T> listener) {
            throw new UnsupportedOperationException("a story looks by itself");
        }
    }
}
