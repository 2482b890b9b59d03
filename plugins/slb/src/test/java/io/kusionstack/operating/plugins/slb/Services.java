package io.kusionstack.operating.plugins.slb;

import io.kusionstack.operating.plugin.PodRef;
import io.kusionstack.operating.plugin.traffic.Backend;
import io.kusionstack.operating.plugin.traffic.BackendChange;
import io.kusionstack.operating.plugin.traffic.Employer;
import io.kusionstack.operating.plugin.traffic.ServicePort;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Services and their Pods as the host tells them. */
final class Services {
    static final String LOAD_BALANCER = "lb-1";
    static final Cluster CLUSTER = new Cluster("here", Optional.of("here"), Set.of());
    static final String GROUP = "rsp-1";
    static final int POD_PORT = 8080;

    private Services() {}

    /** A Service with port 80 to 8080, in group {@link #GROUP}, without drain time. */
    static Employer web() {
        return with(Map.of("mode", "direct", "vserver-groups", "rsp-1:80", "drain-seconds", "0"));
    }

    /** The same with other settings; keys without the prefix. */
    static Employer with(Map<String, String> settings) {
        return with(settings, List.of(new ServicePort("http", 80, POD_PORT, "TCP")));
    }

    static Employer with(Map<String, String> settings, List<ServicePort> ports) {
        Map<String, String> annotations = new HashMap<>();
        settings.forEach((key, value) -> annotations.put(ServiceTraffic.PREFIX + key, value));
        return new Employer(
                "Service",
                new PodRef("shop", "web", "service-uid"),
                Map.of(ServiceTraffic.LOAD_BALANCER, LOAD_BALANCER),
                annotations,
                ports);
    }

    static PodRef pod(int n) {
        return new PodRef("shop", "web-" + n, "uid-" + n);
    }

    static Backend backend(int n) {
        return backend(n, POD_PORT);
    }

    static Backend backend(int n, int port) {
        return new Backend(pod(n), "10.0.0." + n, port, Map.of(ServiceTraffic.ENI_ID, "eni-" + n));
    }

    /** The same as a load balancer shows it: it knows no names. */
    static Backend observed(int n) {
        return observed(n, POD_PORT);
    }

    static Backend observed(int n, int port) {
        return new Backend(
                new PodRef("shop", "", "uid-" + n), "10.0.0." + n, port, Map.of(ServiceTraffic.ENI_ID, "eni-" + n));
    }

    static BackendChange on(int n) {
        return new BackendChange.PutOn(backend(n), 100);
    }

    static BackendChange off(int n) {
        return new BackendChange.TakeOff(backend(n), Optional.empty());
    }

    static BackendChange off(int n, Instant drainingSince) {
        return new BackendChange.TakeOff(backend(n), Optional.of(drainingSince));
    }

    /** As we put it into the group of port 80. */
    static Server server(int n, int weight) {
        return new Server("eni-" + n, "10.0.0." + n, POD_PORT, weight, "eni", description(n));
    }

    static String description(int n) {
        return Mark.of(CLUSTER, "shop", "web").on("uid-" + n);
    }

    static Server foreign(int n) {
        return new Server("eni-" + n, "10.0.0." + n, POD_PORT, 100, "eni", "by-hand");
    }
}
