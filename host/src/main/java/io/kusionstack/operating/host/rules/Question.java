package io.kusionstack.operating.host.rules;

import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.host.rules.RuleSpec.Demand;
import io.kusionstack.operating.host.rules.RuleSpec.Rule;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What to ask a plugin for one rule.
 *
 * @param demand what {@code rule} asks
 * @param selected all Pods that the rule's object selects
 * @param waiting those to judge, the longest waiting first; their stage is stored on them
 * @param moves how often Pods of the rule's object had moved when the question was put
 */
record Question(
        RuleSpec spec,
        Rule rule,
        Demand.Plugged demand,
        List<PodRecord> selected,
        List<PodRecord> waiting,
        long moves) {
    private static final Pattern LOCATED = Pattern.compile("[\\w.\\[\\]-]+: ");

    Question {
        selected = List.copyOf(selected);
        waiting = List.copyOf(waiting);
    }

    /** Why a Pod waits for this rule. */
    Wait wait(Reason reason, String why) {
        return spec.wait(reason, rule, why);
    }

    /** The plugin, as messages call it. */
    String plugin() {
        return "plugin \"" + demand.plugin() + "\"";
    }

    /** A problem of the configuration, with its path in the object: what the plugin found is below, or about all of it. */
    String located(String problem) {
        return LOCATED.matcher(problem).lookingAt()
                ? demand.path() + "." + problem
                : demand.path() + ": " + problem.replaceFirst("^all together: ", "");
    }

    /** Where the object names the plugin. */
    String path() {
        String config = ".config";
        return demand.path().endsWith(config)
                ? demand.path().substring(0, demand.path().length() - config.length())
                : demand.path();
    }
}
