package io.kusionstack.operating.host.traffic;

import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.ObjectKind;
import io.kusionstack.operating.host.plan.ObjectRef;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.host.plugins.Answer;
import io.kusionstack.operating.host.world.Pods;
import io.kusionstack.operating.plugin.PodRef;
import io.kusionstack.operating.plugin.traffic.Backend;
import io.kusionstack.operating.plugin.traffic.BackendChange;
import io.kusionstack.operating.plugin.traffic.BackendResult;
import io.kusionstack.operating.plugin.traffic.Employer;
import io.kusionstack.operating.plugin.traffic.Observation;
import io.kusionstack.operating.plugin.traffic.ObservedBackend;
import io.kusionstack.operating.plugin.traffic.Progress;
import io.kusionstack.operating.plugin.traffic.ServicePort;
import io.kusionstack.operating.plugin.traffic.Serving;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.UnaryOperator;

/** Builds what the planner sees: the Service {@code shop/web} at {@code slb lb-1}, looked at under the ticket 10. */
final class Scene {
    static final Instant NOW = Instant.parse("2026-01-01T00:10:00Z");
    static final Instant LOOKED = NOW.minusMillis(10);
    static final long TICKET = 10;
    static final String FINALIZER = ManagedService.finalizer("web");
    static final String EXPECTING = "{\"expectedFinalizers\":{\"Service/shop/web\":\"" + FINALIZER + "\"}}";

    private final List<ServicePod> servicePods = new ArrayList<>();
    private final List<ObservedBackend> seen = new ArrayList<>();
    private List<Integer> ports = List.of(8080);
    private boolean wanted = true;
    private Optional<Wait> obstacle = Optional.empty();
    private UnaryOperator<LoadBalancerState> memory = known -> known;

    Scene ports(Integer... numbers) {
        ports = List.of(numbers);
        return this;
    }

    Scene unwanted() {
        wanted = false;
        return this;
    }

    Scene obstacle(Wait why) {
        obstacle = Optional.of(why);
        return this;
    }

    /** A Pod that may be on. */
    Scene pod(PodRecord pod) {
        return pod(pod, 0);
    }

    /** @param offSince the ticket since which it has to be off */
    Scene pod(PodRecord pod, long offSince) {
        servicePods.add(new ServicePod(pod, wanted, new TreeSet<>(ports), false, offSince, 0, Optional.empty()));
        return this;
    }

    Scene left(PodRecord pod, long since) {
        servicePods.add(new ServicePod(pod, false, new TreeSet<>(ports), false, since, 0, Optional.empty()));
        return this;
    }

    Scene deferred(PodRecord pod, long offSince, Duration time) {
        servicePods.add(new ServicePod(pod, wanted, new TreeSet<>(ports), false, offSince, 0, Optional.of(time)));
        return this;
    }

    /** The provider shows the address and does not say whose it is. */
    Scene shows(String ip, int port, Serving serving) {
        return shows("", ip, port, serving);
    }

    Scene shows(String uid, String ip, int port, Serving serving) {
        seen.add(new ObservedBackend(backend(uid, ip, port), serving, ""));
        return this;
    }

    static Backend backend(String uid, String ip, int port) {
        return new Backend(new PodRef("", "", uid), ip, port, Map.of());
    }

    static Backend wanted(PodRecord pod, int port) {
        return new Backend(pod.ref(), pod.ips().getFirst(), port, Map.of());
    }

    Scene remembering(UnaryOperator<LoadBalancerState> change) {
        memory = change;
        return this;
    }

    /** Put on with the default weight and seen on a minute ago. */
    static LoadBalancerState longAgo(LoadBalancerState known) {
        Instant then = NOW.minusSeconds(60);
        List<ObservedBackend> backends = known.look().orElseThrow().addresses().values().stream()
                .flatMap(seen -> seen.backends().stream())
                .toList();
        List<BackendChange> on = backends.stream()
                .<BackendChange>map(seen -> new BackendChange.PutOn(seen.backend(), Weight.DEFAULT))
                .toList();
        List<BackendResult> done = backends.stream()
                .map(seen -> new BackendResult(seen.backend(), new Progress.Done()))
                .toList();
        return LoadBalancerState.of(PLACE)
                .applied(on, new Answer.Given<>(done), then)
                .observed(new ObservationTicket(TICKET, then), new Observation.Known(then, backends), then);
    }

    TrafficPlan plan() {
        LoadBalancerState observedPlan = LoadBalancerState.of(PLACE)
                .observed(new ObservationTicket(TICKET, LOOKED), new Observation.Known(LOOKED, seen), LOOKED);
        return TrafficPlanner.plan(new TrafficSnapshot(
                managedService(),
                Optional.empty(),
                List.of(memory.apply(observedPlan)),
                wanted && obstacle.isEmpty() ? Optional.of(PLACE) : Optional.empty(),
                obstacle,
                Optional.empty(),
                servicePods,
                NOW));
    }

    LoadBalancerPlan placePlan() {
        return plan().loadBalancers().getFirst();
    }

    List<Wait> waits(PodRecord pod) {
        return plan().known().get(pod.uid()).waits();
    }

    static final Employer EMPLOYER = new Employer(
            "Service",
            new PodRef("shop", "web", "uid-web"),
            Map.of(Names.CONTROL, "true"),
            Map.of(FakeBalancer.LB, "lb-1"),
            List.of(new ServicePort("", 80, 8080, "TCP")));
    static final LoadBalancer PLACE = new LoadBalancer("slb", "lb-1", List.of(), EMPLOYER);

    private ManagedService managedService() {
        return new ManagedService(
                new ObjectRef(ObjectKind.SERVICE, "shop", "web", "uid-web"),
                7,
                wanted,
                true,
                "LoadBalancer",
                List.of(Names.CLEAN_FINALIZER),
                Map.of("app", "web"),
                FINALIZER,
                "slb",
                EMPLOYER,
                Map.of());
    }

    /** In service, as far as the cluster can see. */
    static Pods serving(String name, String ip) {
        return Pods.pod(name)
                .label("app", "web")
                .ips(ip)
                .available()
                .finalizer(FINALIZER)
                .annotation(Names.AVAILABLE_CONDITIONS, EXPECTING);
    }

    /** Its gate is closed; the finalizer is still there. */
    static Pods leaving(String name, String ip) {
        return Pods.pod(name)
                .label("app", "web")
                .ips(ip)
                .offline()
                .finalizer(FINALIZER)
                .annotation(Names.AVAILABLE_CONDITIONS, EXPECTING);
    }
}
