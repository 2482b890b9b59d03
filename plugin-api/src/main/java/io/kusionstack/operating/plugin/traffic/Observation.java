package io.kusionstack.operating.plugin.traffic;

import io.kusionstack.operating.plugin.traffic.Progress.Pending.Kind;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * How it stands at a provider. Only {@link Known} says anything about backends: what could not be read is {@link Unknown},
 * never an empty {@link Known}, because what is not listed there is taken for gone and its Pod may be touched.
 */
public sealed interface Observation {
    /**
     * What a provider has: one entry for each ip and port, whatever number of listeners or groups of the provider it stands
     * in. What is not listed gets no traffic.
     *
     * @param readAt when the provider was asked; an answer from a cache carries the time of the original read
     */
    record Known(Instant readAt, List<ObservedBackend> backends) implements Observation {
        public Known {
            backends = List.copyOf(backends);
        }
    }

    /**
     * The provider did not tell: it does not answer, asks for fewer calls, refuses the read, does not know the name. It says
     * nothing about any backend.
     *
     * @param kind {@link Kind#THROTTLED} if the provider asks for fewer calls
     * @param reason one sentence for the person who asks; no secret
     * @param after when it is worth asking again
     */
    record Unknown(Kind kind, String reason, Duration after) implements Observation {
        /** For a reason that the host need not tell apart. */
        public Unknown(String reason, Duration after) {
            this(Kind.OTHER, reason, after);
        }
    }

    /**
     * The provider proves that there is no such place: a list that is complete, read where the place would be, does not have
     * it. An error is no proof, nor is a name that the provider does not like.
     *
     * @param readAt as in {@link Known}
     * @param proof one sentence: what was read, and what is there instead
     */
    record NoSuchPlace(Instant readAt, String proof) implements Observation {}
}
