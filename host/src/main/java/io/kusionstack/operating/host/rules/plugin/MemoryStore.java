package io.kusionstack.operating.host.rules.plugin;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kusionstack.operating.host.kernel.Durations;
import io.kusionstack.operating.host.kernel.Key;
import io.kusionstack.operating.host.kernel.Outcome;
import io.kusionstack.operating.host.model.PodTransitionRule;
import io.kusionstack.operating.host.model.PodTransitionRuleSpec;
import io.kusionstack.operating.host.model.PodTransitionRuleStatus.PluginStatus;
import io.kusionstack.operating.host.model.PodTransitionRuleStatus.RuleState;
import io.kusionstack.operating.host.plan.Action;
import io.kusionstack.operating.host.plan.Actuator;
import io.kusionstack.operating.host.plan.Applied;
import io.kusionstack.operating.host.plan.Failure;
import io.kusionstack.operating.host.plan.ObjectKind;
import io.kusionstack.operating.host.plan.ObjectRef;
import io.kusionstack.operating.host.plan.Plan;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The memory of rule plugins, stored in {@code ruleStates} of the status of the rule objects: by rule, the plugin's name and
 * the entries that it gave with its last response. Blocks for a write where something changed.
 *
 * @param objects the cached rule objects
 */
record MemoryStore(Function<Key, Optional<PodTransitionRule>> objects, Actuator actuator) {
    private static final Duration SOON = Duration.ofMillis(100);
    private static final JsonMapper JSON = new JsonMapper();

    /**
     * The memory to send with the query, an empty map where nothing is stored. Absent if the rule object is gone or another
     * one.
     */
    Optional<Map<String, String>> of(PluginQuery query) {
        return object(query)
                .map(object -> memory(object, query.rule().name(), query.check().plugin()));
    }

    /**
     * The memory is not stored.
     *
     * @param why a sentence, or empty
     * @param after when to try again
     */
    record StoreFailure(String why, Duration after) {}

    /** Stores the memory; empty once it is stored. After a failure the cluster has the older memory, or an unknown one. */
    Optional<StoreFailure> store(PluginQuery query, Map<String, String> memory) {
        Optional<PodTransitionRule> object = object(query);
        if (object.isEmpty()) {
            return Optional.of(new StoreFailure("", SOON));
        }
        String rule = query.rule().name();
        String plugin = query.check().plugin();
        if (memory(object.get(), rule, plugin).equals(memory)) {
            return Optional.empty();
        }
        ObjectRef ref = new ObjectRef(
                ObjectKind.POD_TRANSITION_RULE,
                query.spec().key().namespace(),
                query.spec().key().name(),
                query.spec().uid());
        long version = Long.parseLong(object.get().getMetadata().getResourceVersion());
        Applied applied = actuator.apply(Plan.of(new Action.PatchStatus(
                ref, version, patch(object.get(), rule, plugin, memory), reliesOn(object.get()))));
        return applied.failures().stream().findFirst().map(failure -> failed(failure, applied.outcome()));
    }

    /** The actuator knows the pause, which follows the answer of the API server. */
    private static StoreFailure failed(Failure failure, Outcome outcome) {
        Duration pause = outcome instanceof Outcome.RequeueAfter again ? again.after() : SOON;
        return new StoreFailure(failure.result().isRefusal() ? failure.sentence() : "", Durations.longer(pause, SOON));
    }

    private Optional<PodTransitionRule> object(PluginQuery query) {
        return objects.apply(query.spec().key())
                .filter(object -> query.spec().uid().equals(object.getMetadata().getUid()));
    }

    /** The memory of this plugin for this rule; what another plugin stored under the rule's name is not read. */
    private static Map<String, String> memory(PodTransitionRule object, String rule, String plugin) {
        for (RuleState state : object.getStatus().ruleStates()) {
            PluginStatus remembered = state.pluginStatus();
            if (rule.equals(state.name()) && remembered != null && plugin.equals(remembered.plugin())) {
                return remembered.memory();
            }
        }
        return Map.of();
    }

    private static ObjectNode reliesOn(PodTransitionRule object) {
        ObjectNode fields = JsonNodeFactory.instance.objectNode();
        fields.putObject("metadata").put("generation", object.getMetadata().getGeneration());
        fields.putObject("status")
                .set("ruleStates", JSON.valueToTree(object.getStatus().ruleStates()));
        return fields;
    }

    /** A merge patch of the status that stores this memory; memory of rules that are gone is left out. */
    private static ObjectNode patch(PodTransitionRule object, String rule, String plugin, Map<String, String> memory) {
        Set<String> rules = object.getSpec().rules().stream()
                .map(PodTransitionRuleSpec.Rule::name)
                .collect(Collectors.toSet());
        ObjectNode status = JsonNodeFactory.instance.objectNode();
        ArrayNode states = status.putArray("ruleStates");
        boolean found = false;
        for (RuleState state : object.getStatus().ruleStates()) {
            boolean own = rule.equals(state.name());
            if (own && !found) {
                add(states, JSON.valueToTree(new RuleState(rule, state.webhookStatus(), null)), plugin, memory);
                found = true;
            } else if (!own && rules.contains(state.name())) {
                states.add(JSON.<ObjectNode>valueToTree(state));
            }
        }
        if (!found) {
            add(states, JSON.valueToTree(new RuleState(rule, null, null)), plugin, memory);
        }
        return status;
    }

    private static void add(ArrayNode states, ObjectNode state, String plugin, Map<String, String> memory) {
        if (!memory.isEmpty()) {
            ObjectNode remembered = state.putObject("pluginStatus").put("plugin", plugin);
            ObjectNode entries = remembered.putObject("memory");
            new TreeMap<>(memory).forEach(entries::put);
        }
        if (state.size() > 1) {
            states.add(state);
        }
    }
}
