package io.kusionstack.operating.host.traffic;

import io.kusionstack.operating.host.kernel.Key;
import io.kusionstack.operating.host.kube.cache.PodCache;
import io.kusionstack.operating.host.lifecycle.PodOps;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.plugin.traffic.Employer;
import java.util.List;
import java.util.Set;

/** Tells other rooms what was observed of a Service, and wakes the Pods that may go on because of that. */
record TrafficPublisher(PodTraffic traffic, PodCache pods) {
    /** To be called before any finalizer moves, because the lifecycle asks when one does. */
    void publish(Key key, TrafficRound round, ObservedPlan observedPlan, Employer described) {
        TrafficPlan plan = observedPlan.plan();
        List<Key> released = plan.released(pod -> traffic.statuses().of(key, pod));
        ServiceTrafficStatus now = new ServiceTrafficStatus(
                plan.known(),
                round.obstacle().or(() -> LoadBalancers.obstacle(observedPlan.loadBalancers())),
                described,
                plan.lookAgain().map(traffic.now()::plus));
        boolean mayGoOn = traffic.statuses().update(key, now) && now.obstacle().isEmpty();
        released.forEach(traffic::wake);
        if (mayGoOn) {
            wakeWaiting(round.managedService(), plan.known().keySet());
        }
    }

    /** @param known uids of the Pods that may have backends of the Service */
    private void wakeWaiting(ManagedService managedService, Set<String> known) {
        for (PodRecord pod : pods.inNamespace(managedService.key().namespace())) {
            if ((managedService.selects(pod) || known.contains(pod.uid())) && !PodOps.isIdle(pod)) {
                traffic.wake(new Key(pod.namespace(), pod.name()));
            }
        }
    }
}
