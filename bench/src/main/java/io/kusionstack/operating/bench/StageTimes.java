package io.kusionstack.operating.bench;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * When Pods reached the stages of their update.
 *
 * @param pods for each Pod that went through all stages, when it reached them
 */
record StageTimes(List<Map<Stage, Instant>> pods) {
    /** Nobody looked. */
    static final StageTimes NONE = new StageTimes(List.of());

    /** How long something took for half of the Pods at most, and for 95 of a hundred. */
    record Span(Duration median, Duration p95) {
        /** Nearest rank: each is the time of one Pod. */
        static Span of(Stream<Duration> times) {
            List<Duration> sorted = times.sorted().toList();
            return new Span(at(sorted, 50), at(sorted, 95));
        }

        private static Duration at(List<Duration> sorted, int percent) {
            return sorted.isEmpty() ? Duration.ZERO : sorted.get(Math.ceilDiv(sorted.size() * percent, 100) - 1);
        }
    }

    StageTimes {
        pods = List.copyOf(pods);
    }

    boolean isEmpty() {
        return pods.isEmpty();
    }

    /** From one stage to a later one. */
    Span between(Stage from, Stage to) {
        return Span.of(pods.stream().map(pod -> Duration.between(pod.get(from), pod.get(to))));
    }

    /** What a watch shows of one Pod, turned into times. For one thread. */
    static final class Course {
        private final Map<Stage, Instant> reached = new EnumMap<>(Stage.class);

        /** The Pod is seen at this stage; those before are behind it. One that falls back has reached a stage when it first did. */
        void see(Stage stage, Instant at) {
            if (stage == Stage.IN_SERVICE && reached.isEmpty()) {
                return;
            }
            for (Stage passed : Stage.values()) {
                if (passed.compareTo(stage) <= 0) {
                    reached.putIfAbsent(passed, at);
                }
            }
        }
    }

    /** Leaves out Pods that did not come to the end. */
    static StageTimes of(Iterable<Course> courses) {
        List<Map<Stage, Instant>> complete = new ArrayList<>();
        for (Course course : courses) {
            if (course.reached.containsKey(Stage.IN_SERVICE)) {
                complete.add(Map.copyOf(course.reached));
            }
        }
        return new StageTimes(complete);
    }
}
