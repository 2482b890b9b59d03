/**
 * The plugins of this host: verified, loaded, called under guard. Doors: {@link RulePlugins} and {@link TrafficPlugins} for
 * the rooms that ask plugins; each call they offer may block until its deadline, comes from a virtual thread, and never
 * throws for what a plugin does: a plugin that fails, hangs or answers nonsense is an {@link Answer.NoAnswer}.
 */
@NullMarked
package io.kusionstack.operating.host.plugins;

import org.jspecify.annotations.NullMarked;
