package io.kusionstack.operating.host.plugins;

import com.fasterxml.jackson.databind.JsonNode;
import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.plugin.rule.RuleRequest;
import io.kusionstack.operating.plugin.rule.RuleResponse;
import java.util.List;

/** The door for whoever judges Pods: rules that plugins provide. Any thread. */
public interface RulePlugins {
    /**
     * Makes a worker for one configuration of one rule. The caller closes it when the configuration changes.
     *
     * @param plugin the name users write, for example {@code label-hook}
     * @param config an object; what the plugin's record says is bound, everything else is a problem
     */
    Opened open(String plugin, JsonNode config);

    /** What {@link #open} came to. */
    sealed interface Opened {
        record Ready(RuleWorker worker) implements Opened {}

        /** @param problems all that is wrong with the configuration, each with its path below {@code config} */
        record Invalid(List<String> problems) implements Opened {
            public Invalid {
                problems = List.copyOf(problems);
            }
        }

        /** No plugin of that name is loaded, or it does not answer. The reason names it, why, and the names that are known. */
        record Unavailable(Wait why) implements Opened {}
    }

    /** One rule of one PodTransitionRule. Calls for one worker must not overlap. */
    interface RuleWorker extends AutoCloseable {
        /** Asks the plugin, until the deadline of the request or the configured limit, whichever is sooner. */
        Answer<RuleResponse> judge(RuleRequest request);

        /** Returns at once; the plugin's own worker is closed after its last call has returned. */
        @Override
        void close();
    }

    /** For hosts without plugins. */
    static RulePlugins none() {
        return (plugin, config) -> new Opened.Unavailable(NoPlugins.wait(plugin));
    }
}
