package io.kusionstack.operating.testbed.audit;

import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Requests counted by who asked, how and for what.
 *
 * <pre>{@code
 * try (Stream<AuditEvent> events = AuditLog.read(cluster.instance().auditLog())) {
 *     Tally host = AuditSummary.of(events).only(what -> what.client().equals("operating-host")).total();
 * }
 * }</pre>
 *
 * @param tallies the counts
 */
public record AuditSummary(SortedMap<What, Tally> tallies) {
    /**
     * One kind of request.
     *
     * @param client the user agent up to its version
     * @param verb as in {@link AuditEvent}
     * @param resource the plural with group and subresource, for example {@code pods/status}
     */
    public record What(String client, String verb, String resource) implements Comparable<What> {
        private static final Set<String> WRITES = Set.of("create", "update", "patch", "delete", "deletecollection");
        private static final Comparator<What> ORDER =
                Comparator.comparing(What::client).thenComparing(What::resource).thenComparing(What::verb);

        static What of(AuditEvent event) {
            String resource =
                    event.subresource().isEmpty() ? event.resource() : event.resource() + "/" + event.subresource();
            return new What(event.client(), event.verb(), resource);
        }

        /** Whether the request was to change something. */
        public boolean isWrite() {
            return WRITES.contains(verb);
        }

        /** Whether it was to change a Pod. */
        public boolean isPodWrite() {
            return isWrite() && (resource.equals("pods") || resource.startsWith("pods/"));
        }

        /** Whether it was to announce something. */
        public boolean isEvent() {
            return isWrite() && resource.endsWith("events");
        }

        @Override
        public int compareTo(What other) {
            return ORDER.compare(this, other);
        }
    }

    /**
     * How often.
     *
     * @param requests all that were answered
     * @param unchanged writes of Pods that succeeded and changed nothing
     * @param conflicts writes refused with 409
     * @param refused all others answered with 400 or more
     */
    public record Tally(long requests, long unchanged, long conflicts, long refused) {
        static final Tally NONE = new Tally(0, 0, 0, 0);

        /** Those that were done: a conflict or a refusal wrote nothing. */
        public long done() {
            return requests - conflicts - refused;
        }

        Tally plus(Tally other) {
            return new Tally(
                    requests + other.requests,
                    unchanged + other.unchanged,
                    conflicts + other.conflicts,
                    refused + other.refused);
        }
    }

    /** Makes the map unmodifiable. */
    public AuditSummary {
        tallies = Collections.unmodifiableSortedMap(new TreeMap<>(tallies));
    }

    /**
     * Counts events, to be given from the beginning of a log.
     *
     * <p>How a write that changed nothing is known: it is answered with the version its request named, or with a version that an earlier
     * write of this Pod made. A binding and an eviction do not tell the version they made: a write that follows one of them, names no
     * version and changes nothing counts as a change.
     */
    public static AuditSummary of(Stream<AuditEvent> events) {
        SortedMap<What, Tally> tallies = new TreeMap<>();
        Versions versions = new Versions();
        events.forEach(event -> tallies.merge(What.of(event), tally(event, versions), Tally::plus));
        return new AuditSummary(tallies);
    }

    /** The part that is of interest. */
    public AuditSummary only(Predicate<What> interest) {
        SortedMap<What, Tally> part = new TreeMap<>();
        tallies.forEach((what, tally) -> {
            if (interest.test(what)) {
                part.put(what, tally);
            }
        });
        return new AuditSummary(part);
    }

    /** Everything together. */
    public Tally total() {
        return tallies.values().stream().reduce(Tally.NONE, Tally::plus);
    }

    private static Tally tally(AuditEvent event, Versions versions) {
        boolean failed = event.code() >= 400;
        return new Tally(
                1,
                !failed && versions.isUnchanged(event) ? 1 : 0,
                event.isConflict() ? 1 : 0,
                failed && !event.isConflict() ? 1 : 0);
    }

    /** The versions that writes have made, by Pod: each is made by exactly one. */
    private static final class Versions {
        private final Map<String, Set<String>> made = new HashMap<>();

        boolean isUnchanged(AuditEvent event) {
            if (event.podUid().isEmpty()) {
                return false;
            }
            boolean first =
                    made.computeIfAbsent(event.podUid(), uid -> new HashSet<>()).add(event.answeredVersion());
            return !first || event.answeredVersion().equals(event.askedVersion());
        }
    }
}
