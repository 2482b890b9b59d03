/**
 * A small JSON client for an API server, cheap enough for simulated nodes: {@link
 * io.kusionstack.operating.testbed.api.KubeApi} is the door. Any thread may enter; every call blocks its caller, and a
 * watch reports on a virtual thread of its own.
 */
@NullMarked
package io.kusionstack.operating.testbed.api;

import org.jspecify.annotations.NullMarked;
