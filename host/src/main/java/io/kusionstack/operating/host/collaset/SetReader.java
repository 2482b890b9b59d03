package io.kusionstack.operating.host.collaset;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.LabelSelectorRequirement;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.kusionstack.operating.host.model.CollaSet;
import io.kusionstack.operating.host.model.CollaSetSpec;
import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.ObjectKind;
import io.kusionstack.operating.host.plan.ObjectRef;
import io.kusionstack.operating.host.plan.Selector;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Reads a CollaSet as it came from the API server: fills in defaults and lists everything that is wrong with it. */
final class SetReader {
    private static final int HISTORY_LIMIT = 20;
    private static final String POLICIES = "Recreate, InPlaceIfPossible, InPlaceOnly";

    private final CollaSetSpec spec;
    private final List<String> problems = new ArrayList<>();

    private SetReader(CollaSetSpec spec) {
        this.spec = spec;
    }

    /** The set as a value, with its problems; an invalid field has its default. */
    static SetSpec read(CollaSet set) {
        return read(set, set.getSpec());
    }

    /** The set as if {@code spec} were its spec. */
    static SetSpec read(CollaSet set, CollaSetSpec spec) {
        return new SetReader(spec).all(set, set.getMetadata());
    }

    /** The selector of the set; empty if it is missing or not valid. */
    static Optional<Selector> selector(CollaSet set) {
        return new SetReader(set.getSpec()).parsed().flatMap(Selector.Parsed::selector);
    }

    private SetSpec all(CollaSet set, ObjectMeta metadata) {
        Optional<CollaSetSpec.UpdateStrategy> update = Optional.ofNullable(spec.updateStrategy());
        Optional<CollaSetSpec.ScaleStrategy> scale = Optional.ofNullable(spec.scaleStrategy());
        JsonNode template = Optional.ofNullable(spec.template()).orElse(JsonNodeFactory.instance.objectNode());
        check(metadata, template, scale.map(CollaSetSpec.ScaleStrategy::context).orElse(""));
        Optional<Selector> selector = selector(template);
        replicas();
        notYetBuilt();
        return new SetSpec(
                new ObjectRef(ObjectKind.COLLASET, metadata.getNamespace(), metadata.getName(), metadata.getUid()),
                Long.parseLong(metadata.getResourceVersion()),
                Optional.ofNullable(metadata.getGeneration()).orElse(0L),
                metadata.getDeletionTimestamp() != null,
                Optional.ofNullable(metadata.getFinalizers()).orElse(List.of()),
                atLeastZero("spec.replicas", spec.replicas(), 0),
                selector,
                matchLabels(),
                template,
                spec.volumeClaimTemplates(),
                policy(update.map(CollaSetSpec.UpdateStrategy::podUpgradePolicy).orElse("")),
                rollout(update.map(CollaSetSpec.UpdateStrategy::rollingUpdate)),
                delay(
                        "spec.updateStrategy.operationDelaySeconds",
                        update.map(CollaSetSpec.UpdateStrategy::operationDelaySeconds)),
                delay(
                        "spec.scaleStrategy.operationDelaySeconds",
                        scale.map(CollaSetSpec.ScaleStrategy::operationDelaySeconds)),
                atLeastZero("spec.historyLimit", spec.historyLimit(), HISTORY_LIMIT),
                scale.map(CollaSetSpec.ScaleStrategy::context)
                        .filter(context -> !context.isEmpty())
                        .orElse(metadata.getName()),
                scale.map(strategy -> Set.copyOf(strategy.podToDelete())).orElse(Set.of()),
                set.getStatus(),
                IgnoredFields.of(spec, template, metadata.getNamespace()),
                assumed(metadata),
                AcceptedSpec.text(spec),
                problems,
                List.of());
    }

    private void check(ObjectMeta metadata, JsonNode template, String context) {
        int replicas = Objects.requireNonNullElse(spec.replicas(), 0);
        problems.addAll(SetLimits.problems(metadata.getName(), replicas, template));
        problems.addAll(TemplateShape.problems(template));
        problems.addAll(SetLimits.ofContext(context));
    }

    /** A manifest that leaves the number out must not delete what serves, whatever the status says of it at that moment. */
    private void replicas() {
        if (spec.replicas() == null) {
            problems.add("spec.replicas: it is missing; give the number of Pods, 0 for none");
        }
    }

    private Map<String, String> matchLabels() {
        return Optional.ofNullable(spec.selector())
                .map(LabelSelector::getMatchLabels)
                .orElse(Map.of());
    }

    private Optional<Selector> selector(JsonNode template) {
        Map<String, String> labels = Template.labels(template);
        Optional<Selector.Parsed> written = parsed();
        if (written.isEmpty()) {
            problems.add("spec.selector: it is missing or empty; give it labels that spec.template carries");
            return Optional.empty();
        }
        Selector.Parsed parsed = written.get();
        problems.addAll(parsed.problems());
        if (parsed.selector().filter(selector -> !selector.matches(labels)).isPresent()) {
            labels.remove(Names.CONTROL);
            problems.add("spec.selector: " + parsed.selector().get() + " does not match the labels "
                    + new TreeMap<>(labels)
                    + " of spec.template; give the template every label that the selector asks for");
        }
        return parsed.selector();
    }

    private Optional<Selector.Parsed> parsed() {
        LabelSelector written = spec.selector();
        return written == null
                        || (matchLabels().isEmpty() && expressions(written).isEmpty())
                ? Optional.empty()
                : Optional.of(Selector.parse("spec.selector", matchLabels(), expressions(written)));
    }

    private static List<Selector.Expression> expressions(LabelSelector selector) {
        List<Selector.Expression> expressions = new ArrayList<>();
        for (LabelSelectorRequirement each : selector.getMatchExpressions()) {
            expressions.add(new Selector.Expression(
                    Objects.requireNonNullElse(each.getKey(), ""),
                    Objects.requireNonNullElse(each.getOperator(), ""),
                    each.getValues()));
        }
        return expressions;
    }

    private void notYetBuilt() {
        if (!spec.volumeClaimTemplates().isEmpty()) {
            problems.add("spec.volumeClaimTemplates: this version makes no volume claims; leave the field out");
        }
        CollaSetSpec.NamingStrategy naming = spec.namingStrategy();
        String suffix = naming == null ? "" : Objects.requireNonNullElse(naming.podNamingSuffixPolicy(), "");
        if (!suffix.isEmpty() && !suffix.equals("Random")) {
            problems.add("spec.namingStrategy.podNamingSuffixPolicy: \"" + suffix + "\" is not offered; use Random");
        }
    }

    private static List<String> assumed(ObjectMeta metadata) {
        return Optional.ofNullable(metadata.getAnnotations())
                .map(annotations -> annotations.get(Names.FIELD_TRACKING))
                .filter(value -> !value.equals(Names.FIELD_TRACKING_KEPT))
                .map(value -> "metadata.annotations[" + Names.FIELD_TRACKING + "]: \"" + value + "\" is taken for "
                        + Names.FIELD_TRACKING_KEPT + "; write that, or remove the annotation")
                .stream()
                .toList();
    }

    private UpgradePolicy policy(String word) {
        return switch (word) {
            case "Recreate" -> UpgradePolicy.RECREATE;
            case "InPlaceOnly" -> UpgradePolicy.IN_PLACE_ONLY;
            case "", "InPlaceIfPossible" -> UpgradePolicy.IN_PLACE_IF_POSSIBLE;
            default -> {
                problems.add("spec.updateStrategy.podUpgradePolicy: \"" + word + "\" is not offered; use one of "
                        + POLICIES);
                yield UpgradePolicy.IN_PLACE_IF_POSSIBLE;
            }
        };
    }

    private Rollout rollout(Optional<CollaSetSpec.RollingUpdate> rolling) {
        if (Boolean.TRUE.equals(spec.paused())) {
            return new Rollout.Paused();
        }
        if (rolling.map(CollaSetSpec.RollingUpdate::byLabel).isPresent()) {
            return new Rollout.Labelled();
        }
        Optional<Integer> partition =
                rolling.map(CollaSetSpec.RollingUpdate::byPartition).map(CollaSetSpec.ByPartition::partition);
        return new Rollout.Partition(
                atLeastZero("spec.updateStrategy.rollingUpdate.byPartition.partition", partition.orElse(null), 0),
                partition.isPresent());
    }

    private Duration delay(String path, Optional<Integer> seconds) {
        return Duration.ofSeconds(atLeastZero(path, seconds.orElse(null), 0));
    }

    private int atLeastZero(String path, @Nullable Integer value, int absent) {
        if (value == null) {
            return absent;
        }
        if (value < 0) {
            problems.add(path + ": " + value + " is less than 0; give 0 or more");
            return absent;
        }
        return value;
    }
}
