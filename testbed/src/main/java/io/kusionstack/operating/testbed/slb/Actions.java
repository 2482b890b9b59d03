package io.kusionstack.operating.testbed.slb;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** What each action does, and how its answer looks. */
final class Actions {
    /**
     * What an action came to.
     *
     * @param after the backends of the group it was about
     */
    record Done(ObjectNode body, List<SlbBackend> after) {}

    private static final String ACTIONS = "CreateVServerGroup, DescribeVServerGroups, DescribeVServerGroupAttribute, "
            + "AddVServerGroupBackendServers, RemoveVServerGroupBackendServers, SetVServerGroupAttribute, "
            + "DeleteVServerGroup, DescribeHealthStatus, DescribeLoadBalancerAttribute, DescribeLoadBalancers";

    private final Balancers balancers;

    Actions(Balancers balancers) {
        this.balancers = balancers;
    }

    Done perform(String action, Map<String, String> parameters) throws SlbRefusal {
        return switch (action) {
            case "DescribeLoadBalancers" -> loadBalancers(parameters);
            case "DescribeLoadBalancerAttribute" -> loadBalancer(parameters);
            case "DescribeVServerGroups" -> groups(parameters);
            case "DescribeVServerGroupAttribute" -> describe(parameters);
            case "DescribeHealthStatus" -> health(parameters);
            case "CreateVServerGroup" -> create(parameters);
            case "DeleteVServerGroup" -> delete(parameters);
            case "AddVServerGroupBackendServers" -> write(parameters, this::add);
            case "RemoveVServerGroupBackendServers" ->
                write(parameters, (members, element, registered) -> members.remove(element.key()));
            case "SetVServerGroupAttribute" ->
                write(parameters, (members, element, registered) -> set(members, element));
            default ->
                throw new SlbRefusal(
                        404, "InvalidAction.NotFound", "The action " + action + " is not known; known are " + ACTIONS);
        };
    }

    private Done loadBalancers(Map<String, String> parameters) {
        String id = parameters.getOrDefault("LoadBalancerId", "");
        ObjectNode body = object();
        ArrayNode list = body.putObject("LoadBalancers").putArray("LoadBalancer");
        for (String known : balancers.loadBalancers()) {
            if (id.isEmpty() || id.equals(known)) {
                list.addObject().put("LoadBalancerId", known).put("LoadBalancerStatus", "active");
            }
        }
        body.put("PageNumber", 1).put("PageSize", 50).put("TotalCount", list.size());
        return new Done(body, List.of());
    }

    private Done loadBalancer(Map<String, String> parameters) throws SlbRefusal {
        String id = Parameters.required(parameters, "LoadBalancerId");
        balancers.requireLoadBalancer(id);
        ObjectNode body = object();
        body.put("LoadBalancerId", id);
        body.put("LoadBalancerStatus", "active");
        body.put("LoadBalancerSpec", "slb.s2.small");
        ArrayNode ports = body.putObject("ListenerPortsAndProtocol").putArray("ListenerPortAndProtocol");
        for (ServerGroup group : balancers.groupsOf(id)) {
            for (SlbListener listener : group.listeners()) {
                ports.addObject().put("ListenerPort", listener.port()).put("ListenerProtocol", listener.protocol());
            }
        }
        body.putObject("BackendServers").putArray("BackendServer");
        return new Done(body, List.of());
    }

    private Done groups(Map<String, String> parameters) throws SlbRefusal {
        String id = Parameters.required(parameters, "LoadBalancerId");
        balancers.requireLoadBalancer(id);
        boolean listeners = Boolean.parseBoolean(parameters.getOrDefault("IncludeListener", "false"));
        ObjectNode body = object();
        ArrayNode list = body.putObject("VServerGroups").putArray("VServerGroup");
        for (ServerGroup group : balancers.groupsOf(id)) {
            ObjectNode one = list.addObject();
            one.put("VServerGroupId", group.id());
            one.put("VServerGroupName", group.name());
            one.put("ServerCount", balancers.backends(group).size());
            ObjectNode associated = one.putObject("AssociatedObjects");
            ArrayNode ports = associated.putObject("Listeners").putArray("Listener");
            associated.putObject("Rules").putArray("Rule");
            if (listeners) {
                for (SlbListener listener : group.listeners()) {
                    ports.addObject().put("Protocol", listener.protocol()).put("Port", listener.port());
                }
            }
        }
        return new Done(body, List.of());
    }

    private Done describe(Map<String, String> parameters) throws SlbRefusal {
        ServerGroup group = balancers.group(Parameters.required(parameters, "VServerGroupId"));
        return done(group, balancers.backends(group));
    }

    private Done health(Map<String, String> parameters) throws SlbRefusal {
        String id = Parameters.required(parameters, "LoadBalancerId");
        balancers.requireLoadBalancer(id);
        String port = parameters.getOrDefault("ListenerPort", "");
        ObjectNode body = object();
        ArrayNode list = body.putObject("BackendServers").putArray("BackendServer");
        for (Balancers.Row row : balancers.rows(id)) {
            if (port.isEmpty() || port.equals(String.valueOf(row.listener().port()))) {
                ObjectNode one = list.addObject();
                one.put("ListenerPort", row.listener().port());
                one.put("Protocol", row.listener().protocol());
                one.put("ServerId", row.backend().serverId());
                one.put("ServerIp", row.backend().serverIp());
                one.put("Port", row.backend().port());
                one.put("Type", row.backend().type());
                one.put("ServerHealthStatus", row.health().spelled());
            }
        }
        return new Done(body, List.of());
    }

    private Done create(Map<String, String> parameters) throws SlbRefusal {
        String loadBalancer = Parameters.required(parameters, "LoadBalancerId");
        List<BackendElement> elements = elements(parameters);
        ServerGroup group =
                balancers.create(loadBalancer, parameters.getOrDefault("VServerGroupName", "created-by-the-api"));
        return done(group, elements.isEmpty() ? List.of() : write(group, elements, this::add));
    }

    private Done delete(Map<String, String> parameters) throws SlbRefusal {
        ServerGroup group = balancers.group(Parameters.required(parameters, "VServerGroupId"));
        if (!group.listeners().isEmpty()) {
            throw new SlbRefusal(400, "RspoolVipExist", "The vserver group is associated with a listener.");
        }
        balancers.removeGroup(group.id());
        return new Done(object(), List.of());
    }

    private Done write(Map<String, String> parameters, ElementEdit edit) throws SlbRefusal {
        ServerGroup group = balancers.group(Parameters.required(parameters, "VServerGroupId"));
        return done(group, write(group, elements(parameters), edit));
    }

    private List<SlbBackend> write(ServerGroup group, List<BackendElement> elements, ElementEdit edit)
            throws SlbRefusal {
        return balancers.write(group, (members, registered) -> {
            for (BackendElement element : elements) {
                edit.apply(members, element, registered);
            }
        });
    }

    private void add(Map<SlbBackend.Key, ServerGroup.Member> members, BackendElement element, Instant registered)
            throws SlbRefusal {
        if (balancers.isLost(element.serverId())) {
            throw new SlbRefusal(
                    400, "ObtainIpFail", "The server " + element.serverId() + " does not exist or is not running.");
        }
        members.putIfAbsent(element.key(), new ServerGroup.Member(element.backend(), registered));
    }

    private static void set(Map<SlbBackend.Key, ServerGroup.Member> members, BackendElement element) {
        members.computeIfPresent(
                element.key(),
                (key, member) -> new ServerGroup.Member(
                        new SlbBackend(
                                member.backend().serverId(),
                                member.backend().serverIp(),
                                member.backend().port(),
                                element.weight().orElse(member.backend().weight()),
                                member.backend().type(),
                                element.description().isEmpty()
                                        ? member.backend().description()
                                        : element.description()),
                        member.registered()));
    }

    private List<BackendElement> elements(Map<String, String> parameters) throws SlbRefusal {
        String text = parameters.getOrDefault("BackendServers", "");
        return text.isEmpty()
                ? List.of()
                : BackendElement.parse(text, balancers.limits().elementsPerCall());
    }

    private static Done done(ServerGroup group, List<SlbBackend> backends) {
        ObjectNode body = object();
        body.put("VServerGroupId", group.id());
        body.put("VServerGroupName", group.name());
        body.put("LoadBalancerId", group.loadBalancer());
        ArrayNode list = body.putObject("BackendServers").putArray("BackendServer");
        for (SlbBackend backend : backends) {
            ObjectNode one = list.addObject();
            one.put("ServerId", backend.serverId());
            one.put("ServerIp", backend.serverIp());
            one.put("Port", backend.port());
            one.put("Weight", backend.weight());
            one.put("Type", backend.type());
            one.put("Description", backend.description());
        }
        return new Done(body, backends);
    }

    private static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    @FunctionalInterface
    private interface ElementEdit {
        void apply(Map<SlbBackend.Key, ServerGroup.Member> members, BackendElement element, Instant registered)
                throws SlbRefusal;
    }
}
