/**
 * The process: {@link io.kusionstack.operating.host.Main} reads the configuration,
 * {@link io.kusionstack.operating.host.Host} wires the rooms by their constructors, starts them in order and stops them
 * in reverse. No other room depends on this one.
 */
@NullMarked
package io.kusionstack.operating.host;

import org.jspecify.annotations.NullMarked;
