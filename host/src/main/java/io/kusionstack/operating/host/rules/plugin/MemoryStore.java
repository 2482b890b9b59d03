package io.kusionstack.operating.host.rules.plugin;

import io.kusionstack.operating.host.kernel.Key;
import io.kusionstack.operating.host.kernel.Outcome;
import io.kusionstack.operating.host.model.PodTransitionRule;
import io.kusionstack.operating.host.plan.Action;
import io.kusionstack.operating.host.plan.Actuator;
import io.kusionstack.operating.host.plan.Applied;
import io.kusionstack.operating.host.plan.Failure;
import io.kusionstack.operating.host.plan.ObjectKind;
import io.kusionstack.operating.host.plan.ObjectRef;
import io.kusionstack.operating.host.plan.Plan;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Keeps what plugins remember in the status of the rule objects. Blocks for a write where something changed. */
record MemoryStore(Function<Key, Optional<PodTransitionRule>> objects, Actuator actuator) {
    private static final Duration SOON = Duration.ofMillis(100);

    /** What the plugin is to be told; empty memory too where it never said anything. Absent if the rule has changed. */
    Optional<Map<String, String>> of(PluginQuery query) {
        return object(query)
                .map(object -> RuleMemory.of(
                        object, query.rule().name(), query.demand().plugin()));
    }

    /** Why it is not stored, in a sentence that may be empty, and when to try again. */
    record StoreFailure(String why, Duration after) {}

    /** Empty once it is stored; else the cluster may say something else. */
    Optional<StoreFailure> store(PluginQuery query, Map<String, String> memory) {
        Optional<PodTransitionRule> object = object(query);
        if (object.isEmpty()) {
            return Optional.of(new StoreFailure("", SOON));
        }
        String rule = query.rule().name();
        String plugin = query.demand().plugin();
        if (RuleMemory.of(object.get(), rule, plugin).equals(memory)) {
            return Optional.empty();
        }
        ObjectRef ref = new ObjectRef(
                ObjectKind.POD_TRANSITION_RULE,
                query.spec().key().namespace(),
                query.spec().key().name(),
                query.spec().uid());
        long version = Long.parseLong(object.get().getMetadata().getResourceVersion());
        Applied applied = actuator.apply(
                Plan.of(new Action.PatchStatus(ref, version, RuleMemory.patch(object.get(), rule, plugin, memory))));
        return applied.failures().stream().findFirst().map(failure -> failed(failure, applied.outcome()));
    }

    /** The actuator knows the pause after what the API server said. */
    private static StoreFailure failed(Failure failure, Outcome outcome) {
        Duration pause = outcome instanceof Outcome.RequeueAfter again ? again.after() : SOON;
        return new StoreFailure(
                failure.result().isRefusal() ? failure.sentence() : "", pause.compareTo(SOON) < 0 ? SOON : pause);
    }

    private Optional<PodTransitionRule> object(PluginQuery query) {
        return objects.apply(query.spec().key())
                .filter(object -> query.spec().uid().equals(object.getMetadata().getUid()));
    }
}
