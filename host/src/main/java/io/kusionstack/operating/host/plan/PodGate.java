package io.kusionstack.operating.host.plan;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** The port through which the actuator calls the lifecycle: every write to a Pod passes it. */
@FunctionalInterface
public interface PodGate {
    /**
     * Advances the Pod as far as its facts allow and returns the complete write. Idempotent: advancing the
     * outcome again adds nothing. Called for a look at the Pod and in its write lane, on facts in memory; never blocks on I/O.
     *
     * @param seen the record the edit was decided on
     * @param edit the edit of the caller; may be empty
     */
    Advance advance(PodRecord seen, PodEdit edit, Instant now);

    /**
     * As {@link #advance}, but begun operations go on without the edit they want to make: for the one repetition after
     * the server refused such a write for its content, so that a bad image never keeps traffic's finalizer.
     */
    default Advance advanceWithoutIntention(PodRecord seen, PodEdit edit, Instant now) {
        return advance(seen, edit, now);
    }

    /**
     * The edit that an operation on the Pod will make once the Pod is out of service, as far as it is known; an empty one
     * where it will delete the Pod.
     *
     * @param edit the edit that is about to be written
     */
    default Optional<PodEdit> wanted(PodRecord seen, PodEdit edit, Instant now) {
        return Optional.empty();
    }

    /**
     * @param edit the part that changes {@code seen}; empty if there is nothing to write
     * @param waits why the Pod does not go further
     * @param lookAgain when to look though no event comes
     */
    record Advance(PodEdit edit, List<Wait> waits, Optional<Duration> lookAgain) {
        public Advance {
            waits = List.copyOf(waits);
        }

        /** An edit that the lifecycle has nothing to say about. */
        public static Advance of(PodEdit edit) {
            return new Advance(edit, List.of(), Optional.empty());
        }
    }
}
