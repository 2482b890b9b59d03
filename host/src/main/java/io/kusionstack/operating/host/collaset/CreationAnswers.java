package io.kusionstack.operating.host.collaset;

import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.Action;
import io.kusionstack.operating.host.plan.Applied;
import io.kusionstack.operating.host.plan.Failure;
import io.kusionstack.operating.host.plan.Plan;
import io.kusionstack.operating.host.plan.WriteResult.Cause;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The answers of the API server to creations of Pods of one set, dry runs included.
 *
 * @param obstacle why the last Pod could not be created
 * @param trials by the name of a revision: the answer to Pods of it
 * @param takenPodNames names under which the last look could not create a Pod, because Pods of others have them
 */
record CreationAnswers(
        Optional<CreationObstacle> obstacle, Map<String, TemplateTrial> trials, Set<String> takenPodNames) {
    static final CreationAnswers NONE = new CreationAnswers(Optional.empty(), Map.of(), Set.of());

    CreationAnswers {
        trials = Map.copyOf(trials);
        takenPodNames = Set.copyOf(takenPodNames);
    }

    CreationAnswers with(CollaSetSnapshot snapshot, Plan acts, Applied applied) {
        return new CreationAnswers(
                obstacle(acts, applied, snapshot.set().generation(), snapshot.now()),
                trials(snapshot, acts, applied),
                taken(applied));
    }

    /** True if the next plan may differ because of these answers. */
    boolean differFrom(CreationAnswers earlier) {
        return !obstacle.equals(earlier.obstacle) || !trials.equals(earlier.trials);
    }

    private static Set<String> taken(Applied applied) {
        Set<String> names = new HashSet<>();
        for (Failure failure : applied.failures()) {
            if (failure.action() instanceof Action.CreatePod create
                    && failure.result().cause() == Cause.CONFLICT) {
                names.add(create.name());
            }
        }
        return names;
    }

    /** The trial of a revision is forgotten with the revision. */
    private Map<String, TemplateTrial> trials(CollaSetSnapshot snapshot, Plan acts, Applied applied) {
        Map<String, TemplateTrial> known = new HashMap<>(trials);
        known.keySet()
                .retainAll(snapshot.revisions().stream().map(Revision::name).collect(Collectors.toSet()));
        long generation = snapshot.set().generation();
        for (Action action : acts.actions()) {
            Optional<Failure> failure = applied.failures().stream()
                    .filter(each -> each.action() == action)
                    .findFirst();
            if (action instanceof Action.TryPod attempt) {
                Optional<TemplateTrial> before = Optional.ofNullable(trials.get(attempt.revision()));
                known.put(attempt.revision(), TemplateTrial.tried(failure, before, generation, snapshot.now()));
            } else if (action instanceof Action.CreatePod create) {
                String revision = revision(create);
                Optional<TemplateTrial> before = Optional.ofNullable(known.get(revision));
                TemplateTrial.created(failure, before, generation, snapshot.now())
                        .ifPresent(trial -> known.put(revision, trial));
            }
        }
        return known;
    }

    private static String revision(Action.CreatePod create) {
        return create.body()
                .path("metadata")
                .path("labels")
                .path(Names.REVISION)
                .asText();
    }

    private Optional<CreationObstacle> obstacle(Plan acts, Applied applied, long generation, Instant now) {
        Optional<Failure> refused = applied.failures().stream()
                .filter(failure -> failure.action() instanceof Action.CreatePod && isObstacle(failure))
                .findFirst();
        if (refused.isPresent()) {
            int before = obstacle.filter(known -> known.generation() == generation)
                    .map(CreationObstacle::attempts)
                    .orElse(0);
            return Optional.of(new CreationObstacle(
                    refused.get().action() instanceof Action.CreatePod create ? revision(create) : "",
                    generation,
                    refused.get().result().code(),
                    refused.get().result().message(),
                    before + 1,
                    now));
        }
        boolean created = acts.actions().stream().anyMatch(Action.CreatePod.class::isInstance);
        return created ? Optional.empty() : obstacle;
    }

    /** A conflict is planned anew; a creation that was not sent had to wait for a write that failed. */
    private static boolean isObstacle(Failure failure) {
        Cause cause = failure.result().cause();
        return cause != Cause.CONFLICT && cause != Cause.NOT_SENT;
    }
}
