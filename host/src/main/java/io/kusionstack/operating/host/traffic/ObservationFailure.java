package io.kusionstack.operating.host.traffic;

import io.kusionstack.operating.host.plan.Wait;
import java.time.Instant;

/**
 * A request without a usable answer, of a plugin or of the API server.
 *
 * @param until it is not repeated before that
 * @param times how often in a row there was no answer
 */
record ObservationFailure(Wait why, Instant until, int times) {}
