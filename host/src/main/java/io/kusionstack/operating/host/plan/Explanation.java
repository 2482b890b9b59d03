package io.kusionstack.operating.host.plan;

import io.kusionstack.operating.plugin.PodRef;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The answer to "why is this Pod waiting?".
 *
 * @param operations one entry per operation on the Pod; empty when none runs
 * @param waits what has to happen before the Pod goes on, most important first
 * @param traffic how the Pod stands with each Service that a plugin serves, by the Service's name
 * @param nextLook when the host looks again though no event comes
 */
public record Explanation(
        PodRef pod,
        List<ExplainedOperation> operations,
        boolean inService,
        List<Wait> waits,
        List<ExplainedTraffic> traffic,
        Optional<Instant> nextLook) {
    public Explanation {
        operations = List.copyOf(operations);
        waits = List.copyOf(waits);
        traffic = List.copyOf(traffic);
    }

    /**
     * @param employer for example {@code Service shop/web}
     * @param loadBalancer where the plugin keeps its backends, for example the id of the load balancer; empty while unknown
     * @param serving {@code On}, {@code Starting}, {@code Draining}, {@code Foreign}, {@code Off}, or {@code Unknown} before
     *     the first look and while the provider does not tell
     * @param weight what the provider last took for the Pod, 0 where it gets no new requests; empty while the host does not
     *     know it
     * @param detail what the provider says of it; while it does not tell, how it was seen last; may be empty
     * @param since when the host first saw it so; empty while it is unknown
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
