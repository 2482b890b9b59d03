package io.kusionstack.operating.host.plan;

import java.time.Instant;

/** A status of a shared object that the API server does not take, so that users read an older one. */
public record StatusRefusal(Wait why, Instant nextTry) {}
