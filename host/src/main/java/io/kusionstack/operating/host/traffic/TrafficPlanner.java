package io.kusionstack.operating.host.traffic;

import io.kusionstack.operating.host.model.AvailableConditions;
import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.Action;
import io.kusionstack.operating.host.plan.Explanation;
import io.kusionstack.operating.host.plan.MapEdit;
import io.kusionstack.operating.host.plan.PodEdit;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plan.Wait;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What to do for one Service: which backends to take off and put on at each of its places, which finalizers move, and why
 * which Pod waits. Static and pure.
 *
 * <p>A finalizer moves only on what a look showed: it is added once every port of a Pod that is to serve was seen on, and
 * removed once a look that began after the Pod had to be off showed nothing of it at any place.
 */
final class TrafficPlanner {
    private final TrafficSnapshot snapshot;
    private final List<PlacePlan> places;
    private final long servingLook;
    private final List<Action> edits = new ArrayList<>();
    private final List<TrafficPlan.PodPlan> pods = new ArrayList<>();
    private Optional<Duration> lookAgain = Optional.empty();

    private TrafficPlanner(TrafficSnapshot snapshot, List<PlacePlan> places) {
        this.snapshot = snapshot;
        this.places = places;
        this.servingLook = servingLook(snapshot);
    }

    static TrafficPlan plan(TrafficSnapshot snapshot) {
        List<PlacePlan> places = new ArrayList<>();
        Set<String> on = Set.of();
        // the one that serves comes first: what is left is left only by Pods that are on there
        for (PlaceMemory place : snapshot.places()) {
            Role role = role(place.place(), snapshot);
            PlacePlan plan = PlacePlanner.plan(place, role, on, snapshot);
            places.add(plan);
            if (role == Role.SERVES && snapshot.places().size() > 1) {
                on = plan.serving();
            }
        }
        return new TrafficPlanner(snapshot, places).plan();
    }

    private static Role role(Place place, TrafficSnapshot snapshot) {
        if (snapshot.obstacle().isPresent()) {
            return Role.KEEPS;
        }
        return snapshot.serving().filter(place::isAt).isPresent() ? Role.SERVES : Role.LEAVES;
    }

    private TrafficPlan plan() {
        snapshot.employees().forEach(this::employee);
        places.forEach(place -> place.lookAgain().ifPresent(this::look));
        boolean clean = !snapshot.employment().wanted()
                && pods.stream().noneMatch(TrafficPlan.PodPlan::marked)
                && places.stream().allMatch(PlacePlan::empty);
        return new TrafficPlan(places, edits, pods, lookAgain, clean);
    }

    private void look(Duration after) {
        if (lookAgain.isEmpty() || after.compareTo(lookAgain.get()) < 0) {
            lookAgain = Optional.of(after);
        }
    }

    private void employee(Employee employee) {
        Optional<Standing> serving = serving(employee);
        long clearAt = clearAt(employee);
        boolean clear = clearAt > employee.offSince();
        Set<Wait> waits = new LinkedHashSet<>();
        if (employee.isWanted()) {
            serving.filter(standing -> !standing.on())
                    .ifPresent(standing -> snapshot.unrecorded().ifPresent(waits::add));
            serving.ifPresent(standing -> waits.addAll(standing.waits()));
        } else if (!clear) {
            standings(employee).forEach(standing -> waits.addAll(standing.waits()));
        }
        if (employee.employed() && (employee.isWanted() || !clear)) {
            snapshot.obstacle().ifPresent(waits::add);
        }
        boolean marked =
                employee.pod().finalizers().contains(snapshot.employment().finalizer())
                        || !employee.employed() && isNamed(employee.pod());
        PodTraffic.Known known = new PodTraffic.Known(
                clearAt, onAt(serving), List.copyOf(waits), ahead(employee, serving), shown(employee, serving));
        pods.add(new TrafficPlan.PodPlan(employee, known, !employee.isWanted() && clear, marked));
        if (employee.isWanted()) {
            putBack(employee, serving);
        } else if (clear) {
            release(employee);
        }
    }

    private long onAt(Optional<Standing> serving) {
        return serving.filter(Standing::on).isPresent() ? servingLook : Standing.NO_LOOK;
    }

    /** The ticket of the look at the place that serves. */
    private static long servingLook(TrafficSnapshot snapshot) {
        return snapshot.places().stream()
                .filter(known -> snapshot.serving().filter(known.place()::isAt).isPresent())
                .flatMap(known -> known.look().stream())
                .mapToLong(Look::ticket)
                .findFirst()
                .orElse(Standing.NO_LOOK);
    }

    /** Who gets requests anywhere and would not come back: it is refused where it is to get them, or is selected no more. */
    private Optional<Wait> ahead(Employee employee, Optional<Standing> serving) {
        if (!employee.employed()) {
            return standings(employee).stream()
                    .filter(Standing::sentTo)
                    .flatMap(standing -> standing.waits().stream())
                    .filter(wait -> wait.reason() == Reason.LAST_BACKEND)
                    .findFirst();
        }
        return serving.filter(standing -> employee.isWanted())
                .flatMap(Standing::refused)
                .filter(why -> standings(employee).stream().anyMatch(Standing::sentTo));
    }

    private List<Standing> standings(Employee employee) {
        List<Standing> standings = new ArrayList<>();
        for (PlacePlan place : places) {
            Optional.ofNullable(place.pods().get(employee.pod().uid())).ifPresent(standings::add);
        }
        return standings;
    }

    private Optional<Standing> serving(Employee employee) {
        for (PlacePlan place : places) {
            if (snapshot.serving().filter(place.place()::isAt).isPresent()) {
                return Optional.ofNullable(place.pods().get(employee.pod().uid()));
            }
        }
        return Optional.empty();
    }

    /** Where nothing is known of a place that may have served, nothing proves that the Pod is off. */
    private long clearAt(Employee employee) {
        if (employee.employed() && snapshot.obstacle().isPresent() && snapshot.mayHavePutOn(employee.pod())) {
            return Standing.NO_LOOK;
        }
        long clearAt = Standing.NEVER_THERE;
        boolean mayBeThere = snapshot.mayHavePutOn(employee.pod());
        for (int i = 0; i < places.size(); i++) {
            Standing standing = places.get(i).pods().get(employee.pod().uid());
            boolean isKnown = snapshot.places().get(i).look().isPresent();
            if (standing != null && (isKnown || mayBeThere) && !isOthers(employee, standing)) {
                clearAt = Math.min(clearAt, standing.clearAt());
            }
        }
        return clearAt;
    }

    /** What others put on is no rest of a Service that never put the Pod on. */
    private boolean isOthers(Employee employee, Standing standing) {
        return !employee.employed()
                && !snapshot.mayHavePutOn(employee.pod())
                && !standing.waits().isEmpty()
                && standing.waits().stream().allMatch(wait -> wait.reason() == Reason.FOREIGN_BACKEND);
    }

    /** The place where it is to serve, and every other where something of it still is. */
    private List<Explanation.Traffic> shown(Employee employee, Optional<Standing> serving) {
        List<Explanation.Traffic> shown = new ArrayList<>();
        for (Standing standing : standings(employee)) {
            boolean isServing = serving.filter(standing::equals).isPresent();
            if (isServing || standing.clearAt() == Standing.NO_LOOK) {
                shown.add(standing.shown());
            }
        }
        if (shown.isEmpty() && employee.employed()) {
            shown.add(new Explanation.Traffic(
                    snapshot.employment().name(),
                    snapshot.employment().plugin(),
                    "",
                    "Unknown",
                    Optional.empty(),
                    "",
                    Optional.empty()));
        }
        return shown;
    }

    /** With Ready the labels of an operation go in the same write, so the finalizer waits for it. */
    private void putBack(Employee employee, Optional<Standing> serving) {
        PodRecord pod = employee.pod();
        String finalizer = snapshot.employment().finalizer();
        if (serving.filter(Standing::on).isEmpty() || pod.finalizers().contains(finalizer) || !pod.ready()) {
            return;
        }
        PodEdit edit = PodEdit.of(pod).addFinalizer(finalizer);
        Map<String, String> entry = Map.of(snapshot.employment().expectedKey(), finalizer);
        boolean isNamed = conditions(pod)
                .filter(known -> !known.expectedFinalizers().entrySet().containsAll(entry.entrySet()))
                .isEmpty();
        edits.add(new Action.EditPod(
                isNamed
                        ? edit
                        : edit.annotations(MapEdit.set(
                                Names.AVAILABLE_CONDITIONS,
                                conditions(pod).orElseThrow().with(entry).json()))));
    }

    private void release(Employee employee) {
        PodRecord pod = employee.pod();
        boolean isProtected = pod.finalizers().contains(snapshot.employment().finalizer());
        boolean isNamed = !employee.employed() && isNamed(pod);
        if (!isProtected && !isNamed) {
            return;
        }
        if (isProtected && employee.deferred().isPresent()) {
            look(employee.deferred().get());
            return;
        }
        PodEdit edit = PodEdit.of(pod);
        if (isProtected) {
            edit = edit.removeFinalizer(snapshot.employment().finalizer());
        }
        if (isNamed) {
            edit = edit.annotations(MapEdit.set(
                    Names.AVAILABLE_CONDITIONS,
                    conditions(pod)
                            .orElseThrow()
                            .without(Set.of(snapshot.employment().expectedKey()))
                            .json()));
        }
        edits.add(new Action.EditPod(edit));
    }

    private boolean isNamed(PodRecord pod) {
        return conditions(pod)
                .filter(known -> known.expectedFinalizers()
                        .getOrDefault(snapshot.employment().expectedKey(), "")
                        .equals(snapshot.employment().finalizer()))
                .isPresent();
    }

    /** Empty where somebody wrote something else into the annotation: then it is left alone. */
    private static Optional<AvailableConditions> conditions(PodRecord pod) {
        String annotation = pod.annotations().get(Names.AVAILABLE_CONDITIONS);
        return annotation == null ? Optional.of(AvailableConditions.none()) : AvailableConditions.parse(annotation);
    }
}
