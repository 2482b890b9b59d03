package io.kusionstack.operating.plugins.slb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.kusionstack.operating.testbed.slb.HealthCheck;
import io.kusionstack.operating.testbed.slb.SlbBackend;
import io.kusionstack.operating.testbed.slb.SlbCall;
import io.kusionstack.operating.testbed.slb.SlbEmulator;
import io.kusionstack.operating.testbed.slb.SlbFault;
import io.kusionstack.operating.testbed.slb.SlbFaults;
import io.kusionstack.operating.testbed.slb.SlbLimits;
import io.kusionstack.operating.testbed.slb.SlbListener;
import io.kusionstack.operating.testbed.slb.SlbOptions;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The vendor's SDK, with our transport, against the emulator. */
class SdkSlbApiTest {
    private static final String ADD = "AddVServerGroupBackendServers";
    private static final String DESCRIBE = "DescribeVServerGroupAttribute";

    private final SlbEmulator slb = SlbEmulator.start(
            SlbOptions.standard((ip, port, at) -> true).with(HealthCheck.every(Duration.ofMillis(1))));
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private final SdkSlbApi api = api("env:SLB_ID", slb.options().accessKeySecret());

    SdkSlbApiTest() {
        slb.addLoadBalancer("lb-1");
        slb.addGroup("lb-1", "rsp-1", List.of(new SlbListener(80, "tcp", true)));
    }

    @AfterEach
    void close() {
        api.close();
        slb.close();
        executor.close();
    }

    @Test
    void readsAndWritesAGroup() throws Exception {
        api.add("rsp-1", List.of(Services.server(1, 100), Services.server(2, 100)), deadline());
        api.set("rsp-1", List.of(Services.server(1, 0)), deadline());
        api.remove("rsp-1", List.of(Services.server(2, 100)), deadline());

        assertThat(api.group("rsp-1", deadline()))
                .isEqualTo(new ServerGroup("rsp-1", "rsp-1", "lb-1", List.of(Services.server(1, 0))));
        assertThat(api.health("lb-1", deadline()))
                .containsExactly(new HealthRow(80, new Address("10.0.0.1", 8080), "normal"));
        assertThat(slb.backends("rsp-1"))
                .containsExactly(SlbBackend.eni("eni-1", "10.0.0.1", 8080, 0, Services.description(1)));
    }

    @Test
    void tellsCausesApart() {
        slb.faults().next(DESCRIBE, new SlbFault.Refuse(500, "InternalError", "broken"));
        slb.faults().next(ADD, new SlbFault.Refuse(409, "BackendServer.configuring", "wait"));

        assertThat(refusal(this::describe).why()).isEqualTo(Cause.UNKNOWN);
        assertThat(refusal(this::add).why()).isEqualTo(Cause.BUSY);
        assertThat(refusal(() -> api.group("rsp-9", deadline())).why()).isEqualTo(Cause.REFUSED);
        assertThat(refusal(() -> api.health("lb-9", deadline())).why()).isEqualTo(Cause.GONE);
    }

    @Test
    void listsTheGroupsOfALoadBalancer() throws SlbRefusal {
        assertThat(api.groups("lb-1", deadline())).contains("rsp-1");
        assertThat(refusal(() -> api.groups("lb-9", deadline())).why()).isEqualTo(Cause.GONE);
    }

    @Test
    void knowsWhetherALoadBalancerIsThere() throws SlbRefusal {
        assertThat(api.isThere("lb-1", deadline())).isTrue();
        assertThat(api.isThere("lb-9", deadline())).isFalse();
    }

    @Test
    void anAnswerWithoutAListIsNotAnEmptyList() {
        slb.faults()
                .next(
                        "DescribeVServerGroups",
                        new SlbFault.Refuse(200, "Oddity", "an error under the status of success"));

        assertThat(refusal(() -> api.groups("lb-1", deadline())).why()).isEqualTo(Cause.UNKNOWN);
    }

    @Test
    void anAnswerThatNamesNoGroupIsNotAnEmptyGroup() {
        slb.faults().next(DESCRIBE, new SlbFault.Refuse(200, "Oddity", "an error under the status of success"));

        assertThat(refusal(this::describe))
                .hasMessage(DESCRIBE + " of group rsp-1: no clear answer, it may have been done or not"
                        + " (SDK.InvalidServerResponse)");
    }

    @Test
    void sendsNothingTwiceHoweverTheConnectionEnds() throws Exception {
        describe();
        slb.faults().next(ADD, new SlbFault.ApplyAndDrop());
        slb.faults().next(DESCRIBE, new SlbFault.Drop());

        assertThat(refusal(this::add))
                .hasMessage(ADD + " of group rsp-1: no clear answer, it may have been done or not"
                        + " (SDK.ServerUnreachable)");
        assertThat(refusal(this::describe).why()).isEqualTo(Cause.UNKNOWN);
        assertThat(slb.journal().calls()).extracting(SlbCall::action).containsExactly(DESCRIBE, ADD, DESCRIBE);
        assertThat(slb.backends("rsp-1")).hasSize(1);
    }

    @Test
    void waitsNoLongerThanTheDeadline() {
        slb.faults().always(SlbFaults.ANY, new SlbFault.ApplyLate(Duration.ofSeconds(30)));
        Instant begin = Instant.now();

        SlbRefusal refusal = refusal(() -> api.group("rsp-1", begin.plusSeconds(1)));
        assertThat(refusal)
                .hasMessage(DESCRIBE + " of group rsp-1: no clear answer, it may have been done or not"
                        + " (SDK.ReadTimeout)");
        assertThat(Duration.between(begin, Instant.now())).isLessThan(Duration.ofSeconds(5));
        assertThat(refusal(() -> api.group("rsp-1", Instant.now())).why()).isEqualTo(Cause.UNSENT);
    }

    @Test
    void leavesAnActionAloneThatIsThrottledAndNoOther() throws Exception {
        slb.use(SlbLimits.wide().with(DESCRIBE, new SlbLimits.Rate(1, 0.001)));
        describe();

        assertThat(refusal(this::describe).code()).isEqualTo("Throttling.User");
        assertThat(refusal(this::describe).code()).isEqualTo("OwnPace");
        assertThat(refusal(this::describe).why()).isEqualTo(Cause.THROTTLED);
        assertThat(slb.journal().calls(DESCRIBE)).hasSize(2);
        add();
    }

    @Test
    void nothingSecretIsInAnyMessage() {
        slb.faults().next(DESCRIBE, new SlbFault.Drop());
        slb.faults().next(DESCRIBE, new SlbFault.ApplyLate(Duration.ofSeconds(30)));
        SdkSlbApi wrongSecret = api("env:SLB_ID", "not-the-secret");
        SdkSlbApi wrongKey = api("env:SLB_OTHER", "not-the-secret");

        List<SlbRefusal> refusals = List.of(
                refusal(this::describe),
                refusal(() -> api.group("rsp-1", Instant.now().plusSeconds(1))),
                refusal(() -> wrongSecret.group("rsp-1", deadline())),
                refusal(() -> wrongKey.group("rsp-1", deadline())));
        slb.goDown();
        SlbRefusal unreachable = refusal(this::describe);

        assertThat(refusals)
                .extracting(SlbRefusal::code)
                .containsExactly(
                        "SDK.ServerUnreachable",
                        "SDK.ReadTimeout",
                        "SDK.InvalidAccessKeySecret",
                        "InvalidAccessKeyId.NotFound");
        assertThat(unreachable.code()).isEqualTo("SDK.ServerUnreachable");
        for (SlbRefusal refusal : refusals) {
            assertThat(everything(refusal))
                    .doesNotContainIgnoringCase("signature=", "nonce", "emulator-key", "secret\"", "not-the-secret")
                    .doesNotContain("emulator-secret", "AccessKeyId=", slb.endpoint());
        }
        wrongSecret.close();
        wrongKey.close();
    }

    @Test
    void aSecretThatNamesNothingIsNoAnswer() {
        SdkSlbApi without = api("env:NOTHING", "x");

        assertThatThrownBy(() -> without.group("rsp-1", deadline())).hasMessageContaining("env:NOTHING");
        without.close();
    }

    private void describe() throws SlbRefusal {
        api.group("rsp-1", deadline());
    }

    private void add() throws SlbRefusal {
        api.add("rsp-1", List.of(Services.server(1, 100)), deadline());
    }

    private static SlbRefusal refusal(ThrowingCallable call) {
        Throwable thrown = catchThrowable(call);
        assertThat(thrown).isInstanceOf(SlbRefusal.class);
        return (SlbRefusal) thrown;
    }

    private static String everything(Throwable thrown) {
        StringWriter text = new StringWriter();
        thrown.printStackTrace(new PrintWriter(text));
        return text.toString();
    }

    private SdkSlbApi api(String key, String secret) {
        SlbSettings usual = SlbFixtures.settings(slb.endpoint());
        SlbSettings settings = new SlbSettings(
                usual.region(),
                key,
                usual.accessKeySecret(),
                usual.securityToken(),
                usual.endpoint(),
                usual.protocol(),
                usual.cluster(),
                usual.connectTimeout(),
                usual.callTimeout(),
                usual.batchSize(),
                usual.readsPerSecond(),
                usual.writesPerSecond(),
                Map.of());
        Map<String, String> secrets = Map.of(
                "env:SLB_ID", slb.options().accessKeyId(), "env:SLB_OTHER", "another-key", "env:SLB_SECRET", secret);
        return new SdkSlbApi(settings, SlbFixtures.context(secrets, Clock.systemUTC(), executor));
    }

    private static Instant deadline() {
        return Instant.now().plusSeconds(10);
    }
}
