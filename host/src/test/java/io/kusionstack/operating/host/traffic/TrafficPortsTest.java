package io.kusionstack.operating.host.traffic;

import static io.kusionstack.operating.host.traffic.Tales.ALL_ON;
import static io.kusionstack.operating.host.traffic.Tales.annotate;
import static io.kusionstack.operating.host.traffic.Tales.assertUpdated;
import static io.kusionstack.operating.host.traffic.Tales.started;
import static io.kusionstack.operating.host.traffic.Tales.steps;
import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.host.plan.Explanation;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plan.Wait;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.Test;

/** A Service whose ports are edited, rightly or not, also while its Pods are updated. */
class TrafficPortsTest {
    @Test
    void aPortThatNoGroupServesKeepsThePodsOnAtTheOldOneAndInService() {
        TrafficWorld world = started();
        world.balancer.refusedPorts.add(9090);
        targetPort(world, 9090);
        world.image("app:v2");
        steps(world, 80);

        assertThat(world.balancer.weights("lb-1")).isEqualTo(ALL_ON);
        assertThat(world.cluster.pods()).noneMatch(Tales::isUpdated).allMatch(PodRecord::available);
        assertThat(world.traffic.ahead(world.pod("a"), "collaset"))
                .extracting(Wait::reason)
                .containsExactly(Reason.TRAFFIC_REFUSED);
        assertThat(world.traffic.shown(world.pod("a")))
                .extracting(
                        Explanation.ExplainedTraffic::serving,
                        Explanation.ExplainedTraffic::weight,
                        Explanation.ExplainedTraffic::detail)
                .containsExactly(Tuple.tuple(
                        "On", Optional.of(100), "registered on ports that the Service names no more: [10.0.0.1:8080]"));

        targetPort(world, 8080);
        world.settle();
        assertUpdated(world);
        assertThat(world.balancer.weights("lb-1")).isEqualTo(ALL_ON);
    }

    @Test
    void aPodThatIsOnAtTheOldLoadBalancerStaysThereWhileTheNewOneRefusesIt() {
        TrafficWorld world = started();
        world.balancer.refusedPorts.add(8080);
        annotate(world, FakeBalancer.LB, "lb-2");
        world.image("app:v2");
        steps(world, 80);

        assertThat(world.balancer.weights("lb-1")).isEqualTo(ALL_ON);
        assertThat(world.cluster.pods()).noneMatch(Tales::isUpdated).allMatch(PodRecord::available);

        world.balancer.refusedPorts.clear();
        world.patience = 70;
        world.settle();
        assertUpdated(world);
        assertThat(world.balancer.at("lb-1")).isEmpty();
        assertThat(world.balancer.weights("lb-2")).isEqualTo(ALL_ON);
    }

    @Test
    void aPortThatIsCorrectedInTheMiddleOfAnUpdateLeavesNothingBehind() {
        TrafficWorld world = started();
        world.image("app:v2");
        steps(world, 3);
        targetPort(world, 9090);
        steps(world, 7);
        assertThat(world.balancer.weights("lb-1").keySet()).anyMatch(address -> address.endsWith(":9090"));
        targetPort(world, 8080);
        world.settle();

        assertUpdated(world);
        assertThat(world.balancer.weights("lb-1")).isEqualTo(ALL_ON);
    }

    @Test
    void nobodyLeavesWhileTheProviderRefusesToTakeOff() {
        TrafficWorld world = started();
        world.balancer.refusesToTakeOff = true;
        world.vanish("c");
        steps(world, 3);
        world.image("app:v2");
        steps(world, 60);

        assertThat(world.cluster.pods()).noneMatch(Tales::isUpdated).allMatch(PodRecord::available);
        assertThat(world.traffic.ahead(world.pod("b"), "collaset"))
                .extracting(Wait::reason)
                .containsExactly(Reason.TRAFFIC_REFUSED);

        world.balancer.refusesToTakeOff = false;
        world.patience = 70;
        world.settle();
        assertUpdated(world);
        assertThat(world.balancer.weights("lb-1")).isEqualTo(Map.of("10.0.0.1:8080", 100, "10.0.0.2:8080", 100));
    }

    @Test
    void aPortMoreIsServedBesideTheOthers() {
        TrafficWorld world = started();
        world.edit(service -> service.editSpec()
                .addNewPort()
                .withName("more")
                .withPort(443)
                .withNewTargetPort(8443)
                .endPort()
                .endSpec());
        world.settle();
        assertThat(world.balancer.weights("lb-1")).hasSize(6).containsAllEntriesOf(ALL_ON);

        world.edit(service -> service.editSpec()
                .removeFromPorts(service.buildSpec().getPorts().getLast())
                .endSpec());
        world.settle();
        assertThat(world.balancer.weights("lb-1")).isEqualTo(ALL_ON);
    }

    @Test
    void aNameOfAPortThatNoPodHasLetsNobodyLeaveForAnUpdate() {
        TrafficWorld world = started();
        world.edit(service -> service.editSpec()
                .editFirstPort()
                .withNewTargetPort("htpp")
                .endPort()
                .endSpec());
        world.settle();
        assertThat(world.traffic.trouble(world.pod("a")))
                .as("slices that do not list the Pod may be late")
                .isEmpty();
        world.listedWithoutPort = List.of("a", "b");
        world.settle();
        world.image("app:v2");
        steps(world, 60);
        assertThat(world.cluster.pods()).noneMatch(Tales::isUpdated).allMatch(PodRecord::available);
        assertThat(world.balancer.weights("lb-1")).isEqualTo(ALL_ON);
        assertThat(world.traffic.trouble(world.pod("a")).map(Wait::reason)).contains(Reason.TRAFFIC_PORT_MISSING);
        assertThat(Tales.announced(world)).as("slices may be late").isEmpty();

        targetPort(world, 8080);
        world.settle();
        assertUpdated(world);
    }

    @Test
    void aPodWhoseChangeIsRefusedWhileItIsOnDoesNotLeaveForAnUpdate() {
        TrafficWorld world = started();
        world.balancer.refusedPorts.add(8080);
        world.change("a", pod -> pod.annotation("slb.traffic.operating.kusionstack.io/weight", "30"));
        steps(world, 20);
        world.image("app:v2");
        steps(world, 60);

        assertThat(world.pod("a")).matches(pod -> !Tales.isUpdated(pod)).matches(PodRecord::available);
    }

    private static void targetPort(TrafficWorld world, int port) {
        world.edit(service -> service.editSpec()
                .editFirstPort()
                .withNewTargetPort(port)
                .endPort()
                .endSpec());
    }
}
