package io.kusionstack.operating.host.traffic;

import io.kusionstack.operating.host.plan.Explanation;
import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.plugin.traffic.Backend;
import io.kusionstack.operating.plugin.traffic.BackendChange;
import io.kusionstack.operating.plugin.traffic.ObservedBackend;
import io.kusionstack.operating.plugin.traffic.Serving;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What is to be done at one place, given how it looked last. Static and pure. One instance lives for one plan and
 * collects it.
 */
final class PlacePlanner {
    /** How often a place is looked at though nothing is on its way there: somebody may have changed it. */
    static final Duration RESYNC = Duration.ofSeconds(30);

    /** How far the Services' rests differ, so that they don't all look at once. */
    private static final int JITTER = 5_000;

    /** How old a look may be at rest: Services of one place share their reads. */
    static final Duration SHARED = Duration.ofSeconds(15);

    /** How often a place is looked at while a Pod waits for what others have to do there. */
    static final Duration PATIENCE = Duration.ofSeconds(2);

    private static final String UNKNOWN = "Unknown";

    private final PlaceMemory memory;
    private final TrafficSnapshot snapshot;
    private final Role role;
    private final Set<String> onElsewhere;
    private final Set<String> onHere = new HashSet<>();
    private final List<BackendChange> dead = new ArrayList<>();
    private final List<BackendChange> on = new ArrayList<>();
    private final List<BackendChange> off = new ArrayList<>();
    private final SortedSet<Spot> moving = new TreeSet<>();
    private final Map<String, Standing> pods = new HashMap<>();
    private final Schedule schedule;
    private Optional<Boolean> enough = Optional.empty();

    private PlacePlanner(PlaceMemory memory, Role role, Set<String> onElsewhere, TrafficSnapshot snapshot) {
        this.memory = memory;
        this.role = role;
        this.onElsewhere = onElsewhere;
        this.snapshot = snapshot;
        this.schedule = new Schedule(memory, snapshot.now());
    }

    /** @param on uids of the Pods that get requests where they are to serve, if that is another place */
    static PlacePlan plan(PlaceMemory memory, Role role, Set<String> on, TrafficSnapshot snapshot) {
        return new PlacePlanner(memory, role, on, snapshot).plan();
    }

    private PlacePlan plan() {
        if (memory.look().isEmpty()) {
            snapshot.employees().forEach(employee -> pods.put(employee.pod().uid(), unknown(employee)));
            schedule.first();
        } else {
            place(memory.look().get());
        }
        return new PlacePlan(
                memory.place(), dead, on, off, moving, pods, schedule.look(), schedule.lookAgain(), memory.isEmpty());
    }

    private void place(Look look) {
        Sight sight = Sight.of(look, snapshot.employees());
        for (Employee employee : snapshot.employees()) {
            if (employee.isWanted()) {
                Standing standing = standing(employee, look, sight);
                pods.put(employee.pod().uid(), standing);
                if (standing.on()) {
                    onHere.add(employee.pod().uid());
                }
            }
        }
        for (Employee employee : snapshot.employees()) {
            if (!employee.isWanted()) {
                pods.put(employee.pod().uid(), standing(employee, look, sight));
            }
        }
        sight.leftovers().forEach(spot -> takeOff(spot, look, dead));
        if (!snapshot.employees().isEmpty()) {
            schedule.resync(look, rest());
        }
    }

    private Duration rest() {
        int own = Math.floorMod(snapshot.employment().ref().hashCode(), JITTER);
        return RESYNC.plusMillis(own);
    }

    private Standing standing(Employee employee, Look look, Sight sight) {
        if (!employee.isWanted()) {
            return mayLeave(employee) || sight.of(employee).isEmpty()
                    ? unwanted(employee, look, sight)
                    : kept(employee, new Sighted(look, sight), List.of(Words.last(snapshot.employment())));
        }
        return switch (role) {
            case SERVES -> wanted(employee, look, sight);
            case KEEPS -> kept(employee, new Sighted(look, sight), List.of());
            case LEAVES ->
                onElsewhere.contains(employee.pod().uid())
                        ? unwanted(employee, look, sight)
                        : kept(employee, new Sighted(look, sight), List.of());
        };
    }

    /**
     * A Pod that could serve and is only selected no more waits until all that are selected serve, or as many as are to leave:
     * an edit of the Service alone never empties it, unless it says that it may.
     */
    private boolean mayLeave(Employee employee) {
        return !snapshot.employment().wanted()
                || snapshot.employment().mayBeEmpty()
                || employee.employed()
                || !Employee.isFit(employee.pod())
                || areEnoughOn();
    }

    /** Counted once a plan. */
    private boolean areEnoughOn() {
        enough = enough.or(() -> Optional.of(countOn()));
        return enough.get();
    }

    private boolean countOn() {
        int on = Math.max(onHere.size(), onElsewhere.size());
        long selected = snapshot.employees().stream().filter(Employee::isWanted).count();
        long leaving = snapshot.employees().stream()
                .filter(employee -> !employee.employed() && Employee.isFit(employee.pod()))
                .count();
        return on > 0 && (on >= selected || on >= leaving);
    }

    /** As it is; nothing is asked for. */
    private Standing kept(Employee employee, Sighted sighted, List<Wait> waits) {
        SortedSet<Spot> spots = sighted.sight.of(employee);
        return new Standing(
                false,
                isSentTo(spots, sighted.look),
                Standing.NO_LOOK,
                waits,
                Optional.empty(),
                shown(spots.stream().findFirst(), sighted.look));
    }

    private static boolean isSentTo(SortedSet<Spot> spots, Look look) {
        return spots.stream().anyMatch(spot -> isSentTo(spot, look));
    }

    private static boolean isSentTo(Spot spot, Look look) {
        return look.at(spot).filter(seen -> seen.serving() == Serving.ON).isPresent();
    }

    private Standing unknown(Employee employee) {
        boolean wanted = role == Role.SERVES && employee.isWanted();
        Wait wait = memory.trouble()
                .map(PlaceMemory.Trouble::why)
                .orElseGet(() -> Words.notLookedYet(memory.place().plugin(), wanted));
        return new Standing(
                false,
                false,
                Standing.NO_LOOK,
                List.of(wait),
                Optional.empty(),
                shown(UNKNOWN, Optional.empty(), "", Optional.empty()));
    }

    private Standing wanted(Employee employee, Look look, Sight sight) {
        if (employee.ports().isEmpty()) {
            schedule.settled(false);
            Wait unknown = Words.unknownPort(snapshot.employment());
            return kept(employee, new Sighted(look, sight), List.of(unknown)).refused(unknown);
        }
        Set<Wait> waits = new LinkedHashSet<>();
        Weight weight =
                Weight.of(employee, snapshot.employment(), memory.place().plugin());
        weight.problem().ifPresent(waits::add);
        SortedSet<Spot> others = new TreeSet<>(sight.of(employee));
        Optional<Spot> shown = Optional.empty();
        Optional<Wait> refused = weight.problem();
        for (int port : employee.ports()) {
            Spot spot = new Spot(employee.ip().orElseThrow(), port);
            others.remove(spot);
            Optional<Wait> wait = putOn(employee, spot, weight, new Sighted(look, sight));
            wait.ifPresent(waits::add);
            shown = wait.isPresent() || shown.isEmpty() ? Optional.of(spot) : shown;
            refused = refused.or(() -> memory.refused(spot, true));
        }
        boolean settled = waits.isEmpty();
        Optional<Spot> asked = shown;
        for (Spot spot : others) {
            // another port of the same address serves until the new one does
            if (settled || !spot.ip().equals(employee.ip().orElse(""))) {
                takeOff(spot, look, off);
            }
        }
        settled(settled, employee, look);
        Optional<Spot> old =
                others.stream().filter(spot -> !settled && isSentTo(spot, look)).findFirst();
        return new Standing(
                settled,
                isSentTo(sight.of(employee), look),
                Standing.NO_LOOK,
                List.copyOf(waits),
                refused,
                Words.beside(others, shown(old.or(() -> asked), look)));
    }

    /** One that was off has to be seen on since. */
    private void settled(boolean settled, Employee employee, Look look) {
        schedule.settled(settled);
        if (settled && look.ticket() <= employee.backSince()) {
            schedule.verify(look);
        }
    }

    private record Sighted(Look look, Sight sight) {}

    /** Empty if it is on. */
    private Optional<Wait> putOn(Employee employee, Spot spot, Weight weight, Sighted sighted) {
        Optional<Look.Seen> seen = sighted.look.at(spot);
        if (seen.filter(found -> !found.isOurs()).isPresent()) {
            return Optional.of(Words.foreign(memory.place(), spot));
        }
        boolean another = seen.isPresent() && !sighted.sight.of(employee).contains(spot);
        if (another
                || sighted.sight
                        .sharesIpWith(employee)
                        .filter(Employee::isWanted)
                        .isPresent()) {
            return Optional.of(Words.taken(memory.place(), spot));
        }
        boolean isOn = seen.filter(Look.Seen::isOn).isPresent();
        boolean weighted = Optional.ofNullable(memory.weights().get(spot)).equals(Optional.of(weight.value()));
        boolean tooEarly = Optional.ofNullable(memory.courses().get(spot))
                .filter(course -> course.on() ? !course.isSeenAt(sighted.look.at()) : !weighted)
                .isPresent();
        if (isOn && weighted && tooEarly) {
            moving.add(spot);
        } else if (!isOn || !weighted) {
            moving.add(spot);
            if (schedule.isDue(spot, true)) {
                Backend backend =
                        employee.backend(spot.ip(), spot.port(), memory.place().plugin());
                on.add(new BackendChange.PutOn(backend, weight.value()));
            }
        }
        boolean isSeen = isOn && !tooEarly && !memory.touched().contains(spot);
        return isSeen ? Optional.empty() : Optional.of(awaited(spot, seen));
    }

    private Wait awaited(Spot spot, Optional<Look.Seen> seen) {
        Optional<Course> course =
                Optional.ofNullable(memory.courses().get(spot)).filter(Course::on);
        boolean vanished =
                seen.isEmpty() && course.filter(known -> known.tries() > 1).isPresent();
        return memory.trouble()
                .map(PlaceMemory.Trouble::why)
                .or(() -> course.flatMap(Course::told))
                .orElseGet(() ->
                        vanished ? Words.vanished(memory.place(), spot) : Words.notOnYet(memory.place(), spot, seen));
    }

    private Standing unwanted(Employee employee, Look look, Sight sight) {
        Set<Wait> waits = new LinkedHashSet<>();
        SortedSet<Spot> spots = sight.of(employee);
        List<BackendChange> changes = employee.answers() ? off : dead;
        spots.forEach(spot -> waits.add(takeOff(spot, look, changes)));
        waits.addAll(elsewhere(employee, look, sight));
        boolean clear = waits.isEmpty();
        if (!clear) {
            schedule.settled(false);
        } else if (look.ticket() <= employee.offSince() && isAwaited(employee)) {
            waits.add(memory.trouble()
                    .map(PlaceMemory.Trouble::why)
                    .orElseGet(() -> Words.notLookedYet(memory.place().plugin(), false)));
            schedule.verify(look);
        }
        return new Standing(
                false,
                isSentTo(spots, look),
                clear ? look.ticket() : Standing.NO_LOOK,
                List.copyOf(waits),
                Optional.empty(),
                shown(spots.stream().findFirst(), look));
    }

    /** Something is done once it is known to be off: a finalizer moves, an operation goes on, a Service goes. */
    private boolean isAwaited(Employee employee) {
        return employee.isGateClosed()
                || (employee.employed()
                        ? employee.pod()
                                .finalizers()
                                .contains(snapshot.employment().finalizer())
                        : Roster.isMarked(snapshot.employment(), employee.pod()));
    }

    /** What may send to the Pod though no backend is known to be its own. */
    private List<Wait> elsewhere(Employee employee, Look look, Sight sight) {
        List<Wait> waits = new ArrayList<>();
        if (employee.ip().isEmpty()) {
            sight.leftovers()
                    .forEach(spot ->
                            look.at(spot).ifPresent(seen -> waits.add(Words.stillThere(memory.place(), spot, seen))));
            return waits;
        }
        String ip = employee.ip().get();
        // also on ports that the Service names no more
        SortedSet<Spot> spots = memory.awaited(ip);
        employee.ports().forEach(port -> spots.add(new Spot(ip, port)));
        for (Spot spot : spots) {
            Optional<Look.Seen> seen = look.at(spot);
            seen.filter(found -> !found.isOurs()).ifPresent(found -> waits.add(Words.foreign(memory.place(), spot)));
            boolean othersNeed =
                    sight.sharesIpWith(employee).filter(Employee::isWanted).isPresent();
            boolean others = seen.filter(Look.Seen::isOurs).isPresent()
                    && !sight.of(employee).contains(spot)
                    && !othersNeed;
            boolean mayAppear = !othersNeed
                    && seen.isEmpty()
                    && (memory.doubts().containsKey(spot) || memory.touched().contains(spot));
            if (mayAppear) {
                schedule.soon(look);
            }
            if (others || mayAppear) {
                waits.add(Words.notLookedYet(memory.place().plugin(), false));
            }
        }
        return waits;
    }

    private Wait takeOff(Spot spot, Look look, List<BackendChange> changes) {
        Look.Seen seen = look.at(spot).orElseThrow();
        moving.add(spot);
        if (schedule.isDue(spot, false)) {
            Set<Backend> ours = new LinkedHashSet<>();
            for (ObservedBackend observed : seen.backends()) {
                if (observed.serving() != Serving.FOREIGN) {
                    ours.add(observed.backend());
                }
            }
            ours.forEach(backend -> changes.add(new BackendChange.TakeOff(backend, seen.drainingSince())));
        }
        return memory.trouble()
                .map(PlaceMemory.Trouble::why)
                .or(() -> Optional.ofNullable(memory.courses().get(spot))
                        .filter(course -> !course.on())
                        .flatMap(Course::told)
                        .filter(why ->
                                seen.serving() != Serving.DRAINING || why.reason() != Reason.DRAINING_CONNECTIONS))
                .orElseGet(() -> Words.stillThere(memory.place(), spot, seen));
    }

    private Explanation.Traffic shown(Optional<Spot> spot, Look look) {
        Optional<Look.Seen> seen = spot.flatMap(look::at);
        Optional<Integer> weight = seen.isEmpty() ? Optional.of(0) : weight(spot.orElseThrow(), seen.get());
        return memory.unread().isPresent()
                ? shown(UNKNOWN, weight, Words.lastSeen(seen), Optional.empty())
                : shown(
                        Words.serving(seen),
                        weight,
                        seen.map(Look.Seen::detail).orElse(""),
                        seen.map(Look.Seen::since));
    }

    /** What the provider last took; of what others put on nothing is known. */
    private Optional<Integer> weight(Spot spot, Look.Seen seen) {
        return switch (seen.serving()) {
            case ON, STARTING -> Optional.ofNullable(memory.weights().get(spot));
            case DRAINING -> Optional.of(0);
            case FOREIGN -> Optional.empty();
        };
    }

    private Explanation.Traffic shown(
            String serving, Optional<Integer> weight, String detail, Optional<Instant> since) {
        Place place = memory.place();
        return new Explanation.Traffic(
                snapshot.employment().name(), place.plugin(), place.lockKey(), serving, weight, detail, since);
    }
}
