package io.kusionstack.operating.host.traffic;

import java.time.Instant;

/**
 * The proof of a provider that a load balancer does not exist.
 *
 * @param asked the request that was answered with the proof last
 */
record ProvenAbsence(Instant since, ObservationTicket asked) {}
