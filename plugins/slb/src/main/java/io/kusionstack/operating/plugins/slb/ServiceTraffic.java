package io.kusionstack.operating.plugins.slb;

import io.kusionstack.operating.plugin.traffic.Employer;
import io.kusionstack.operating.plugin.traffic.ServicePort;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a Service says about its load balancer.
 *
 * @param loadBalancer the load balancer's id
 * @param groups one for each Service port that is served
 * @param weight of its Pods, where the Service says one
 * @param drain how long a backend stays at weight 0 before it is removed
 * @param needsHealth whether a backend is on only when every listener finds it normal
 */
record ServiceTraffic(
        String loadBalancer, List<PortGroup> groups, Optional<Integer> weight, Duration drain, boolean needsHealth) {
    static final String PREFIX = "slb.traffic.operating.kusionstack.io/";
    static final String ENI_ID = "eni-id";
    static final String WEIGHT = "weight";
    static final String LOAD_BALANCER = "service.k8s.alibaba/loadbalancer-id";
    private static final String MODE = "mode";
    private static final String GROUPS = "vserver-groups";
    private static final String DRAIN = "drain-seconds";
    private static final String HEALTH = "health";
    private static final int DEFAULT_DRAIN = 15;

    /**
     * A group that serves one Service port.
     *
     * @param targetPort the Pods' port; 0 where they differ
     * @param mark what we write at our backends
     */
    record PortGroup(String group, int port, int targetPort, Mark mark) {
        /** In place of {@code equals} (decision 0013). */
        boolean isSame(PortGroup other) {
            return group.equals(other.group) && port == other.port;
        }

        boolean serves(int podPort) {
            return targetPort == 0 || targetPort == podPort;
        }

        @Override
        public String toString() {
            return group + ":" + port;
        }
    }

    ServiceTraffic {
        groups = List.copyOf(groups);
    }

    List<String> groupIds() {
        return groups.stream().map(PortGroup::group).toList();
    }

    /** The groups in which a Pod's port has to be. */
    List<PortGroup> groupsOf(int podPort) {
        return groups.stream().filter(group -> group.serves(podPort)).toList();
    }

    /**
     * @param cluster part of the mark
     * @throws IllegalArgumentException with all that is missing or wrong, each with label or annotation and what is allowed
     */
    static ServiceTraffic of(Employer employer, Cluster cluster) {
        List<String> problems = new ArrayList<>();
        Map<String, String> annotations = employer.annotations();
        String loadBalancer = employer.labels().getOrDefault(LOAD_BALANCER, "");
        if (loadBalancer.isEmpty()) {
            problems.add("label " + LOAD_BALANCER + " is missing: the cloud controller writes it when the load balancer"
                    + " exists; set it by hand where there is no such controller");
        }
        mode(annotations, problems);
        List<PortGroup> groups = groups(employer, cluster, problems);
        Optional<Integer> weight = number(annotations, WEIGHT, 1, 100, problems);
        int drain = number(annotations, DRAIN, 0, 3_600, problems).orElse(DEFAULT_DRAIN);
        String health = annotations.getOrDefault(PREFIX + HEALTH, "required");
        if (!health.equals("required") && !health.equals("ignored")) {
            problems.add(wrong(HEALTH, health, "required or ignored"));
        }
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(
                    employer.kind() + " " + employer.ref() + ": " + String.join("; ", problems));
        }
        return new ServiceTraffic(loadBalancer, groups, weight, Duration.ofSeconds(drain), health.equals("required"));
    }

    private static void mode(Map<String, String> annotations, List<String> problems) {
        String mode = annotations.getOrDefault(PREFIX + MODE, "observe");
        if (mode.equals("observe")) {
            problems.add(
                    "annotation " + PREFIX + MODE + " is observe, which is the default and is not built yet; set it to"
                            + " direct to let the plugin itself move the Pods' backends");
        } else if (!mode.equals("direct")) {
            problems.add(wrong(MODE, mode, "direct"));
        }
    }

    private static List<PortGroup> groups(Employer employer, Cluster cluster, List<String> problems) {
        String text = employer.annotations().getOrDefault(PREFIX + GROUPS, "").replace(" ", "");
        String form = "<group>:<Service port>, several separated by commas, for example rsp-a:443,rsp-b:80";
        if (text.isEmpty()) {
            problems.add("annotation " + PREFIX + GROUPS + " is missing; it is " + form);
            return List.of();
        }
        Mark mark = Mark.of(cluster, employer.ref().namespace(), employer.ref().name());
        List<PortGroup> groups = new ArrayList<>();
        for (String item : text.split(",")) {
            if (!item.matches("[A-Za-z0-9_-]{1,80}:[0-9]{1,5}")) {
                problems.add(wrong(GROUPS, item, form));
                continue;
            }
            String[] parts = item.split(":");
            int port = Integer.parseInt(parts[1]);
            Optional<ServicePort> served = employer.ports().stream()
                    .filter(candidate -> candidate.port() == port)
                    .findFirst();
            if (served.isEmpty()) {
                problems.add(wrong(
                        GROUPS,
                        item,
                        "<group>:<Service port>, and the Service has the ports "
                                + employer.ports().stream()
                                        .map(ServicePort::port)
                                        .toList()
                                + "; change the annotation or spec.ports"));
                continue;
            }
            groups.add(new PortGroup(parts[0], port, served.get().targetPort(), mark));
        }
        ambiguous(groups, problems);
        return employer.groups().isEmpty()
                ? groups
                : groups.stream()
                        .filter(group -> employer.groups().contains(group.group()))
                        .toList();
    }

    private static void ambiguous(List<PortGroup> groups, List<String> problems) {
        if (groups.size() > 1 && groups.stream().anyMatch(group -> group.targetPort() == 0)) {
            problems.add(
                    "annotation " + PREFIX + GROUPS + " names several groups, and a targetPort of the Service is a name"
                            + " under which the Pods have different ports; give the targetPort as a number");
        }
        if (groups.stream().map(PortGroup::group).distinct().count() < groups.size()) {
            problems.add("annotation " + PREFIX + GROUPS
                    + " names a group twice; each Service port needs a group of its own");
        }
    }

    private static Optional<Integer> number(
            Map<String, String> annotations, String key, int least, int most, List<String> problems) {
        String text = annotations.getOrDefault(PREFIX + key, "");
        if (text.isEmpty()) {
            return Optional.empty();
        }
        if (!text.matches("[0-9]{1,4}") || Integer.parseInt(text) < least || Integer.parseInt(text) > most) {
            problems.add(wrong(key, text, "a number from " + least + " to " + most));
            return Optional.empty();
        }
        return Optional.of(Integer.parseInt(text));
    }

    private static String wrong(String key, String value, String allowed) {
        return "annotation " + PREFIX + key + " is \"" + value + "\"; it is " + allowed;
    }
}
