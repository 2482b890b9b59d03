package io.kusionstack.operating.plugins.slb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kusionstack.operating.plugin.traffic.Backend;
import io.kusionstack.operating.plugin.traffic.BackendChange;
import io.kusionstack.operating.plugin.traffic.BackendResult;
import io.kusionstack.operating.plugin.traffic.Employer;
import io.kusionstack.operating.plugin.traffic.Observation;
import io.kusionstack.operating.plugin.traffic.ObservedBackend;
import io.kusionstack.operating.plugin.traffic.Progress;
import io.kusionstack.operating.plugin.traffic.ServicePort;
import io.kusionstack.operating.plugin.traffic.Serving;
import io.kusionstack.operating.testkit.FakeReads;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SlbTrafficTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final Instant DEADLINE = NOW.plusSeconds(10);

    private final FakeSlbApi api = new FakeSlbApi();
    private final FakeReads reads = new FakeReads();
    private final SlbTraffic traffic = traffic(SlbFixtures.settings("127.0.0.1:1"));

    @Test
    void locksTheLoadBalancer() {
        assertThat(traffic.lockKey(Services.web())).isEqualTo("lb-1");
    }

    @Test
    void observesGroupAndHealth() {
        api.with("rsp-1", Services.server(1, 100), Services.server(2, 0)).normal(1, 80);

        assertThat(traffic.observe(Services.web(), DEADLINE))
                .isEqualTo(new Observation.Known(
                        NOW,
                        List.of(
                                new ObservedBackend(
                                        Services.observed(1), Serving.ON, "rsp-1:80 weight 100, listener 80 normal"),
                                new ObservedBackend(Services.observed(2), Serving.DRAINING, "rsp-1:80 weight 0"))));
    }

    @Test
    void aGroupThatIsNotThereIsToldAndNothingIsDone() {
        assertThat(traffic.observe(Services.web(), DEADLINE))
                .isEqualTo(new Observation.NoSuchPlace(
                        NOW,
                        "group rsp-1 is not among the groups of load balancer lb-1, which are []; correct annotation"
                                + " slb.traffic.operating.kusionstack.io/vserver-groups or label"
                                + " service.k8s.alibaba/loadbalancer-id"));
        for (BackendChange change : List.of(Services.off(1), Services.on(1))) {
            assertThat(apply(change))
                    .containsExactly(failed(
                            1,
                            "InvalidParameter",
                            "DescribeVServerGroupAttribute of group rsp-1: the API refuses it (InvalidParameter)",
                            true));
        }
    }

    @Test
    void aGroupThatIsNotReadIsNoEmptyGroup() {
        api.with("rsp-1", Services.server(1, 100));
        api.refuse(call -> call.equals("read rsp-1")
                ? Optional.of(FakeSlbApi.refusal(Cause.REFUSED, "InvalidParameter"))
                : Optional.empty());

        assertThat(traffic.observe(Services.web(), DEADLINE)).isInstanceOf(Observation.Unknown.class);
    }

    @Test
    void oneGroupOfTwoThatIsNotThereMakesTheWholeUnknown() {
        api.with("rsp-1", Services.server(1, 100)).normal(1, 80);
        Employer two = Services.with(
                Map.of("mode", "direct", "vserver-groups", "rsp-1:80,rsp-9:443"),
                List.of(new ServicePort("http", 80, 8080, "TCP"), new ServicePort("https", 443, 8443, "TCP")));

        assertThat(traffic.observe(two, DEADLINE)).isInstanceOf(Observation.Unknown.class);
        assertThat(traffic.groups(two)).containsExactly("rsp-1", "rsp-9");
        assertThat(traffic.observe(two.only(List.of("rsp-1")), DEADLINE)).isInstanceOf(Observation.Known.class);
        assertThat(traffic.observe(two.only(List.of("rsp-9")), DEADLINE)).isInstanceOf(Observation.NoSuchPlace.class);
    }

    @Test
    void saysWhyItCouldNotObserve() {
        api.with("rsp-1");
        api.refuse(call -> Optional.of(FakeSlbApi.refusal(Cause.THROTTLED, "Throttling.User")));

        assertThat(traffic.observe(Services.web(), DEADLINE))
                .isEqualTo(new Observation.Unknown(
                        Progress.Pending.Kind.THROTTLED,
                        "Action of group rsp-1: the account calls this action too often (Throttling.User)",
                        Duration.ofSeconds(1)));
    }

    @Test
    void theUidOfKubeSystemTellsClustersApart() {
        reads.put(Map.of(
                "apiVersion", "v1", "kind", "Namespace", "metadata", Map.of("name", "kube-system", "uid", "the-uid")));
        SlbTraffic unnamed = traffic(withoutCluster(Map.of()));
        api.with("rsp-1", Services.server(1, 100));

        assertThat(((Observation.Known) unnamed.observe(Services.web(), DEADLINE)).backends())
                .extracting(ObservedBackend::serving)
                .containsExactly(Serving.FOREIGN);
        unnamed.apply(Services.web(), List.of(Services.on(2)), DEADLINE);
        assertThat(api.servers("rsp-1").getLast().description())
                .isEqualTo(Mark.of(new Cluster("the-uid", Optional.empty(), Set.of()), "shop", "web")
                        .on("uid-2"));
    }

    @Test
    void whatAnOlderVersionPutOnIsTakenOverIfItsPodLivesHere() {
        reads.put(Map.of(
                "apiVersion",
                "v1",
                "kind",
                "Pod",
                "metadata",
                Map.of("namespace", "shop", "name", "a", "uid", "uid-1")));
        api.with("rsp-1", old(1), old(2)).normal(1, 80).normal(2, 80);

        assertThat(((Observation.Known) traffic.observe(Services.web(), DEADLINE)).backends())
                .extracting(ObservedBackend::serving)
                .containsExactly(Serving.ON, Serving.FOREIGN);
        assertThat(apply(Services.on(1))).containsExactly(done(1));
        assertThat(api.servers("rsp-1").getFirst()).isEqualTo(Services.server(1, 100));
    }

    private static Server old(int n) {
        return new Server("eni-" + n, "10.0.0." + n, 8080, 100, "eni", "kuso/81/web/shop/uid-" + n);
    }

    @Test
    void aNamespaceUsesOnlyWhatIsListedForIt() {
        SlbTraffic limited = traffic(withoutCluster(Map.of("shop", List.of("lb-2"))));
        api.with("rsp-1", Services.server(1, 100));

        assertThatThrownBy(() -> limited.groups(Services.web()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Service shop/web: namespace shop must not use load balancer lb-1 with [rsp-1]:"
                        + " plugins.settings.slb.namespaces allows it [lb-2]");
        assertThat(limited.lockKey(Services.web())).isEqualTo("lb-1");
    }

    private static SlbSettings withoutCluster(Map<String, List<String>> namespaces) {
        SlbSettings is = SlbFixtures.settings("127.0.0.1:1");
        return new SlbSettings(
                is.region(),
                is.accessKeyId(),
                is.accessKeySecret(),
                is.securityToken(),
                is.endpoint(),
                is.protocol(),
                Optional.empty(),
                is.connectTimeout(),
                is.callTimeout(),
                is.batchSize(),
                is.readsPerSecond(),
                is.writesPerSecond(),
                namespaces);
    }

    @Test
    void takesOffBeforeItPutsOn() {
        api.with("rsp-1", Services.server(1, 100), Services.server(2, 0));

        assertThat(apply(Services.on(3), Services.on(2), Services.off(1)))
                .containsExactlyInAnyOrder(done(1), done(2), done(3));
        assertThat(api.writes()).containsExactly("remove rsp-1 1@100", "set rsp-1 2@100", "add rsp-1 3@100");
    }

    @Test
    void writesInBatchesOf20() {
        api.with("rsp-1");

        assertThat(apply(IntStream.rangeClosed(1, 45).mapToObj(Services::on).toArray(BackendChange[]::new)))
                .hasSize(45)
                .allMatch(result -> result.progress().equals(new Progress.Done()));
        assertThat(api.writes()).hasSize(3);
        assertThat(api.servers("rsp-1")).hasSize(45);
    }

    @Test
    void findsTheOneBackendForWhichABatchIsRefused() {
        api.with("rsp-1");
        api.refuse(call -> call.matches("add .*[ ,]3@.*")
                ? Optional.of(FakeSlbApi.refusal(Cause.BACKEND, "ObtainIpFail"))
                : Optional.empty());

        assertThat(apply(Services.on(1), Services.on(2), Services.on(3), Services.on(4)))
                .containsExactlyInAnyOrder(
                        done(1),
                        done(2),
                        failed(
                                3,
                                "ObtainIpFail",
                                "Action of group rsp-1: the API does not take this backend (ObtainIpFail)",
                                true),
                        done(4));
    }

    @Test
    void fillsTheRoomThatIsLeftAndAsksNoFurther() {
        api.with("rsp-1");
        api.refuse(call -> call.startsWith("add")
                        && call.split(",").length + api.servers("rsp-1").size() > 5
                ? Optional.of(FakeSlbApi.refusal(Cause.FULL, "InstanceBackendServerNumberOverLimit"))
                : Optional.empty());

        List<BackendResult> results =
                apply(IntStream.rangeClosed(1, 40).mapToObj(Services::on).toArray(BackendChange[]::new));

        assertThat(api.servers("rsp-1")).hasSize(5);
        assertThat(results.stream()
                        .filter(result -> result.progress() instanceof Progress.Failed failed && failed.retryable()))
                .hasSize(35);
        assertThat(api.writes()).hasSizeLessThan(12);
    }

    @Test
    void leavesABusyLoadBalancerAloneForTheRestOfTheCall() {
        api.with("rsp-1", Services.server(1, 100));
        api.refuse(call -> call.startsWith("remove")
                ? Optional.of(FakeSlbApi.refusal(Cause.BUSY, "BackendServer.configuring"))
                : Optional.empty());

        assertThat(apply(Services.off(1), Services.on(2))).containsExactlyInAnyOrder(busy(1), busy(2));
        assertThat(api.writes()).containsExactly("remove rsp-1 1@100");
    }

    @Test
    void doesNotKnowWhatBecameOfACallWithoutAnswer() {
        api.with("rsp-1");
        api.refuse(call -> call.startsWith("add")
                ? Optional.of(FakeSlbApi.refusal(Cause.UNKNOWN, "SDK.ReadTimeout"))
                : Optional.empty());

        assertThat(apply(Services.on(1))).containsExactly(pending(1, "OutcomeUnknown"));
    }

    @Test
    void putsAPortThatTwoServicePortsLeadToIntoBothGroups() {
        api.with("rsp-1").with("rsp-2");
        Employer both = Services.with(
                Map.of("mode", "direct", "vserver-groups", "rsp-1:80,rsp-2:443"),
                List.of(new ServicePort("http", 80, 8080, "TCP"), new ServicePort("https", 443, 8080, "TCP")));
        api.refuse(call -> call.startsWith("add rsp-2")
                ? Optional.of(FakeSlbApi.refusal(Cause.BUSY, "VServerGroupProcessing"))
                : Optional.empty());

        assertThat(traffic.apply(both, List.of(Services.on(1)), DEADLINE)).containsExactly(busy(1));
        assertThat(api.writes()).containsExactly("add rsp-1 1@100", "add rsp-2 1@100");
    }

    @Test
    void servesEachPortInItsOwnGroup() {
        api.with("rsp-1").with("rsp-2");
        Employer two = Services.with(
                Map.of("mode", "direct", "vserver-groups", "rsp-1:80,rsp-2:443"),
                List.of(new ServicePort("http", 80, 8080, "TCP"), new ServicePort("https", 443, 8443, "TCP")));
        Backend http = Services.backend(1, 8080);
        Backend https = Services.backend(1, 8443);
        Backend other = Services.backend(1, 9999);

        List<BackendResult> results = traffic.apply(
                two,
                Stream.of(http, https, other)
                        .<BackendChange>map(backend -> new BackendChange.PutOn(backend, 100))
                        .toList(),
                DEADLINE);

        assertThat(results)
                .containsExactlyInAnyOrder(
                        new BackendResult(http, new Progress.Done()),
                        new BackendResult(https, new Progress.Done()),
                        new BackendResult(
                                other,
                                new Progress.Failed(
                                        "NoGroup",
                                        "no group serves port 9999 of Pod shop/web-1: annotation"
                                                + " slb.traffic.operating.kusionstack.io/vserver-groups has [rsp-1:80,"
                                                + " rsp-2:443]",
                                        false)));
        assertThat(api.servers("rsp-1")).extracting(Server::port).containsExactly(8080);
        assertThat(api.servers("rsp-2")).extracting(Server::port).containsExactly(8443);
    }

    @Test
    void takesOffWhatStandsInAGroupWhosePortLeadsElsewhereByNow() {
        api.with("rsp-1", Services.server(1, 100)).with("rsp-2");
        Employer edited = Services.with(
                Map.of("mode", "direct", "vserver-groups", "rsp-1:80,rsp-2:443", "drain-seconds", "0"),
                List.of(new ServicePort("http", 80, 8081, "TCP"), new ServicePort("https", 443, 8443, "TCP")));

        assertThat(traffic.apply(edited, List.of(Services.off(1)), DEADLINE)).containsExactly(done(1));
        assertThat(api.servers("rsp-1")).isEmpty();
    }

    @Test
    void aGroupThatAPortDoesNotLeadToAnyMoreGetsWeight0OnceTheRightOneServes() {
        api.with("rsp-1", Services.server(1, 100)).with("rsp-2");
        Employer swapped = Services.with(
                Map.of("mode", "direct", "vserver-groups", "rsp-1:443,rsp-2:80", "drain-seconds", "0"),
                List.of(new ServicePort("http", 80, 8080, "TCP"), new ServicePort("https", 443, 8443, "TCP")));

        traffic.apply(swapped, List.of(Services.on(1)), DEADLINE);
        assertThat(api.writes()).containsExactly("add rsp-2 1@100");
        traffic.apply(swapped, List.of(Services.on(1)), DEADLINE);
        assertThat(api.writes()).containsExactly("add rsp-2 1@100", "set rsp-1 1@0");
        assertThat(traffic.apply(swapped, List.of(Services.on(1)), DEADLINE)).containsExactly(done(1));

        traffic.apply(swapped, List.of(Services.off(1)), DEADLINE);
        assertThat(api.servers("rsp-1")).isEmpty();
        assertThat(api.servers("rsp-2")).isEmpty();
    }

    private SlbTraffic traffic(SlbSettings settings) {
        return new SlbTraffic(
                settings, api, new ClusterReads(settings.cluster(), reads), Clock.fixed(NOW, ZoneOffset.UTC));
    }

    private List<BackendResult> apply(BackendChange... changes) {
        return traffic.apply(Services.web(), List.of(changes), DEADLINE);
    }

    private static BackendResult done(int n) {
        return new BackendResult(Services.backend(n), new Progress.Done());
    }

    private static BackendResult pending(int n, String reason) {
        return new BackendResult(Services.backend(n), new Progress.Pending(reason, Duration.ofSeconds(1)));
    }

    private static BackendResult busy(int n) {
        return new BackendResult(
                Services.backend(n),
                new Progress.Pending(Progress.Pending.Kind.BUSY, "LoadBalancerBusy", Duration.ofSeconds(1)));
    }

    private static BackendResult failed(int n, String code, String message, boolean retryable) {
        return new BackendResult(Services.backend(n), new Progress.Failed(code, message, retryable));
    }
}
