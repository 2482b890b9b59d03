package io.kusionstack.operating.host;

import io.kusionstack.operating.host.config.HostConfig;
import io.kusionstack.operating.host.kernel.Key;
import io.kusionstack.operating.host.kube.ClusterAccess;
import io.kusionstack.operating.host.kube.ServiceEmployers;
import io.kusionstack.operating.host.kube.ServiceEndpoints;
import io.kusionstack.operating.host.lifecycle.LifecycleGate;
import io.kusionstack.operating.host.plan.Actuator;
import io.kusionstack.operating.host.plan.Intentions;
import io.kusionstack.operating.host.plan.PodAdmission;
import io.kusionstack.operating.host.plugins.TrafficPlugins;
import io.kusionstack.operating.host.traffic.PodTraffic;
import io.kusionstack.operating.host.traffic.TrafficMetrics;
import io.kusionstack.operating.host.traffic.TrafficReconciler;
import java.time.InstantSource;
import java.util.function.Consumer;

/**
 * Wires everything that knows of requests to Pods: Services with a traffic plugin, and all other Services by their endpoints.
 * Without the controller
 * {@code traffic} the endpoints are all there is.
 */
final class TrafficRoom implements AutoCloseable {
    private final CachedWorld world;
    private final InstantSource clock;
    private final Consumer<Key> podKeys;
    private final boolean runs;
    private final PodTraffic pods;
    private final ServiceEndpoints plain;
    private final ServiceEmployers employers;

    private TrafficRoom(
            HostConfig config,
            CachedWorld world,
            ServiceEmployers employers,
            InstantSource clock,
            Consumer<Key> podKeys) {
        this.world = world;
        this.employers = employers;
        this.clock = clock;
        this.podKeys = podKeys;
        this.runs = config.controllers().contains(HostConfig.ControllerName.TRAFFIC);
        this.pods = new PodTraffic(clock);
        this.plain = new ServiceEndpoints(config.endpointSettle(), world.services(), world.pods(), clock, podKeys);
    }

    /** Follows Pods, Services and endpoints from now on; to be made before any other room does, because they ask this one. */
    static TrafficRoom listening(
            HostConfig config, CachedWorld world, ClusterAccess access, InstantSource clock, Consumer<Key> podKeys) {
        ServiceEmployers employers = ServiceEmployers.of(access, world.services(), podKeys);
        TrafficRoom room = new TrafficRoom(config, world, employers, clock, podKeys);
        if (room.runs) {
            room.pods.listenTo(world.pods(), world.services());
        }
        room.plain.listenTo(world.slices());
        return room;
    }

    /** The lifecycle, which lets a Pod be touched only when nobody sends to it any more. */
    LifecycleGate gate(PodAdmission admission, Intentions intentions) {
        return runs
                ? new LifecycleGate(admission, intentions, plain.and(pods), employers.with(pods))
                : new LifecycleGate(admission, intentions, plain, employers);
    }

    /** What is known of a Pod's traffic. */
    PodTraffic pods() {
        return pods;
    }

    TrafficReconciler reconciler(TrafficPlugins plugins, Actuator actuator, TrafficMetrics metrics) {
        return new TrafficReconciler(
                new TrafficReconciler.TrafficSources(
                        world.services(), world.slices(), world.pods(), pods, plain, clock),
                plugins,
                actuator,
                podKeys,
                metrics);
    }

    @Override
    public void close() {
        employers.close();
    }
}
