package io.kusionstack.operating.host.kube;

import io.kusionstack.operating.host.plan.PodGate;
import java.time.InstantSource;
import java.util.function.BooleanSupplier;

/** What the parts of the actuator share. */
record ActuatorParts(
        ApiClient client,
        PodCache cache,
        PodParser parser,
        PodGate gate,
        Expectations expectations,
        ActMetrics metrics,
        EditReports reports,
        LearningCaches learner,
        BooleanSupplier metadataTravels,
        InstantSource clock) {}
