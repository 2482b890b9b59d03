/**
 * The values that planners share: the record of a Pod ({@link io.kusionstack.operating.host.plan.PodRecord}), the plan
 * ({@link io.kusionstack.operating.host.plan.Plan}), why something waits
 * ({@link io.kusionstack.operating.host.plan.Reason}), and the ports between rooms. Pure values; any thread may enter.
 */
@NullMarked
package io.kusionstack.operating.host.plan;

import org.jspecify.annotations.NullMarked;
