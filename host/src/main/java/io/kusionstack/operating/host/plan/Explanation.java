package io.kusionstack.operating.host.plan;

import io.kusionstack.operating.plugin.PodRef;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The answer to "why is this Pod waiting?".
 *
 * @param operations one entry per operation on the Pod; empty when none runs
 * @param waits why the Pod waits, most important first; of a Pod that is out of service never empty: where nothing is known to hold it, the
 *     next step of the host itself
 * @param traffic the state of the Pod at each Service that a plugin serves, by the name of the Service
 * @param nextLook when the host checks again if no event comes
 */
public record Explanation(
        PodRef pod,
        List<ExplainedOperation> operations,
        boolean inService,
        List<Wait> waits,
        List<ExplainedTraffic> traffic,
        Optional<Instant> nextLook) {
    private static final Wait NEXT_STEP = new Wait(
            Reason.STEP_UNDER_WAY,
            "",
            "nothing else holds the Pod: the host is about to look at it, or its write is under way");

    public Explanation {
        operations = List.copyOf(operations);
        waits = waits.isEmpty() && !inService ? List.of(NEXT_STEP) : List.copyOf(waits);
        traffic = List.copyOf(traffic);
    }

    /** The waits that name what holds the Pod. */
    public List<Wait> known() {
        return waits.stream().filter(wait -> !wait.equals(NEXT_STEP)).toList();
    }

    /**
     * @param employer for example {@code Service shop/web}
     * @param loadBalancer the load balancer of its backends, for example its id; empty while unknown
     * @param serving {@code On}, {@code Starting}, {@code Draining}, {@code Foreign}, {@code Off}, or {@code Unknown} before
     *     the first observation and while the provider does not tell
     * @param weight the weight that the provider last took for the Pod, 0 if it gets no new requests; empty while it is not known
     * @param detail the remark of the provider; while the provider does not tell, the last known state; may be empty
     * @param since when the host first observed that state; empty while it is unknown
     */
    public record ExplainedTraffic(
            String employer,
            String plugin,
            String loadBalancer,
            String serving,
            Optional<Integer> weight,
            String detail,
            Optional<Instant> since) {}

    /**
     * @param phase a word of the lifecycle: PreCheck, Preparing, Operating, PostCheck, Completing
     * @param since when the phase was entered, from the time stamp in the label; empty where the value is not a time
     */
    public record ExplainedOperation(String id, String type, String phase, Optional<Instant> since) {}
}
