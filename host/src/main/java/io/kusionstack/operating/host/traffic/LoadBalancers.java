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
     * The load balancer it asks for first, then what its record names beside that, then what only memory knows, each group by
     * itself. A Service that wants none and has no record at all is looked for where it would serve: an older host may have
     * put something there. A load balancer where nothing was put on is forgotten, and so is one that somebody took out of the
     * record, unless
     * it can be read and shows something of the Service.
     */
    static List<LoadBalancerState> of(
            ManagedService managedService,
            List<LoadBalancer> recorded,
            ServiceMemory memory,
            Optional<LoadBalancerClient.Resolution> resolution) {
        Optional<LoadBalancer> asked = resolution
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
        asked.filter(loadBalancer -> managedService.wanted())
                .ifPresent(loadBalancer -> loadBalancers.add(memory.at(loadBalancer)));
        if (!managedService.wanted()) {
            asked.ifPresent(known::addFirst);
        }
        for (LoadBalancer loadBalancer : known) {
            if (managedService.wanted() && asked.isEmpty()) {
                add(loadBalancers, memory.at(loadBalancer));
            } else {
                Optional<LoadBalancer> serving = asked.filter(there -> managedService.wanted());
                loadBalancer
                        .without(serving)
                        .forEach(part ->
                                add(loadBalancers, memory.at(part, loadBalancer).believing()));
            }
        }
        return loadBalancers;
    }

    /** Also one of which nothing is known yet. */
    private static boolean isStillInUse(LoadBalancerState loadBalancer) {
        return !loadBalancer.isEmpty() && loadBalancer.unread().isEmpty();
    }

    /** Those that somebody took out of the record although they are in use. */
    static List<LoadBalancer> takenOut(
            List<LoadBalancerState> loadBalancers, List<LoadBalancer> recorded, ServiceMemory before) {
        return loadBalancers.stream()
                .map(LoadBalancerState::loadBalancer)
                .filter(loadBalancer -> before.wasRecorded(loadBalancer) && !isAmong(recorded, loadBalancer))
                .toList();
    }

    /** What the record names as the host sees it now; where there is none yet, that of a predecessor of which something may be left. */
    static List<LoadBalancer> recorded(ManagedService managedService, Optional<ManagedService> departed) {
        return recorded(departed.filter(before -> !managedService.hasRecord()).orElse(managedService));
    }

    private static List<LoadBalancer> recorded(ManagedService managedService) {
        return LoadBalancerRecord.parse(
                managedService.records().getOrDefault(Names.TRAFFIC_SERVED, "[]"),
                managedService.employer().ref());
    }

    /** True if its own record names the load balancer already, and the Service is held. */
    static boolean stands(ManagedService managedService, List<LoadBalancer> recorded, LoadBalancer loadBalancer) {
        return managedService.held() && managedService.hasRecord() && isAmong(recorded, loadBalancer);
    }

    /** What the record has to name: where something is or is about to be, never a load balancer that was not seen yet. */
    static List<LoadBalancer> recordable(List<LoadBalancerState> loadBalancers, List<LoadBalancer> recorded) {
        return loadBalancers.stream()
                .filter(memory -> memory.look().isPresent()
                        || recorded.stream().anyMatch(loadBalancer -> loadBalancer.isAt(memory.loadBalancer()))
                        || !memory.isUnused()
                        || isPartOf(recorded, memory.loadBalancer()))
                .map(LoadBalancerState::loadBalancer)
                .toList();
    }

    /** True of a load balancer where something may have been put on by a host that is gone. */
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

    /** Those that are not left for good: the one that serves, and others while something may be there. */
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

    /** What the users have to be told of: a plugin that does not answer, a change that is refused. One that is busy is none. */
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
     * Why a Pod that leaves service could not be seen off, or would not be taken off: it is not known how one of them looks, or
     * one refuses to take an address off.
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
