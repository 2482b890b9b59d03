package io.kusionstack.operating.host.traffic;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Observes the load balancers of a Service and plans on that. Blocks while plugins answer. */
record TrafficObserver(LoadBalancerClient client, ServicePods servicePods) {
    /** Observes the load balancers that are due, and plans until a plan needs no further observation. */
    ObservedPlan observe(TrafficRound round, List<LoadBalancerState> loadBalancers) {
        Instant now = client.now();
        if (!loadBalancers.isEmpty()
                && loadBalancers.stream().allMatch(loadBalancer -> ObservationSchedule.isDue(loadBalancer, now))) {
            return plan(
                    round,
                    loadBalancers.stream()
                            .map(loadBalancer -> client.observe(loadBalancer, Duration.ZERO))
                            .toList());
        }
        ObservedPlan observedPlan = plan(round, loadBalancers);
        List<LoadBalancerState> known = loadBalancers;
        Set<LoadBalancer> observed = new HashSet<>();
        // one observation may make another due: a Pod that is seen on at the new load balancer leaves the old one
        int before;
        do {
            before = observed.size();
            known = observeDue(known, observedPlan.plan(), observed);
            observedPlan = observed.size() > before ? plan(round, known) : observedPlan;
        } while (observed.size() > before);
        return observedPlan;
    }

    private List<LoadBalancerState> observeDue(
            List<LoadBalancerState> loadBalancers, TrafficPlan plan, Set<LoadBalancer> observed) {
        List<LoadBalancerState> after = new ArrayList<>();
        for (int i = 0; i < loadBalancers.size(); i++) {
            LoadBalancerState loadBalancer = loadBalancers.get(i);
            Optional<Duration> due =
                    plan.loadBalancers().get(i).look().filter(age -> observed.add(loadBalancer.loadBalancer()));
            after.add(due.map(age -> client.observe(loadBalancer, age)).orElse(loadBalancer));
        }
        return after;
    }

    /** Pods are read anew for each plan: while a plugin answered, they have changed. */
    ObservedPlan plan(TrafficRound round, List<LoadBalancerState> known) {
        Instant now = client.now();
        FoundPods found = servicePods.find(round.managedService(), round.memory(), now);
        List<LoadBalancerState> loadBalancers = known.stream()
                .map(loadBalancer -> loadBalancer.doubting(
                        found.servicePods(),
                        LoadBalancers.isServed(
                                round.managedService(),
                                round.departed(),
                                round.memory().recorded(),
                                loadBalancer.loadBalancer())))
                .toList();
        TrafficPlan plan = TrafficPlanner.plan(new TrafficSnapshot(
                round.managedService(),
                round.departed(),
                loadBalancers,
                round.serving(),
                round.obstacle(),
                round.memory().unrecorded().map(ObservationFailure::why),
                found.servicePods(),
                now));
        List<LoadBalancerState> kept = new ArrayList<>();
        for (int i = 0; i < loadBalancers.size(); i++) {
            kept.add(loadBalancers.get(i).keeping(plan.loadBalancers().get(i).moving()));
        }
        return new ObservedPlan(kept, plan, plan.leaving(found.leaving()));
    }
}
