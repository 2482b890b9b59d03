package io.kusionstack.operating.host.plugins;

/** How a call ended for the one who waits. */
sealed interface Ended<T> {
    record Value<T>(T value) implements Ended<T> {}

    record Threw<T>(String text, boolean wasError) implements Ended<T> {}

    record Overran<T>() implements Ended<T> {}

    /** It cost the host a thread for longer than allowed, or may have left the process in disorder. */
    default boolean held() {
        return switch (this) {
            case Value<T> value -> false;
            case Threw<T> threw -> threw.wasError();
            case Overran<T> overran -> true;
        };
    }
}
