package io.kusionstack.operating.host.collaset;

import com.fasterxml.jackson.databind.JsonNode;
import io.kusionstack.operating.host.model.CollaSetSpec;
import io.kusionstack.operating.host.model.Conditions;
import io.kusionstack.operating.host.plan.PodRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The fields of a spec that are given and have no effect, each with a remedy. A field of a template that a Deployment ignores without
 * harm is left out: one that is empty, the name, and those that the API server had written into an object that was copied.
 */
final class IgnoredFields {
    private static final String CONDITION = "IgnoredFields";
    private static final String TEMPLATE = "spec.template.";
    private static final String METADATA = TEMPLATE + "metadata.";
    private static final String STRATEGY = "spec.scaleStrategy.";
    /** The fields of PodTemplateSpec (k8s.io/api/core/v1/types.go). */
    private static final Set<String> OF_TEMPLATES = Set.of("metadata", "spec");
    /** The fields that Pods get from their template. */
    private static final Set<String> OF_METADATA = Set.of("labels", "annotations", "finalizers");
    /** The other fields of ObjectMeta (k8s.io/apimachinery/pkg/apis/meta/v1/types.go) that are in generated and copied objects. */
    private static final Set<String> COPIED = Set.of(
            "name",
            "uid",
            "resourceVersion",
            "generation",
            "creationTimestamp",
            "selfLink",
            "managedFields",
            "ownerReferences");

    private IgnoredFields() {}

    /** @param namespace of the set */
    static List<String> of(CollaSetSpec spec, JsonNode template, String namespace) {
        List<String> fields = new ArrayList<>(OwnKeys.ignored(template));
        fields.addAll(unknown(template, namespace));
        fields.addAll(ofStrategies(spec));
        return fields;
    }

    /** True for a field beside the metadata and the spec of a template. */
    static boolean isUnknownToTemplates(String field) {
        return !OF_TEMPLATES.contains(field);
    }

    /** True for a field of the metadata of a template that its Pods do not get. */
    static boolean isUnknownToMetadata(String field) {
        return !OF_METADATA.contains(field);
    }

    private static List<String> unknown(JsonNode template, String namespace) {
        List<String> fields = new ArrayList<>();
        template.properties().forEach(field -> {
            if (isUnknownToTemplates(field.getKey()) && isGiven(field.getValue())) {
                fields.add(TEMPLATE + field.getKey()
                        + " has no effect: a template has metadata and spec; correct the name, or leave it out");
            }
        });
        template.path("metadata").properties().forEach(field -> {
            String name = field.getKey();
            boolean isCopied = COPIED.contains(name)
                    || name.equals("namespace")
                            && namespace.equals(field.getValue().asText());
            if (isUnknownToMetadata(name) && isGiven(field.getValue()) && !isCopied) {
                fields.add(METADATA + name + " has no effect: " + why(name, namespace));
            }
        });
        return fields;
    }

    private static boolean isGiven(JsonNode value) {
        return !value.isNull()
                && !(value.isContainerNode() && value.isEmpty())
                && !(value.isTextual() && value.textValue().isEmpty());
    }

    private static String why(String field, String namespace) {
        return switch (field) {
            case "namespace" -> "Pods are created in the namespace of the set, " + namespace + "; leave it out";
            case "generateName" -> "the names of Pods begin with the name of the set; leave it out";
            case "deletionTimestamp", "deletionGracePeriodSeconds" -> "Pods are created to stay; leave it out";
            default ->
                "Pods get labels, annotations and finalizers from the metadata of a template; correct the name, or"
                        + " leave it out";
        };
    }

    private static List<String> ofStrategies(CollaSetSpec spec) {
        List<String> fields = new ArrayList<>();
        Optional<CollaSetSpec.ScaleStrategy> scale = Optional.ofNullable(spec.scaleStrategy());
        if (scale.filter(given -> !given.podToExclude().isEmpty()).isPresent()) {
            fields.add(STRATEGY + "podToExclude has no effect: this version gives no Pods away; lower"
                    + " spec.replicas and use podToDelete to choose which Pods go");
        }
        if (scale.filter(given -> !given.podToInclude().isEmpty()).isPresent()) {
            fields.add(STRATEGY + "podToInclude has no effect: this version takes no Pods over; raise"
                    + " spec.replicas to get new ones");
        }
        Optional.ofNullable(spec.updateStrategy())
                .map(CollaSetSpec.UpdateStrategy::rollingUpdate)
                .filter(rolling -> rolling.byLabel() != null)
                .map(CollaSetSpec.RollingUpdate::byPartition)
                .map(CollaSetSpec.ByPartition::partition)
                .ifPresent(partition ->
                        fields.add("spec.updateStrategy.rollingUpdate.byPartition has no effect: byLabel is"
                                + " given, too, and wins; leave one of the two out"));
        return fields;
    }

    /** Tells them, and the labels of Pods that ask for a feature that is not offered. */
    static void tell(CollaSetSnapshot snapshot, SetPods setPods, Conditions conditions) {
        List<String> ignored = new ArrayList<>(snapshot.set().ignored());
        ignored.addAll(noPods(snapshot));
        ignored.addAll(OwnKeys.unserved(setPods.podsOfSet()));
        if (ignored.isEmpty()) {
            conditions.remove(CONDITION);
        } else {
            conditions.set(CONDITION, true, "NotOffered", String.join("; ", ignored));
        }
    }

    /** Names to delete that no Pod of the set has or can have had; a name in the form of the set may be that of a Pod that is gone. */
    private static List<String> noPods(CollaSetSnapshot snapshot) {
        SetSpec set = snapshot.set();
        if (set.podsToDelete().isEmpty()) {
            return List.of();
        }
        Set<String> pods = snapshot.pods().stream().map(PodRecord::name).collect(Collectors.toSet());
        return set.podsToDelete().stream()
                .filter(name -> !pods.contains(name) && !PodNames.isOf(set, name))
                .sorted()
                .map(name ->
                        STRATEGY + "podToDelete: \"" + name + "\" has no effect: no Pod of the set has that name, and"
                                + " new ones are named " + set.name() + "-xxxxx; correct it, or leave it out")
                .toList();
    }
}
