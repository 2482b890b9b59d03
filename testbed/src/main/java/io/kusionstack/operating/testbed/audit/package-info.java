/**
 * The API server's audit log as data: who asked for what, and which writes of Pods changed nothing.
 *
 * <p>{@link io.kusionstack.operating.testbed.audit.AuditLog} is the door: it reads; {@link
 * io.kusionstack.operating.testbed.audit.AuditSummary} counts. Everything here is a value, for any thread.
 */
@NullMarked
package io.kusionstack.operating.testbed.audit;

import org.jspecify.annotations.NullMarked;
