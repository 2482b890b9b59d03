package io.kusionstack.operating.host.model;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.fabric8.kubernetes.model.annotation.LabelSelector;
import io.fabric8.kubernetes.model.annotation.StatusReplicas;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The observed state of a CollaSet.
 *
 * @param observedGeneration the generation of the spec that this status belongs to
 * @param currentRevision the revision that was complete last
 * @param updatedRevision the revision of the spec
 * @param collisionCount how often a revision's name was taken
 * @param selector {@code spec.selector} as text, for the scale subresource
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record CollaSetStatus(
        @Nullable Long observedGeneration,
        @Nullable String currentRevision,
        @Nullable String updatedRevision,
        @Nullable Integer collisionCount,
        @StatusReplicas @Nullable Integer replicas,
        @Nullable Integer scheduledReplicas,
        @Nullable Integer readyReplicas,
        @Nullable Integer availableReplicas,
        @Nullable Integer updatedReplicas,
        @Nullable Integer updatedReadyReplicas,
        @Nullable Integer updatedAvailableReplicas,
        @Nullable Integer operatingReplicas,
        @Nullable Integer terminatingReplicas,
        @LabelSelector @Nullable String selector,
        List<Condition> conditions) {
    static final CollaSetStatus EMPTY = new CollaSetStatus(
            null, null, null, null, null, null, null, null, null, null, null, null, null, null, List.of());

    public CollaSetStatus {
        conditions = Lists.copy(conditions);
    }
}
