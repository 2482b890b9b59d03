package io.kusionstack.operating.testbed.slb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.groups.Tuple.tuple;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SlbEmulatorTest {
    private static final String ADD = "AddVServerGroupBackendServers";
    private static final String REMOVE = "RemoveVServerGroupBackendServers";
    private static final String SET = "SetVServerGroupAttribute";
    private static final String DESCRIBE = "DescribeVServerGroupAttribute";

    private final TurnedClock clock = new TurnedClock();
    private final Instant start = clock.instant();
    private volatile boolean answering = true;
    private final SlbEmulator slb = SlbEmulator.start(SlbOptions.standard((ip, port, at) -> answering)
            .with(clock)
            .with(new HealthCheck(Duration.ofSeconds(1), Duration.ofSeconds(1), 2, 2)));
    private final RawClient client = new RawClient(slb, start);

    SlbEmulatorTest() {
        slb.addLoadBalancer("lb-1");
        slb.addGroup("lb-1", "rsp-1", List.of(new SlbListener(80, "tcp", true)));
        slb.addGroup("lb-1", "rsp-2", List.of());
    }

    @AfterEach
    void close() {
        client.close();
        slb.close();
    }

    @Test
    void addsWeighsAndRemovesBackends() throws Exception {
        assertThat(write(ADD, "rsp-1", element(1, 100)).code()).isEqualTo("OK");
        assertThat(slb.backends("rsp-1")).containsExactly(backend(1, 100));

        assertThat(write(SET, "rsp-1", element(1, 0)).code()).isEqualTo("OK");
        assertThat(slb.backends("rsp-1")).containsExactly(backend(1, 0));

        RawClient.Answer last = write(REMOVE, "rsp-1", element(1, 0));
        assertThat(last.body().path("BackendServers").path("BackendServer")).isEmpty();
        assertThat(slb.backends("rsp-1")).isEmpty();
    }

    @Test
    void keysInAnyCaseAndNumbersAsTextAreTheSame() throws Exception {
        write(
                ADD,
                "rsp-1",
                "{\"serverId\":\"eni-1\",\"SERVERIP\":\"10.0.0.1\",\"port\":\"8080\",\"weight\":\"7\",\"type\":\"eni\","
                        + "\"description\":\"d\"}");

        assertThat(slb.backends("rsp-1")).containsExactly(backend(1, 7));
    }

    @Test
    void anotherPortIsAnotherBackendAndAddingAgainChangesNothing() throws Exception {
        write(ADD, "rsp-1", element(1, 100));
        write(ADD, "rsp-1", element(1, 5));
        write(ADD, "rsp-1", element(1, 50).replace("8080", "8081"));

        assertThat(slb.backends("rsp-1"))
                .containsExactly(backend(1, 100), SlbBackend.eni("eni-1", "10.0.0.1", 8081, 50, "d"));
    }

    @Test
    void refusesWhoDoesNotSignRightly() throws Exception {
        Map<String, String> parameters = client.parameters(DESCRIBE, Map.of("VServerGroupId", "rsp-1"));

        assertThat(client.send(RawClient.sign(parameters, "wrong")).code()).isEqualTo("SignatureDoesNotMatch");
        assertThat(client.send(parameters).code()).isEqualTo("IncompleteSignature");
        parameters.put("AccessKeyId", "somebody");
        assertThat(client.send(RawClient.sign(parameters, "emulator-secret")).code())
                .isEqualTo("InvalidAccessKeyId.NotFound");
    }

    @Test
    void refusesACallThatIsSentTwiceOrTooLate() throws Exception {
        Map<String, String> call =
                RawClient.sign(client.parameters(DESCRIBE, Map.of("VServerGroupId", "rsp-1")), "emulator-secret");

        assertThat(client.send(call).code()).isEqualTo("OK");
        assertThat(client.send(call).code()).isEqualTo("SignatureNonceUsed");
        clock.forward(Duration.ofMinutes(16));
        assertThat(client.send(call).code()).isEqualTo("InvalidTimeStamp.Expired");
    }

    @Test
    void isBusyForAWhileAfterAWrite() throws Exception {
        slb.use(new SlbWindows(Duration.ofSeconds(1), Duration.ofSeconds(3), false));

        assertThat(write(ADD, "rsp-1", element(1, 100)).code()).isEqualTo("OK");
        assertThat(write(ADD, "rsp-1", element(2, 100)).code()).isEqualTo("VServerGroupProcessing");
        assertThat(write(ADD, "rsp-2", element(2, 100)).code()).isEqualTo("BackendServer.configuring");
        clock.forward(Duration.ofSeconds(1));
        assertThat(write(ADD, "rsp-2", element(2, 100)).code()).isEqualTo("OK");
        clock.forward(Duration.ofSeconds(2));
        assertThat(write(ADD, "rsp-1", element(2, 100)).code()).isEqualTo("OK");
    }

    @Test
    void showsAndUsesTheOldBackendsWhileItIsBusy() throws Exception {
        slb.use(new SlbWindows(Duration.ZERO, Duration.ofSeconds(3), true));
        write(ADD, "rsp-2", element(1, 100));

        assertThat(slb.backends("rsp-2")).isEmpty();
        assertThat(slb.weights("rsp-2")).isEmpty();
        clock.forward(Duration.ofSeconds(3));
        assertThat(slb.backends("rsp-2")).containsExactly(backend(1, 100));
        assertThat(slb.weights("rsp-2")).containsExactly(Map.entry(backend(1, 100), 100));
    }

    @Test
    void refusesMoreThan20ElementsAndMoreBackendsThanTheQuota() throws Exception {
        slb.use(new SlbLimits(20, 21, Map.of()));

        assertThat(write(ADD, "rsp-1", elements(1, 21)).code()).isEqualTo("TooManyBackendServers");
        assertThat(write(ADD, "rsp-1", elements(1, 20)).code()).isEqualTo("OK");
        assertThat(write(ADD, "rsp-2", elements(21, 2)).code()).isEqualTo("InstanceBackendServerNumberOverLimit");
        assertThat(write(REMOVE, "rsp-1", elements(1, 1)).code()).isEqualTo("OK");
        assertThat(write(ADD, "rsp-2", elements(21, 2)).code()).isEqualTo("OK");
    }

    @Test
    void throttlesByAction() throws Exception {
        slb.use(SlbLimits.wide().with(DESCRIBE, new SlbLimits.Rate(2, 1)));

        assertThat(List.of(describe(), describe(), describe())).containsExactly("OK", "OK", "Throttling.User");
        assertThat(write(ADD, "rsp-1", element(1, 1)).code()).isEqualTo("OK");
        clock.forward(Duration.ofSeconds(1));
        assertThat(List.of(describe(), describe())).containsExactly("OK", "Throttling.User");
    }

    @Test
    void healthFollowsTheProbeAndDecidesWhoGetsRequests() throws Exception {
        write(ADD, "rsp-1", element(1, 100));
        assertThat(health()).containsExactly("unavailable");
        assertThat(slb.weights("rsp-1")).isEmpty();

        clock.forward(Duration.ofSeconds(2));
        assertThat(health()).containsExactly("normal");
        assertThat(slb.weights("rsp-1")).containsExactly(Map.entry(backend(1, 100), 100));

        answering = false;
        assertThat(health()).containsExactly("abnormal");
        assertThat(slb.weights("rsp-1")).isEmpty();
    }

    @Test
    void refusesAServerThatIsGone() throws Exception {
        slb.loseServer("eni-2");

        assertThat(write(ADD, "rsp-1", elements(1, 3)).code()).isEqualTo("ObtainIpFail");
        assertThat(slb.backends("rsp-1")).isEmpty();
        slb.restoreServer("eni-2");
        assertThat(write(ADD, "rsp-1", elements(1, 3)).code()).isEqualTo("OK");
    }

    @Test
    void failsWhereTheScriptSaysSo() throws Exception {
        slb.faults().add(ADD, 1, 1, new SlbFault.Refuse(500, "InternalError", "broken"));
        slb.faults().next(SET, new SlbFault.ApplyAndRefuse(503, "ServiceUnavailable", "broken"));

        assertThat(write(ADD, "rsp-1", element(1, 9)).code()).isEqualTo("OK");
        assertThat(write(ADD, "rsp-1", element(2, 9)).status()).isEqualTo(500);
        assertThat(write(ADD, "rsp-1", element(3, 9)).code()).isEqualTo("OK");
        assertThat(write(SET, "rsp-1", element(3, 1)).code()).isEqualTo("ServiceUnavailable");
        assertThat(slb.backends("rsp-1")).containsExactly(backend(1, 9), backend(3, 1));
    }

    @Test
    void losesAnswersBeforeAndAfterItApplies() throws Exception {
        slb.faults().next(ADD, new SlbFault.ApplyAndDrop());
        slb.faults().next(REMOVE, new SlbFault.Drop());

        assertThatThrownBy(() -> write(ADD, "rsp-1", element(1, 9))).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> write(REMOVE, "rsp-1", element(1, 9))).isInstanceOf(IOException.class);
        assertThat(slb.backends("rsp-1")).containsExactly(backend(1, 9));
        assertThat(slb.journal().calls())
                .extracting(SlbCall::action, SlbCall::applied, SlbCall::answered)
                .containsExactly(tuple(ADD, true, false), tuple(REMOVE, false, false));
    }

    @Test
    void goesDownAndComesBackWhereItWas() throws Exception {
        write(ADD, "rsp-1", element(1, 9));
        slb.goDown();
        assertThatThrownBy(this::describe).isInstanceOf(IOException.class);

        slb.comeBack();
        assertThat(describe()).isEqualTo("OK");
        assertThat(slb.backends("rsp-1")).containsExactly(backend(1, 9));
    }

    @Test
    void writesDownEveryCallWithoutKeysAndSignatures() throws Exception {
        write(ADD, "rsp-1", elements(1, 2));

        assertThat(slb.journal().calls())
                .containsExactly(new SlbCall(
                        start,
                        ADD,
                        Map.of(
                                "Action", ADD,
                                "BackendServers", "[" + elements(1, 2) + "]",
                                "Format", "JSON",
                                "RegionId", "cn-hangzhou",
                                "VServerGroupId", "rsp-1",
                                "Version", "2014-05-15"),
                        2,
                        "OK",
                        true,
                        true,
                        List.of(backend(1, 100), backend(2, 100))));
    }

    @Test
    void remembersWhatItsBackendsWere() throws Exception {
        write(ADD, "rsp-2", element(1, 100));
        clock.forward(Duration.ofSeconds(5));
        write(SET, "rsp-2", element(1, 0));

        assertThat(slb.history("rsp-2"))
                .containsExactly(
                        new SlbChange(start, List.of(backend(1, 100))),
                        new SlbChange(start.plusSeconds(5), List.of(backend(1, 0))));
        assertThat(slb.weights("rsp-2", start.plusSeconds(4))).containsExactly(Map.entry(backend(1, 100), 100));
        assertThat(slb.weights("rsp-2")).isEmpty();
    }

    @Test
    void listsCreatesAndDeletesGroups() throws Exception {
        RawClient.Answer created =
                client.call("CreateVServerGroup", Map.of("LoadBalancerId", "lb-1", "VServerGroupName", "mine"));
        String id = created.body().path("VServerGroupId").asText();

        assertThat(client.call("DescribeVServerGroups", Map.of("LoadBalancerId", "lb-1"))
                        .body()
                        .path("VServerGroups")
                        .path("VServerGroup")
                        .findValuesAsText("VServerGroupId"))
                .containsExactly("rsp-1", "rsp-2", id);
        assertThat(client.call("DeleteVServerGroup", Map.of("VServerGroupId", "rsp-1"))
                        .code())
                .isEqualTo("RspoolVipExist");
        assertThat(client.call("DeleteVServerGroup", Map.of("VServerGroupId", id))
                        .code())
                .isEqualTo("OK");
        assertThat(client.call(DESCRIBE, Map.of("VServerGroupId", id)).status()).isEqualTo(404);
    }

    private RawClient.Answer write(String action, String group, String elements) throws Exception {
        return client.call(action, Map.of("VServerGroupId", group, "BackendServers", "[" + elements + "]"));
    }

    private String describe() throws Exception {
        return client.call(DESCRIBE, Map.of("VServerGroupId", "rsp-1")).code();
    }

    private List<String> health() throws Exception {
        return client.call("DescribeHealthStatus", Map.of("LoadBalancerId", "lb-1"))
                .body()
                .findValuesAsText("ServerHealthStatus");
    }

    private static String elements(int first, int count) {
        return IntStream.range(first, first + count)
                .mapToObj(n -> element(n, 100))
                .collect(Collectors.joining(","));
    }

    private static String element(int n, int weight) {
        return "{\"ServerId\":\"eni-%d\",\"ServerIp\":\"10.0.0.%d\",\"Port\":8080,\"Weight\":%d,\"Type\":\"eni\",\"Description\":\"d\"}"
                .formatted(n, n, weight);
    }

    private static SlbBackend backend(int n, int weight) {
        return SlbBackend.eni("eni-" + n, "10.0.0." + n, 8080, weight, "d");
    }
}
