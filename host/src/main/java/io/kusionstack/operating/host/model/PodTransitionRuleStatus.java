package io.kusionstack.operating.host.model;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.fabric8.generator.annotation.Required;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The decisions of a PodTransitionRule. Times are RFC 3339 with whole seconds.
 *
 * @param targets names of all Pods selected, sorted
 * @param details the Pods in a stage, sorted by name; where they are many, those that wait come first
 * @param moreDetails how many Pods in a stage {@code details} leaves out; absent for none
 * @param selector the selector of the last spec without mistakes, as text; empty for all Pods, absent for none
 * @param ruleStates the memory of rules that ask a server or a plugin
 * @param conditions whether the rules are understood, and how many slots are taken
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record PodTransitionRuleStatus(
        @Nullable Long observedGeneration,
        @Nullable String updateTime,
        List<String> targets,
        List<Detail> details,
        @Nullable Integer moreDetails,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String selector,
        List<RuleState> ruleStates,
        List<Condition> conditions) {
    static final PodTransitionRuleStatus EMPTY =
            new PodTransitionRuleStatus(null, null, List.of(), List.of(), null, null, List.of(), List.of());

    public PodTransitionRuleStatus {
        targets = Lists.copy(targets);
        details = Lists.copy(details);
        ruleStates = Lists.copy(ruleStates);
        conditions = Lists.copy(conditions);
    }

    /**
     * @param stage the stage it was judged for
     * @param passed true if no rule rejected the Pod; always written
     * @param passedRules names of the rules passed, sorted: the record of approval
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    public record Detail(
            @Nullable String name,
            @Nullable String stage,
            @Required boolean passed,
            List<String> passedRules,
            List<RejectInfo> rejectInfo) {
        public Detail {
            passedRules = Lists.copy(passedRules);
            rejectInfo = Lists.copy(rejectInfo);
        }
    }

    @JsonIgnoreProperties(ignoreUnknown = true)
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    public record RejectInfo(
            @Nullable String ruleName, @Nullable String reason) {}

    @JsonIgnoreProperties(ignoreUnknown = true)
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    public record RuleState(
            @Nullable String name,
            @Nullable WebhookStatus webhookStatus,
            @Nullable PluginStatus pluginStatus) {}

    /**
     * The memory of a plugin for one rule; no other plugin gets it.
     *
     * @param plugin the name of the plugin that remembers
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    public record PluginStatus(@Nullable String plugin, Map<String, String> memory) {
        public PluginStatus {
            memory = Lists.copy(memory);
        }
    }

    /**
     * @param taskStates tasks that run
     * @param history tasks that ended, dropped ten minutes later
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    public record WebhookStatus(List<TaskInfo> taskStates, List<TaskInfo> history) {
        public WebhookStatus {
            taskStates = Lists.copy(taskStates);
            history = Lists.copy(history);
        }
    }

    /**
     * @param processing names of Pods the server has not decided on
     * @param approved names of Pods it let pass
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    public record TaskInfo(
            @Nullable String taskId,
            List<String> processing,
            List<String> approved,
            @Nullable String beginTime,
            @Nullable String lastTime,
            @Nullable String message) {
        public TaskInfo {
            processing = Lists.copy(processing);
            approved = Lists.copy(approved);
        }
    }
}
