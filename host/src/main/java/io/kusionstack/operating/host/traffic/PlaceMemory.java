package io.kusionstack.operating.host.traffic;

import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.host.plugins.Answer;
import io.kusionstack.operating.plugin.traffic.Backend;
import io.kusionstack.operating.plugin.traffic.BackendChange;
import io.kusionstack.operating.plugin.traffic.BackendResult;
import io.kusionstack.operating.plugin.traffic.Observation;
import io.kusionstack.operating.plugin.traffic.Progress;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What the host knows of one place: how it looked last, and what was asked of it since.
 *
 * @param look empty before the first answer
 * @param courses what is on its way
 * @param weights what the provider last took, for addresses that are still there
 * @param doubts until when something that was put on may still appear, though no look has shown it
 * @param touched what was asked for since the look: there the look proves nothing
 * @param trouble why there is no newer look
 * @param absence since when the provider proves that there is no such place
 */
record PlaceMemory(
        Place place,
        Optional<Look> look,
        SortedMap<Spot, Course> courses,
        SortedMap<Spot, Integer> weights,
        SortedMap<Spot, Instant> doubts,
        SortedSet<Spot> touched,
        Optional<Trouble> trouble,
        Optional<Absence> absence) {
    /** How long a request that got lost may take to arrive, and one that was taken to show. */
    private static final Duration DOUBT = Duration.ofSeconds(10);

    /** How long a proof has to stand before it is believed where something was put on: a list may be wrong once, too. */
    private static final Duration PROVEN = Duration.ofSeconds(30);

    PlaceMemory {
        courses = Collections.unmodifiableSortedMap(courses);
        weights = Collections.unmodifiableSortedMap(weights);
        doubts = Collections.unmodifiableSortedMap(doubts);
        touched = Collections.unmodifiableSortedSet(touched);
    }

    /**
     * @param until not to be asked again before that
     * @param times how often there was no answer, in a row
     */
    record Trouble(Wait why, Instant until, int times) {}

    /** @param asked when that was shown last, and under which ticket */
    record Absence(Instant since, Look.Asked asked) {}

    static PlaceMemory of(Place place) {
        return new PlaceMemory(
                place,
                Optional.empty(),
                new TreeMap<>(),
                new TreeMap<>(),
                new TreeMap<>(),
                new TreeSet<>(),
                Optional.empty(),
                Optional.empty());
    }

    /** The Service describes the same place in another way: it is looked at anew, and what was refused may pass now. */
    PlaceMemory at(Place described) {
        return described.equals(place)
                ? this
                : new PlaceMemory(
                        described,
                        look.map(Look::outdated),
                        new TreeMap<>(),
                        weights,
                        doubts,
                        touched,
                        Optional.empty(),
                        absence);
    }

    /**
     * After a first look: what a host that died had asked for may still appear where that shows nothing.
     *
     * @param served false for a place where nobody can have asked for anything
     */
    PlaceMemory doubting(List<Employee> employees, boolean served) {
        if (look.filter(Look::first).isEmpty()) {
            return this;
        }
        SortedMap<Spot, Instant> open = new TreeMap<>(doubts);
        for (Employee employee : served ? employees : List.<Employee>of()) {
            employee.spots().stream()
                    .filter(spot -> look.get().at(spot).isEmpty())
                    .forEach(spot -> open.putIfAbsent(spot, look.get().at().plus(DOUBT)));
        }
        return new PlaceMemory(place, look.map(Look::known), courses, weights, open, touched, trouble, absence);
    }

    /** Why it is not known how it looks now; at work for others is no reason. */
    Optional<Wait> unread() {
        return trouble.map(Trouble::why).filter(why -> why.reason() != Reason.PLUGIN_BUSY);
    }

    /** Why the provider does not take this address on, or off. */
    Optional<Wait> refused(Spot spot, boolean on) {
        return Optional.ofNullable(courses.get(spot))
                .filter(course -> course.on() == on)
                .flatMap(Course::told)
                .filter(why -> why.reason() == Reason.TRAFFIC_REFUSED);
    }

    /** What was asked for at this IP, on whatever port, and may still appear. */
    SortedSet<Spot> awaited(String ip) {
        Spot first = new Spot(ip, 0);
        Spot last = new Spot(ip, Integer.MAX_VALUE);
        SortedSet<Spot> awaited = new TreeSet<>(doubts.subMap(first, last).keySet());
        awaited.addAll(touched.subSet(first, last));
        return awaited;
    }

    /** A part of this place by itself: what got lost on its way here may arrive there. */
    PlaceMemory part(Place part) {
        return part.isAt(place)
                ? at(part)
                : new PlaceMemory(
                        part,
                        Optional.empty(),
                        new TreeMap<>(),
                        new TreeMap<>(),
                        doubts,
                        touched,
                        Optional.empty(),
                        Optional.empty());
    }

    /** True if nothing that the host knows of was ever put on here. */
    boolean isUnused() {
        return look.filter(known -> known.spots().values().stream().anyMatch(Look.Seen::isOurs))
                        .isEmpty()
                && weights.isEmpty()
                && touched.isEmpty()
                && doubts.isEmpty();
    }

    /** There is no such place, says the provider, and proves it. */
    PlaceMemory absent(Look.Asked asked, Wait why, Duration after, Instant now) {
        PlaceMemory troubled = troubled(why, after, now);
        Absence shown = new Absence(absence.map(Absence::since).orElse(asked.at()), asked);
        return new PlaceMemory(place, look, courses, weights, doubts, touched, troubled.trouble, Optional.of(shown));
    }

    /** Where nobody is to serve: a place that was proven not to be for long enough holds nothing. */
    PlaceMemory believing() {
        return absence.filter(
                        shown -> !shown.asked().at().isBefore(shown.since().plus(PROVEN)))
                .map(shown -> new PlaceMemory(
                        place,
                        Optional.of(Look.empty(shown.asked())),
                        new TreeMap<>(),
                        new TreeMap<>(),
                        new TreeMap<>(),
                        new TreeSet<>(),
                        Optional.empty(),
                        absence))
                .orElse(this);
    }

    PlaceMemory looked(Look.Asked asked, Observation.Known observation, Instant now) {
        Look next = Look.of(asked, now, observation, look);
        SortedMap<Spot, Course> left = new TreeMap<>();
        courses.forEach((spot, course) -> {
            if (!isReached(course, next.at(spot))) {
                left.put(spot, hasMoved(spot, next) ? course.moved(now) : course);
            } else if (!course.isSeenAt(next.at())) {
                left.put(spot, course.awaitingSight());
            }
        });
        SortedMap<Spot, Integer> known = new TreeMap<>(weights);
        known.keySet().retainAll(next.spots().keySet());
        SortedMap<Spot, Instant> open = new TreeMap<>(doubts);
        open.keySet().removeAll(next.spots().keySet());
        open.values().removeIf(until -> !until.isAfter(now));
        return new PlaceMemory(
                place, Optional.of(next), left, known, open, new TreeSet<>(), Optional.empty(), Optional.empty());
    }

    private boolean hasMoved(Spot spot, Look next) {
        return !next.at(spot)
                .map(Look.Seen::serving)
                .equals(look.flatMap(before -> before.at(spot)).map(Look.Seen::serving));
    }

    static boolean isReached(Course course, Optional<Look.Seen> seen) {
        return course.on()
                ? seen.filter(Look.Seen::isOn).isPresent()
                : seen.filter(Look.Seen::isOurs).isEmpty();
    }

    /** No answer: nothing is known of now. */
    PlaceMemory troubled(Wait why, Duration after, Instant now) {
        boolean isBusy = why.reason() == Reason.PLUGIN_BUSY;
        int times = trouble.map(Trouble::times).orElse(0) + (isBusy ? 0 : 1);
        Duration pause = Course.patience(times, after);
        return new PlaceMemory(
                place,
                look,
                courses,
                weights,
                doubts,
                touched,
                Optional.of(new Trouble(why, now.plus(pause), times)),
                absence);
    }

    /** Nothing of ours is there, nor on its way. */
    boolean isEmpty() {
        return look.filter(known -> known.spots().values().stream().noneMatch(Look.Seen::isOurs))
                        .isPresent()
                && touched.isEmpty()
                && doubts.isEmpty();
    }

    /** When something there is due though nothing happens. */
    Optional<Instant> due() {
        if (trouble.isPresent()) {
            return trouble.map(Trouble::until);
        }
        return courses.values().stream().map(Course::due).min(Comparator.naturalOrder());
    }

    /** Only these are still to be brought about. */
    PlaceMemory keeping(Collection<Spot> wanted) {
        if (wanted.containsAll(courses.keySet())) {
            return this;
        }
        SortedMap<Spot, Course> left = new TreeMap<>(courses);
        left.keySet().retainAll(wanted);
        return new PlaceMemory(place, look, left, weights, doubts, touched, trouble, absence);
    }

    /** What was asked for, and what the plugin answered. */
    PlaceMemory applied(List<BackendChange> changes, Answer<List<BackendResult>> answer, Instant now) {
        if (answer instanceof Answer.Missing<List<BackendResult>> missing && missing.isBusy()) {
            return troubled(missing.why(), missing.after(), now);
        }
        Draft draft = new Draft(new TreeMap<>(courses), new TreeMap<>(weights), new TreeMap<>(doubts));
        SortedSet<Spot> since = new TreeSet<>(touched);
        Map<Backend, Progress> results = results(answer);
        for (BackendChange change : changes) {
            Spot spot = Spot.of(change.backend());
            boolean on = change instanceof BackendChange.PutOn;
            Optional<Progress> progress = Optional.ofNullable(results.get(change.backend()));
            Course before = Optional.ofNullable(draft.courses.get(spot))
                    .map(course -> course.on() == on ? course : course.turned(now))
                    .orElse(Course.begun(on, now));
            Course asked = progress.map(known -> before.asked(known, Words.of(place, spot, known, on), now))
                    .orElseGet(() -> lost(before, answer, spot, now));
            draft.courses.put(spot, isFirstWord(change, progress) ? asked.soon(now) : asked);
            since.add(spot);
            if (change instanceof BackendChange.PutOn put) {
                draft.put(spot, put.weight(), progress, now);
            } else if (progress.filter(Progress.Failed.class::isInstance).isEmpty()) {
                draft.weights.remove(spot);
            }
        }
        return new PlaceMemory(place, look, draft.courses, draft.weights, draft.doubts, since, trouble, absence);
    }

    /** A drain counts from when it is first seen, so that must not be late. */
    private static boolean isFirstWord(BackendChange change, Optional<Progress> progress) {
        return change instanceof BackendChange.TakeOff off
                && off.drainingSince().isEmpty()
                && progress.filter(Words::isDrain).isPresent();
    }

    private record Draft(
            SortedMap<Spot, Course> courses, SortedMap<Spot, Integer> weights, SortedMap<Spot, Instant> doubts) {
        private void put(Spot spot, int weight, Optional<Progress> progress, Instant now) {
            if (progress.filter(Words::isTaken).isPresent()) {
                weights.put(spot, weight);
            }
            if (progress.filter(Progress.Failed.class::isInstance).isEmpty()) {
                doubts.put(spot, now.plus(DOUBT));
            }
        }
    }

    private Course lost(Course before, Answer<List<BackendResult>> answer, Spot spot, Instant now) {
        return switch (answer) {
            case Answer.Missing<List<BackendResult>> missing -> before.lost(missing.why(), missing.after(), now);
            case Answer.Given<List<BackendResult>> ignored ->
                before.lost(Words.silence(place, spot, before.on()), Duration.ZERO, now);
        };
    }

    private static Map<Backend, Progress> results(Answer<List<BackendResult>> answer) {
        Map<Backend, Progress> results = new HashMap<>();
        if (answer instanceof Answer.Given<List<BackendResult>> given) {
            given.value().forEach(result -> results.put(result.backend(), result.progress()));
        }
        return results;
    }
}
