/** A small JSON client for an API server, cheap enough for simulated nodes; {@code KubeApi} is the door. */
@NullMarked
package io.kusionstack.operating.testbed.api;

import org.jspecify.annotations.NullMarked;
