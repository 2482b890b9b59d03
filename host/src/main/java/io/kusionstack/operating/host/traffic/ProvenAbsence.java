package io.kusionstack.operating.host.traffic;

import java.time.Instant;

/**
 * The proof of a provider that a load balancer does not exist.
 *
 * @param request the last request that was answered with the proof
 */
record ProvenAbsence(Instant since, ObservationTicket request) {}
