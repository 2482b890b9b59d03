package io.kusionstack.operating.plugins.slb;

import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.plugin.PodRef;
import io.kusionstack.operating.plugin.traffic.Backend;
import io.kusionstack.operating.plugin.traffic.ObservedBackend;
import io.kusionstack.operating.plugin.traffic.ServicePort;
import io.kusionstack.operating.plugin.traffic.Serving;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StandingsTest {
    private static final ServiceTraffic WEB = ServiceTraffic.of(Services.web(), Services.CLUSTER);
    private static final ServiceTraffic TWO_GROUPS = ServiceTraffic.of(
            Services.with(
                    Map.of("mode", "direct", "vserver-groups", "rsp-1:80,rsp-2:81"),
                    List.of(new ServicePort("a", 80, 8080, "TCP"), new ServicePort("b", 81, 8080, "TCP"))),
            Services.CLUSTER);

    @Test
    void isOnWhenEveryListenerFindsItNormal() {
        assertThat(standings(WEB, List.of(Services.server(1, 100)), row(1, 80, "normal"), row(1, 443, "normal")))
                .containsExactly(
                        observed(1, Serving.ON, "rsp-1:80 weight 100, listener 80 normal, listener 443 normal"));
    }

    @Test
    void startsWhileAListenerDoesNotFindItNormalOrSaysNothing() {
        assertThat(standings(WEB, List.of(Services.server(1, 100)), row(1, 80, "normal"), row(1, 443, "unavailable")))
                .containsExactly(observed(
                        1, Serving.STARTING, "rsp-1:80 weight 100, listener 80 normal, listener 443 unavailable"));
        assertThat(standings(WEB, List.of(Services.server(1, 100)), row(2, 80, "normal")))
                .containsExactly(observed(1, Serving.STARTING, "rsp-1:80 weight 100"));
    }

    @Test
    void drainsAtWeight0WhateverItsHealth() {
        assertThat(standings(WEB, List.of(Services.server(1, 0)), row(1, 80, "normal")))
                .containsExactly(observed(1, Serving.DRAINING, "rsp-1:80 weight 0, listener 80 normal"));
    }

    @Test
    void whatSomebodyElsePutThereIsForeign() {
        assertThat(standings(WEB, List.of(Services.foreign(1))))
                .containsExactly(new ObservedBackend(
                        new Backend(new PodRef("", "", ""), "10.0.0.1", 8080, Map.of()),
                        Serving.FOREIGN,
                        "rsp-1:80: the description \"by-hand\" is not ours"));
    }

    @Test
    void isOnOnlyWhereItIsInEveryGroupOfItsPort() {
        Server inSecond = new Server("eni-1", "10.0.0.1", 8080, 100, "eni", Services.description(1));

        assertThat(standings(TWO_GROUPS, List.of(Services.server(1, 100)), row(1, 80, "normal")))
                .containsExactly(
                        observed(1, Serving.STARTING, "rsp-1:80 weight 100, not in rsp-2:81, listener 80 normal"));
        assertThat(Standings.of(
                        TWO_GROUPS,
                        "shop",
                        Map.of(
                                "rsp-1", group("rsp-1", List.of(Services.server(1, 100))),
                                "rsp-2", group("rsp-2", List.of(inSecond))),
                        List.of(row(1, 80, "normal"), row(1, 81, "normal"))))
                .containsExactly(observed(
                        1,
                        Serving.ON,
                        "rsp-1:80 weight 100, rsp-2:81 weight 100, listener 80 normal, listener 81 normal"));
    }

    @Test
    void isNotOnInAGroupThatItsPortDoesNotLeadToAnyMore() {
        ServiceTraffic swapped = ServiceTraffic.of(
                Services.with(
                        Map.of("mode", "direct", "vserver-groups", "rsp-1:443,rsp-2:80"),
                        List.of(new ServicePort("a", 80, 8080, "TCP"), new ServicePort("b", 443, 8443, "TCP"))),
                Services.CLUSTER);
        List<Server> none = List.of();
        List<Server> serving = List.of(Services.server(1, 100));
        List<Server> resting = List.of(Services.server(1, 0));

        assertThat(serving(swapped, serving, none)).isEqualTo(Serving.STARTING);
        assertThat(serving(swapped, serving, serving)).isEqualTo(Serving.STARTING);
        assertThat(serving(swapped, resting, serving)).isEqualTo(Serving.ON);
        assertThat(serving(swapped, resting, resting)).isEqualTo(Serving.DRAINING);
    }

    private static Serving serving(ServiceTraffic service, List<Server> first, List<Server> second) {
        return Standings.of(
                        service,
                        "shop",
                        Map.of("rsp-1", group("rsp-1", first), "rsp-2", group("rsp-2", second)),
                        List.of(row(1, 80, "normal")))
                .getFirst()
                .serving();
    }

    @Test
    void drainsOnlyWhereItHasNoWeightInAnyGroup() {
        Server inSecond = new Server("eni-1", "10.0.0.1", 8080, 100, "eni", Services.description(1));

        assertThat(Standings.of(
                        TWO_GROUPS,
                        "shop",
                        Map.of(
                                "rsp-1", group("rsp-1", List.of(Services.server(1, 0))),
                                "rsp-2", group("rsp-2", List.of(inSecond))),
                        List.of(row(1, 80, "normal"))))
                .containsExactly(
                        observed(1, Serving.STARTING, "rsp-1:80 weight 0, rsp-2:81 weight 100, listener 80 normal"));
    }

    @Test
    void asksForHealthOnlyWhereSomethingOfOursTakesRequests() {
        assertThat(wantsHealth(WEB, Services.server(1, 100))).isTrue();
        assertThat(wantsHealth(WEB, Services.server(1, 0), Services.foreign(2))).isFalse();
        ServiceTraffic ignoring = ServiceTraffic.of(
                Services.with(Map.of("mode", "direct", "vserver-groups", "rsp-1:80", "health", "ignored")),
                Services.CLUSTER);
        assertThat(wantsHealth(ignoring, Services.server(1, 100))).isFalse();
        assertThat(standings(ignoring, List.of(Services.server(1, 100))))
                .containsExactly(observed(1, Serving.ON, "rsp-1:80 weight 100"));
    }

    private static boolean wantsHealth(ServiceTraffic service, Server... servers) {
        return Standings.wantsHealth(service, Map.of("rsp-1", group("rsp-1", List.of(servers))));
    }

    private static List<ObservedBackend> standings(ServiceTraffic service, List<Server> servers, HealthRow... rows) {
        return Standings.of(service, "shop", Map.of("rsp-1", group("rsp-1", servers)), List.of(rows));
    }

    private static ServerGroup group(String id, List<Server> servers) {
        return new ServerGroup(id, id, "lb-1", servers);
    }

    private static HealthRow row(int n, int listener, String status) {
        return new HealthRow(listener, new Address("10.0.0." + n, 8080), status);
    }

    private static ObservedBackend observed(int n, Serving serving, String detail) {
        return new ObservedBackend(Services.observed(n), serving, detail);
    }
}
