package io.kusionstack.operating.host.kube.write;

import com.fasterxml.jackson.databind.JsonNode;
import io.kusionstack.operating.host.kube.ApiClient;
import io.kusionstack.operating.host.kube.cache.PodCache;
import io.kusionstack.operating.host.plan.EditReports;
import io.kusionstack.operating.host.plan.ObjectKind;
import io.kusionstack.operating.host.plan.PodGate;
import io.kusionstack.operating.host.plan.PodRecord;
import java.time.InstantSource;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/**
 * What the parts of the actuator share.
 *
 * @param untracked Pods whose field tracking is cleared with what is written anyway
 */
record ActuatorParts(
        ApiClient client,
        PodCache cache,
        PodGate gate,
        Expectations expectations,
        WriteMetrics metrics,
        EditReports reports,
        BiConsumer<ObjectKind, JsonNode> learner,
        BooleanSupplier metadataTravels,
        Predicate<PodRecord> untracked,
        InstantSource clock) {}
