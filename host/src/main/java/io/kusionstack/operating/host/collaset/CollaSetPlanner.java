package io.kusionstack.operating.host.collaset;

import io.kusionstack.operating.host.lifecycle.PodOps;
import io.kusionstack.operating.host.model.Condition;
import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.Action;
import io.kusionstack.operating.host.plan.FinalizerPatch;
import io.kusionstack.operating.host.plan.Plan;
import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plan.Refusal;
import io.kusionstack.operating.host.plan.Wait;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Plans the next writes of a set. Equal snapshots give equal plans. */
final class CollaSetPlanner {
    private CollaSetPlanner() {}

    static SetPlan plan(CollaSetSnapshot snapshot) {
        SetSpec set = snapshot.set();
        if (set.deleting()) {
            return DeletionPlanner.plan(snapshot);
        }
        if (!set.problems().isEmpty()) {
            Wait why = new Wait(Reason.INVALID_SPEC, "", String.join("; ", set.problems()));
            return SetPlan.holding(snapshot, why, invalid(snapshot).then(plan(callBack(snapshot))));
        }
        if (!set.finalizers().contains(Names.COLLASET_FINALIZER)) {
            return SetPlan.first(snapshot, Plan.of(hold(set)));
        }
        SetPods setPods = SetPods.of(snapshot);
        RevisionHistory history =
                Revisions.plan(set, snapshot.revisions(), snapshot.takenNames(), revisionsInUse(snapshot, setPods));
        SortedMap<Integer, InstanceIdentity> identities = identities(snapshot, history, setPods);
        SortedMap<Integer, InstanceIdentity> stored = held(snapshot, setPods, identities);
        identities.keySet().removeAll(stored.keySet());
        PlanStep scale = ScalePlanner.plan(snapshot, history, setPods, identities);
        UpdateClearance clearance = UpdateClearance.of(snapshot, history, setPods);
        List<SetPod> left = left(setPods, scale);
        PlanStep update = UpdatePlanner.plan(snapshot, history, clearance, left, scale.identities());
        stored.putAll(update.identities());
        String target = history.updated().name();
        Optional<Refusal> refused =
                RefusedWrites.told(snapshot, target, () -> UpdateScope.atRest(set, left, scale.identities(), target));
        StatusPlan status =
                SetStatus.write(snapshot, history, setPods, new PlannedSteps(scale, update, clearance, refused));
        return new SetPlan(
                intent(snapshot, history, stored),
                update.intentions(),
                clearance.hold(),
                scale.acts()
                        .then(update.acts())
                        .then(announced(snapshot))
                        .then(plan(status.actions()))
                        .then(looking(snapshot, setPods, scale.busy() || update.busy() || refused.isPresent())),
                history.upkeep(),
                status.stuckPod());
    }

    private static Plan announced(CollaSetSnapshot snapshot) {
        List<Condition> told = snapshot.set().status().conditions();
        return plan(Stream.of(Orphans.warning(snapshot), DuplicateIds.warning(snapshot))
                .flatMap(warning -> warning.event(snapshot.set().ref(), told).stream())
                .toList());
    }

    /** The Pods that do not scale in. */
    private static List<SetPod> left(SetPods setPods, PlanStep scale) {
        return setPods.podsOfSet().stream()
                .filter(setPod -> !scale.taken().contains(setPod.uid()))
                .toList();
    }

    /** Facts of other rooms about Pods that are busy, or do not serve, come without an event of the set; a refusal ends by time alone. */
    private static Plan looking(CollaSetSnapshot snapshot, SetPods setPods, boolean busy) {
        boolean waits = busy
                || setPods.podsOfSet().stream().anyMatch(setPod -> !setPod.pod().available());
        Optional<Duration> look = Optional.of(snapshot.progress().look(snapshot.now()));
        return new Plan(List.of(), look.filter(after -> waits), Map.of());
    }

    private static Plan intent(
            CollaSetSnapshot snapshot, RevisionHistory history, SortedMap<Integer, InstanceIdentity> stored) {
        return plan(history.actions())
                .then(ContextWrite.of(snapshot.context(), stored.values())
                        .map(Plan::of)
                        .orElse(Plan.nothing()));
    }

    private static Plan plan(List<Action> actions) {
        return new Plan(actions, Optional.empty(), Map.of());
    }

    /** The entries that stay as they are: those of other sets, and those of Pods without a controller, for whose ids no Pod is created. */
    private static SortedMap<Integer, InstanceIdentity> held(
            CollaSetSnapshot snapshot, SetPods setPods, SortedMap<Integer, InstanceIdentity> identities) {
        SortedMap<Integer, InstanceIdentity> held = new TreeMap<>(identities);
        Set<Integer> ofOrphans = Orphans.ids(snapshot);
        held.values()
                .removeIf(identity -> identity.ownedBy(snapshot.set().name())
                        && (!ofOrphans.contains(identity.id()) || setPods.has(identity.id())));
        return held;
    }

    private static SortedMap<Integer, InstanceIdentity> identities(
            CollaSetSnapshot snapshot, RevisionHistory history, SetPods setPods) {
        SetSpec set = snapshot.set();
        SortedMap<Integer, InstanceIdentity> identities = InstanceIds.settle(
                snapshot.context().identities(),
                new IdDemand(
                        set.name(),
                        set.replicas(),
                        setPods.live(),
                        Orphans.ids(snapshot),
                        history.updated().name(),
                        history.current().name(),
                        set.rollout()));
        Set<String> names = new HashSet<>(snapshot.takenPodNames());
        snapshot.pods().forEach(pod -> names.add(pod.name()));
        snapshot.orphans().forEach(pod -> names.add(pod.name()));
        Incarnations.advance(set, identities, names);
        return identities;
    }

    private static Plan invalid(CollaSetSnapshot snapshot) {
        return SetStatus.invalid(snapshot)
                .map(status -> Plan.of(
                        status,
                        new Action.Announce(
                                snapshot.set().ref(),
                                Action.Severity.WARNING,
                                "InvalidSpec",
                                String.join("; ", snapshot.set().problems()))))
                .orElse(Plan.nothing());
    }

    /** If no spec can be followed, a Pod that waits for an update and was not touched goes on serving. */
    private static List<Action> callBack(CollaSetSnapshot snapshot) {
        return snapshot.pods().stream()
                .filter(pod -> !pod.terminating()
                        && !pod.inactive()
                        && PodOps.isDuring(pod, Names.COLLASET_OPERATION, Names.UPDATE)
                        && !ImageChange.isTouched(pod))
                .<Action>map(pod -> new Action.EditPod(PodOps.undo(pod, Names.COLLASET_OPERATION)))
                .toList();
    }

    private static Action hold(SetSpec set) {
        return FinalizerPatch.of(set.finalizers())
                .with(Names.COLLASET_FINALIZER)
                .action(set.ref(), set.resourceVersion());
    }

    private static Set<String> revisionsInUse(CollaSetSnapshot snapshot, SetPods setPods) {
        Set<String> names = new HashSet<>();
        setPods.podsOfSet().forEach(setPod -> names.add(setPod.revision()));
        snapshot.context().identities().forEach(identity -> names.add(identity.revision()));
        return names;
    }
}
