package io.kusionstack.operating.host.model;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.crd.generator.annotation.PreserveUnknownFields;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.model.annotation.SpecReplicas;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The spec of a CollaSet as it was written: an omitted field is null (a list is empty), and its reader knows the default. The JSON trees
 * must not be changed.
 *
 * @param paused true holds updates: no Pod begins one, and Pods that are new stay on the revision that was complete last
 * @param replicas absent means 0
 * @param selector has to match the labels of {@code template}
 * @param template a Pod template as a JSON tree, so that a field newer than this host survives
 * @param volumeClaimTemplates PersistentVolumeClaims as JSON trees
 * @param historyLimit how many revisions to keep that no Pod needs
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@ValidationRule(value = "has(self.selector)", message = "selector is required")
@ValidationRule(
        value = "has(self.template) && has(self.template.metadata) && has(self.template.metadata.labels)",
        message = "template.metadata.labels is required: the selector has to find the Pods by them")
@ValidationRule(
        value = "!has(self.selector) || !has(self.selector.matchLabels) || !has(self.template)"
                + " || !has(self.template.metadata) || !has(self.template.metadata.labels)"
                + " || self.selector.matchLabels.all(k, k in self.template.metadata.labels"
                + " && self.template.metadata.labels[k] == self.selector.matchLabels[k])",
        message = "selector does not match template.metadata.labels: give the template every label of the selector")
@ValidationRule(
        value = "!has(oldSelf.selector) || !has(self.selector) || self.selector == oldSelf.selector",
        message =
                "selector is not allowed to be changed: create another set with the new selector, and scale this one in")
@ValidationRule(
        value = "(has(self.scaleStrategy) && has(self.scaleStrategy.context) ? self.scaleStrategy.context : '')"
                + " == (has(oldSelf.scaleStrategy) && has(oldSelf.scaleStrategy.context)"
                + " ? oldSelf.scaleStrategy.context : '')",
        message = "scaleStrategy.context is not allowed to be changed")
@ValidationRule(
        value = "!has(self.namingStrategy) || !has(self.namingStrategy.podNamingSuffixPolicy)"
                + " || self.namingStrategy.podNamingSuffixPolicy != 'PersistentSequence' || !has(self.scaleStrategy)"
                + " || ((!has(self.scaleStrategy.podToExclude) || size(self.scaleStrategy.podToExclude) == 0)"
                + " && (!has(self.scaleStrategy.podToInclude) || size(self.scaleStrategy.podToInclude) == 0))",
        message = "scaleStrategy.podToExclude and podToInclude are not allowed"
                + " when namingStrategy.podNamingSuffixPolicy is PersistentSequence")
public record CollaSetSpec(
        @Nullable Boolean paused,
        @Min(0) @SpecReplicas @Nullable Integer replicas,
        @Nullable LabelSelector selector,
        @PreserveUnknownFields @Nullable JsonNode template,
        @PreserveUnknownFields List<JsonNode> volumeClaimTemplates,
        @Nullable UpdateStrategy updateStrategy,
        @Nullable ScaleStrategy scaleStrategy,
        @Nullable NamingStrategy namingStrategy,
        @Nullable Integer historyLimit) {
    static final CollaSetSpec EMPTY = new CollaSetSpec(null, null, null, null, List.of(), null, null, null, null);

    public CollaSetSpec {
        volumeClaimTemplates = Lists.copy(volumeClaimTemplates);
    }

    /**
     * How Pods come to a new revision.
     *
     * @param podUpgradePolicy absent or empty means {@code InPlaceIfPossible}
     * @param operationDelaySeconds how long an update waits after the Pod was allowed to be touched; absent means 0
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    public record UpdateStrategy(
            @ValidationRule(
                    value = "self in ['', 'Recreate', 'InPlaceIfPossible', 'InPlaceOnly', 'Replace']",
                    message = "podUpgradePolicy has to be one of Recreate, InPlaceIfPossible, InPlaceOnly, Replace")
            @Nullable
            String podUpgradePolicy,

            @Nullable RollingUpdate rollingUpdate,
            @Min(0) @Nullable Integer operationDelaySeconds) {}

    /** Which Pods an update reaches; {@code byLabel} wins where both are given, and neither means all. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record RollingUpdate(
            @Nullable ByPartition byPartition, @Nullable ByLabel byLabel) {}

    /** @param partition how many Pods stay on their old revision; absent means 0 */
    @JsonIgnoreProperties(ignoreUnknown = true)
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    public record ByPartition(@Min(0) @Nullable Integer partition) {}

    /** Only Pods with the label {@link Names#UPDATE_INCLUDED}. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record ByLabel() {}

    /**
     * How Pods come, go and change hands.
     *
     * @param context the ResourceContext that instance ids are taken from; absent or empty means one of the set's own name
     * @param podToExclude names of Pods to give away; disjoint from the other two lists
     * @param podToInclude names of Pods to take over
     * @param podToDelete names of Pods to delete and not to replace by others
     * @param operationDelaySeconds how long a scale-in waits after the Pod was allowed to be touched; absent means 0
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    public record ScaleStrategy(
            @Size(max = 253) @Pattern("^(" + Names.SUBDOMAIN + ")?$") @Nullable
            String context,

            List<String> podToExclude,
            List<String> podToInclude,
            List<String> podToDelete,
            @Nullable RetentionPolicy persistentVolumeClaimRetentionPolicy,
            @Min(0) @Nullable Integer operationDelaySeconds) {
        public ScaleStrategy {
            podToExclude = Lists.copy(podToExclude);
            podToInclude = Lists.copy(podToInclude);
            podToDelete = Lists.copy(podToDelete);
        }
    }

    /** Policies for volume claims: exactly {@code Retain} keeps them, any other value deletes them. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    public record RetentionPolicy(
            @Nullable String whenDeleted, @Nullable String whenScaled) {}

    /** @param podNamingSuffixPolicy absent or empty means {@code Random} */
    @JsonIgnoreProperties(ignoreUnknown = true)
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    public record NamingStrategy(
            @ValidationRule(
                    value = "self in ['', 'PersistentSequence', 'Random']",
                    message = "podNamingSuffixPolicy has to be one of PersistentSequence, Random")
            @Nullable
            String podNamingSuffixPolicy) {}
}
