/**
 * Measures the packaged operator on a real API server with simulated nodes: Pods per second against a floor, writes, CPU
 * and memory. {@link io.kusionstack.operating.bench.Bench} is the command; nothing here asserts a time.
 */
@NullMarked
package io.kusionstack.operating.bench;

import org.jspecify.annotations.NullMarked;
