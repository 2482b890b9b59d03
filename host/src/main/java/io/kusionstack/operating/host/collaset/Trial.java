package io.kusionstack.operating.host.collaset;

import io.kusionstack.operating.host.kube.Failure;
import java.time.Instant;
import java.util.Optional;

/**
 * What the API server said of Pods of one revision. Kept in memory only: lost, it is asked again.
 */
sealed interface Trial {
    /** A dry run passed all that looks at the Pod's content. */
    record Taken() implements Trial {}

    /** A Pod of the revision was created. */
    record Created() implements Trial {}

    /**
     * The server does not take Pods of this content.
     *
     * @param shown a dry run shows it, so that one which passes takes it back
     * @param generation of the set when it said so
     * @param attempts how often in a row
     */
    record Refused(int code, String message, boolean shown, long generation, int attempts, Instant at)
            implements Trial {
        /** What the user has to know, and can do. */
        String explanation() {
            String remedy = code == 403 ? "correct spec.template, or have it allowed" : "correct spec.template";
            return "the API server does not take Pods of spec.template (" + code + "): " + message + "; " + remedy;
        }
    }

    /** No answer that says anything of the content: a webhook that cannot be asked, a server in trouble. */
    record Unknown(int attempts, Instant at) implements Trial {}

    /** When to ask again, for a set of this generation; empty once it is known that Pods are taken. */
    default Optional<Instant> askAgain(long generation) {
        return switch (this) {
            case Taken() -> Optional.empty();
            case Created() -> Optional.empty();
            case Refused refused ->
                Optional.of(
                        refused.generation() == generation
                                ? refused.at().plus(Pauses.after(refused.attempts()))
                                : refused.at());
            case Unknown unknown -> Optional.of(unknown.at().plus(Pauses.after(unknown.attempts())));
        };
    }

    /**
     * What the answer to a dry run means. Who cannot be asked takes no refusal back, and a dry run none that it does not
     * show; a new generation does.
     *
     * @param failure empty where the server would take the Pod
     * @param before what was known of the revision
     */
    static Trial tried(Optional<Failure> failure, Optional<Trial> before, long generation, Instant now) {
        Trial known = before.orElseGet(() -> new Unknown(0, now));
        if (failure.isPresent() && isOfContent(failure.get())) {
            return new Refused(
                    failure.get().code(), failure.get().message(), true, generation, attempts(known) + 1, now);
        }
        boolean taken = failure.isEmpty() || isQuota(failure.get());
        return switch (known) {
            case Taken stays -> stays;
            case Created stays -> stays;
            case Refused refused
            when refused.generation() == generation && !(taken && refused.shown()) ->
                new Refused(
                        refused.code(), refused.message(), refused.shown(), generation, refused.attempts() + 1, now);
            case Refused refused -> taken ? new Taken() : new Unknown(1, now);
            case Unknown unknown -> taken ? new Taken() : new Unknown(unknown.attempts() + 1, now);
        };
    }

    /**
     * What the answer to a creation means.
     *
     * @param failure empty where the Pod was created
     */
    static Optional<Trial> created(Optional<Failure> failure, Optional<Trial> before, long generation, Instant now) {
        if (failure.isEmpty()) {
            return Optional.of(new Created());
        }
        if (!isOfContent(failure.get())) {
            return before;
        }
        boolean shown = before.filter(known -> known instanceof Refused refused && refused.shown())
                .isPresent();
        int attempts = before.map(Trial::attempts).orElse(0);
        return Optional.of(
                new Refused(failure.get().code(), failure.get().message(), shown, generation, attempts + 1, now));
    }

    private static int attempts(Trial known) {
        return known instanceof Refused refused ? refused.attempts() : 0;
    }

    /** A full quota is none, nor a webhook that cannot be asked. */
    private static boolean isOfContent(Failure failure) {
        boolean refused = failure.code() == 400 || failure.code() == 403 || failure.code() == 422;
        return refused && !isQuota(failure) && !failure.message().contains("does not support dry run");
    }

    /** The quota is the last to be asked: all else has passed. A quota that wants amounts said is no full one. */
    private static boolean isQuota(Failure failure) {
        return failure.code() == 403 && failure.message().contains("exceeded quota");
    }
}
