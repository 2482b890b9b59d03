package io.kusionstack.operating.host.ops;

import java.util.Optional;
import java.util.function.Supplier;

/**
 * One thing that has to be well.
 *
 * @param name a constant word, such as {@code pod-stream}
 * @param problem empty while it is well, else one sentence with the remedy; asked by any thread, must not block
 */
public record HealthCheck(String name, Supplier<Optional<String>> problem) {}
