package io.kusionstack.operating.host.plugins;

import com.fasterxml.jackson.databind.JsonNode;
import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.plugin.rule.RuleRequest;
import io.kusionstack.operating.plugin.rule.RuleResponse;
import java.util.List;
import java.util.function.Consumer;

/** Makes workers of the rules that plugins provide. Any thread. */
public interface RulePlugins {
    /**
     * Makes a worker for one configuration of one rule. The caller closes it when the configuration changes.
     *
     * @param plugin the name users write, for example {@code label-hook}
     * @param rule the name of the rule, the same for each configuration of it: calls for one rule never overlap, not even
     *     with a call of an older worker that timed out
     * @param config an object; it is bound to the plugin's record, and a key that the record does not have is a problem
     */
    OpenedRule open(String plugin, String rule, JsonNode config);

    /** The result of {@link #open}. */
    sealed interface OpenedRule {
        record RuleReady(RuleWorker worker) implements OpenedRule {}

        /** @param path below {@code config}; empty for a problem of all of it */
        record ConfigProblem(String path, String sentence) {}

        /** @param problems all problems of the configuration */
        record RuleConfigInvalid(List<ConfigProblem> problems) implements OpenedRule {
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
         * @param late takes an answer that comes after that, on a thread of the plugin, so that the memory of a slow plugin is
         *     not lost; must not block
         */
        Answer<RuleResponse> judge(RuleRequest request, Consumer<RuleResponse> late);

        /** The same; a late answer is dropped. */
        default Answer<RuleResponse> judge(RuleRequest request) {
            return judge(request, late -> {});
        }

        /** Returns at once; the plugin's own worker is closed after its last call has returned. */
        @Override
        void close();
    }
}
