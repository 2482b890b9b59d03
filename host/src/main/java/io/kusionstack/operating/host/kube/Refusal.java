package io.kusionstack.operating.host.kube;

import io.kusionstack.operating.host.plan.PodEdit;

/**
 * The API server does not take an edit of a Pod for its content.
 *
 * @param code the HTTP status: 400, 403 or 422
 * @param message the API server's words
 * @param edit what was sent, the gate's part included
 */
public record Refusal(int code, String message, PodEdit edit) {}
