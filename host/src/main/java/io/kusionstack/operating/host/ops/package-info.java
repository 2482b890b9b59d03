/**
 * What people and machines may ask the host: {@link io.kusionstack.operating.host.ops.OpsServer} serves metrics, health
 * and explanations, {@link io.kusionstack.operating.host.ops.HostMetrics} counts for every room. Read-only. Any thread
 * may count and ask; nothing here blocks but the server's own threads.
 */
@NullMarked
package io.kusionstack.operating.host.ops;

import org.jspecify.annotations.NullMarked;
