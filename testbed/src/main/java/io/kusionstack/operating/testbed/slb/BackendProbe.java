package io.kusionstack.operating.testbed.slb;

import java.time.Instant;

/**
 * Whether a server really answered: what the emulator's health checks ask, also about instants that are past. With simulated
 * nodes: {@code (ip, port, at) -> nodes.wasServing(ip, at)}. Quick, and safe for any thread.
 */
@FunctionalInterface
public interface BackendProbe {
    boolean answered(String ip, int port, Instant at);
}
