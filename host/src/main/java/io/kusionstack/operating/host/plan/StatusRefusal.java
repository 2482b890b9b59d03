package io.kusionstack.operating.host.plan;

import java.time.Instant;
import java.util.Optional;

/**
 * A status of a shared object that the API server does not take, so that users read an older one.
 *
 * @param nextTry when it is tried again; empty once that may happen at any moment
 */
public record StatusRefusal(Wait why, Optional<Instant> nextTry) {}
