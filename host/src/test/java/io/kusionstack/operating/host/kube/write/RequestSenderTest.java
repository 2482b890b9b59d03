package io.kusionstack.operating.host.kube.write;

import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.host.kube.ApiResponse;
import io.kusionstack.operating.host.plan.WriteResult;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class RequestSenderTest {
    private final AtomicInteger sent = new AtomicInteger();

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

    private ApiResponse send() {
        sent.incrementAndGet();
        throw new AssertionError("nothing was to be sent");
    }

    private static RequestSender sender(Fence fence) {
        return new RequestSender(new ApiLimiter(1), fence, WriteMetrics.none(), Duration.ofSeconds(10));
    }
}
