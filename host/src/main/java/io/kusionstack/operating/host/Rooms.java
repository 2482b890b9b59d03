package io.kusionstack.operating.host;

import io.kusionstack.operating.host.collaset.AcceptedSpecs;
import io.kusionstack.operating.host.collaset.CollaSetReconciler;
import io.kusionstack.operating.host.collaset.SetIntentions;
import io.kusionstack.operating.host.config.HostConfig;
import io.kusionstack.operating.host.config.HostConfig.ControllerName;
import io.kusionstack.operating.host.kernel.Controller;
import io.kusionstack.operating.host.kernel.Cooldown;
import io.kusionstack.operating.host.kernel.Key;
import io.kusionstack.operating.host.kernel.KeyQueue;
import io.kusionstack.operating.host.kernel.Outcome;
import io.kusionstack.operating.host.kernel.Reconciler;
import io.kusionstack.operating.host.kube.ClusterAccess;
import io.kusionstack.operating.host.kube.cache.ClusterCaches;
import io.kusionstack.operating.host.kube.cache.PodStream;
import io.kusionstack.operating.host.kube.check.UnservedObjects;
import io.kusionstack.operating.host.kube.write.ApiActuator;
import io.kusionstack.operating.host.kube.write.Expectations;
import io.kusionstack.operating.host.kube.write.Fence;
import io.kusionstack.operating.host.lifecycle.LifecycleGate;
import io.kusionstack.operating.host.lifecycle.LifecycleReconciler;
import io.kusionstack.operating.host.ops.Explanations;
import io.kusionstack.operating.host.ops.HostMetrics;
import io.kusionstack.operating.host.plan.Explanation;
import io.kusionstack.operating.host.plan.Intentions;
import io.kusionstack.operating.host.plan.Obstacles;
import io.kusionstack.operating.host.plan.Plan;
import io.kusionstack.operating.host.plan.PodAdmission;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.host.plugins.PluginHost;
import io.kusionstack.operating.host.rules.admit.RuleAdmission;
import io.kusionstack.operating.host.rules.admit.RuleReconciler;
import io.kusionstack.operating.host.rules.admit.RuleWorld;
import io.kusionstack.operating.host.rules.plugin.PluginQueryReconciler;
import io.kusionstack.operating.host.traffic.TrafficReconciler;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The rooms, wired: caches, rules, intentions, gate, actuator, controllers. Started in that order, the controllers only
 * when the caches know all there is; stopped in reverse, so that writes under way end before the connections do.
 */
final class Rooms implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Rooms.class);
    private static final Duration UNSETTLED = Duration.ofSeconds(1);
    /** Rules whose plugins are asked at once: a call may last long, and one that hangs must not keep other rules waiting. */
    private static final int ASKED_AT_ONCE = 256;

    /** One set, rule or Service, however large and busy, takes at most a tenth of a processor. */
    private static final Cooldown SHARE = new Cooldown(9, Duration.ofMillis(500));

    /** A look at a set or a rule is one at all its Pods: what several of them report within that time is one look's work. */
    private static final Cooldown GATHERING = SHARE.atLeast(Duration.ofMillis(400));

    private final HostConfig config;
    private final InstantSource clock = InstantSource.system();
    private final HostMetrics metrics;
    private final PluginHost plugins;
    private final ClusterCaches caches;
    private final Queues queues;
    private final RuleWorld ruleWorld;
    private final RuleAdmission ruleAdmission;
    private final PluginQueryReconciler pluginQueries;
    private final TrafficRoom traffic;
    private final SetIntentions intentions;
    private final LifecycleGate gate;
    private final Expectations expectations;
    private final ApiActuator actuator;
    private final CollaSetReconciler sets;
    private final UnservedObjects unserved;
    private final List<Controller> controllers = new ArrayList<>();

    Rooms(HostConfig config, ClusterAccess access, HostMetrics metrics, PluginHost plugins) {
        this.config = config;
        this.metrics = metrics;
        this.plugins = plugins;
        queues = new Queues(new KeyQueue(clock), new KeyQueue(clock), new KeyQueue(clock));
        caches = new ClusterCaches(access, scope(config), metrics, clock);
        metrics.showCachedPods(caches.pods()::size);
        intentions = new SetIntentions(caches::generation);
        traffic = new TrafficRoom(config, caches, clock, heard(ControllerName.LIFECYCLE, queues.pods));
        Obstacles obstacles = obstacles();
        ruleWorld = RuleWorld.of(caches.pods(), caches.rules(), knownSets(), obstacles);
        // what an earlier process sent may arrive for so long
        Instant firstSlot = clock.instant().plus(config.limits().requestTimeout());
        ruleAdmission = new RuleAdmission(ruleWorld, firstSlot, heard(ControllerName.RULES, queues.rules));
        PodAdmission admission = runs(ControllerName.RULES) ? ruleAdmission : PodAdmission.none();
        gate = traffic.gate(admission, runs(ControllerName.COLLASET) ? intentions : Intentions.none())
                .minding(obstacles, caches.nodes());
        expectations = new Expectations(clock, metrics);
        actuator = new ApiActuator(
                access,
                new ApiActuator.ActuatorPorts(
                        caches.pods(),
                        gate,
                        expectations,
                        Fence.alwaysOpen(),
                        metrics,
                        admission,
                        new PodFieldTracking(config.pods().fieldTracking(), caches.sets()::get),
                        caches::learn,
                        clock),
                config.limits().writesInFlight());
        pluginQueries = new PluginQueryReconciler(ruleAdmission, plugins.rules(), caches.rules()::get, actuator, clock);
        sets = setReconciler();
        caches.pods().onChange(expectations);
        unserved = new UnservedObjects(access, config.watchNamespaces(), event -> actuator.apply(Plan.of(event)));
    }

    private static ClusterCaches.CacheScope scope(HostConfig config) {
        return new ClusterCaches.CacheScope(
                config.watchNamespaces(),
                switch (config.pods().encoding()) {
                    case PROTOBUF -> PodStream.Encoding.PROTOBUF;
                    case JSON -> PodStream.Encoding.JSON;
                });
    }

    private RuleWorld.Sets knownSets() {
        AcceptedSpecs specs = new AcceptedSpecs(caches.revisions());
        return new RuleWorld.Sets(caches.sets(), specs::accepted, specs::podLabels);
    }

    private CollaSetReconciler setReconciler() {
        return new CollaSetReconciler(
                new CollaSetReconciler.SetCaches(
                        caches.sets(), caches.contexts(), caches.revisions(), caches.pods(), expectations),
                new CollaSetReconciler.PodWaits(traffic.pods()::trouble, this::waits),
                actuator,
                intentions);
    }

    /** What is known to be in the way of Pods that want to leave service, from all rooms. */
    private Obstacles obstacles() {
        return Obstacles.all(
                LifecycleGate.unreachable(caches.nodes()),
                caches.obstacles(),
                traffic.pods(),
                runs(ControllerName.COLLASET) ? intentions : Obstacles.none(),
                // made later: nothing is asked before the constructor ends
                (pod, operation) -> this.actuator.ahead(pod, operation));
    }

    /** Begins to load the caches; returns at once. */
    void start() {
        if (runs(ControllerName.LIFECYCLE)) {
            add(
                    ControllerName.LIFECYCLE.word(),
                    new LifecycleReconciler(caches.pods()::get, actuator),
                    Controller.ControllerSettings.of(config.workers().lifecycle(), Cooldown.none()),
                    queues.pods);
            caches.pods()
                    .onChange((before, after) ->
                            LifecycleReconciler.key(before, after).ifPresent(queues.pods));
        }
        if (runs(ControllerName.RULES)) {
            startRules();
        } else {
            LOG.atWarn().log("The controller rules does not run: no PodTransitionRule holds a Pod back");
        }
        if (runs(ControllerName.COLLASET)) {
            sets.watch(add(
                    ControllerName.COLLASET.word(),
                    sets,
                    Controller.ControllerSettings.of(config.workers().collaset(), GATHERING),
                    new KeyQueue(clock)));
        }
        if (runs(ControllerName.TRAFFIC)) {
            TrafficReconciler services = traffic.reconciler(plugins.traffic(), actuator, metrics);
            services.watch(add(
                    ControllerName.TRAFFIC.word(),
                    services,
                    Controller.ControllerSettings.of(config.workers().traffic(), SHARE),
                    new KeyQueue(clock)));
        }
        unserved.start();
        caches.start();
    }

    private void startRules() {
        RuleReconciler rules = new RuleReconciler(
                ruleAdmission, ruleWorld, actuator, heard(ControllerName.LIFECYCLE, queues.pods), queues.queriedRules);
        add(
                ControllerName.RULES.word(),
                rules,
                Controller.ControllerSettings.of(config.workers().rules(), GATHERING),
                queues.rules);
        add(
                "rule-plugins",
                pluginQueries,
                Controller.ControllerSettings.of(ASKED_AT_ONCE, Cooldown.none()),
                queues.queriedRules);
        ruleAdmission.listenTo(caches.pods(), caches.rules(), caches.sets());
    }

    private boolean runs(ControllerName name) {
        return config.controllers().contains(name);
    }

    /** Those that are told of keys by what is made before their controllers. */
    private record Queues(KeyQueue pods, KeyQueue rules, KeyQueue queriedRules) {}

    /** Keys of a controller that does not run are dropped. */
    private Consumer<Key> heard(ControllerName name, KeyQueue queue) {
        return runs(name) ? queue : key -> {};
    }

    /** @param queue what was told to it before is looked at */
    private KeyQueue add(String name, Reconciler reconciler, Controller.ControllerSettings settings, KeyQueue queue) {
        Reconciler onlySettled = (key, now) ->
                caches.isSettled() ? reconciler.reconcile(key, now) : Outcome.requeueAfter(UNSETTLED, "CacheUnsettled");
        controllers.add(new Controller(name, onlySettled, settings, metrics, queue));
        return queue;
    }

    boolean isSynced() {
        return caches.isSynced();
    }

    /** Begins to act; once, when the caches know all there is. */
    void act() {
        controllers.forEach(Controller::start);
    }

    /** Why the process is not worth keeping. */
    Optional<String> livenessProblem() {
        Instant now = clock.instant();
        Stream<String> streams = problems(
                stream -> !stream.isAlive(now),
                stream -> "nothing was heard of " + stream.name() + " since " + stream.lastHeard());
        Stream<String> loops =
                controllers.stream().flatMap(controller -> controller.health().livenessProblem(now).stream());
        return joined(Stream.concat(streams, loops));
    }

    /** Why the host does not do its work. */
    Optional<String> unreadiness() {
        return joined(problems(
                stream -> !stream.synced() || !stream.connected(),
                stream -> stream.synced()
                        ? "the watch of " + stream.name() + " is interrupted"
                        : "the list of " + stream.name() + " is not complete yet"));
    }

    private Stream<String> problems(
            Predicate<ClusterCaches.StreamHealth> isWrong, Function<ClusterCaches.StreamHealth, String> spoken) {
        return caches.health().stream().filter(isWrong).map(spoken);
    }

    private static Optional<String> joined(Stream<String> problems) {
        return Optional.of(problems.collect(Collectors.joining("; "))).filter(text -> !text.isEmpty());
    }

    private List<Wait> waits(PodRecord pod) {
        return explanations()
                .pod(new Key(pod.namespace(), pod.name()))
                .map(Explanation::waits)
                .orElse(List.of());
    }

    Explanations explanations() {
        return new RoomExplanations(caches, gate, ruleAdmission, sets, actuator, traffic.pods(), clock);
    }

    @Override
    public void close() {
        try {
            for (Controller controller : controllers.reversed()) {
                if (!controller.stop(config.stopTimeout())) {
                    LOG.atWarn().log("A controller still works after stopTimeout; it is left behind");
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        unserved.close();
        pluginQueries.close();
        actuator.close();
        caches.close();
    }
}
