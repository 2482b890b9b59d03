package io.kusionstack.operating.plugins.slb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.kusionstack.operating.plugin.traffic.Backend;
import io.kusionstack.operating.plugin.traffic.BackendChange;
import io.kusionstack.operating.plugin.traffic.BackendResult;
import io.kusionstack.operating.plugin.traffic.Employer;
import io.kusionstack.operating.plugin.traffic.Observation;
import io.kusionstack.operating.plugin.traffic.ObservedBackend;
import io.kusionstack.operating.plugin.traffic.Progress;
import io.kusionstack.operating.plugin.traffic.ServicePort;
import io.kusionstack.operating.plugin.traffic.Serving;
import io.kusionstack.operating.testbed.slb.HealthCheck;
import io.kusionstack.operating.testbed.slb.SlbBackend;
import io.kusionstack.operating.testbed.slb.SlbCall;
import io.kusionstack.operating.testbed.slb.SlbEmulator;
import io.kusionstack.operating.testbed.slb.SlbFault;
import io.kusionstack.operating.testbed.slb.SlbFaults;
import io.kusionstack.operating.testbed.slb.SlbLimits;
import io.kusionstack.operating.testbed.slb.SlbListener;
import io.kusionstack.operating.testbed.slb.SlbOptions;
import io.kusionstack.operating.testbed.slb.SlbWindows;
import io.kusionstack.operating.testkit.FakeReads;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The whole plugin against a load balancer that is busy, slow, broken or away; looked at again as the host does. */
class TroubledBalancerTest {
    private static final String ADD = "AddVServerGroupBackendServers";
    private static final String SET = "SetVServerGroupAttribute";
    private static final String GROUP = "DescribeVServerGroupAttribute";
    private static final String REMOVE = "RemoveVServerGroupBackendServers";
    private static final int ROUNDS = 300;

    private final ForwardClock clock = new ForwardClock();
    private final SlbEmulator slb = SlbEmulator.start(SlbOptions.standard((ip, port, at) -> true)
            .with(clock)
            .with(new HealthCheck(Duration.ofSeconds(2), Duration.ofSeconds(1), 1, 1)));
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private final SlbTraffic traffic = traffic();
    private final Map<String, Instant> drainingSince = new HashMap<>();
    private final Employer web =
            Services.with(Map.of("mode", "direct", "vserver-groups", "rsp-1:80", "drain-seconds", "5"));

    TroubledBalancerTest() {
        slb.addLoadBalancer("lb-1");
        slb.addGroup("lb-1", "rsp-1", List.of(new SlbListener(80, "tcp", true)));
        slb.addGroup("lb-1", "rsp-2", List.of(new SlbListener(443, "tcp", true)));
    }

    @AfterEach
    void close() {
        traffic.close();
        slb.close();
        executor.close();
    }

    @Test
    void getsThroughBusyWindowsWithMoreBackendsThanABatchTakes() {
        SlbBackend foreign = SlbBackend.eni("eni-99", "10.9.9.9", 8080, 100, "by-hand");
        slb.overwrite("rsp-1", List.of(foreign));
        slb.use(new SlbWindows(Duration.ofSeconds(1), Duration.ofSeconds(2), true));

        putOn(web, backends(45));
        assertThat(slb.weights("rsp-1")).hasSize(46);
        takeOff(web, backends(45));

        assertThat(slb.backends("rsp-1")).containsExactly(foreign);
        assertThat(slb.journal().calls()).allMatch(call -> call.elements() <= 20);
        assertThat(slb.journal().calls())
                .extracting(SlbCall::code)
                .isSubsetOf("OK", "VServerGroupProcessing", "BackendServer.configuring");
    }

    @Test
    void neverCutsADrainShort() {
        slb.use(new SlbWindows(Duration.ofSeconds(1), Duration.ofSeconds(2), true));
        putOn(web, backends(3));

        takeOff(web, backends(3));

        Instant drained = accepted(SET).getFirst().at();
        assertThat(accepted(REMOVE))
                .isNotEmpty()
                .allMatch(call -> !call.at().isBefore(drained.plus(Duration.ofSeconds(5))));
    }

    @Test
    void goesOnWhenItWasThrottled() {
        slb.use(SlbLimits.wide()
                .with("DescribeVServerGroupAttribute", new SlbLimits.Rate(2, 0.9))
                .with(ADD, new SlbLimits.Rate(1, 0.2)));

        putOn(web, backends(25));

        assertThat(slb.backends("rsp-1")).hasSize(25);
        assertThat(slb.journal().calls()).extracting(SlbCall::code).contains("Throttling.User");
    }

    @Test
    void looksBeforeItRepeatsWhatItGotNoAnswerTo() {
        slb.faults().next(ADD, new SlbFault.ApplyAndDrop());
        assertThat(apply(web, List.of(on(Services.backend(1)))))
                .containsExactly(new BackendResult(
                        Services.backend(1), new Progress.Pending("OutcomeUnknown", Duration.ofSeconds(1))));
        putOn(web, backends(1));
        assertThat(slb.journal().calls(ADD)).hasSize(1);

        slb.faults().next(SET, new SlbFault.ApplyAndRefuse(500, "InternalError", "broken"));
        slb.faults().next(REMOVE, new SlbFault.ApplyAndDrop());
        takeOff(web, backends(1));

        assertThat(slb.journal().calls(SET)).hasSize(1);
        assertThat(slb.journal().calls(REMOVE)).hasSize(1);
        assertThat(slb.backends("rsp-1")).isEmpty();
    }

    @Test
    void whatArrivesLateDoesNoHarm() {
        slb.faults().next(ADD, new SlbFault.ApplyLate(Duration.ofSeconds(60)));
        Instant soon = clock.instant().plusSeconds(3);
        assertThat(traffic.apply(web, List.of(on(Services.backend(1))), soon))
                .containsExactly(new BackendResult(
                        Services.backend(1), new Progress.Pending("OutcomeUnknown", Duration.ofSeconds(1))));
        apply(web, List.of(on(Services.backend(1))));
        slb.faults().clear();

        putOn(web, backends(1));

        assertThat(slb.backends("rsp-1")).hasSize(1);
    }

    @Test
    void saysSoWhileTheServiceIsBrokenOrAway() {
        slb.faults().next(SlbFaults.ANY, new SlbFault.Refuse(503, "ServiceUnavailable", "broken"));
        assertThat(observe(web))
                .isEqualTo(unknown(
                        "DescribeVServerGroupAttribute of group rsp-1: no clear answer, it may have been done or not"
                                + " (ServiceUnavailable)"));

        slb.goDown();
        assertThat(observe(web))
                .isEqualTo(unknown(
                        "DescribeVServerGroupAttribute of group rsp-1: no clear answer, it may have been done or not"
                                + " (SDK.ServerUnreachable)"));
        assertThat(apply(web, List.of(on(Services.backend(1)))))
                .containsExactly(new BackendResult(
                        Services.backend(1), new Progress.Pending("OutcomeUnknown", Duration.ofSeconds(1))));

        slb.comeBack();
        putOn(web, backends(1));
    }

    @Test
    void aFaultyReadNeverShowsAnEmptyGroup() {
        putOn(web, backends(2));
        for (String code : List.of("InvalidParameter", "InvalidVServerGroupId.NotFound", "Throttling.User")) {
            slb.faults().next(GROUP, new SlbFault.Refuse(400, code, "not today"));
            assertThat(observe(web)).as(code).isInstanceOf(Observation.Unknown.class);
            clock.forward(Duration.ofSeconds(40));
        }
        slb.faults()
                .next("DescribeHealthStatus", new SlbFault.Refuse(404, "InvalidLoadBalancerId.NotFound", "not today"));
        assertThat(observe(web)).isInstanceOf(Observation.Unknown.class);
        assertThat(known(web).orElseThrow().backends()).hasSize(2);
    }

    @Test
    void theLoadBalancersOwnListProvesThatAGroupIsGoneAndNothingElseDoes() {
        Employer another = Services.with(Map.of("mode", "direct", "vserver-groups", "rsp-9:80"));
        assertThat(withoutTime(observe(another)))
                .isEqualTo(noSuchPlace(
                        "group rsp-9 is not among the groups of load balancer lb-1, which are [rsp-1, rsp-2]"));

        slb.faults()
                .next("DescribeVServerGroups", new SlbFault.Refuse(404, "InvalidLoadBalancerId.NotFound", "not today"));
        assertThat(observe(another)).isInstanceOf(Observation.Unknown.class);
    }

    @Test
    void theAccountsListProvesThatALoadBalancerIsGoneAndNothingElseDoes() {
        slb.removeLoadBalancer("lb-1");
        for (SlbFault fault : List.of(
                new SlbFault.Refuse(403, "Forbidden.RAM", "not yours"),
                new SlbFault.Refuse(404, "InvalidLoadBalancerId.NotFound", "not today"),
                new SlbFault.Refuse(200, "Oddity", "an error under the status of success"))) {
            slb.faults().next("DescribeLoadBalancers", fault);
            assertThat(observe(web)).as(fault.toString()).isInstanceOf(Observation.Unknown.class);
        }

        assertThat(withoutTime(observe(web)))
                .isEqualTo(noSuchPlace("group rsp-1: the account has no load balancer lb-1 in this region"));
    }

    @Test
    void aGroupOfAnotherLoadBalancerIsNotOfThisOne() {
        slb.addLoadBalancer("lb-2");
        slb.addGroup("lb-2", "rsp-3", List.of());

        assertThat(withoutTime(observe(Services.with(Map.of("mode", "direct", "vserver-groups", "rsp-3:80")))))
                .isEqualTo(noSuchPlace("group rsp-3 belongs to load balancer lb-2, not to lb-1"));
    }

    @Test
    void servicesOfOneLoadBalancerShareWhatWasReadLateEnough() {
        putOn(web, backends(2));
        Employer other = Services.with(Map.of("mode", "direct", "vserver-groups", "rsp-2:80"));
        putOn(other, List.of(Services.backend(7)));
        int before = slb.journal().calls("DescribeHealthStatus").size();

        Instant now = clock.instant();
        clock.forward(Duration.ofMillis(10));
        traffic.observe(web, now, now.plusSeconds(10));
        traffic.observe(other, now, now.plusSeconds(10));
        assertThat(slb.journal().calls("DescribeHealthStatus")).hasSize(before + 1);

        clock.forward(Duration.ofMillis(10));
        traffic.observe(other, clock.instant(), clock.instant().plusSeconds(10));
        assertThat(slb.journal().calls("DescribeHealthStatus")).hasSize(before + 2);
    }

    @Test
    void oneLostServerDoesNotHoldUpTheOthers() {
        slb.loseServer("eni-7");

        Map<Backend, Progress> last = new HashMap<>();
        apply(web, backends(25).stream().map(TroubledBalancerTest::on).toList())
                .forEach(result -> last.put(result.backend(), result.progress()));

        assertThat(last.get(Services.backend(7)))
                .isEqualTo(new Progress.Failed(
                        "ObtainIpFail",
                        ADD + " of group rsp-1: the API does not take this backend (ObtainIpFail)",
                        true));
        assertThat(last.values().stream().filter(new Progress.Done()::equals)).hasSize(24);
        assertThat(slb.backends("rsp-1")).hasSize(24);
    }

    @Test
    void servesTwoPortsInTwoGroups() {
        Employer two = Services.with(
                Map.of("mode", "direct", "vserver-groups", "rsp-1:80,rsp-2:443", "drain-seconds", "5"),
                List.of(new ServicePort("http", 80, 8080, "TCP"), new ServicePort("https", 443, 8443, "TCP")));
        List<Backend> both = List.of(Services.backend(1, 8080), Services.backend(1, 8443));
        slb.use(new SlbWindows(Duration.ofSeconds(1), Duration.ofSeconds(1), true));

        putOn(two, both);
        assertThat(slb.weights("rsp-1").keySet()).extracting(SlbBackend::port).containsExactly(8080);
        assertThat(slb.weights("rsp-2").keySet()).extracting(SlbBackend::port).containsExactly(8443);

        takeOff(two, both);
        assertThat(slb.backends("rsp-1")).isEmpty();
        assertThat(slb.backends("rsp-2")).isEmpty();
    }

    @Test
    void tellsWhoseGroupItDoesNotTouch() {
        slb.overwrite("rsp-1", List.of(SlbBackend.eni("eni-5", "10.0.0.5", 8080, 100, "k8s/8080/web/shop/c1")));

        assertThat(apply(web, List.of(on(Services.backend(1)))))
                .extracting(result -> ((Progress.Failed) result.progress()).code())
                .containsExactly("ForeignGroup");
        assertThat(known(web).orElseThrow().backends())
                .extracting(ObservedBackend::serving)
                .containsExactly(Serving.FOREIGN);
        assertThat(slb.journal().calls(ADD)).isEmpty();
    }

    private void putOn(Employer employer, List<Backend> backends) {
        rounds(employer, backends, TroubledBalancerTest::on, Set.of(Serving.ON));
    }

    private void takeOff(Employer employer, List<Backend> backends) {
        rounds(employer, backends, this::off, Set.of());
    }

    private BackendChange off(Backend backend) {
        return new BackendChange.TakeOff(
                backend, Optional.ofNullable(drainingSince.get(backend.ip() + backend.port())));
    }

    /** Applies and observes, a second apart, until every backend stands as wanted; none is wanted where the set is empty. */
    private void rounds(
            Employer employer, List<Backend> backends, Function<Backend, BackendChange> wish, Set<Serving> wanted) {
        List<Serving> standing = List.of();
        for (int round = 0; round < ROUNDS; round++) {
            apply(employer, backends.stream().map(wish).toList());
            clock.forward(Duration.ofSeconds(1));
            Optional<Observation.Known> observation = known(employer);
            if (observation.isPresent()) {
                note(observation.get());
                standing = standing(observation.get(), backends);
                boolean isDone = wanted.isEmpty()
                        ? standing.isEmpty()
                        : standing.size() == backends.size() && wanted.containsAll(standing);
                if (isDone) {
                    return;
                }
            }
        }
        fail("after %d rounds %s of %d, wanted %s", ROUNDS, standing, backends.size(), wanted);
    }

    private Optional<Observation.Known> known(Employer employer) {
        return observe(employer) instanceof Observation.Known known ? Optional.of(known) : Optional.empty();
    }

    private static Observation noSuchPlace(String proof) {
        return new Observation.NoSuchPlace(
                Instant.EPOCH,
                proof + "; correct annotation slb.traffic.operating.kusionstack.io/vserver-groups or label"
                        + " service.k8s.alibaba/loadbalancer-id");
    }

    private static Observation withoutTime(Observation observation) {
        return observation instanceof Observation.NoSuchPlace(Instant at, String proof)
                ? new Observation.NoSuchPlace(Instant.EPOCH, proof)
                : observation;
    }

    private static Observation unknown(String reason) {
        return new Observation.Unknown(reason, Duration.ofSeconds(1));
    }

    private void note(Observation.Known observation) {
        for (ObservedBackend observed : observation.backends()) {
            String address = observed.backend().ip() + observed.backend().port();
            if (observed.serving() == Serving.DRAINING) {
                drainingSince.putIfAbsent(address, observation.readAt());
            } else {
                drainingSince.remove(address);
            }
        }
    }

    private static List<Serving> standing(Observation.Known observation, List<Backend> backends) {
        List<Serving> standing = new ArrayList<>();
        for (ObservedBackend observed : observation.backends()) {
            boolean isAsked = backends.stream()
                    .anyMatch(backend -> backend.ip().equals(observed.backend().ip())
                            && backend.port() == observed.backend().port());
            if (isAsked) {
                standing.add(observed.serving());
            }
        }
        return standing;
    }

    private Observation observe(Employer employer) {
        return traffic.observe(employer, clock.instant().plusSeconds(10));
    }

    private List<BackendResult> apply(Employer employer, List<BackendChange> changes) {
        return traffic.apply(employer, changes, clock.instant().plusSeconds(10));
    }

    private List<SlbCall> accepted(String action) {
        return slb.journal().calls(action).stream().filter(SlbCall::applied).toList();
    }

    private static BackendChange on(Backend backend) {
        return new BackendChange.PutOn(backend, 100);
    }

    private static List<Backend> backends(int count) {
        return IntStream.rangeClosed(1, count).mapToObj(Services::backend).toList();
    }

    private SlbTraffic traffic() {
        SlbSettings settings = SlbFixtures.settings(slb.endpoint());
        Map<String, String> secrets = Map.of(
                "env:SLB_ID",
                slb.options().accessKeyId(),
                "env:SLB_SECRET",
                slb.options().accessKeySecret());
        return new SlbTraffic(
                settings,
                new SdkSlbApi(settings, SlbFixtures.context(secrets, clock, executor)),
                new ClusterReads(settings.cluster(), new FakeReads()),
                clock);
    }
}
