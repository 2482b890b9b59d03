package io.kusionstack.operating.host.plan;

import io.kusionstack.operating.host.kernel.Durations;
import io.kusionstack.operating.plugin.PodRef;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The decision of a planner: actions in order, the time of the next check if no event comes, and why Pods wait.
 *
 * @param waits by Pod; a Pod that does not wait is absent
 */
public record Plan(List<Action> actions, Optional<Duration> lookAgain, Map<PodRef, List<Wait>> waits) {
    private static final Plan NOTHING = new Plan(List.of(), Optional.empty(), Map.of());

    public Plan {
        actions = List.copyOf(actions);
        waits = Map.copyOf(waits);
        Set<String> touched = new HashSet<>();
        for (Action action : actions) {
            String pod = touchedPod(action);
            if (!pod.isEmpty() && !touched.add(pod)) {
                throw new IllegalArgumentException("two actions on one Pod in one plan: " + action);
            }
        }
    }

    public static Plan nothing() {
        return NOTHING;
    }

    public static Plan of(Action... actions) {
        return new Plan(List.of(actions), Optional.empty(), Map.of());
    }

    /** Both plans as one, {@code next} after this one, with the earlier of the two times. */
    public Plan then(Plan next) {
        List<Action> all = new ArrayList<>(actions);
        all.addAll(next.actions);
        Map<PodRef, List<Wait>> reasons = new HashMap<>(waits);
        next.waits.forEach((pod, more) -> reasons.merge(pod, more, Plan::joined));
        return new Plan(all, sooner(lookAgain, next.lookAgain), reasons);
    }

    private static List<Wait> joined(List<Wait> first, List<Wait> second) {
        List<Wait> all = new ArrayList<>(first);
        all.addAll(second);
        return List.copyOf(all);
    }

    /** The earlier of two times, if there are any. */
    public static Optional<Duration> sooner(Optional<Duration> one, Optional<Duration> other) {
        if (one.isEmpty() || other.isEmpty()) {
            return one.or(() -> other);
        }
        return Optional.of(Durations.shorter(one.get(), other.get()));
    }

    private static String touchedPod(Action action) {
        return switch (action) {
            case Action.EditPod edit -> edit.edit().pod().uid();
            case Action.DeletePod delete -> delete.pod().uid();
            case Action.ReleasePod release -> release.pod().uid();
            case Action.CreatePod create -> "new:" + create.name();
            case Action.TryPod ignored -> "";
            case Action.CreateObject ignored -> "";
            case Action.PatchObject ignored -> "";
            case Action.PatchStatus ignored -> "";
            case Action.DeleteObject ignored -> "";
            case Action.WriteStatus ignored -> "";
            case Action.Announce ignored -> "";
        };
    }
}
