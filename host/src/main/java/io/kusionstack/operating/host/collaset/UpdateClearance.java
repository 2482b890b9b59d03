package io.kusionstack.operating.host.collaset;

import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plan.Wait;
import java.util.Optional;

/** May Pods leave service for the updated revision of their set? */
sealed interface UpdateClearance {
    Wait UNPROVEN =
            new Wait(Reason.REVISION_UNPROVEN, "", "the API server has not taken a Pod of the newest revision yet");

    Wait SUCCESSOR_REFUSED = new Wait(
            Reason.REFUSED_BY_SERVER, "", "no Pod of the set can be created just now, so none goes for another");
    Wait SUCCESSOR_ENDS = new Wait(
            Reason.CONTAINER_CRASHING, "", "new Pods of the set end soon after their creation, so none goes for one");

    /**
     * They may.
     *
     * @param deletions how many may be deleted now to be created again: one while the API server has not taken a real Pod
     *     of the revision, so that at most one is lost to what a dry run does not show; none while one is refused, or
     *     while Pods end soon
     */
    record Cleared(int deletions) implements UpdateClearance {}

    /** The API server has not answered yet: no Pod begins, and a Pod that has begun stays as it is. */
    record AwaitingServer(Wait why) implements UpdateClearance {}

    /** No Pod begins; a Pod that only waits is called back; a Pod that is out of service is undone or finished. */
    record Withheld(Wait why) implements UpdateClearance {}

    static UpdateClearance of(CollaSetSnapshot snapshot, RevisionHistory history, SetPods setPods) {
        if (!snapshot.set().newerProblems().isEmpty()) {
            String problems = String.join("; ", snapshot.set().newerProblems());
            return new Withheld(new Wait(Reason.INVALID_SPEC, "", problems));
        }
        Optional<TemplateTrial> trial =
                Optional.ofNullable(snapshot.trials().get(history.updated().name()));
        if (trial.isEmpty()) {
            return new AwaitingServer(UNPROVEN);
        }
        boolean complete = setPods.podsOfSet().size() >= snapshot.set().replicas();
        boolean refused = (snapshot.obstacle().isPresent() && !complete)
                || snapshot.backoff().holds();
        return switch (trial.get()) {
            case TemplateTrial.Created() -> new Cleared(refused ? 0 : Integer.MAX_VALUE);
            case TemplateTrial.DryRunPassed taken -> new Cleared(complete && !refused ? 1 : 0);
            case TemplateTrial.Unaskable unaskable -> new Cleared(complete && !refused ? 1 : 0);
            case TemplateTrial.Unproven unknown ->
                unknown.attempts() > 1 ? new Withheld(unanswered(unknown)) : new AwaitingServer(unanswered(unknown));
            case TemplateTrial.TemplateRefused refusal ->
                new Withheld(new Wait(Reason.TEMPLATE_REFUSED, history.updated().name(), refusal.explanation()));
        };
    }

    private static Wait unanswered(TemplateTrial.Unproven unknown) {
        return new Wait(
                Reason.REVISION_UNPROVEN,
                "",
                "the API server does not tell whether it takes Pods of spec.template: " + unknown.message()
                        + "; it is asked again");
    }

    /** Why no Pod may begin, if users have to know; empty while Pods may begin, or while the first answer is awaited. */
    default Optional<Wait> withheld() {
        return hold().filter(why -> !why.equals(UNPROVEN));
    }

    /** Why a Pod that went now would be missing, too: the creation of another was refused, or new ones end soon. */
    default Optional<Wait> missingSuccessor(CollaSetSnapshot snapshot) {
        if (!equals(new Cleared(0))) {
            return Optional.empty();
        }
        return snapshot.backoff().holds()
                ? Optional.of(SUCCESSOR_ENDS)
                : snapshot.obstacle().map(known -> SUCCESSOR_REFUSED);
    }

    /** Why no Pod may leave service now. */
    default Optional<Wait> hold() {
        return switch (this) {
            case Cleared given -> Optional.empty();
            case Withheld(Wait why) -> Optional.of(why);
            case AwaitingServer(Wait why) -> Optional.of(why);
        };
    }
}
