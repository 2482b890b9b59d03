package io.kusionstack.operating.host.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.plugin.PodRef;
import io.kusionstack.operating.plugin.traffic.Employer;
import io.kusionstack.operating.plugin.traffic.ServicePort;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ManagedServiceTest {
    @Test
    void namesTheFinalizerByteForByteAsKuperatorDoes() {
        assertThat(ManagedService.finalizer("resource-consist-ut-svc"))
                .isEqualTo("prot.podopslifecycle.kusionstack.io/abb2deba1db11299");
        assertThat(ManagedService.finalizer("resource-consist-ut-svc-1"))
                .isEqualTo("prot.podopslifecycle.kusionstack.io/7ba82bbc976edd3f");
        assertThat(ManagedService.finalizer("server"))
                .isEqualTo("prot.podopslifecycle.kusionstack.io/e54505f60aa10ceb");
        assertThat(ManagedService.finalizer("foo")).isEqualTo("prot.podopslifecycle.kusionstack.io/4cc2f85cedef654f");
    }

    @Test
    void readsThePlacesItWrote() {
        LoadBalancer loadBalancer = new LoadBalancer(
                "slb",
                "lb-1",
                List.of("rsp-1", "rsp-2"),
                new Employer(
                        "Service",
                        new PodRef("shop", "web", "uid-web"),
                        Map.of(Names.CONTROL, "true"),
                        Map.of("slb.traffic.operating.kusionstack.io/mode", "direct"),
                        List.of(new ServicePort("http", 80, 8080, "TCP"))));

        assertThat(LoadBalancerRecord.parse(
                        LoadBalancerRecord.text(List.of(loadBalancer)),
                        loadBalancer.employer().ref()))
                .containsExactly(loadBalancer);
    }

    @Test
    void leavesOutOfThePlacesWhatItDidNotWrite() {
        PodRef web = new PodRef("shop", "web", "uid-web");

        assertThat(LoadBalancerRecord.parse("no JSON", web)).isEmpty();
        assertThat(LoadBalancerRecord.parse("[{\"plugin\":\"slb\"},7,null]", web))
                .isEmpty();
        assertThat(LoadBalancerRecord.parse("{}", web)).isEmpty();
    }
}
