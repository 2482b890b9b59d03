/**
 * What the thinkers share: how a Pod looks to them ({@link io.kusionstack.operating.host.plan.PodRecord}), what they
 * decide ({@link io.kusionstack.operating.host.plan.Plan}), why something waits
 * ({@link io.kusionstack.operating.host.plan.Reason}), and the ports between rooms. Pure values; any thread may enter.
 */
@NullMarked
package io.kusionstack.operating.host.plan;

import org.jspecify.annotations.NullMarked;
