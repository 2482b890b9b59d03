package io.kusionstack.operating.host.plugins;

import com.fasterxml.jackson.databind.JsonNode;
import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.plugin.rule.RuleRequest;
import io.kusionstack.operating.plugin.rule.RuleResponse;
import java.util.List;
import java.util.function.Consumer;

/** The rules that plugins provide. Any thread. */
public interface RulePlugins {
    /**
     * Makes a worker for one configuration of one rule. The caller closes it when the configuration changes.
     *
     * @param plugin the name users write, for example {@code label-hook}
     * @param rule names the rule, the same whatever its configuration: calls for one rule never overlap, not even with one
     *     of an older worker that was given up
     * @param config an object; what the plugin's record says is bound, everything else is a problem
     */
    OpenedRule open(String plugin, String rule, JsonNode config);

    /** What {@link #open} came to. */
    sealed interface OpenedRule {
        record RuleReady(RuleWorker worker) implements OpenedRule {}

        /** @param problems all that is wrong with the configuration, each with its path below {@code config} */
        record RuleConfigInvalid(List<String> problems) implements OpenedRule {
            public RuleConfigInvalid {
                problems = List.copyOf(problems);
            }
        }

        /** No plugin of that name is loaded, or it does not answer. The reason names it, why, and the names that are known. */
        record RuleUnavailable(Wait why) implements OpenedRule {}
    }

    /** One rule of one PodTransitionRule. A call while another is under way in the plugin is not made: it is missing at once. */
    interface RuleWorker extends AutoCloseable {
        /**
         * Asks the plugin, until the deadline of the request or the configured limit, whichever is sooner.
         *
         * @param late takes the answer if it comes after that, on a thread of the plugin's: what the plugin wants to
         *     remember is not lost because it was slow. Only enqueues
         */
        Answer<RuleResponse> judge(RuleRequest request, Consumer<RuleResponse> late);

        /** The same, where nobody cares for a late answer. */
        default Answer<RuleResponse> judge(RuleRequest request) {
            return judge(request, late -> {});
        }

        /** Returns at once; the plugin's own worker is closed after its last call has returned. */
        @Override
        void close();
    }

    /** For hosts without plugins. */
    static RulePlugins none() {
        return (plugin, rule, config) -> new OpenedRule.RuleUnavailable(NoPlugins.wait(plugin));
    }
}
