package io.kusionstack.operating.host.collaset;

import io.kusionstack.operating.host.plan.Wait;
import java.time.Duration;
import java.util.Optional;

/** The progress of the kubelet with an image change. */
sealed interface ImageProgress {
    /** Every container whose image changed was replaced, runs and is ready. */
    record Complete() implements ImageProgress {}

    /** @param look when to check again if no event comes */
    record InProgress(Wait why, Optional<Duration> look) implements ImageProgress {}
}
