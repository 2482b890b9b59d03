package io.kusionstack.operating.plugins.slb;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Groups in memory. Every call is a line; a refusal can be put before each. */
final class FakeSlbApi implements SlbApi {
    private final Map<String, List<Server>> groups = new LinkedHashMap<>();
    private final List<HealthRow> health = new ArrayList<>();
    private final List<String> calls = new ArrayList<>();
    private Function<String, Optional<SlbRefusal>> refusals = call -> Optional.empty();

    FakeSlbApi with(String group, Server... servers) {
        groups.put(group, new ArrayList<>(List.of(servers)));
        return this;
    }

    FakeSlbApi normal(int n, int listener) {
        health.add(new HealthRow(listener, new Address("10.0.0." + n, Services.POD_PORT), "normal"));
        return this;
    }

    /** @param refusals by the call's line */
    void refuse(Function<String, Optional<SlbRefusal>> refusals) {
        this.refusals = refusals;
    }

    static SlbRefusal refusal(Cause why, String code) {
        return SlbRefusal.of(why, "Action", "group rsp-1", code, Duration.ofSeconds(1));
    }

    List<Server> servers(String group) {
        return List.copyOf(groups.getOrDefault(group, List.of()));
    }

    /** The writes, as action, group and addresses. */
    List<String> writes() {
        return calls.stream().filter(call -> !call.startsWith("read")).toList();
    }

    List<String> calls() {
        return List.copyOf(calls);
    }

    @Override
    public boolean isThere(String loadBalancer, Instant deadline) throws SlbRefusal {
        call("read whether " + loadBalancer + " is there");
        return loadBalancer.equals(Services.LOAD_BALANCER);
    }

    @Override
    public List<String> groups(String loadBalancer, Instant deadline) throws SlbRefusal {
        call("read groups of " + loadBalancer);
        return loadBalancer.equals(Services.LOAD_BALANCER) ? List.copyOf(groups.keySet()) : List.of();
    }

    @Override
    public ServerGroup group(String id, Instant deadline) throws SlbRefusal {
        call("read " + id);
        List<Server> servers = groups.get(id);
        if (servers == null) {
            throw SlbRefusal.of(
                    Cause.REFUSED, "DescribeVServerGroupAttribute", "group " + id, "InvalidParameter", Duration.ZERO);
        }
        return new ServerGroup(id, id, Services.LOAD_BALANCER, servers);
    }

    @Override
    public List<HealthRow> health(String loadBalancer, Instant deadline) throws SlbRefusal {
        call("read health of " + loadBalancer);
        return List.copyOf(health);
    }

    @Override
    public void add(String group, List<Server> servers, Instant deadline) throws SlbRefusal {
        call(line("add", group, servers));
        groups.getOrDefault(group, new ArrayList<>()).addAll(servers);
    }

    @Override
    public void set(String group, List<Server> servers, Instant deadline) throws SlbRefusal {
        call(line("set", group, servers));
        groups.getOrDefault(group, new ArrayList<>())
                .replaceAll(old -> servers.stream()
                        .filter(server -> server.address().equals(old.address()))
                        .findFirst()
                        .orElse(old));
    }

    @Override
    public void remove(String group, List<Server> servers, Instant deadline) throws SlbRefusal {
        call(line("remove", group, servers));
        groups.getOrDefault(group, new ArrayList<>())
                .removeIf(old ->
                        servers.stream().anyMatch(server -> server.address().equals(old.address())));
    }

    @Override
    public void close() {
        calls.add("read nothing more: closed");
    }

    private void call(String line) throws SlbRefusal {
        calls.add(line);
        Optional<SlbRefusal> refusal = refusals.apply(line);
        if (refusal.isPresent()) {
            throw refusal.get();
        }
    }

    private static String line(String action, String group, List<Server> servers) {
        return action + " " + group + " "
                + String.join(
                        ",",
                        servers.stream()
                                .map(server -> server.ip().substring("10.0.0.".length()) + "@" + server.weight())
                                .toList());
    }
}
