package io.kusionstack.operating.host.plugins;

/** The result of a call for its caller. */
sealed interface CallResult<T> {
    record Value<T>(T value) implements CallResult<T> {}

    record Threw<T>(String text, boolean wasError) implements CallResult<T> {}

    record TimedOut<T>() implements CallResult<T> {}

    /** It cost the host a thread for longer than allowed, or may have left the process in disorder. */
    default boolean held() {
        return switch (this) {
            case Value<T> value -> false;
            case Threw<T> threw -> threw.wasError();
            case TimedOut<T> overran -> true;
        };
    }
}
