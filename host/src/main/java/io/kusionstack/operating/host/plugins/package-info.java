/**
 * The plugins of this host: verified, loaded, called under guard. Begin with {@link PluginHost}; {@link RulePlugins} and
 * {@link TrafficPlugins} are for the rooms that call plugins. Their calls may block until the deadline, come from virtual
 * threads, and never throw because of a plugin: where it fails, hangs or answers nonsense, the {@link Answer} says so.
 */
@NullMarked
package io.kusionstack.operating.host.plugins;

import org.jspecify.annotations.NullMarked;
