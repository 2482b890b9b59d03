package io.kusionstack.operating.host.traffic;

import static io.kusionstack.operating.host.traffic.Tales.steps;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.plugin.PodRef;
import io.kusionstack.operating.plugin.traffic.Employer;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Two Services that name one group of a load balancer. */
class TrafficGroupTest {
    @Test
    void letsADeletedServiceGoThatWaitedForAGroupOfAnother() {
        TrafficWorld world = new TrafficWorld();
        Service other = other("g1");
        world.traffic.serviceChanged(null, other);
        world.balancer.foreign("lb-1/g1", "10.0.0.9", 8080);
        world.service(service -> service.editMetadata()
                .addToAnnotations(FakeBalancer.GROUPS, "g1")
                .endMetadata());
        world.pod("a", "10.0.0.1");
        steps(world, 80);
        assertThat(world.traffic.waits(world.pod("a")))
                .extracting(Wait::reason)
                .containsExactly(Reason.TRAFFIC_GROUP_SHARED);

        world.delete();
        world.settle();

        assertThat(world.stored()).isEmpty();
        assertThat(world.pod("a").annotations().getOrDefault(Names.AVAILABLE_CONDITIONS, ""))
                .doesNotContain("Service/shop/web");
        assertThat(world.balancer.weights("lb-1/g1")).hasSize(1);
    }

    /** A Service that has its Pods in this group. */
    private static Service other(String group) {
        Employer employer =
                new Employer("Service", new PodRef("shop", "other", "uid-other"), Map.of(), Map.of(), List.of());
        return new ServiceBuilder()
                .withNewMetadata()
                .withNamespace("shop")
                .withName("other")
                .withUid("uid-other")
                .withResourceVersion("1")
                .addToLabels(Names.CONTROL, "true")
                .addToAnnotations(
                        Names.TRAFFIC_SERVED,
                        LoadBalancerRecord.text(List.of(new LoadBalancer("slb", "lb-1", List.of(group), employer))))
                .endMetadata()
                .withNewSpec()
                .withType("LoadBalancer")
                .addToSelector("app", "other")
                .endSpec()
                .build();
    }
}
