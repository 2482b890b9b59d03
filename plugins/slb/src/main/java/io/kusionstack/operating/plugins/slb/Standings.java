package io.kusionstack.operating.plugins.slb;

import io.kusionstack.operating.plugin.PodRef;
import io.kusionstack.operating.plugin.traffic.Backend;
import io.kusionstack.operating.plugin.traffic.ObservedBackend;
import io.kusionstack.operating.plugin.traffic.Serving;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * How each address stands, over all groups and listeners: on only if it is on everywhere it should be, gone only if it is
 * nowhere. Pure.
 */
final class Standings {
    /** One backend in one group. */
    private record Place(ServiceTraffic.PortGroup group, Server server) {
        boolean isOurs() {
            return group.mark().isOn(server);
        }
    }

    private final ServiceTraffic service;
    private final String namespace;
    private final Map<String, List<HealthRow>> health;

    private Standings(ServiceTraffic service, String namespace, List<HealthRow> health) {
        this.service = service;
        this.namespace = namespace;
        this.health = health.stream()
                .collect(Collectors.groupingBy(row -> row.address().toString()));
    }

    /** @param groups by id; a group that is not there has no backends */
    static List<ObservedBackend> of(
            ServiceTraffic service, String namespace, Map<String, ServerGroup> groups, List<HealthRow> health) {
        Map<String, List<Place>> places = new LinkedHashMap<>();
        for (ServiceTraffic.PortGroup group : service.groups()) {
            for (Server server : servers(groups, group)) {
                places.computeIfAbsent(server.address().toString(), address -> new ArrayList<>())
                        .add(new Place(group, server));
            }
        }
        Standings standings = new Standings(service, namespace, health);
        return places.values().stream().map(standings::standing).toList();
    }

    /** Whether anything of ours takes requests, so that health has to be asked. */
    static boolean wantsHealth(ServiceTraffic service, Map<String, ServerGroup> groups) {
        return service.needsHealth()
                && service.groups().stream()
                        .anyMatch(group -> servers(groups, group).stream()
                                .anyMatch(server -> group.mark().isOn(server) && server.weight() > 0));
    }

    private static List<Server> servers(Map<String, ServerGroup> groups, ServiceTraffic.PortGroup group) {
        ServerGroup found = groups.get(group.group());
        return found == null ? List.of() : found.servers();
    }

    private ObservedBackend standing(List<Place> places) {
        Server first = places.getFirst().server();
        Optional<Place> foreign =
                places.stream().filter(place -> !place.isOurs()).findFirst();
        if (foreign.isPresent()) {
            return new ObservedBackend(
                    new Backend(new PodRef("", "", ""), first.ip(), first.port(), Map.of()),
                    Serving.FOREIGN,
                    foreign.get().group() + ": the description \""
                            + foreign.get().server().description() + "\" is not ours");
        }
        String uid = places.getFirst().group().mark().uid(first).orElse("");
        Backend backend = new Backend(
                new PodRef(namespace, "", uid), first.ip(), first.port(), Map.of(ServiceTraffic.ENI_ID, first.id()));
        return new ObservedBackend(backend, serving(places, first.address()), detail(places, first.address()));
    }

    private Serving serving(List<Place> places, Address address) {
        if (places.stream().allMatch(place -> place.server().weight() == 0)) {
            return Serving.DRAINING;
        }
        return isWhereItBelongs(places, address) && isHealthy(address) ? Serving.ON : Serving.STARTING;
    }

    /** In every group that its port leads to, and in no other; a port that leads nowhere by now belongs where it stands. */
    private boolean isWhereItBelongs(List<Place> places, Address address) {
        List<ServiceTraffic.PortGroup> groups = service.groupsOf(address.port());
        for (Place place : places) {
            boolean belongs = groups.isEmpty() || groups.stream().anyMatch(place.group()::isSame);
            if (belongs != place.server().weight() > 0) {
                return false;
            }
        }
        return groups.stream()
                .allMatch(
                        group -> places.stream().anyMatch(place -> place.group().isSame(group)));
    }

    private boolean isHealthy(Address address) {
        List<HealthRow> rows = health.getOrDefault(address.toString(), List.of());
        // no row is no proof: right after a backend was added there is none yet
        return !service.needsHealth() || !rows.isEmpty() && rows.stream().allMatch(HealthRow::isNormal);
    }

    private String detail(List<Place> places, Address address) {
        String weights = places.stream()
                .map(place -> place.group() + " weight " + place.server().weight())
                .collect(Collectors.joining(", "));
        List<String> missing = service.groupsOf(address.port()).stream()
                .filter(group ->
                        places.stream().noneMatch(place -> place.group().isSame(group)))
                .map(group -> "not in " + group)
                .toList();
        List<String> checks = service.needsHealth()
                ? health.getOrDefault(address.toString(), List.of()).stream()
                        .map(row -> "listener " + row.listener() + " " + row.status())
                        .toList()
                : List.of();
        List<String> parts = new ArrayList<>(List.of(weights));
        parts.addAll(missing);
        parts.addAll(checks);
        return String.join(", ", parts);
    }
}
