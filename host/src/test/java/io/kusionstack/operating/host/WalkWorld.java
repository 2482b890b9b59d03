package io.kusionstack.operating.host;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apps.ControllerRevision;
import io.kusionstack.operating.host.collaset.AcceptedSpecs;
import io.kusionstack.operating.host.collaset.CollaSetReconciler;
import io.kusionstack.operating.host.collaset.SetIntentions;
import io.kusionstack.operating.host.kernel.Key;
import io.kusionstack.operating.host.kube.cache.ObjectCache;
import io.kusionstack.operating.host.kube.cache.OpenCaches;
import io.kusionstack.operating.host.kube.cache.PodCache;
import io.kusionstack.operating.host.kube.write.Expectations;
import io.kusionstack.operating.host.lifecycle.LifecycleGate;
import io.kusionstack.operating.host.model.CollaSet;
import io.kusionstack.operating.host.model.CollaSetSpec;
import io.kusionstack.operating.host.model.PodTransitionRule;
import io.kusionstack.operating.host.model.ResourceContext;
import io.kusionstack.operating.host.plan.Employers;
import io.kusionstack.operating.host.plan.Endpoints;
import io.kusionstack.operating.host.plan.ObjectKind;
import io.kusionstack.operating.host.plan.ObjectRef;
import io.kusionstack.operating.host.plan.Obstacles;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.host.rules.admit.RuleAdmission;
import io.kusionstack.operating.host.rules.admit.RuleReconciler;
import io.kusionstack.operating.host.rules.admit.RuleWorld;
import io.kusionstack.operating.host.traffic.PodTraffic;
import io.kusionstack.operating.host.traffic.TrafficReconciler;
import io.kusionstack.operating.host.world.FakeCluster;
import io.kusionstack.operating.host.world.FakeKubelet;
import io.kusionstack.operating.host.world.Unused;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * One set under one rule in a cluster in memory, looked after by sets, rules and lifecycle together, wired as {@link Rooms} does. The host
 * may crash at any write. One thread.
 */
final class WalkWorld {
    static final ObjectRef SET = new ObjectRef(ObjectKind.COLLASET, "shop", "web", "web-uid");
    private static final ObjectRef RULE = new ObjectRef(ObjectKind.POD_TRANSITION_RULE, "shop", "most", "most-uid");
    private static final Key SET_KEY = new Key("shop", "web");
    private static final ObjectMapper MAPPER = new ObjectMapper();

    final FakeCluster cluster = new FakeCluster();
    final FakeKubelet kubelet = new FakeKubelet(cluster);
    final WalkServices services = new WalkServices();
    final WalkTraffic traffic = new WalkTraffic(cluster);
    private final Set<Key> ruleKeys = new LinkedHashSet<>();
    private PodCache cache = new PodCache(Set.of());
    private Rooms rooms;
    private int crashes;
    private int accepted;

    /** What the host remembers only while it runs. */
    private record Rooms(
            CollaSetReconciler sets,
            RuleAdmission desk,
            RuleReconciler rules,
            PodTraffic pods,
            TrafficReconciler traffic,
            LifecycleGate gate) {}

    WalkWorld(int replicas, int maxUnavailable) {
        cluster.put(SET, set(replicas));
        cluster.put(RULE, rule(maxUnavailable));
        rooms = started();
    }

    private static ObjectNode set(int replicas) {
        ObjectNode set = MAPPER.createObjectNode()
                .put("apiVersion", "apps.kusionstack.io/v1alpha1")
                .put("kind", "CollaSet");
        set.withObject("/metadata")
                .put("namespace", SET.namespace())
                .put("name", SET.name())
                .put("uid", SET.uid())
                .put("generation", 1);
        set.withObject("/spec").put("replicas", replicas);
        set.withObject("/spec/selector/matchLabels").put("app", "web");
        set.withObject("/spec/template/metadata/labels").put("app", "web");
        set.withObject("/spec/template/spec")
                .putArray("containers")
                .addObject()
                .put("name", "main")
                .put("image", "app:v1");
        return set;
    }

    private static ObjectNode rule(int maxUnavailable) {
        ObjectNode rule = MAPPER.createObjectNode()
                .put("apiVersion", "apps.kusionstack.io/v1alpha1")
                .put("kind", "PodTransitionRule");
        rule.withObject("/metadata")
                .put("namespace", RULE.namespace())
                .put("name", RULE.name())
                .put("uid", RULE.uid())
                .put("generation", 1);
        rule.withObject("/spec/selector/matchLabels").put("app", "web");
        rule.withObject("/spec")
                .putArray("rules")
                .addObject()
                .put("name", "most")
                .putObject("availablePolicy")
                .put("maxUnavailableValue", maxUnavailable);
        return rule;
    }

    private Rooms started() {
        cache = new PodCache(Set.of());
        SetIntentions intentions = intentions();
        PodTraffic pods = new PodTraffic(cluster::now, pod -> {});
        traffic.forgetListeners();
        pods.listenTo(cache, traffic.services());
        Obstacles obstacles = Obstacles.all(LifecycleGate.unreachable(this::unreachable), pods, intentions);
        ObjectCache<CollaSet> sets = new Stored<>(CollaSet.class);
        ObjectCache<PodTransitionRule> rules = new Stored<>(PodTransitionRule.class);
        AcceptedSpecs specs = new AcceptedSpecs(new Stored<>(ControllerRevision.class));
        RuleWorld seen =
                RuleWorld.of(cache, rules, new RuleWorld.Sets(sets, specs::accepted, specs::podLabels), obstacles);
        RuleAdmission desk = new RuleAdmission(seen, Instant.EPOCH, ruleKeys::add);
        cache.onChange(desk::podChanged);
        services.forgetListeners();
        Endpoints endpoints = OpenCaches.endpoints(
                Duration.ofSeconds(2), services.services(), services.slices(), cache, cluster::now);
        Employers employers = traffic::employs;
        LifecycleGate gate = new LifecycleGate(desk, intentions, endpoints.and(pods), employers.with(pods))
                .minding(obstacles, this::unreachable);
        cluster.gate(gate);
        cluster.reports(desk);
        return new Rooms(
                reconciler(sets, intentions),
                desk,
                new RuleReconciler(desk, seen, cluster, pod -> {}, ask -> {}),
                pods,
                new TrafficReconciler(
                        new TrafficReconciler.TrafficCaches(traffic.services(), services.slices(), cache, endpoints),
                        pods,
                        traffic,
                        cluster,
                        Unused.trafficMetrics()),
                gate);
    }

    private SetIntentions intentions() {
        return new SetIntentions(key -> cluster.object(SET)
                .map(set ->
                        OptionalLong.of(set.body().at("/metadata/generation").asLong()))
                .orElse(OptionalLong.empty()));
    }

    private CollaSetReconciler reconciler(ObjectCache<CollaSet> sets, SetIntentions intentions) {
        return new CollaSetReconciler(
                new CollaSetReconciler.SetCaches(
                        sets,
                        new Stored<>(ResourceContext.class),
                        new Stored<>(ControllerRevision.class),
                        cache,
                        new Expectations(cluster::now, Unused.writeMetrics())),
                new CollaSetReconciler.PodWaits(pod -> Optional.empty(), this::waits),
                cluster,
                intentions);
    }

    private Optional<Wait> unreachable(String node) {
        return kubelet.isCutOff()
                ? Optional.of(new Wait(Reason.NODE_UNREACHABLE, "Node " + node, "the node is not Ready"))
                : Optional.empty();
    }

    ObjectNode spec() {
        return (ObjectNode) cluster.object(SET).orElseThrow().body().path("spec");
    }

    /** How many Pods the set is to have by the spec that is in force. */
    int replicas() {
        return isOffered() ? spec().path("replicas").asInt() : accepted().orElse(accepted);
    }

    /** As the newest revision has it: a host that dies after it was stored goes by it when it is back. */
    private Optional<Integer> accepted() {
        return new AcceptedSpecs(new Stored<>(ControllerRevision.class))
                .accepted(new Stored<>(CollaSet.class).list(SET.namespace()).getFirst())
                .map(CollaSetSpec::replicas);
    }

    private boolean isOffered() {
        return !spec().at("/updateStrategy/podUpgradePolicy").asText().equals("Replace");
    }

    /** A user changes the spec. */
    void edit(Consumer<ObjectNode> change) {
        ObjectNode object = cluster.object(SET).orElseThrow().body().deepCopy();
        change.accept((ObjectNode) object.path("spec"));
        ObjectNode metadata = (ObjectNode) object.path("metadata");
        metadata.put("generation", metadata.path("generation").asLong() + 1);
        cluster.put(SET, object);
    }

    List<PodRecord> live() {
        return cluster.pods().stream()
                .filter(pod -> !pod.terminating() && !pod.inactive())
                .toList();
    }

    /** True if the set controls the Pod. */
    static boolean isOwned(PodRecord pod) {
        return pod.controller().filter(owner -> owner.uid().equals(SET.uid())).isPresent();
    }

    /** Why the Pod is not in service, as far as the host can say. */
    List<Wait> waits(PodRecord pod) {
        return Stream.of(
                        rooms.sets.waits(pod),
                        rooms.desk.explain(pod, cluster.now()),
                        rooms.pods.waits(pod),
                        rooms.gate.explain(pod, cluster.now()).known())
                .flatMap(List::stream)
                .toList();
    }

    /** One look of every controller of the host and of every kubelet; a second passes. */
    void step() {
        try {
            refresh();
            rooms.desk.workloadsChanged(SET.namespace());
            rooms.desk.ruleChanged(new Key(RULE.namespace(), RULE.name()));
            rooms.sets.reconcile(SET_KEY, cluster.now());
            accepted = replicas();
            look();
            rooms.traffic.reconcile(WalkTraffic.KEY, cluster.now());
            look();
            cluster.lifecycle();
            look();
        } catch (FakeCluster.Crash crash) {
            crashes++;
            rooms = started();
        }
        kubelet.sync();
        services.sync(cluster.pods());
        cluster.pass(Duration.ofSeconds(1));
    }

    private void look() {
        refresh();
        List<Key> keys = List.copyOf(ruleKeys);
        ruleKeys.clear();
        keys.forEach(key -> rooms.rules.reconcile(key, cluster.now()));
    }

    /** Steps until the host writes nothing and nothing changes for a while; the number of steps, or the most there may be. */
    int settle(int mostSteps) {
        int quiet = 0;
        for (int steps = 1; steps <= mostSteps; steps++) {
            int before = cluster.writes() + crashes;
            List<PodRecord> pods = cluster.pods();
            step();
            quiet = before == cluster.writes() + crashes && pods.equals(cluster.pods()) ? quiet + 1 : 0;
            if (quiet == QUIET) {
                return steps;
            }
        }
        return mostSteps;
    }

    /** Longer than the longest pause between two tries. */
    static final int QUIET = 70;

    private void refresh() {
        traffic.refresh();
        Set<String> uids = new HashSet<>();
        cluster.pods().forEach(pod -> {
            uids.add(pod.uid());
            cache.observe(pod);
        });
        cache.inNamespace(SET.namespace()).stream()
                .map(PodRecord::uid)
                .filter(uid -> !uids.contains(uid))
                .toList()
                .forEach(cache::gone);
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
            throw new UnsupportedOperationException("a walk looks by itself");
        }
    }
}
