/** A real control plane and simulated nodes, for tests, the demo and the benchmark. */
@NullMarked
package io.kusionstack.operating.testbed;

import org.jspecify.annotations.NullMarked;
