package io.kusionstack.operating.testbed.demo;

import java.time.Instant;

/**
 * One request to a Pod.
 *
 * @param address whom the load balancer chose
 * @param to when the answer was complete
 */
public record Request(String address, Instant from, Instant to) {
    public Request {
        if (to.isBefore(from)) {
            throw new IllegalArgumentException("a request to " + address + " ends before it begins");
        }
    }
}
