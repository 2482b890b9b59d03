package io.kusionstack.operating.host.collaset;

import io.kusionstack.operating.host.plan.Action;
import io.kusionstack.operating.host.plan.Intention;
import io.kusionstack.operating.host.plan.Plan;
import io.kusionstack.operating.host.plan.PodEdit;
import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.plugin.PodRef;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What one part of planning decided.
 *
 * @param identities the instance ids as they have to be stored before the acts
 * @param intentions by Pod uid
 * @param taken uids of Pods that the parts after this one must leave alone
 * @param reach whom an update reaches
 * @param busy something is still to happen
 * @param trouble what a user has to know and mend; empty while all goes well
 * @param deletionRefused the trouble is that a Pod cannot be deleted
 */
record Step(
        SortedMap<Integer, Identity> identities,
        Plan acts,
        Map<String, Intention> intentions,
        Set<String> taken,
        Reach reach,
        boolean busy,
        String trouble,
        boolean deletionRefused) {
    Step {
        identities = Collections.unmodifiableSortedMap(new TreeMap<>(identities));
        intentions = Map.copyOf(intentions);
        taken = Set.copyOf(taken);
    }

    /**
     * The Pods in scope of an update.
     *
     * @param updated those on the newest revision
     * @param serving those on the newest revision and in service
     */
    record Reach(int pods, int updated, int serving) {
        static final Reach NOBODY = new Reach(0, 0, 0);

        Reach with(Member member, boolean isUpdated) {
            boolean serves = isUpdated && member.pod().available();
            return new Reach(pods + 1, updated + (isUpdated ? 1 : 0), serving + (serves ? 1 : 0));
        }

        boolean isComplete() {
            return serving == pods;
        }
    }

    /** Gathers a step while it is being decided; lives no longer than that. */
    static final class Draft {
        /** A refused edit changes no Pod, so no event tells of it. */
        private static final Duration EDIT_ANSWERED = Duration.ofSeconds(5);

        private final SortedMap<Integer, Identity> identities;
        private final List<Action> actions = new ArrayList<>();
        private final Map<PodRef, List<Wait>> waits = new HashMap<>();
        private final Map<String, Intention> intentions = new HashMap<>();
        private final Set<String> taken = new HashSet<>();
        private Optional<Duration> look = Optional.empty();
        private Reach reach = Reach.NOBODY;
        private boolean busy;
        private String trouble = "";
        private boolean deletionRefused;

        Draft(SortedMap<Integer, Identity> identities) {
            this.identities = new TreeMap<>(identities);
        }

        SortedMap<Integer, Identity> identities() {
            return identities;
        }

        void act(Action action) {
            actions.add(action);
            busy = true;
        }

        /** The Pod is dealt with by this step. */
        void edit(Member member, PodEdit edit) {
            taken.add(member.uid());
            busy = true;
            if (!edit.isEmpty()) {
                actions.add(new Action.EditPod(edit));
                lookAgain(EDIT_ANSWERED);
            }
        }

        /** Changes nothing, so nothing is busy because of it. */
        void ask(Action action) {
            actions.add(action);
        }

        /** Why nothing is done with the Pod; the steps after this one may still deal with it. */
        void explain(Member member, Wait wait) {
            waits.put(member.pod().ref(), List.of(wait));
        }

        void delete(Member member) {
            taken.add(member.uid());
            act(new Action.DeletePod(member.pod().ref(), member.pod().resourceVersion()));
        }

        /** The Pod leaves the set as it is. */
        void release(Member member, SetSpec set) {
            taken.add(member.uid());
            act(Strays.released(member, set));
            act(new Action.ReleasePod(member.pod().ref(), member.pod().resourceVersion(), set.uid()));
        }

        /** The Pod is dealt with by this step, which has to wait. */
        void await(Member member, Wait wait) {
            waits.put(member.pod().ref(), List.of(wait));
            await(member);
        }

        void await(Member member) {
            taken.add(member.uid());
            busy = true;
        }

        void reach(Member member, boolean isUpdated) {
            reach = reach.with(member, isUpdated);
        }

        void intend(Member member, Intention intention) {
            intentions.put(member.uid(), intention);
        }

        void lookAgain(Duration after) {
            if (look.isEmpty() || after.compareTo(look.get()) < 0) {
                look = Optional.of(after);
            }
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

        Step finished() {
            return new Step(
                    identities,
                    new Plan(actions, look, waits),
                    intentions,
                    taken,
                    reach,
                    busy,
                    trouble,
                    deletionRefused);
        }
    }
}
