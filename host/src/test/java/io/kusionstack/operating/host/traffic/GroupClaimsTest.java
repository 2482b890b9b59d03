package io.kusionstack.operating.host.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.kusionstack.operating.host.kernel.Key;
import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plan.Wait;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class GroupClaimsTest {
    private final GroupClaims claims = new GroupClaims();

    @Test
    void whoIsInAGroupKeepsItAndWhoComesIsTold() {
        Service old = service("old", "rsp-1", "rsp-2");
        claims.serviceChanged(null, old);

        assertThat(asks(old, "rsp-1", "rsp-2")).isInstanceOf(Resolution.Resolved.class);
        assertThat(asks(service("new"), "rsp-2", "rsp-3"))
                .isEqualTo(new Resolution.Unresolved(
                        new Wait(
                                Reason.TRAFFIC_GROUP_SHARED,
                                "slb",
                                "Service shop/old is in rsp-2 of slb lb-1 already, with its Pods or for those that come:"
                                        + " give each Service a group of its own, or delete the one that is not needed"),
                        Duration.ofSeconds(15)));
        assertThat(asks(service("new"), "rsp-3")).isInstanceOf(Resolution.Resolved.class);
    }

    @Test
    void ofTwoThatAreInTheFirstByNameGoesOn() {
        Service a = service("a", "rsp-1");
        Service b = service("b", "rsp-1");
        claims.serviceChanged(null, b);
        claims.serviceChanged(null, a);

        assertThat(asks(a, "rsp-1")).isInstanceOf(Resolution.Resolved.class);
        assertThat(asks(b, "rsp-1")).isInstanceOf(Resolution.Unresolved.class);
    }

    @Test
    void aGroupIsFreeWhenItsServiceLeftItOrIsGone() {
        Service old = service("old", "rsp-1", "rsp-2");
        claims.serviceChanged(null, old);
        Service left = service("old", "rsp-2");
        claims.serviceChanged(old, left);
        assertThat(asks(service("new"), "rsp-1")).isInstanceOf(Resolution.Resolved.class);

        claims.serviceChanged(left, null);
        assertThat(asks(service("new"), "rsp-2")).isInstanceOf(Resolution.Resolved.class);
    }

    @Test
    void aGroupIsHeldByWhatItsServiceLeftUntilThatIsGone() {
        Service old = service("old", "rsp-1");
        claims.serviceChanged(null, old);
        ManagedService departed = ManagedService.of(old).departed();
        asks(departed, "rsp-1");
        assertThat(asks(service("new"), "rsp-1")).isInstanceOf(Resolution.Unresolved.class);
        Service elsewhere = new ServiceBuilder(service("new"))
                .editMetadata()
                .withNamespace("elsewhere")
                .endMetadata()
                .build();
        assertThat(asks(elsewhere, "rsp-1"))
                .as("one of its name may come back")
                .isInstanceOf(Resolution.Unresolved.class);

        claims.forget(departed, Optional.empty());
        assertThat(asks(service("new"), "rsp-1")).isInstanceOf(Resolution.Resolved.class);
    }

    @Test
    void aServiceThatWasBeingDeletedHoldsItsGroupFromTheMomentItIsGone() {
        PodTraffic traffic = new PodTraffic(InstantSource.system(), pod -> {});
        Service old = new ServiceBuilder(service("old", "rsp-1"))
                .editMetadata()
                .addToFinalizers(Names.CLEAN_FINALIZER)
                .withDeletionTimestamp("2026-01-01T00:00:00Z")
                .endMetadata()
                .build();
        Service elsewhere = new ServiceBuilder(service("new"))
                .editMetadata()
                .withNamespace("elsewhere")
                .endMetadata()
                .build();
        Resolution.Resolved wanted = new Resolution.Resolved(loadBalancer(List.of("rsp-1")));
        traffic.serviceChanged(null, old);
        traffic.claims().unlessTaken(ManagedService.of(old), wanted);
        assertThat(traffic.claims().unlessTaken(ManagedService.of(elsewhere), wanted))
                .as("it leaves in order")
                .isEqualTo(wanted);

        traffic.serviceChanged(old, null);

        assertThat(traffic.claims().unlessTaken(ManagedService.of(elsewhere), wanted))
                .isInstanceOf(Resolution.Unresolved.class);
    }

    @Test
    void aSuccessorHoldsWhatItsOwnRecordNames() {
        Service old = service("old", "rsp-1", "rsp-2");
        claims.serviceChanged(null, old);
        Service successor = service("old", "rsp-2");
        claims.serviceChanged(null, successor);

        claims.forget(ManagedService.of(old).departed(), Optional.of(ManagedService.of(successor)));
        assertThat(asks(service("new"), "rsp-1")).isInstanceOf(Resolution.Resolved.class);
        assertThat(asks(service("new"), "rsp-2")).isInstanceOf(Resolution.Unresolved.class);
    }

    @Test
    void whoWaitsForAGroupIsTheOneToWakeWhenItIsLeft() {
        Service old = service("old", "rsp-1", "rsp-2");
        claims.serviceChanged(null, old);
        asks(service("new"), "rsp-1");
        asks(service("other"), "rsp-3");
        Service labelled = new ServiceBuilder(old)
                .editMetadata()
                .addToLabels("a", "b")
                .endMetadata()
                .build();

        assertThat(claims.waitingFor(old, labelled)).isEmpty();
        assertThat(claims.waitingFor(old, null)).containsExactly(new Key("shop", "new"));

        claims.serviceChanged(old, null);
        asks(service("new"), "rsp-1");
        assertThat(claims.waitingFor(old, null)).isEmpty();
    }

    @Test
    void twoThatSwapTheirGroupsDoNotWaitForEachOther() {
        Service blue = selecting("blue", service("a", "rsp-1"));
        Service green = selecting("green", service("b", "rsp-2"));
        claims.serviceChanged(null, blue);
        claims.serviceChanged(null, green);

        assertThat(asks(blue, "rsp-2")).isInstanceOf(Resolution.Unresolved.class);
        assertThat(asks(green, "rsp-1")).isInstanceOf(Resolution.Resolved.class);
        assertThat(asks(blue, "rsp-2")).isInstanceOf(Resolution.Resolved.class);
    }

    @Test
    void aGroupThatIsBeingLeftIsBarredFromAServiceThatMaySelectTheSamePods() {
        Service old = service("old", "rsp-1");
        claims.serviceChanged(null, old);
        asks(old, "rsp-2");

        assertThat(asks(service("new"), "rsp-1"))
                .isEqualTo(new Resolution.Unresolved(
                        new Wait(
                                Reason.TRAFFIC_GROUP_SHARED,
                                "slb",
                                "Service shop/old is to leave rsp-1 of slb lb-1 and has its Pods there still; two Services that"
                                        + " may select the same Pods and swap their groups wait for each other: name a free"
                                        + " group for one of them first"),
                        Duration.ofSeconds(15)));
        assertThat(asks(selecting("other", service("new")), "rsp-1")).isInstanceOf(Resolution.Resolved.class);
    }

    @Test
    void aServiceThatGoesIsWaitedForAndNotSwappedWith() {
        Service old = service("old", "rsp-1");
        Service deleted = new ServiceBuilder(old)
                .editMetadata()
                .withDeletionTimestamp("2026-01-01T00:00:00Z")
                .endMetadata()
                .build();
        claims.serviceChanged(null, deleted);
        asks(deleted, "rsp-1");

        assertThat(((Resolution.Unresolved) asks(service("new"), "rsp-1")).why().message())
                .isEqualTo("Service shop/old is to leave rsp-1 of slb lb-1 and has its Pods there still");
    }

    @Test
    void aGroupOfAServiceThatCannotBeFoundIsTaken() {
        Service old = service("old", "rsp-1");
        claims.serviceChanged(null, old);
        asks(old, "rsp-2");
        claims.unlessTaken(
                ManagedService.of(old),
                new Resolution.Unresolved(
                        new Wait(Reason.PLUGIN_UNAVAILABLE, "slb", "not loaded"), Duration.ofSeconds(5)));

        assertThat(asks(selecting("other", service("new")), "rsp-1")).isInstanceOf(Resolution.Unresolved.class);
    }

    private static Service selecting(String app, Service service) {
        return new ServiceBuilder(service)
                .editSpec()
                .withSelector(Map.of("app", app))
                .endSpec()
                .build();
    }

    private Resolution asks(Service service, String... groups) {
        return asks(ManagedService.of(service), groups);
    }

    private Resolution asks(ManagedService managedService, String... groups) {
        return claims.unlessTaken(managedService, new Resolution.Resolved(loadBalancer(List.of(groups))));
    }

    private static LoadBalancer loadBalancer(List<String> groups) {
        return new LoadBalancer("slb", "lb-1", groups, Scene.EMPLOYER);
    }

    static Service service(String name, String... groups) {
        return new ServiceBuilder()
                .withNewMetadata()
                .withNamespace("shop")
                .withName(name)
                .withUid("uid-" + name)
                .withResourceVersion("7")
                .addToLabels(Names.CONTROL, "true")
                .addToAnnotations(
                        Names.TRAFFIC_SERVED,
                        groups.length == 0 ? "[]" : LoadBalancerRecord.text(List.of(loadBalancer(List.of(groups)))))
                .endMetadata()
                .withNewSpec()
                .withType("LoadBalancer")
                .addToSelector("app", "web")
                .addNewPort()
                .withPort(80)
                .endPort()
                .endSpec()
                .build();
    }
}
