package io.kusionstack.operating.host.collaset;

import io.kusionstack.operating.host.plan.Action;
import io.kusionstack.operating.host.plan.Intention;
import io.kusionstack.operating.host.plan.Plan;
import io.kusionstack.operating.host.plan.PodEdit;
import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.plugin.PodRef;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/** Collects a step while it is being decided. */
final class StepDraft {
    /** A refused edit changes no Pod, so no event tells of it. */
    private static final Duration EDIT_ANSWERED = Duration.ofSeconds(5);

    private final SortedMap<Integer, InstanceIdentity> identities;
    private final List<Action> actions = new ArrayList<>();
    private final Map<PodRef, List<Wait>> waits = new HashMap<>();
    private final Map<String, Intention> intentions = new HashMap<>();
    private final Set<String> taken = new HashSet<>();
    private Optional<Duration> look = Optional.empty();
    private UpdateProgress reach = UpdateProgress.NOBODY;
    private boolean busy;
    private String trouble = "";
    private boolean deletionRefused;

    StepDraft(SortedMap<Integer, InstanceIdentity> identities) {
        this.identities = new TreeMap<>(identities);
    }

    SortedMap<Integer, InstanceIdentity> identities() {
        return identities;
    }

    void act(Action action) {
        actions.add(action);
        busy = true;
    }

    /** This step edits the Pod; later steps leave it alone. */
    void edit(SetPod setPod, PodEdit edit) {
        taken.add(setPod.uid());
        busy = true;
        if (!edit.isEmpty()) {
            actions.add(new Action.EditPod(edit));
            lookAgain(EDIT_ANSWERED);
        }
    }

    /** An action that changes nothing, so that the step is not busy because of it. */
    void ask(Action action) {
        actions.add(action);
    }

    /** Changes what is recorded of the instance of the Pod. */
    void note(SetPod setPod, UnaryOperator<InstanceIdentity> change) {
        identities.computeIfPresent(setPod.id(), (id, identity) -> change.apply(identity));
    }

    /** Why this step does nothing with the Pod; later steps may still do something. */
    void explain(SetPod setPod, Wait wait) {
        waits.put(setPod.pod().ref(), List.of(wait));
    }

    void delete(SetPod setPod) {
        taken.add(setPod.uid());
        act(new Action.DeletePod(setPod.pod().ref(), setPod.pod().resourceVersion()));
    }

    /** The Pod leaves the set as it is. */
    void release(SetPod setPod, SetSpec set) {
        taken.add(setPod.uid());
        act(ReleasedPods.released(setPod, set));
        act(new Action.ReleasePod(setPod.pod().ref(), setPod.pod().resourceVersion(), set.uid()));
    }

    /** This step waits with the Pod; later steps leave it alone. */
    void await(SetPod setPod, Wait wait) {
        waits.put(setPod.pod().ref(), List.of(wait));
        await(setPod);
    }

    void await(SetPod setPod) {
        taken.add(setPod.uid());
        busy = true;
    }

    void reach(SetPod setPod, boolean isUpdated) {
        reach = reach.with(setPod, isUpdated);
    }

    void intend(SetPod setPod, Intention intention) {
        intentions.put(setPod.uid(), intention);
    }

    void lookAgain(Duration after) {
        look = Plan.sooner(look, Optional.of(after));
    }

    void trouble(String message) {
        busy = true;
        if (trouble.isEmpty()) {
            trouble = message;
        }
    }

    /** A Pod cannot be deleted. */
    void refusedDeletion(String message) {
        deletionRefused = trouble.isEmpty();
        trouble(message);
    }

    PlanStep finished() {
        return new PlanStep(
                identities, new Plan(actions, look, waits), intentions, taken, reach, busy, trouble, deletionRefused);
    }
}
