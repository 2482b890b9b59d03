package io.kusionstack.operating.host.kube.write;

import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.host.kube.ApiClient;
import io.kusionstack.operating.host.kube.ApiResponse;
import io.kusionstack.operating.host.kube.ClusterAccess;
import io.kusionstack.operating.host.kube.CountingMetrics;
import io.kusionstack.operating.host.kube.FakeApi;
import io.kusionstack.operating.host.plan.WriteResult;
import io.kusionstack.operating.host.world.Unused;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RequestSenderTest {
    @TempDir
    Path folder;

    private final FakeApi api = new FakeApi();
    private final AtomicInteger sent = new AtomicInteger();
    private ApiClient client;

    @BeforeEach
    void start() {
        client = new ApiClient(api.access(folder));
    }

    @AfterEach
    void stop() {
        client.close();
        api.close();
    }

    @Test
    void sendsNothingWhenTheObjectHasChangedWhileTheRequestWaitedItsTurn() {
        assertThat(sender(Fence.alwaysOpen()).sendInTurn("Pod", "patch", () -> false, this::send))
                .isEqualTo(new WriteResult.NotDone(WriteResult.Cause.CONFLICT, 0, "the object has changed meanwhile"));
        assertThat(sent).hasValue(0);
    }

    @Test
    void sendsNothingWhenTheLeaseMayEndBeforeTheRequestDoes() {
        Fence closing = timeout -> timeout.compareTo(Duration.ofSeconds(9)) < 0;

        assertThat(sender(closing).sendInTurn("Pod", "patch", () -> true, this::send))
                .isEqualTo(RequestSender.notSent("the lease is not sure to outlast the request"));
        assertThat(sent).hasValue(0);
    }

    @Test
    void aReadThatTheServerHasNoTimeForMakesWritesWait() throws IOException {
        api.answers(429, "{\"message\":\"too many requests\"}").answers(201, "{}");
        CountingMetrics metrics = new CountingMetrics();
        RequestSender sender = new RequestSender(client, new ApiLimiter(1), Fence.alwaysOpen(), metrics);
        Instant begin = Instant.now();

        sender.read(client -> client.post("api/v1/pods?dryRun=All", "{}"));
        sender.send(Urgency.LIFE, "Pod", "create", client -> client.post("api/v1/pods", "{}"));

        assertThat(metrics.count("throttled PT1S")).isEqualTo(1);
        assertThat(Duration.between(begin, Instant.now())).isGreaterThanOrEqualTo(Duration.ofSeconds(1));
    }

    /** The first is the time-out of a whole call, the other one that of a connection. */
    @ParameterizedTest
    @ValueSource(longs = {300, 10_000})
    void whatFindsNoConnectionInTimeIsNotSent(long timeout) throws IOException {
        List<Socket> waiting = new ArrayList<>();
        try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            fill(full, waiting);
            WriteResult result = sendTo(full, Duration.ofMillis(timeout));

            assertThat(result).isInstanceOfSatisfying(WriteResult.NotDone.class, notDone -> {
                assertThat(notDone.cause()).isEqualTo(WriteResult.Cause.NOT_SENT);
                assertThat(notDone.message()).startsWith("no connection to the API server: ");
            });
        } finally {
            for (Socket socket : waiting) {
                socket.close();
            }
        }
    }

    @Test
    void whatGetsNoAnswerInTimeIsUnknown() throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThat(sendTo(silent, Duration.ofMillis(300)))
                    .isEqualTo(RequestSender.unknown(
                            "no answer within 300 ms: the API server hangs, or a webhook that it has to ask"));
        }
    }

    /** Nobody accepts, so that the kernel takes no more connections once its queue is full. */
    private static void fill(ServerSocket server, List<Socket> waiting) throws IOException {
        try {
            while (waiting.size() < 16) {
                waiting.add(new Socket());
                waiting.getLast().connect(server.getLocalSocketAddress(), 200);
            }
        } catch (SocketTimeoutException full) {
            return;
        }
        throw new IOException("the queue of the kernel does not fill");
    }

    private WriteResult sendTo(ServerSocket server, Duration timeout) throws IOException {
        Path file = Files.writeString(
                folder.resolve("silent"),
                Files.readString(folder.resolve("kubeconfig"))
                        .replaceFirst("127.0.0.1:\\d+", "127.0.0.1:" + server.getLocalPort()));
        ClusterAccess access = ClusterAccess.kubeconfig(file, "operating/test").withRequestTimeout(timeout);
        try (ApiClient other = new ApiClient(access)) {
            return new RequestSender(other, new ApiLimiter(1), Fence.alwaysOpen(), Unused.writeMetrics())
                    .send(Urgency.LIFE, "Pod", "create", client -> client.post("api/v1/pods", "{}"));
        }
    }

    private ApiResponse send(ApiClient client) {
        sent.incrementAndGet();
        throw new AssertionError("nothing was to be sent");
    }

    private RequestSender sender(Fence fence) {
        return new RequestSender(client, new ApiLimiter(1), fence, Unused.writeMetrics());
    }
}
