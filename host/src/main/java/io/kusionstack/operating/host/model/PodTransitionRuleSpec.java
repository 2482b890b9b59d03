package io.kusionstack.operating.host.model;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.crd.generator.annotation.PreserveUnknownFields;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.LabelSelector;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which Pods a PodTransitionRule guards, and by which rules.
 *
 * @param selector finds Pods of the same namespace; the empty selector finds all
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@ValidationRule(value = "has(self.selector)", message = "selector is required; {} selects every Pod of the namespace")
public record PodTransitionRuleSpec(@Nullable LabelSelector selector, List<Rule> rules) {
    static final PodTransitionRuleSpec EMPTY = new PodTransitionRuleSpec(null, List.of());

    public PodTransitionRuleSpec {
        rules = Lists.copy(rules);
    }

    /**
     * One rule: exactly one of {@code availablePolicy}, {@code labelCheck}, {@code webhook} and {@code plugin}.
     *
     * @param name the rule's identity in status, messages and metrics
     * @param disabled true takes the rule out; absent means false
     * @param stage {@code PreCheck} or {@code PostCheck}; absent means {@code PreCheck}
     * @param conditions names of conditions a Pod has to meet for the rule to apply; none is known
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @ValidationRule(
            value = "!has(self.plugin) || !(has(self.availablePolicy) || has(self.labelCheck) || has(self.webhook))",
            message = "plugin stands alone; make availablePolicy, labelCheck and webhook rules of their own")
    public record Rule(
            @Required @Size(min = 1) String name,
            @Nullable Boolean disabled,
            @Nullable String stage,
            @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> conditions,
            @Nullable Filter filter,
            @Nullable AvailablePolicy availablePolicy,
            @Nullable LabelCheck labelCheck,
            @Nullable Webhook webhook,
            @Nullable Plugin plugin) {
        public Rule {
            conditions = Lists.copy(conditions);
        }
    }

    /** @param labelSelector Pods that do not match skip the rule; absent matches all */
    @JsonIgnoreProperties(ignoreUnknown = true)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Filter(@Nullable LabelSelector labelSelector) {}

    /**
     * Asks any rule plugin of the host.
     *
     * @param name the plugin's own name
     * @param config in the form that the plugin defines; absent means an empty one
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Plugin(
            @Required @Pattern("^[a-z0-9-]{1,63}$") String name,
            @PreserveUnknownFields @Nullable JsonNode config) {}

    /** How many Pods may be out of service at once: numbers of Pods or percentages such as {@code "25%"}. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @ValidationRule(
            value = "has(self.maxUnavailableValue) || has(self.minAvailableValue)",
            message = "minAvailableValue and maxUnavailableValue must have at least one configured")
    public record AvailablePolicy(
            @Nullable IntOrString maxUnavailableValue,
            @Nullable IntOrString minAvailableValue,
            @Nullable DynamicValue maxUnavailablePolicy,
            @Nullable DynamicValue minAvailablePolicy) {}

    /** Accepted for compatibility, without effect. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record DynamicValue(@Nullable ExponentialFunction expFunc) {}

    /** The number {@code coeff} times the number of Pods to the power of {@code pow}. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record ExponentialFunction(
            @Nullable String coeff, @Nullable String pow) {}

    /** @param requires the labels a Pod needs to pass */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record LabelCheck(@Required LabelSelector requires) {}

    /**
     * Asks a server of the user's.
     *
     * @param failurePolicy {@code Ignore} or {@code Fail}
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Webhook(
            @Required ClientConfig clientConfig,
            @Nullable String failurePolicy,
            @JsonInclude(JsonInclude.Include.NON_EMPTY) List<Parameter> parameters) {
        public Webhook {
            parameters = Lists.copy(parameters);
        }
    }

    /** @param caBundle base64 of PEM; absent, empty or {@code Cg==} means none */
    @JsonIgnoreProperties(ignoreUnknown = true)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record ClientConfig(
            @Required String url,
            @Nullable String caBundle,
            @Nullable Poll poll) {}

    /**
     * Where to ask for the end of a task the webhook began.
     *
     * @param rawQueryKey absent or empty means {@code task-id}
     * @param intervalSeconds absent means 5
     * @param timeoutSeconds absent means 60
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Poll(
            @Required String url,
            @Nullable String rawQueryKey,
            @Nullable String caBundle,
            @Nullable Long intervalSeconds,
            @Nullable Long timeoutSeconds) {}

    /** @param value wins over {@code valueFrom} if it is not empty */
    @JsonIgnoreProperties(ignoreUnknown = true)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Parameter(
            @Nullable String key,
            @Nullable String value,
            @Nullable ValueSource valueFrom) {}

    /** @param type accepted for compatibility, without effect */
    @JsonIgnoreProperties(ignoreUnknown = true)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record ValueSource(
            @Nullable FieldReference fieldRef, @Nullable String type) {}

    /** Names a field of the Pod, such as {@code metadata.name}. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record FieldReference(
            @Nullable String apiVersion, @Nullable String fieldPath) {}
}
