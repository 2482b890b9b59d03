package io.kusionstack.operating.host;

import io.kusionstack.operating.host.config.HostConfig;
import io.kusionstack.operating.host.kernel.Key;
import io.kusionstack.operating.host.kube.cache.ClusterCaches;
import io.kusionstack.operating.host.lifecycle.LifecycleGate;
import io.kusionstack.operating.host.plan.Actuator;
import io.kusionstack.operating.host.plan.Employers;
import io.kusionstack.operating.host.plan.Endpoints;
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
 * Without the controller {@code traffic} the endpoints are all there is.
 */
final class TrafficRoom {
    private final ClusterCaches caches;
    private final boolean runs;
    private final PodTraffic pods;
    private final Endpoints plain;
    private final Employers employers;

    /** Follows Pods, Services and endpoints from now on; to be made before any other room is, because they ask this one. */
    TrafficRoom(HostConfig config, ClusterCaches caches, InstantSource clock, Consumer<Key> podKeys) {
        this.caches = caches;
        this.runs = config.controllers().contains(HostConfig.ControllerName.TRAFFIC);
        this.pods = new PodTraffic(clock, podKeys);
        this.employers = caches.employers(podKeys);
        if (runs) {
            pods.listenTo(caches.pods(), caches.services());
        }
        this.plain = caches.endpoints(config.endpointSettle(), podKeys);
    }

    /** The lifecycle, which lets a Pod be touched only when it gets no requests any more. */
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
                new TrafficReconciler.TrafficCaches(caches.services(), caches.slices(), caches.pods(), plain),
                pods,
                plugins,
                actuator,
                metrics);
    }
}
