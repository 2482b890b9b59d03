package io.kusionstack.operating.testbed.nodes;

import java.time.Instant;

/** A Pod condition that the node owns. */
record Condition(
        String type, boolean status, String reason, String message, long observedGeneration, Instant lastTransition) {}
