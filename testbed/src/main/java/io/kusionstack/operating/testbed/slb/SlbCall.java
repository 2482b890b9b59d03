package io.kusionstack.operating.testbed.slb;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * One call as it was met.
 *
 * @param at when it was decided
 * @param parameters as sent, without key, nonce and signature
 * @param elements how many backends it named
 * @param code {@code OK}, or the code of the refusal
 * @param applied whether it did what it asks
 * @param answered whether the caller was sent an answer
 * @param after the backends of the group it was about, afterwards; empty where it was about no group
 */
public record SlbCall(
        Instant at,
        String action,
        Map<String, String> parameters,
        int elements,
        String code,
        boolean applied,
        boolean answered,
        List<SlbBackend> after) {
    public SlbCall {
        parameters = Map.copyOf(parameters);
        after = List.copyOf(after);
    }
}
