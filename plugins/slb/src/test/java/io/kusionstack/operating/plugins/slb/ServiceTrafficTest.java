package io.kusionstack.operating.plugins.slb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kusionstack.operating.plugin.traffic.Employer;
import io.kusionstack.operating.plugin.traffic.ServicePort;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ServiceTrafficTest {
    private static final Mark MARK = Mark.of(Services.CLUSTER, "shop", "web");
    private static final String P = ServiceTraffic.PREFIX;

    @Test
    void readsEverySetting() {
        ServiceTraffic service = ServiceTraffic.of(
                Services.with(
                        Map.of(
                                "mode", "direct",
                                "vserver-groups", "rsp-a:443, rsp-b:80",
                                "weight", "60",
                                "drain-seconds", "20",
                                "health", "ignored"),
                        List.of(new ServicePort("https", 443, 8443, "TCP"), new ServicePort("http", 80, 8080, "TCP"))),
                Services.CLUSTER);

        assertThat(service)
                .isEqualTo(new ServiceTraffic(
                        "lb-1",
                        List.of(
                                new ServiceTraffic.PortGroup("rsp-a", 443, 8443, MARK),
                                new ServiceTraffic.PortGroup("rsp-b", 80, 8080, MARK)),
                        Optional.of(60),
                        Duration.ofSeconds(20),
                        false));
    }

    @Test
    void drains15SecondsAndNeedsHealthUnlessToldOtherwise() {
        ServiceTraffic service = ServiceTraffic.of(
                Services.with(Map.of("mode", "direct", "vserver-groups", "rsp-1:80")), Services.CLUSTER);

        assertThat(service)
                .isEqualTo(new ServiceTraffic(
                        "lb-1",
                        List.of(new ServiceTraffic.PortGroup("rsp-1", 80, 8080, MARK)),
                        Optional.empty(),
                        Duration.ofSeconds(15),
                        true));
    }

    @Test
    void saysThatObserveIsNotBuilt() {
        String sentence =
                "annotation " + P + "mode is observe, which is the default and is not built yet; set it to direct to"
                        + " let the plugin itself move the Pods' backends";

        assertRefused(Services.with(Map.of("vserver-groups", "rsp-1:80")), sentence);
        assertRefused(Services.with(Map.of("vserver-groups", "rsp-1:80", "mode", "observe")), sentence);
        assertRefused(
                Services.with(Map.of("vserver-groups", "rsp-1:80", "mode", "on")),
                "annotation " + P + "mode is \"on\"; it is direct");
    }

    @Test
    void tellsAllThatIsWrongAtOnce() {
        Employer web = Services.with(Map.of("mode", "direct", "weight", "0", "drain-seconds", "x", "health", "no"));

        assertThatThrownBy(() -> ServiceTraffic.of(
                        new Employer(web.kind(), web.ref(), Map.of(), web.annotations(), web.ports()),
                        Services.CLUSTER))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "Service shop/web: label service.k8s.alibaba/loadbalancer-id is missing: the cloud controller"
                                + " writes it when the load balancer exists; set it by hand where there is no such controller;"
                                + " annotation " + P
                                + "vserver-groups is missing; it is <group>:<Service port>, several separated by"
                                + " commas, for example rsp-a:443,rsp-b:80; annotation " + P
                                + "weight is \"0\"; it is a number from 1 to 100; annotation " + P
                                + "drain-seconds is \"x\"; it is a number from 0 to 3600; annotation " + P
                                + "health is \"no\"; it is required or ignored");
    }

    @Test
    void refusesGroupsThatFitNoPort() {
        assertRefused(
                Services.with(Map.of("mode", "direct", "vserver-groups", "rsp-1:81")),
                "annotation " + P + "vserver-groups is \"rsp-1:81\"; it is <group>:<Service port>, and the Service has"
                        + " the ports [80]; change the annotation or spec.ports");
        assertRefused(
                Services.with(Map.of("mode", "direct", "vserver-groups", "rsp-1")),
                "annotation " + P
                        + "vserver-groups is \"rsp-1\"; it is <group>:<Service port>, several separated by commas,"
                        + " for example rsp-a:443,rsp-b:80");
    }

    @Test
    void refusesOneGroupForTwoPortsAndPortsThatCannotBeToldApart() {
        Map<String, String> twice = Map.of("mode", "direct", "vserver-groups", "rsp-1:80,rsp-1:443");
        assertRefused(
                Services.with(
                        twice, List.of(new ServicePort("a", 80, 8080, "TCP"), new ServicePort("b", 443, 8443, "TCP"))),
                "annotation " + P + "vserver-groups names a group twice; each Service port needs a group of its own");

        Map<String, String> two = Map.of("mode", "direct", "vserver-groups", "rsp-1:80,rsp-2:443");
        assertRefused(
                Services.with(two, List.of(new ServicePort("a", 80, 0, "TCP"), new ServicePort("b", 443, 8443, "TCP"))),
                "annotation " + P
                        + "vserver-groups names several groups, and a targetPort of the Service is a name under which"
                        + " the Pods have different ports; give the targetPort as a number");
    }

    @Test
    void knowsOnlyTheGroupsThatACallIsAbout() {
        Employer two = Services.with(
                Map.of("mode", "direct", "vserver-groups", "rsp-1:80,rsp-2:443"),
                List.of(new ServicePort("a", 80, 8080, "TCP"), new ServicePort("b", 443, 8443, "TCP")));

        assertThat(ServiceTraffic.of(two, Services.CLUSTER).groupIds()).containsExactly("rsp-1", "rsp-2");
        assertThat(ServiceTraffic.of(two.only(List.of("rsp-2")), Services.CLUSTER)
                        .groupIds())
                .containsExactly("rsp-2");
    }

    private static void assertRefused(Employer employer, String sentence) {
        assertThatThrownBy(() -> ServiceTraffic.of(employer, Services.CLUSTER))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Service shop/web: " + sentence);
    }
}
