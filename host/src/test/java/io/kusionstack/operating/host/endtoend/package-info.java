/**
 * The packaged operator as a process of its own, on a real control plane with simulated nodes: what users see of it, kills
 * included.
 */
package io.kusionstack.operating.host.endtoend;
