package io.kusionstack.operating.host.traffic;

import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.Wait;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The load balancers of one Service: where it serves, and where something of it may be left. */
final class LoadBalancers {
    private LoadBalancers() {}

    /**
     * First the load balancer that the Service asks for, then those that its record names beside it, then those that only memory
     * knows, each group by itself. A Service that wants no load balancer and has no record at all is looked for where it would serve,
     * because an older host may have put backends on there. A load balancer where nothing was put on is forgotten, and so is one
     * that was taken out of the record by another party, unless it can be observed and has backends of the Service.
     */
    static List<LoadBalancerState> of(
            ManagedService managedService,
            List<LoadBalancer> recorded,
            ServiceMemory memory,
            Optional<Resolution> resolution) {
        Optional<LoadBalancer> requested = resolution
                .flatMap(LoadBalancerClient::loadBalancer)
                .filter(loadBalancer ->
                        managedService.wanted() || !managedService.hasRecord() || isAmong(recorded, loadBalancer));
        List<LoadBalancer> known = new ArrayList<>(recorded);
        for (LoadBalancerState remembered : memory.loadBalancers()) {
            boolean takenOut = managedService.exists() && memory.wasRecorded(remembered.loadBalancer());
            if (takenOut ? isStillInUse(remembered) : !remembered.isUnused()) {
                known.add(remembered.loadBalancer());
            }
        }
        List<LoadBalancerState> loadBalancers = new ArrayList<>();
        requested
                .filter(loadBalancer -> managedService.wanted())
                .ifPresent(loadBalancer -> loadBalancers.add(memory.at(loadBalancer)));
        if (!managedService.wanted()) {
            requested.ifPresent(known::addFirst);
        }
        for (LoadBalancer loadBalancer : known) {
            if (managedService.wanted() && requested.isEmpty()) {
                add(loadBalancers, memory.at(loadBalancer));
            } else {
                Optional<LoadBalancer> serving = requested.filter(there -> managedService.wanted());
                loadBalancer
                        .without(serving)
                        .forEach(part ->
                                add(loadBalancers, memory.at(part, loadBalancer).believing()));
            }
        }
        return loadBalancers;
    }

    /** A load balancer of which nothing is known yet counts as used. */
    private static boolean isStillInUse(LoadBalancerState loadBalancer) {
        return !loadBalancer.isEmpty() && loadBalancer.unread().isEmpty();
    }

    /** Load balancers in use that another party took out of the record. */
    static List<LoadBalancer> takenOut(
            List<LoadBalancerState> loadBalancers, List<LoadBalancer> recorded, ServiceMemory before) {
        return loadBalancers.stream()
                .map(LoadBalancerState::loadBalancer)
                .filter(loadBalancer -> before.wasRecorded(loadBalancer) && !isAmong(recorded, loadBalancer))
                .toList();
    }

    /** The load balancers of the record; if there is no record yet, of the record of a predecessor that may have left backends. */
    static List<LoadBalancer> recorded(ManagedService managedService, Optional<ManagedService> departed) {
        return recorded(departed.filter(before -> !managedService.hasRecord()).orElse(managedService));
    }

    private static List<LoadBalancer> recorded(ManagedService managedService) {
        return LoadBalancerRecord.parse(
                managedService.records().getOrDefault(Names.TRAFFIC_SERVED, "[]"),
                managedService.employer().ref());
    }

    /** True if the Service has our finalizer and its own record names the load balancer. */
    static boolean isRecorded(ManagedService managedService, List<LoadBalancer> recorded, LoadBalancer loadBalancer) {
        return managedService.held() && managedService.hasRecord() && isAmong(recorded, loadBalancer);
    }

    /** The load balancers that the record has to name: those with backends now or soon, never one that was not observed yet. */
    static List<LoadBalancer> recordable(List<LoadBalancerState> loadBalancers, List<LoadBalancer> recorded) {
        return loadBalancers.stream()
                .filter(state -> state.look().isPresent()
                        || recorded.stream().anyMatch(loadBalancer -> loadBalancer.isAt(state.loadBalancer()))
                        || !state.isUnused()
                        || isPartOf(recorded, state.loadBalancer()))
                .map(LoadBalancerState::loadBalancer)
                .toList();
    }

    /** True if a process that is gone may have put backends on at the load balancer. */
    static boolean isServed(
            ManagedService managedService,
            Optional<ManagedService> departed,
            List<LoadBalancer> recorded,
            LoadBalancer loadBalancer) {
        return (managedService.held() || departed.isPresent())
                && (isAmong(recorded, loadBalancer) || isPartOf(recorded, loadBalancer));
    }

    private static boolean isPartOf(List<LoadBalancer> recorded, LoadBalancer part) {
        return recorded.stream()
                .anyMatch(loadBalancer -> loadBalancer.plugin().equals(part.plugin())
                        && loadBalancer.lockKey().equals(part.lockKey())
                        && loadBalancer.groups().containsAll(part.groups())
                        && !part.groups().isEmpty());
    }

    private static boolean isAmong(List<LoadBalancer> loadBalancers, LoadBalancer wanted) {
        return loadBalancers.stream().anyMatch(wanted::isAt);
    }

    private static void add(List<LoadBalancerState> loadBalancers, LoadBalancerState more) {
        if (loadBalancers.stream().noneMatch(known -> known.loadBalancer().isAt(more.loadBalancer()))) {
            loadBalancers.add(more);
        }
    }

    /** The load balancers that are still needed: the one that serves, and others as long as they may have backends. */
    static List<LoadBalancerState> remaining(List<LoadBalancerState> loadBalancers, Optional<LoadBalancer> serving) {
        if (serving.isEmpty()) {
            return loadBalancers;
        }
        return loadBalancers.stream()
                .filter(known -> serving.get().isAt(known.loadBalancer()) || !known.isEmpty())
                .toList();
    }

    static boolean anyEmpty(List<LoadBalancerState> loadBalancers, Optional<LoadBalancer> serving) {
        return remaining(loadBalancers, serving).size() < loadBalancers.size();
    }

    /** The problem to tell users: a plugin that does not answer, or a change that is refused. A busy plugin is no problem. */
    static Optional<Wait> problem(List<LoadBalancerState> loadBalancers) {
        Optional<Wait> obstacle = obstacle(loadBalancers);
        if (obstacle.isPresent()) {
            return obstacle;
        }
        for (LoadBalancerState loadBalancer : loadBalancers) {
            Optional<Wait> refused = refused(loadBalancer, true);
            if (refused.isPresent()) {
                return refused;
            }
        }
        return Optional.empty();
    }

    /**
     * Why a Pod that leaves service could not be observed off, or would not be taken off: the state of a load balancer is not known,
     * or a load balancer refuses to take an address off.
     */
    static Optional<Wait> obstacle(List<LoadBalancerState> loadBalancers) {
        return loadBalancers.stream()
                .flatMap(loadBalancer -> loadBalancer.unread().stream())
                .findFirst()
                .or(() -> loadBalancers.stream()
                        .flatMap(loadBalancer -> refused(loadBalancer, false).stream())
                        .findFirst());
    }

    private static Optional<Wait> refused(LoadBalancerState loadBalancer, boolean on) {
        return loadBalancer.pendingChanges().keySet().stream()
                .flatMap(address -> loadBalancer.refused(address, on).stream())
                .findFirst();
    }
}
