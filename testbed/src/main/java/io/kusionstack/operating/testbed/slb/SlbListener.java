package io.kusionstack.operating.testbed.slb;

/**
 * A port of the load balancer that forwards to one group.
 *
 * @param protocol {@code tcp}, {@code udp}, {@code http} or {@code https}
 * @param checksHealth whether it sends requests only to backends that its health check finds normal; without a check every
 *     backend stays {@code unavailable} in the API and gets requests
 */
public record SlbListener(int port, String protocol, boolean checksHealth) {}
