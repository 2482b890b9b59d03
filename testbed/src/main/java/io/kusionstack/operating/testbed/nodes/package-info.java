/**
 * Simulated nodes: as far as the API can see, kubelets. {@link
 * io.kusionstack.operating.testbed.nodes.SimulatedNodes} is the door; any thread may enter.
 *
 * <p>What a node does with one Pod is a pure function ({@code SimulatedPod}: state, event and time in, state and status
 * out) that tests drive with a clock of their own. The shell around it holds one watch, one timer thread and one write
 * lane per Pod.
 */
@NullMarked
package io.kusionstack.operating.testbed.nodes;

import org.jspecify.annotations.NullMarked;
