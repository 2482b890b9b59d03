package io.kusionstack.operating.host.rules.spec;

import java.util.Optional;

/**
 * The arithmetic of {@code availablePolicy}: how many of the selected Pods may be out of service at a time.
 *
 * @param maxUnavailable at most so many out of service; a percentage is rounded up; empty means no limit
 * @param minAvailable at least so many in service; a percentage is rounded down; empty means no limit
 */
public record AvailabilityRule(Optional<Quota> maxUnavailable, Optional<Quota> minAvailable) {

    /** The limit that keeps one more Pod from leaving service, in a text without changing numbers; empty if none does. */
    public Optional<String> blocks(PodCounts count) {
        if (count.unavailable() + 1 > mostUnavailable(count)) {
            return maxUnavailable.map(quota -> "maxUnavailable " + quota + " is used up by other Pods");
        }
        if (count.available() - 1 < leastAvailable(count)) {
            return minAvailable.map(quota -> "minAvailable " + quota + " leaves no Pod to spare");
        }
        return Optional.empty();
    }

    /** The limit that keeps every Pod from being touched, also one that is out of service already; empty if none does. */
    public Optional<String> freezes() {
        return maxUnavailable.filter(Quota::isZero).map(quota -> "maxUnavailable " + quota + " lets no Pod be touched");
    }

    /** At most so many Pods may be out of service by both limits; may be negative. */
    public int allowance(PodCounts count) {
        return Math.min(mostUnavailable(count), count.wanted() - leastAvailable(count));
    }

    private int mostUnavailable(PodCounts count) {
        return maxUnavailable.map(quota -> quota.roundedUp(count.wanted())).orElse(count.wanted());
    }

    private int leastAvailable(PodCounts count) {
        return minAvailable.map(quota -> quota.roundedDown(count.wanted())).orElse(0);
    }

    @Override
    public String toString() {
        String most = maxUnavailable.map(quota -> "maxUnavailable " + quota).orElse("");
        String least = minAvailable.map(quota -> "minAvailable " + quota).orElse("");
        return most + (most.isEmpty() || least.isEmpty() ? "" : ", ") + least;
    }

    /**
     * The Pods that a rule selects, each counted once.
     *
     * @param pods that exist, terminating ones too
     * @param out of these, out of service or allowed to leave it
     * @param missing that owners want and that do not exist
     */
    public record PodCounts(int pods, int out, int missing) {
        public PodCounts {
            if (out < 0 || out > pods || missing < 0) {
                throw new IllegalArgumentException(pods + " Pods, " + out + " out, " + missing + " missing");
            }
        }

        /** The number of Pods that should exist; percentages are of this number. */
        public int wanted() {
            return pods + missing;
        }

        public int unavailable() {
            return out + missing;
        }

        public int available() {
            return pods - out;
        }

        /** The count if one of those that are out were in service. */
        public PodCounts andOneBack() {
            return new PodCounts(pods, out - 1, missing);
        }

        /** The count if one that is out, and left out, were in service. */
        public PodCounts andOneMore() {
            return new PodCounts(pods + 1, out, missing);
        }

        /** The count without so many of those that are out. */
        public PodCounts without(int fewer) {
            return new PodCounts(pods - fewer, out - fewer, missing);
        }

        /** The count once one more Pod may leave service. */
        public PodCounts andOneMoreOut() {
            return new PodCounts(pods, out + 1, missing);
        }
    }
}
