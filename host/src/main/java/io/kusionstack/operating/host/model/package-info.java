/**
 * The words of the wire: the typed custom resources and {@link io.kusionstack.operating.host.model.Names}. No behaviour;
 * any thread may enter.
 */
@NullMarked
package io.kusionstack.operating.host.model;

import org.jspecify.annotations.NullMarked;
