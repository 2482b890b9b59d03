package io.kusionstack.operating.host.traffic;

import io.kusionstack.operating.host.plan.Wait;
import java.time.Duration;

/** The load balancer where the Pods of a Service are to serve, or why it is not known. */
sealed interface Resolution {
    record Resolved(LoadBalancer loadBalancer) implements Resolution {}

    record Unresolved(Wait why, Duration after) implements Resolution {}
}
