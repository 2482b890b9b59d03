/**
 * The demo: a set of Pods behind a load balancer is updated by the packaged operator while traffic flows, and somebody
 * keeps count. {@link io.kusionstack.operating.testbed.demo.Demo} is the door of the command; {@link
 * io.kusionstack.operating.testbed.demo.Playground} is the door for tests and benchmarks that need the same surroundings.
 *
 * <p>What is counted (requests, Pods out of service, how a table looks) are values that know no clock and no thread.
 */
@NullMarked
package io.kusionstack.operating.testbed.demo;

import org.jspecify.annotations.NullMarked;
