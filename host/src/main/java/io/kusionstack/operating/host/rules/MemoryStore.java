package io.kusionstack.operating.host.rules;

import io.kusionstack.operating.host.kernel.Outcome;
import io.kusionstack.operating.host.kube.Actuator;
import io.kusionstack.operating.host.kube.Applied;
import io.kusionstack.operating.host.kube.Failure;
import io.kusionstack.operating.host.model.PodTransitionRule;
import io.kusionstack.operating.host.plan.Action;
import io.kusionstack.operating.host.plan.ObjectKind;
import io.kusionstack.operating.host.plan.ObjectRef;
import io.kusionstack.operating.host.plan.Plan;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** Keeps what plugins remember in the status of the rule objects. Blocks for a write where something changed. */
record MemoryStore(RuleWorld world, Actuator actuator) {
    private static final Duration SOON = Duration.ofMillis(100);

    /** What the plugin is to be told; empty memory too where it never said anything. Absent if the rule has changed. */
    Optional<Map<String, String>> of(Question question) {
        return object(question)
                .map(object -> RuleMemory.of(
                        object, question.rule().name(), question.demand().plugin()));
    }

    /** Why it is not stored, in a sentence that may be empty, and when to try again. */
    record Failed(String why, Duration after) {}

    /** Empty once it is stored; else the cluster may say something else. */
    Optional<Failed> store(Question question, Map<String, String> memory) {
        Optional<PodTransitionRule> object = object(question);
        if (object.isEmpty()) {
            return Optional.of(new Failed("", SOON));
        }
        String rule = question.rule().name();
        String plugin = question.demand().plugin();
        if (RuleMemory.of(object.get(), rule, plugin).equals(memory)) {
            return Optional.empty();
        }
        ObjectRef ref = new ObjectRef(
                ObjectKind.POD_TRANSITION_RULE,
                question.spec().key().namespace(),
                question.spec().key().name(),
                question.spec().uid());
        long version = Long.parseLong(object.get().getMetadata().getResourceVersion());
        Applied applied = actuator.apply(
                Plan.of(new Action.PatchStatus(ref, version, RuleMemory.patch(object.get(), rule, plugin, memory))));
        return applied.failures().stream().findFirst().map(failure -> failed(failure, applied.outcome()));
    }

    /** The actuator knows the pause after what the API server said. */
    private static Failed failed(Failure failure, Outcome outcome) {
        Duration pause = outcome instanceof Outcome.LookAgain again ? again.after() : SOON;
        return new Failed(failure.fate().isNo() ? failure.sentence() : "", pause.compareTo(SOON) < 0 ? SOON : pause);
    }

    private Optional<PodTransitionRule> object(Question question) {
        return world.rule(question.spec().key())
                .filter(object ->
                        question.spec().uid().equals(object.getMetadata().getUid()));
    }
}
