/**
 * The control plane in tests: {@link io.kusionstack.operating.testbed.junit.TestCluster} is the door, an extension of JUnit.
 *
 * <p>Tests may run in parallel: they share the control plane, each has a namespace of its own.
 */
@NullMarked
package io.kusionstack.operating.testbed.junit;

import org.jspecify.annotations.NullMarked;
