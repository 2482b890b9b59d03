package io.kusionstack.operating.plugins.slb;

import io.kusionstack.operating.plugin.traffic.Backend;
import io.kusionstack.operating.plugin.traffic.BackendChange;
import io.kusionstack.operating.plugin.traffic.Progress;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Compares what is wanted of a backend with what its group has. Pure: the time is an argument. */
final class ChangePlanner {
    static final Duration SOON = Duration.ofMillis(500);
    private static final int FULL_WEIGHT = 100;

    private final ServiceTraffic service;
    private final ServiceTraffic.PortGroup at;
    private final ServerGroup group;

    private ChangePlanner(ServiceTraffic service, ServiceTraffic.PortGroup at, ServerGroup group) {
        this.service = service;
        this.at = at;
        this.group = group;
    }

    /** @param now on the clock on which the host took {@code drainingSince} */
    static Step plan(
            ServiceTraffic service, ServiceTraffic.PortGroup at, ServerGroup group, BackendChange change, Instant now) {
        ChangePlanner planner = new ChangePlanner(service, at, group);
        return planner.refused(change).orElseGet(() -> switch (change) {
            case BackendChange.PutOn(Backend backend, int weight) -> planner.putOn(backend, weight);
            case BackendChange.TakeOff(Backend backend, Optional<Instant> since) ->
                planner.takeOff(backend, since.map(start -> start.plus(service.drain())), now);
        });
    }

    /**
     * For a group that the backend's port does not lead to any more: once it is where it belongs, it gets no new requests here.
     * It is removed when its Pod is taken off.
     */
    static Step leave(ServiceTraffic.PortGroup at, ServerGroup group, Backend backend, boolean isInPlace) {
        return find(group, backend)
                .filter(server -> isInPlace && isServing(at, server))
                .<Step>map(server -> new Step.Drain(server.withWeight(0)))
                .orElse(new Step.Rest(new Progress.Done()));
    }

    /** Whether the group sends requests to the backend, and we put it there. */
    static boolean isServing(ServiceTraffic.PortGroup at, ServerGroup group, Backend backend) {
        return find(group, backend).filter(server -> isServing(at, server)).isPresent();
    }

    private static boolean isServing(ServiceTraffic.PortGroup at, Server server) {
        return server.weight() > 0 && at.mark().isOn(server);
    }

    /** Groups in which nothing is written; what is ours is taken away also where the cloud controller came later. */
    private Optional<Step> refused(BackendChange change) {
        if (change instanceof BackendChange.PutOn && group.belongsToCloudController()) {
            return Optional.of(failed(
                    "ForeignGroup",
                    "group " + at
                            + " belongs to Alibaba's cloud controller manager, which would undo every change; create a"
                            + " vserver group for this Service and name it in " + ServiceTraffic.PREFIX
                            + "vserver-groups"));
        }
        if (!group.isOf(service.loadBalancer())) {
            return Optional.of(failed(
                    "WrongLoadBalancer",
                    "group " + at + " belongs to load balancer " + group.loadBalancer() + ", the Service to "
                            + service.loadBalancer()));
        }
        return Optional.empty();
    }

    private Step putOn(Backend backend, int hostWeight) {
        String eni = backend.attributes().getOrDefault(ServiceTraffic.ENI_ID, "");
        if (eni.isEmpty()) {
            return failed(
                    "NoEniId",
                    "Pod " + backend.pod() + " has no annotation " + ServiceTraffic.PREFIX + ServiceTraffic.ENI_ID
                            + "; it names the network interface that has " + backend.ip());
        }
        Optional<Integer> weight = weight(backend, hostWeight);
        if (weight.isEmpty()) {
            return failed(
                    "InvalidWeight",
                    "Pod " + backend.pod() + ": annotation " + ServiceTraffic.PREFIX + ServiceTraffic.WEIGHT + " is \""
                            + backend.attributes().get(ServiceTraffic.WEIGHT) + "\"; it is a number from 1 to 100");
        }
        String description = at.mark().on(backend.pod().uid());
        Server wanted = new Server(eni, backend.ip(), backend.port(), weight.get(), Server.ENI, description);
        Optional<Server> found = find(backend);
        if (found.isEmpty()) {
            return new Step.Add(wanted);
        }
        if (!at.mark().isOn(found.get())) {
            return foreign(found.get());
        }
        boolean isMoved = !found.get().id().equals(eni);
        if (isMoved && !(isOf(found.get(), backend) && found.get().weight() > 0)) {
            // the address moved to another interface: the old entry leads nowhere, and no two may have one address
            return new Step.Replace(found.get());
        }
        if (isMoved) {
            // somebody edited the annotation of a Pod that gets requests: the new one counts when it comes back next
            wanted = wanted.withId(found.get().id());
        }
        return found.get().isLike(wanted) ? new Step.Rest(new Progress.Done()) : new Step.Correct(wanted);
    }

    /** @param drained when the drain is over; empty while the host has not seen that it began */
    private Step takeOff(Backend backend, Optional<Instant> drained, Instant now) {
        Optional<Server> found = find(backend);
        if (found.isEmpty() || isAnotherPods(found.get(), backend)) {
            return new Step.Rest(new Progress.Done());
        }
        Server server = found.get();
        if (!at.mark().isOn(server)) {
            return foreign(server);
        }
        if (service.drain().isZero()) {
            return new Step.Remove(server);
        }
        if (server.weight() > 0) {
            return new Step.Drain(server.withWeight(0));
        }
        if (drained.isEmpty()) {
            return new Step.Rest(Progress.Pending.draining(SOON));
        }
        return drained.get().isAfter(now)
                ? new Step.Rest(Progress.Pending.draining(Duration.between(now, drained.get())))
                : new Step.Remove(server);
    }

    private boolean isOf(Server server, Backend backend) {
        return at.mark().uid(server).filter(backend.pod().uid()::equals).isPresent();
    }

    /** The address was given to a Pod that is on already. */
    private boolean isAnotherPods(Server server, Backend backend) {
        String uid = backend.pod().uid();
        return !uid.isEmpty()
                && at.mark().uid(server).filter(found -> !found.equals(uid)).isPresent();
    }

    private Optional<Server> find(Backend backend) {
        return find(group, backend);
    }

    private static Optional<Server> find(ServerGroup group, Backend backend) {
        return group.servers().stream()
                .filter(server -> server.isAt(new Address(backend.ip(), backend.port())))
                .findFirst();
    }

    private Optional<Integer> weight(Backend backend, int hostWeight) {
        String own = backend.attributes().getOrDefault(ServiceTraffic.WEIGHT, "");
        if (own.isEmpty()) {
            int given = hostWeight >= 1 && hostWeight <= FULL_WEIGHT ? hostWeight : FULL_WEIGHT;
            return Optional.of(service.weight().orElse(given));
        }
        return own.matches("[1-9][0-9]?|100") ? Optional.of(Integer.parseInt(own)) : Optional.empty();
    }

    private Step foreign(Server server) {
        return failed(
                "ForeignBackend",
                "in group " + at + " " + server.address() + " belongs to somebody else (description \""
                        + server.description() + "\"); remove it there, or use another group");
    }

    private static Step failed(String code, String message) {
        return new Step.Rest(new Progress.Failed(code, message, false));
    }
}
