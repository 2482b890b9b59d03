package io.kusionstack.operating.host.model;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * A condition in the status of a custom resource.
 *
 * @param status {@code True}, {@code False} or {@code Unknown}
 * @param lastTransitionTime when {@code status} changed last, RFC 3339 with whole seconds
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record Condition(
        @Nullable String type,
        @Nullable String status,
        @Nullable String lastTransitionTime,
        @Nullable String reason,
        @Nullable String message) {}
