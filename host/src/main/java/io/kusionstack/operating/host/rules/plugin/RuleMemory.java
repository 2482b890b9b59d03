package io.kusionstack.operating.host.rules.plugin;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kusionstack.operating.host.model.PodTransitionRule;
import io.kusionstack.operating.host.model.PodTransitionRuleSpec;
import io.kusionstack.operating.host.model.PodTransitionRuleStatus.PluginStatus;
import io.kusionstack.operating.host.model.PodTransitionRuleStatus.RuleState;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What plugins remember of rules, in the {@code ruleStates} of the PodTransitionRule's status. Pure. */
final class RuleMemory {
    private static final JsonMapper JSON = new JsonMapper();

    private RuleMemory() {}

    /** What this plugin remembers of this rule; what another plugin remembered under the rule's name is not its business. */
    static Map<String, String> of(PodTransitionRule object, String rule, String plugin) {
        for (RuleState state : object.getStatus().ruleStates()) {
            PluginStatus remembered = state.pluginStatus();
            if (rule.equals(state.name()) && remembered != null && plugin.equals(remembered.plugin())) {
                return remembered.memory();
            }
        }
        return Map.of();
    }

    /** A merge patch of the status after which this is remembered; what belongs to rules that are gone is left out. */
    static ObjectNode patch(PodTransitionRule object, String rule, String plugin, Map<String, String> memory) {
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
