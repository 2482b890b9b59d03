package io.kusionstack.operating.host.kube.write;

import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.host.kube.ApiClient;
import io.kusionstack.operating.host.kube.ApiResponse;
import io.kusionstack.operating.host.kube.FakeApi;
import io.kusionstack.operating.host.plan.WriteResult;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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

    private ApiResponse send(ApiClient client) {
        sent.incrementAndGet();
        throw new AssertionError("nothing was to be sent");
    }

    private RequestSender sender(Fence fence) {
        return new RequestSender(client, new ApiLimiter(1), fence, WriteMetrics.none());
    }
}
