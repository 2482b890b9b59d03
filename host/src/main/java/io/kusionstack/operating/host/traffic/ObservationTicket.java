package io.kusionstack.operating.host.traffic;

import java.time.Instant;

/** The time of a request to observe a load balancer, and its position in the order of the events of the host. */
record ObservationTicket(long ticket, Instant at) {}
