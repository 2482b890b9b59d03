package io.kusionstack.operating.testbed.slb;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** All load balancers and groups, and the rules of writing to them. Every method holds the one lock. */
final class Balancers {
    /** What a write makes of a group's members. */
    @FunctionalInterface
    interface Edit {
        void apply(Map<SlbBackend.Key, ServerGroup.Member> members, Instant registered) throws SlbRefusal;
    }

    /** One group's view of a member's health. */
    record Row(SlbListener listener, SlbBackend backend, SlbHealth health) {}

    private final SlbOptions options;
    private final Map<String, Instant> busyUntil = new LinkedHashMap<>();
    private final Map<String, ServerGroup> groups = new LinkedHashMap<>();
    private final Set<String> missingServers = new HashSet<>();
    private SlbWindows windows;
    private SlbLimits limits;
    private int created;

    Balancers(SlbOptions options) {
        this.options = options;
        this.windows = options.windows();
        this.limits = options.limits();
    }

    synchronized void use(SlbWindows other) {
        windows = other;
    }

    synchronized void use(SlbLimits other) {
        limits = other;
    }

    synchronized SlbLimits limits() {
        return limits;
    }

    synchronized void addLoadBalancer(String id) {
        busyUntil.putIfAbsent(id, Instant.MIN);
    }

    /** With all its groups. */
    synchronized void removeLoadBalancer(String id) {
        busyUntil.remove(id);
        groups.values().removeIf(group -> group.loadBalancer().equals(id));
    }

    synchronized List<String> loadBalancers() {
        return List.copyOf(busyUntil.keySet());
    }

    synchronized void addGroup(ServerGroup group) {
        if (!busyUntil.containsKey(group.loadBalancer())) {
            throw new IllegalArgumentException("there is no load balancer " + group.loadBalancer());
        }
        groups.put(group.id(), group);
    }

    synchronized void removeGroup(String id) {
        groups.remove(id);
    }

    /** A server that is gone: it cannot be added. */
    synchronized void loseServer(String serverId) {
        missingServers.add(serverId);
    }

    synchronized void restoreServer(String serverId) {
        missingServers.remove(serverId);
    }

    synchronized boolean isLost(String serverId) {
        return missingServers.contains(serverId);
    }

    synchronized void requireLoadBalancer(String id) throws SlbRefusal {
        if (!busyUntil.containsKey(id)) {
            throw new SlbRefusal(404, "InvalidLoadBalancerId.NotFound", "The specified LoadBalancerId does not exist.");
        }
    }

    synchronized ServerGroup group(String id) throws SlbRefusal {
        ServerGroup group = groups.get(id);
        if (group == null) {
            throw new SlbRefusal(404, "InvalidParameter", "The specified VServerGroupId does not exist.");
        }
        return group;
    }

    synchronized List<ServerGroup> groupsOf(String loadBalancer) {
        return groups.values().stream()
                .filter(group -> group.loadBalancer().equals(loadBalancer))
                .toList();
    }

    synchronized ServerGroup create(String loadBalancer, String name) throws SlbRefusal {
        requireLoadBalancer(loadBalancer);
        created++;
        ServerGroup group = new ServerGroup("rsp-created-" + created, name, loadBalancer, List.of());
        groups.put(group.id(), group);
        return group;
    }

    /** As reads and requests meet the group now. */
    synchronized List<SlbBackend> backends(ServerGroup group) {
        return ServerGroup.backends(group.members(now()));
    }

    /** One row per listener and backend. */
    synchronized List<Row> rows(String loadBalancer) {
        Instant now = now();
        List<Row> rows = new ArrayList<>();
        for (ServerGroup group : groupsOf(loadBalancer)) {
            for (SlbListener listener : group.listeners()) {
                for (ServerGroup.Member member : group.members(now)) {
                    rows.add(new Row(listener, member.backend(), health(listener, member, now)));
                }
            }
        }
        return rows;
    }

    /** What a write by the API does. */
    synchronized List<SlbBackend> write(ServerGroup group, Edit edit) throws SlbRefusal {
        Instant now = now();
        refuseWhileBusy(group, now);
        Instant inEffect = windows.oldViewWhileOpen() ? now.plus(windows.longest()) : now;
        Map<SlbBackend.Key, ServerGroup.Member> members = group.written();
        int before = members.size();
        edit.apply(members, inEffect);
        if (members.size() > before) {
            refuseOverQuota(group, members.size());
        }
        busyUntil.put(group.loadBalancer(), now.plus(windows.loadBalancer()));
        group.write(members, inEffect, now.plus(windows.group()));
        return ServerGroup.backends(members.values());
    }

    /** Somebody else set the backends, past all rules. */
    synchronized void overwrite(ServerGroup group, List<SlbBackend> backends) {
        Instant now = now();
        Map<SlbBackend.Key, ServerGroup.Member> old = group.written();
        Map<SlbBackend.Key, ServerGroup.Member> members = new LinkedHashMap<>();
        for (SlbBackend backend : backends) {
            ServerGroup.Member known = old.get(backend.key());
            members.put(backend.key(), new ServerGroup.Member(backend, known == null ? now : known.registered()));
        }
        group.write(members, now, now);
    }

    /** What a request to the group would have met at that instant: backends that take new requests. */
    synchronized Map<SlbBackend, Integer> weights(ServerGroup group, Instant at) {
        Map<SlbBackend, Integer> weights = new LinkedHashMap<>();
        for (ServerGroup.Member member : group.members(at)) {
            boolean healthy = group.listeners().stream()
                    .filter(SlbListener::checksHealth)
                    .allMatch(listener -> health(listener, member, at) == SlbHealth.NORMAL);
            if (healthy && member.backend().weight() > 0) {
                weights.put(member.backend(), member.backend().weight());
            }
        }
        return weights;
    }

    synchronized List<SlbChange> history(ServerGroup group) {
        return group.history();
    }

    private SlbHealth health(SlbListener listener, ServerGroup.Member member, Instant at) {
        return listener.checksHealth()
                ? options.check().at(at, member.backend(), member.registered(), options.probe())
                : SlbHealth.UNAVAILABLE;
    }

    private void refuseWhileBusy(ServerGroup group, Instant now) throws SlbRefusal {
        if (group.isBusy(now)) {
            throw new SlbRefusal(
                    400, "VServerGroupProcessing", "The previous configuration of the vserver group is pending.");
        }
        if (now.isBefore(busyUntil.getOrDefault(group.loadBalancer(), Instant.MIN))) {
            throw new SlbRefusal(
                    409, "BackendServer.configuring", "The previous configuration of the load balancer is pending.");
        }
    }

    private void refuseOverQuota(ServerGroup group, int members) throws SlbRefusal {
        int others = groupsOf(group.loadBalancer()).stream()
                .filter(other -> other != group)
                .mapToInt(other -> other.written().size())
                .sum();
        if (members + others > limits.backendsPerLoadBalancer()) {
            throw new SlbRefusal(
                    400,
                    "InstanceBackendServerNumberOverLimit",
                    "The number of backend servers of the load balancer exceeds " + limits.backendsPerLoadBalancer()
                            + ".");
        }
    }

    private Instant now() {
        return options.clock().instant();
    }
}
