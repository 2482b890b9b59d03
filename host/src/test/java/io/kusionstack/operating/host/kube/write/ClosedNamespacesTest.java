package io.kusionstack.operating.host.kube.write;

import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.host.kube.ApiResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ClosedNamespacesTest {
    static final String TERMINATING = """
            {"kind":"Status","status":"Failure","reason":"Forbidden","code":403,
             "message":"events \\"web.1\\" is forbidden: unable to create new content in namespace n0 because it is being terminated",
             "details":{"name":"web.1","kind":"events",
                        "causes":[{"reason":"NamespaceTerminating","message":"namespace n0 is being terminated","field":"metadata.namespace"}]}}
            """;
    private static final String GONE = """
            {"kind":"Status","status":"Failure","reason":"NotFound","code":404,
             "message":"namespaces \\"n0\\" not found","details":{"name":"n0","kind":"namespaces"}}
            """;
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private final ClosedNamespaces closed = new ClosedNamespaces();

    @Test
    void leavesANamespaceAloneForATimeThatGrows() {
        Instant now = START;
        for (int seconds : new int[] {1, 2, 4, 8, 16, 32, 60, 60}) {
            closed.answered("n0", answer(403, TERMINATING), now);

            assertThat(closed.isClosed("n0", now.plusSeconds(seconds).minusMillis(1)))
                    .isTrue();
            assertThat(closed.isClosed("n0", now.plusSeconds(seconds))).isFalse();
            now = now.plusSeconds(seconds);
        }
    }

    @Test
    void leavesANamespaceAloneThatIsGone() {
        closed.answered("n0", answer(404, GONE), START);

        assertThat(closed.isClosed("n0", START)).isTrue();
        assertThat(closed.isClosed("n1", START)).isFalse();
    }

    @Test
    void forgetsItOnceItTakesAnObjectAgain() {
        closed.answered("n0", answer(403, TERMINATING), START);
        closed.answered("n0", answer(403, TERMINATING), START);
        closed.answered("n0", answer(201, "{}"), START);
        assertThat(closed.isClosed("n0", START)).isFalse();

        closed.answered("n0", answer(403, TERMINATING), START);
        assertThat(closed.isClosed("n0", START.plusSeconds(1))).isFalse();
    }

    @Test
    void takesNoOtherRefusalForThat() {
        closed.answered("n0", answer(403, "{\"code\":403,\"details\":{\"kind\":\"events\"}}"), START);
        closed.answered("n0", answer(404, "{\"code\":404,\"details\":{\"kind\":\"events\"}}"), START);
        closed.answered("n0", answer(409, "{}"), START);
        closed.answered("n0", answer(500, "no json"), START);

        assertThat(closed.isClosed("n0", START)).isFalse();
    }

    private static ApiResponse answer(int code, String body) {
        return new ApiResponse(code, body.getBytes(StandardCharsets.UTF_8), Duration.ZERO);
    }
}
