package io.kusionstack.operating.host.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.kusionstack.operating.host.kernel.Key;
import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.Endpoints;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.host.world.Pods;
import io.kusionstack.operating.plugin.traffic.Employer;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PodTrafficTest {
    private static final Key WEB = new Key("shop", "web");
    private final PodTraffic traffic = new PodTraffic(() -> Pods.CREATED, pod -> {});
    private final PodRecord on = Pods.pod("a").label("app", "web").ready().build();
    private final PodRecord off = Pods.like(on).offline().build();

    @Test
    void expectsTheFinalizerOfEachServiceThatServesThePod() {
        serve(service("true", "LoadBalancer"));

        assertThat(traffic.expected(on)).isEqualTo(Map.of("Service/shop/web", ManagedService.finalizer("web")));
        assertThat(traffic.expected(Pods.like(on).label("app", "db").build())).isEmpty();
        assertThat(traffic.serves(WEB)).isTrue();
    }

    @Test
    void looksAfterNoOtherServices() {
        for (Service other : List.of(service("false", "LoadBalancer"), service("true", "ClusterIP"))) {
            serve(other);

            assertThat(traffic.serves(WEB)).isFalse();
            assertThat(traffic.expected(on)).isEmpty();
            assertThat(traffic.holding(off, Pods.CREATED)).isEmpty();
        }
    }

    @Test
    void holdsAPodUntilALookBeganAfterItsGateWasClosed() {
        serve(service("true", "LoadBalancer"));
        traffic.podChanged(null, on);
        long early = traffic.tick();
        traffic.podChanged(on, off);
        long late = traffic.tick();

        assertThat(traffic.holding(off, Pods.CREATED)).hasSize(1);
        say(early);
        assertThat(traffic.holding(off, Pods.CREATED)).hasSize(1);
        say(late);
        assertThat(traffic.holding(off, Pods.CREATED)).isEmpty();
        say(BackendState.NO_LOOK);
        assertThat(traffic.holding(off, Pods.CREATED))
                .extracting(Endpoints.HoldingEndpoint::reason)
                .containsExactly(waiting());
    }

    @Test
    void aLookOfAnEarlierTimeOutOfServiceProvesNothing() {
        serve(service("true", "LoadBalancer"));
        traffic.podChanged(on, off);
        say(traffic.tick());
        traffic.podChanged(off, on);
        traffic.podChanged(on, off);

        assertThat(traffic.holding(off, Pods.CREATED)).hasSize(1);
    }

    @Test
    void aPodThatWasUnfitBeforeItsGateWasClosedIsLookedAtAgain() {
        serve(service("true", "LoadBalancer"));
        PodRecord crashed = Pods.like(on).unready().build();
        traffic.podChanged(on, crashed);
        say(traffic.tick());
        traffic.podChanged(
                crashed,
                Pods.like(crashed).condition(Names.SERVICE_READY, "False").build());

        assertThat(traffic.holding(off, Pods.CREATED)).hasSize(1);
    }

    @Test
    void noPodLeavesWhileThePluginOfItsServiceCannotAnswer() {
        Wait unloaded = new Wait(Reason.PLUGIN_UNAVAILABLE, "slb", "plugin \"slb\" is not loaded");
        serve(service("true", "LoadBalancer"));
        assertThat(traffic.ahead(on, "collaset"))
                .extracting(Wait::reason)
                .containsExactly(Reason.WAITING_FOR_TRAFFIC_OFF);

        assertThat(traffic.statuses().update(WEB, told(Optional.of(unloaded)))).isTrue();
        assertThat(traffic.statuses().update(WEB, told(Optional.of(unloaded)))).isFalse();
        assertThat(traffic.ahead(on, "collaset")).containsExactly(unloaded);
        assertThat(traffic.ahead(Pods.like(on).label("app", "db").build(), "collaset"))
                .isEmpty();

        assertThat(traffic.statuses().update(WEB, told(Optional.empty()))).isTrue();
        assertThat(traffic.ahead(on, "collaset")).isEmpty();
    }

    @Test
    void aServiceThatThePodIsLeavingMayStandInTheWayToo() {
        Wait unread = new Wait(Reason.TRAFFIC_UNKNOWN, "slb", "no answer");
        serve(service("false", "LoadBalancer"));
        PodTrafficStatus known = new PodTrafficStatus(
                BackendState.NO_LOOK, BackendState.NO_LOOK, List.of(unread), Optional.empty(), List.of());
        traffic.statuses()
                .update(
                        WEB,
                        new ServiceTrafficStatus(
                                Map.of(on.uid(), known), Optional.of(unread), described(), Optional.empty()));

        assertThat(traffic.ahead(on, "collaset")).containsExactly(unread);
    }

    @Test
    void anObstacleLastsOnceItHasStoodForHalfAMinuteWithoutABreak() {
        Wait unloaded = new Wait(Reason.PLUGIN_UNAVAILABLE, "slb", "plugin \"slb\" is not loaded");
        Wait refused = new Wait(Reason.TRAFFIC_REFUSED, "slb", "slb lb-1 refuses to take it off");
        serve(service("true", "LoadBalancer"));
        Instant later = Pods.CREATED.plusSeconds(30);

        traffic.statuses().update(WEB, told(Optional.of(unloaded)));
        assertThat(traffic.lasting(on, "collaset", Pods.CREATED.plusSeconds(29)))
                .isEmpty();
        assertThat(traffic.lasting(on, "collaset", later)).containsExactly(unloaded);

        traffic.statuses().update(WEB, told(Optional.of(refused)));
        assertThat(traffic.lasting(on, "collaset", later))
                .as("what is refused of this Pod")
                .isEmpty();
        traffic.statuses().update(WEB, told(Optional.empty()));
        assertThat(traffic.lasting(on, "collaset", later)).isEmpty();
    }

    @Test
    void whoLeavesForGoodWaitsForNoPluginThatNeverHadIt() {
        Wait unloaded = new Wait(Reason.PLUGIN_UNAVAILABLE, "slb", "plugin \"slb\" is not loaded");
        serve(service("true", "LoadBalancer"));
        PodRecord scaledIn = Pods.like(on)
                .label(Names.key(Names.OPERATION_TYPE, "collaset"), Names.SCALE_IN)
                .build();

        tell(BackendState.NEVER_THERE, unloaded);
        assertThat(traffic.ahead(scaledIn, "collaset")).isEmpty();
        assertThat(traffic.ahead(on, "collaset")).as("it is to come back").containsExactly(unloaded);

        tell(BackendState.NO_LOOK, unloaded);
        assertThat(traffic.ahead(scaledIn, "collaset")).containsExactly(unloaded);
    }

    private void tell(long clearAt, Wait obstacle) {
        PodTrafficStatus known =
                new PodTrafficStatus(clearAt, BackendState.NO_LOOK, List.of(obstacle), Optional.empty(), List.of());
        traffic.statuses()
                .update(
                        WEB,
                        new ServiceTrafficStatus(
                                Map.of(on.uid(), known), Optional.of(obstacle), described(), Optional.empty()));
    }

    private static ServiceTrafficStatus told(Optional<Wait> obstacle) {
        return new ServiceTrafficStatus(Map.of(), obstacle, described(), Optional.empty());
    }

    private static Employer described() {
        return ManagedService.of(service("true", "LoadBalancer")).employer();
    }

    @Test
    void whoCouldNotBePutOnAgainStaysUnlessItIsNotToComeBack() {
        Wait refused = new Wait(Reason.TRAFFIC_REFUSED, "slb", "no group serves port 9090");
        serve(service("true", "LoadBalancer"));
        traffic.statuses().update(WEB, told(Optional.empty()));

        assertThat(traffic.statuses().update(WEB, staying(refused))).isTrue();
        assertThat(traffic.statuses().update(WEB, staying(refused))).isFalse();
        assertThat(traffic.ahead(on, "collaset")).containsExactly(refused);
        PodRecord scaledIn = Pods.like(on)
                .label(Names.key(Names.OPERATION_TYPE, "collaset"), Names.SCALE_IN)
                .build();
        assertThat(traffic.ahead(scaledIn, "collaset")).isEmpty();
        assertThat(traffic.statuses().update(WEB, told(Optional.empty()))).isTrue();
    }

    private ServiceTrafficStatus staying(Wait refused) {
        PodTrafficStatus known = new PodTrafficStatus(
                BackendState.NO_LOOK, BackendState.NO_LOOK, List.of(refused), Optional.of(refused), List.of());
        return new ServiceTrafficStatus(Map.of(on.uid(), known), Optional.empty(), described(), Optional.empty());
    }

    @Test
    void nobodyLeavesBeforeThePluginWasAskedUnderTheNewDescription() {
        serve(service("true", "LoadBalancer"));
        traffic.statuses().update(WEB, told(Optional.empty()));
        assertThat(traffic.ahead(on, "collaset")).isEmpty();

        Service edited = new ServiceBuilder(service("true", "LoadBalancer"))
                .editSpec()
                .editFirstPort()
                .withNewTargetPort(9090)
                .endPort()
                .endSpec()
                .build();
        traffic.serviceChanged(service("true", "LoadBalancer"), edited);

        assertThat(traffic.ahead(on, "collaset"))
                .extracting(Wait::reason)
                .containsExactly(Reason.WAITING_FOR_TRAFFIC_OFF);
    }

    @Test
    void knowsAPodThatAServiceSelectedBefore() {
        traffic.podChanged(on, off);
        say(BackendState.NO_LOOK);

        assertThat(traffic.holding(off, Pods.CREATED)).hasSize(1);
        traffic.statuses().forget(WEB);
        assertThat(traffic.holding(off, Pods.CREATED)).isEmpty();
    }

    private void serve(Service service) {
        traffic.serviceChanged(null, service);
    }

    private void say(long clearAt) {
        List<Wait> waits = clearAt == BackendState.NO_LOOK ? List.of(waiting()) : List.of();
        traffic.statuses()
                .update(
                        WEB,
                        new ServiceTrafficStatus(
                                Map.of(
                                        on.uid(),
                                        new PodTrafficStatus(
                                                clearAt, BackendState.NO_LOOK, waits, Optional.empty(), List.of())),
                                Optional.empty(),
                                described(),
                                Optional.empty()));
    }

    private static Wait waiting() {
        return new Wait(Reason.WAITING_FOR_TRAFFIC_OFF, "slb", "slb lb-1 still sends to 10.0.0.1:8080");
    }

    private static Service service(String control, String type) {
        return new ServiceBuilder()
                .withNewMetadata()
                .withNamespace("shop")
                .withName("web")
                .withUid("uid-web")
                .withResourceVersion("7")
                .addToLabels(Names.CONTROL, control)
                .endMetadata()
                .withNewSpec()
                .withType(type)
                .addToSelector("app", "web")
                .addNewPort()
                .withPort(80)
                .endPort()
                .endSpec()
                .build();
    }
}
