/**
 * The distribution as a process of its own, with packaged plugins, on a real control plane: what users see of it. These
 * tests know no class of the host.
 */
package io.kusionstack.operating.e2e;
