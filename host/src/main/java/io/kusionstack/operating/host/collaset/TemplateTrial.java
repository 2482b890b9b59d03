package io.kusionstack.operating.host.collaset;

import io.kusionstack.operating.host.plan.Failure;
import io.kusionstack.operating.host.plan.WriteResult;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * The answer of the API server to Pods of one revision. It is kept in memory only; if it is lost, the server is asked again.
 */
sealed interface TemplateTrial {
    /**
     * A dry run passed all checks of the content of the Pod.
     *
     * @param refused how often in a row real creations were refused all the same
     */
    record DryRunPassed(int refused) implements TemplateTrial {
        DryRunPassed() {
            this(0);
        }
    }

    /** A Pod of the revision was created. */
    record Created() implements TemplateTrial {}

    /**
     * The server does not take Pods of this content.
     *
     * @param problem why not
     * @param shown a dry run shows it, so that one which passes takes it back at once
     * @param generation of the set when it said so
     * @param attempts how often in a row
     */
    record TemplateRefused(
            CreationProblem problem, int code, String message, boolean shown, long generation, int attempts, Instant at)
            implements TemplateTrial {
        private static final int MOST_DOUBLINGS = 6;

        TemplateRefused(int code, String message, boolean shown, long generation, int attempts, Instant at) {
            this(CreationProblem.of(code, message), code, message, shown, generation, attempts, at);
        }

        private static TemplateRefused by(Failure failure, boolean shown, long generation, int attempts, Instant now) {
            WriteResult.NotDone result = failure.result();
            return new TemplateRefused(result.code(), result.message(), shown, generation, attempts, now);
        }

        /** A refusal that no dry run shows takes a real Pod to ask again: the first time after a minute, then ever more seldom. */
        private Duration pause() {
            return shown
                    ? RetryPauses.after(attempts)
                    : Duration.ofMinutes(1L << Math.clamp(attempts - 1L, 0, MOST_DOUBLINGS));
        }

        /** The problem and the remedy, for users. */
        String explanation() {
            String remedy = code == 403 ? "correct spec.template, or have it allowed" : "correct spec.template";
            return "the API server does not take Pods of spec.template (" + code + "): " + message + "; " + remedy;
        }
    }

    /** The server, or a webhook that it has to ask, gave no answer, or is not asked yet: it is asked again. */
    record Unproven(int attempts, Instant at, String message) implements TemplateTrial {}

    /** A webhook does not support dry runs: only a real Pod tells. */
    record Unaskable() implements TemplateTrial {}

    /** When to ask again, for a set of this generation; empty once it is known that Pods are taken. */
    default Optional<Instant> askAgain(long generation) {
        return switch (this) {
            case DryRunPassed taken -> Optional.empty();
            case Created() -> Optional.empty();
            case Unaskable() -> Optional.empty();
            case TemplateRefused refused ->
                Optional.of(refused.generation() == generation ? refused.at().plus(refused.pause()) : refused.at());
            case Unproven unknown -> Optional.of(unknown.at().plus(RetryPauses.after(unknown.attempts())));
        };
    }

    /**
     * The meaning of an answer to a dry run. A dry run without an answer does not take back a refusal; a new generation takes back any.
     * A dry run that passes takes back a refusal that it does not show as well, because it is made only after the pause: the next real
     * Pod tells.
     *
     * @param failure empty if the server would take the Pod
     * @param before the earlier trial of the revision
     */
    static TemplateTrial tried(
            Optional<Failure> failure, Optional<TemplateTrial> before, long generation, Instant now) {
        TemplateTrial known = before.orElseGet(() -> new Unproven(0, now, ""));
        Optional<CreationProblem> problem = failure.map(failed -> CreationProblem.of(failed.result()));
        if (failure.isPresent() && problem.filter(CreationProblem::isOfContent).isPresent()) {
            return TemplateRefused.by(failure.get(), true, generation, attempts(known) + 1, now);
        }
        boolean taken = problem.filter(each -> each != CreationProblem.QUOTA).isEmpty();
        String message = problem.filter(each -> each == CreationProblem.NAMESPACE_TERMINATING)
                        .isPresent()
                ? CreationProblem.CLOSED_NAMESPACE
                : failure.map(failed -> failed.result().message()).orElse("");
        boolean isAsked =
                problem.filter(each -> each == CreationProblem.NO_DRY_RUN).isEmpty();
        boolean same = known instanceof TemplateRefused refused && refused.generation() == generation;
        return switch (known) {
            case DryRunPassed stays -> stays;
            case Created stays -> stays;
            case TemplateRefused refused
            when same && !taken ->
                new TemplateRefused(
                        refused.problem(),
                        refused.code(),
                        refused.message(),
                        refused.shown(),
                        generation,
                        refused.attempts() + (refused.shown() ? 1 : 0),
                        now);
            case TemplateRefused refused when same && !refused.shown() -> new DryRunPassed(refused.attempts());
            case TemplateRefused refused -> taken ? new DryRunPassed() : unanswered(isAsked, message, 1, now);
            case Unproven unknown ->
                taken ? new DryRunPassed() : unanswered(isAsked, message, unknown.attempts() + 1, now);
            case Unaskable stays -> stays;
        };
    }

    private static TemplateTrial unanswered(boolean isAsked, String message, int attempts, Instant now) {
        return isAsked ? new Unproven(attempts, now, message) : new Unaskable();
    }

    /**
     * The meaning of an answer to a creation.
     *
     * @param failure empty if the Pod was created
     */
    static Optional<TemplateTrial> created(
            Optional<Failure> failure, Optional<TemplateTrial> before, long generation, Instant now) {
        boolean unread = before.filter(known ->
                        known instanceof TemplateRefused refused && refused.problem() == CreationProblem.UNKNOWN_FIELD)
                .isPresent();
        if (failure.isEmpty()) {
            return unread ? before : Optional.of(new Created());
        }
        if (!CreationProblem.of(failure.get().result()).isOfContent()) {
            return before;
        }
        boolean shown = before.filter(known -> known instanceof TemplateRefused refused && refused.shown())
                .isPresent();
        int attempts = before.map(TemplateTrial::attempts).orElse(0);
        return Optional.of(TemplateRefused.by(failure.get(), shown, generation, attempts + 1, now));
    }

    private static int attempts(TemplateTrial known) {
        return switch (known) {
            case TemplateRefused refused -> refused.attempts();
            case DryRunPassed taken -> taken.refused();
            case Created created -> 0;
            case Unproven unknown -> 0;
            case Unaskable unaskable -> 0;
        };
    }
}
