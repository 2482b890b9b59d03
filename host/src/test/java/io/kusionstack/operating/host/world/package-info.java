/**
 * Worlds for tests: builders of the values that the thinkers look at. Start with
 * {@link io.kusionstack.operating.host.world.Pods#pod}. A builder belongs to one test thread.
 */
@NullMarked
package io.kusionstack.operating.host.world;

import org.jspecify.annotations.NullMarked;
