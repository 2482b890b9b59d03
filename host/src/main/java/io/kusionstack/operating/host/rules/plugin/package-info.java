/**
 * Rules that plugins serve: queries, replies, and how long a verdict counts. {@link
 * io.kusionstack.operating.host.rules.plugin.PluginQueryReconciler} takes the queries that are due from its {@link
 * io.kusionstack.operating.host.rules.plugin.PluginQuery.QuerySource}, the admission, sends each to its plugin, stores what the
 * plugin wants to remember in the status of the rule object, and hands the {@link
 * io.kusionstack.operating.host.rules.plugin.VerdictCache.PluginReply} back. {@link
 * io.kusionstack.operating.host.rules.plugin.VerdictCache} keeps the replies for the admission.
 *
 * <p>The reconciler blocks for as long as a plugin does, one thread for each rule object. The cache belongs to the admission
 * and is guarded by the lock of its namespace. Nothing in this room waits for the admission.
 */
@NullMarked
package io.kusionstack.operating.host.rules.plugin;

import org.jspecify.annotations.NullMarked;
