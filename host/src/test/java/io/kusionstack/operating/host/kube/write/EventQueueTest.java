package io.kusionstack.operating.host.kube.write;

import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.host.plan.Action;
import io.kusionstack.operating.host.plan.ObjectKind;
import io.kusionstack.operating.host.plan.ObjectRef;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class EventQueueTest {
    private final EventQueue queue = new EventQueue(2);

    @Test
    void aWarningGoesBeforeWhatIsToldOfProgress() throws Exception {
        queue.offer(progress("a"));
        queue.offer(warning("b"));

        assertThat(queue.take(Duration.ZERO)).isEqualTo(warning("b"));
        assertThat(queue.take(Duration.ZERO)).isEqualTo(progress("a"));
    }

    @Test
    void progressNeverCrowdsAWarningOut() throws Exception {
        queue.offer(progress("a"));
        queue.offer(progress("b"));

        assertThat(queue.offer(progress("c"))).isFalse();
        assertThat(queue.offer(warning("d"))).isTrue();
    }

    @Test
    void aWarningDoesNotWaitForTheRestToEnd() throws Exception {
        queue.offer(progress("a"));
        queue.offer(warning("b"));

        assertThat(queue.take(Duration.ofDays(1))).isEqualTo(warning("b"));
    }

    private static Action.Announce progress(String pod) {
        return event(pod, Action.Severity.NORMAL);
    }

    private static Action.Announce warning(String pod) {
        return event(pod, Action.Severity.WARNING);
    }

    private static Action.Announce event(String pod, Action.Severity severity) {
        return new Action.Announce(new ObjectRef(ObjectKind.POD, "shop", pod, "uid"), severity, "Reason", "message");
    }
}
