package io.kusionstack.operating.host.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.plugin.PodRef;
import io.kusionstack.operating.plugin.traffic.Employer;
import io.kusionstack.operating.plugin.traffic.ServicePort;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EmploymentTest {
    @Test
    void namesTheFinalizerByteForByteAsKuperatorDoes() {
        assertThat(Employment.finalizer("resource-consist-ut-svc"))
                .isEqualTo("prot.podopslifecycle.kusionstack.io/abb2deba1db11299");
        assertThat(Employment.finalizer("resource-consist-ut-svc-1"))
                .isEqualTo("prot.podopslifecycle.kusionstack.io/7ba82bbc976edd3f");
        assertThat(Employment.finalizer("server")).isEqualTo("prot.podopslifecycle.kusionstack.io/e54505f60aa10ceb");
        assertThat(Employment.finalizer("foo")).isEqualTo("prot.podopslifecycle.kusionstack.io/4cc2f85cedef654f");
    }

    @Test
    void readsThePlacesItWrote() {
        Place place = new Place(
                "slb",
                "lb-1",
                List.of("rsp-1", "rsp-2"),
                new Employer(
                        "Service",
                        new PodRef("shop", "web", "uid-web"),
                        Map.of(Names.CONTROL, "true"),
                        Map.of("slb.traffic.operating.kusionstack.io/mode", "direct"),
                        List.of(new ServicePort("http", 80, 8080, "TCP"))));

        assertThat(ServedPlaces.parse(
                        ServedPlaces.text(List.of(place)), place.employer().ref()))
                .containsExactly(place);
    }

    @Test
    void leavesOutOfThePlacesWhatItDidNotWrite() {
        PodRef web = new PodRef("shop", "web", "uid-web");

        assertThat(ServedPlaces.parse("no JSON", web)).isEmpty();
        assertThat(ServedPlaces.parse("[{\"plugin\":\"slb\"},7,null]", web)).isEmpty();
        assertThat(ServedPlaces.parse("{}", web)).isEmpty();
    }
}
