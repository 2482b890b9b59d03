package io.kusionstack.operating.plugins.slb;

import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.plugin.traffic.Backend;
import io.kusionstack.operating.plugin.traffic.BackendChange;
import io.kusionstack.operating.plugin.traffic.Progress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ChangePlannerTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:01:00Z");
    private static final ServiceTraffic WEB =
            ServiceTraffic.of(Services.with(Map.of("mode", "direct", "vserver-groups", "rsp-1:80")), Services.CLUSTER);

    @Test
    void addsWhatIsNotThereAndCorrectsWhatIsOtherwise() {
        assertThat(plan(Services.on(1))).isEqualTo(new Step.Add(Services.server(1, 100)));
        assertThat(plan(Services.on(1), Services.server(1, 100))).isEqualTo(done());
        assertThat(plan(Services.on(1), Services.server(1, 0))).isEqualTo(new Step.Correct(Services.server(1, 100)));
    }

    @Test
    void takesTheWeightOfThePodThenOfTheServiceThenOfTheHost() {
        ServiceTraffic weighted = ServiceTraffic.of(
                Services.with(Map.of("mode", "direct", "vserver-groups", "rsp-1:80", "weight", "40")),
                Services.CLUSTER);

        assertThat(plan(WEB, new BackendChange.PutOn(Services.backend(1), 30)))
                .isEqualTo(new Step.Add(Services.server(1, 30)));
        assertThat(plan(weighted, new BackendChange.PutOn(Services.backend(1), 30)))
                .isEqualTo(new Step.Add(Services.server(1, 40)));
        assertThat(plan(weighted, new BackendChange.PutOn(attributes(Map.of("eni-id", "eni-1", "weight", "50")), 30)))
                .isEqualTo(new Step.Add(Services.server(1, 50)));
        assertThat(plan(WEB, new BackendChange.PutOn(attributes(Map.of("eni-id", "eni-1", "weight", "500")), 30)))
                .isEqualTo(failed(
                        "InvalidWeight",
                        "Pod shop/web-1: annotation slb.traffic.operating.kusionstack.io/weight is \"500\"; it is a number"
                                + " from 1 to 100"));
    }

    @Test
    void cannotPutOnAPodWhoseInterfaceIsNotNamed() {
        assertThat(plan(new BackendChange.PutOn(attributes(Map.of()), 100)))
                .isEqualTo(failed(
                        "NoEniId",
                        "Pod shop/web-1 has no annotation slb.traffic.operating.kusionstack.io/eni-id; it names the network"
                                + " interface that has 10.0.0.1"));
    }

    @Test
    void setsWeight0ThenWaitsThenRemoves() {
        assertThat(plan(Services.off(1), Services.server(1, 100))).isEqualTo(new Step.Drain(Services.server(1, 0)));
        assertThat(plan(Services.off(1), Services.server(1, 0))).isEqualTo(draining(Duration.ofMillis(500)));
        assertThat(plan(Services.off(1, NOW.minusSeconds(14)), Services.server(1, 0)))
                .isEqualTo(draining(Duration.ofSeconds(1)));
        assertThat(plan(Services.off(1, NOW.minusSeconds(15)), Services.server(1, 0)))
                .isEqualTo(new Step.Remove(Services.server(1, 0)));
        assertThat(plan(Services.off(1, NOW.minusSeconds(15)))).isEqualTo(done());
    }

    @Test
    void drainsAgainWhatGotItsWeightBackHoweverLongTheHostThinksItDrains() {
        assertThat(plan(Services.off(1, NOW.minusSeconds(60)), Services.server(1, 100)))
                .isEqualTo(new Step.Drain(Services.server(1, 0)));
    }

    @Test
    void removesAtOnceWhereNoDrainIsAskedFor() {
        assertThat(plan(ServiceTraffic.of(Services.web(), Services.CLUSTER), Services.off(1), Services.server(1, 100)))
                .isEqualTo(new Step.Remove(Services.server(1, 100)));
    }

    @Test
    void neverTouchesWhatSomebodyElsePutThere() {
        Step refused = failed(
                "ForeignBackend",
                "in group rsp-1:80 10.0.0.1:8080 belongs to somebody else (description \"by-hand\"); remove it there, or use"
                        + " another group");

        assertThat(plan(Services.on(1), Services.foreign(1))).isEqualTo(refused);
        assertThat(plan(Services.off(1), Services.foreign(1))).isEqualTo(refused);
    }

    @Test
    void leavesAGroupOfTheCloudControllerAlone() {
        Server theirs = new Server("eni-9", "10.0.0.9", 8080, 100, "eni", "k8s/8080/web/shop/c1");

        assertThat(plan(Services.on(1), theirs))
                .isEqualTo(failed(
                        "ForeignGroup",
                        "group rsp-1:80 belongs to Alibaba's cloud controller manager, which would undo every change; create"
                                + " a vserver group for this Service and name it in"
                                + " slb.traffic.operating.kusionstack.io/vserver-groups"));
    }

    @Test
    void takesAwayWhatIsOursAlsoWhereTheCloudControllerCameLater() {
        Server theirs = new Server("eni-9", "10.0.0.9", 8080, 100, "eni", "k8s/8080/web/shop/c1");

        assertThat(plan(Services.off(1), theirs, Services.server(1, 100)))
                .isEqualTo(new Step.Drain(Services.server(1, 0)));
    }

    @Test
    void refusesAGroupOfAnotherLoadBalancer() {
        ServerGroup elsewhere = new ServerGroup("rsp-1", "rsp-1", "lb-2", List.of());

        assertThat(ChangePlanner.plan(WEB, WEB.groups().getFirst(), elsewhere, Services.on(1), NOW))
                .isEqualTo(failed(
                        "WrongLoadBalancer", "group rsp-1:80 belongs to load balancer lb-2, the Service to lb-1"));
    }

    @Test
    void anAddressThatMovedToAnotherPodIsThatPods() {
        Server ofAnother = new Server("eni-1", "10.0.0.1", 8080, 100, "eni", Services.description(7));

        assertThat(plan(Services.off(1), ofAnother)).isEqualTo(done());
        assertThat(plan(Services.on(1), ofAnother)).isEqualTo(new Step.Correct(Services.server(1, 100)));
    }

    @Test
    void anAddressThatMovedToAnotherInterfaceIsReplacedUnlessItsPodGetsRequests() {
        Server ofAnother = new Server("eni-7", "10.0.0.1", 8080, 100, "eni", Services.description(7));
        Server drained = new Server("eni-7", "10.0.0.1", 8080, 0, "eni", Services.description(1));
        Server serves = drained.withWeight(100);

        assertThat(plan(Services.on(1), ofAnother)).isEqualTo(new Step.Replace(ofAnother));
        assertThat(plan(Services.on(1), drained)).isEqualTo(new Step.Replace(drained));
        assertThat(plan(Services.on(1), serves)).isEqualTo(done());
    }

    @Test
    void aPodThatGetsRequestsGetsItsWeightByTheInterfaceItIsRegisteredWith() {
        Server serves = new Server("eni-7", "10.0.0.1", 8080, 100, "eni", Services.description(1));

        assertThat(plan(new BackendChange.PutOn(attributes(Map.of("eni-id", "eni-1", "weight", "50")), 100), serves))
                .isEqualTo(new Step.Correct(serves.withWeight(50)));
    }

    private static Step plan(BackendChange change, Server... servers) {
        return plan(WEB, change, servers);
    }

    private static Step plan(ServiceTraffic service, BackendChange change, Server... servers) {
        ServerGroup group = new ServerGroup("rsp-1", "rsp-1", "lb-1", List.of(servers));
        return ChangePlanner.plan(service, service.groups().getFirst(), group, change, NOW);
    }

    private static Backend attributes(Map<String, String> attributes) {
        return new Backend(Services.pod(1), "10.0.0.1", 8080, attributes);
    }

    private static Step done() {
        return new Step.Rest(new Progress.Done());
    }

    private static Step draining(Duration after) {
        return new Step.Rest(Progress.Pending.draining(after));
    }

    private static Step failed(String code, String message) {
        return new Step.Rest(new Progress.Failed(code, message, false));
    }
}
