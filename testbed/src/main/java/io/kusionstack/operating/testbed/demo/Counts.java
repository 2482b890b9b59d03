package io.kusionstack.operating.testbed.demo;

import java.util.List;

/**
 * What became of requests.
 *
 * @param answered how many ended well
 * @param misrouted how many went to a Pod that did not answer during all of it
 * @param unserved how many found no Pod to go to
 * @param examples the first misrouted ones
 */
public record Counts(long answered, long misrouted, long unserved, List<Request> examples) {
    public Counts {
        examples = List.copyOf(examples);
    }

    /** All requests. */
    public long requests() {
        return answered + misrouted + unserved;
    }

    /** Whether every request was answered. */
    public boolean isClean() {
        return misrouted == 0 && unserved == 0;
    }
}
