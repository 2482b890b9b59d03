package io.kusionstack.operating.host.traffic;

import java.time.Instant;

/**
 * The time at which the host learnt that a Pod has to be off.
 *
 * @param ticket in the order of the host's events
 */
record OffTicket(long ticket, Instant at) {}
