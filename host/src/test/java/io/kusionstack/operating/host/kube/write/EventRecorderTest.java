package io.kusionstack.operating.host.kube.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.kusionstack.operating.host.kube.ApiClient;
import io.kusionstack.operating.host.kube.FakeApi;
import io.kusionstack.operating.host.plan.Action;
import io.kusionstack.operating.host.plan.ObjectKind;
import io.kusionstack.operating.host.plan.ObjectRef;
import io.kusionstack.operating.host.world.Unused;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventRecorderTest {
    private static final String SHOP = "/api/v1/namespaces/shop/events";
    private static final String N0 = "/api/v1/namespaces/n0/events";

    @TempDir
    Path folder;

    @Test
    void sendsOneEventInAWhileIntoANamespaceThatIsBeingDeleted() {
        AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-01-01T00:00:00Z"));
        try (FakeApi api = new FakeApi().refusesEventsOf("n0", ClosedNamespacesTest.TERMINATING);
                ApiClient client = new ApiClient(api.access(folder));
                EventRecorder recorder = new EventRecorder(sender(client), now::get)) {
            for (int i = 0; i < 20; i++) {
                recorder.announce(warning("n0", "web-" + i));
            }
            recorder.announce(warning("shop", "web"));
            await().until(() -> api.events().contains(SHOP));
            assertThat(api.events()).containsExactly(N0, SHOP);

            now.set(now.get().plusSeconds(1));
            recorder.announce(warning("n0", "web-1"));
            recorder.announce(warning("n0", "web-2"));
            recorder.announce(warning("shop", "api"));
            await().until(() -> api.events().size() == 4);
            assertThat(api.events()).containsExactly(N0, SHOP, N0, SHOP);
        }
    }

    private static RequestSender sender(ApiClient client) {
        return new RequestSender(client, new ApiLimiter(1), Fence.alwaysOpen(), Unused.writeMetrics());
    }

    private static Action.Announce warning(String namespace, String set) {
        return new Action.Announce(
                new ObjectRef(ObjectKind.COLLASET, namespace, set, "uid-" + set),
                Action.Severity.WARNING,
                "Reason",
                "message");
    }
}
