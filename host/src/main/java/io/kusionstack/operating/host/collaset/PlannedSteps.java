package io.kusionstack.operating.host.collaset;

/** The results of planning that the status tells. */
record PlannedSteps(PlanStep scale, PlanStep update, UpdateClearance clearance) {}
