package io.kusionstack.operating.host.collaset;

import io.kusionstack.operating.host.plan.Refusal;
import java.util.Optional;

/**
 * The results of planning that the status tells.
 *
 * @param refused a write of a Pod that is wanted and does not get through
 */
record PlannedSteps(PlanStep scale, PlanStep update, UpdateClearance clearance, Optional<Refusal> refused) {}
