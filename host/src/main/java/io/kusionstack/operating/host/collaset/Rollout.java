package io.kusionstack.operating.host.collaset;

/** The Pods that an update reaches. */
sealed interface Rollout {
    /** True if it keeps some Pods from the newest revision. */
    default boolean holds() {
        return switch (this) {
            case Partition(int kept, boolean given) -> kept > 0;
            case Labelled() -> true;
            case Paused() -> true;
        };
    }

    /** True if every Pod can come to the newest revision without a change of the set. */
    default boolean reachesAll() {
        return switch (this) {
            case Partition(int kept, boolean given) -> kept == 0;
            case Labelled() -> true;
            case Paused() -> false;
        };
    }

    /** All but {@code kept} Pods; the user wrote a number if {@code given}. */
    record Partition(int kept, boolean given) implements Rollout {}

    /** The Pods that have the label {@code update-included}. */
    record Labelled() implements Rollout {}

    /** None: Pods that have left service already are finished, Pods that only wait are called back. */
    record Paused() implements Rollout {}
}
