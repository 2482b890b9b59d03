package io.kusionstack.operating.host.lifecycle;

import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/**
 * One operation on a Pod. Each state has only its legal exits; an operation that is undone or over is simply gone.
 *
 * <pre>
 * Begun <-> Preparing -> Operating -> PostCheck -> Completing -> gone
 * </pre>
 */
sealed interface OperationState {
    String id();

    /** Empty where the labels don't say. */
    String type();

    /** The labels that say this state; all others with the id are to go. Empty where the labels stay as they are. */
    Optional<Set<LifecycleLabel>> marks();

    /** True while the Pod has to be out of service. */
    boolean holdsGate();

    /** True once the rules let it pass; one that only waits, or is given up, leaves the Pod in service. */
    default boolean hasLeftPreCheck() {
        return holdsGate() || this instanceof Completing;
    }

    /** True from begin to finish: the client that began it may touch the Pod, now or later. */
    default boolean isBegun() {
        return switch (this) {
            case Untyped untyped -> true;
            case Begun begun -> true;
            case Preparing preparing -> true;
            case Operating operating -> true;
            case PostCheck postCheck -> false;
            case Completing completing -> false;
            case Leftover leftover -> false;
        };
    }

    /** Begun without saying what for: nothing happens until the type is there. */
    record Untyped(String id, boolean holdsGate) implements OperationState {
        @Override
        public String type() {
            return "";
        }

        @Override
        public Optional<Set<LifecycleLabel>> marks() {
            return Optional.empty();
        }
    }

    /** Waits for the transition rules at PreCheck. */
    record Begun(String id, String type) implements OperationState {
        private static final Set<LifecycleLabel> MARKS =
                Set.of(LifecycleLabel.OPERATING, LifecycleLabel.OPERATION_TYPE, LifecycleLabel.PRE_CHECK);

        Preparing preChecked() {
            return new Preparing(id, type);
        }

        @Override
        public Optional<Set<LifecycleLabel>> marks() {
            return Optional.of(MARKS);
        }

        @Override
        public boolean holdsGate() {
            return false;
        }
    }

    /** The rules let it pass; traffic leaves the Pod. */
    record Preparing(String id, String type) implements OperationState {
        private static final Set<LifecycleLabel> MARKS = Set.of(
                LifecycleLabel.OPERATING,
                LifecycleLabel.OPERATION_TYPE,
                LifecycleLabel.PRE_CHECKED,
                LifecycleLabel.PREPARING);

        Operating prepared() {
            return new Operating(id, type);
        }

        /** The rules let it pass as a Pod that was out anyway, and it no longer is. */
        Begun calledBack() {
            return new Begun(id, type);
        }

        @Override
        public Optional<Set<LifecycleLabel>> marks() {
            return Optional.of(MARKS);
        }

        @Override
        public boolean holdsGate() {
            return true;
        }
    }

    /** The Pod may be touched; the controller of the operation ends it by taking the operating label away. */
    record Operating(String id, String type) implements OperationState {
        private static final Set<LifecycleLabel> MARKS = Set.of(
                LifecycleLabel.OPERATING,
                LifecycleLabel.OPERATION_TYPE,
                LifecycleLabel.PRE_CHECKED,
                LifecycleLabel.OPERATE);

        @Override
        public Optional<Set<LifecycleLabel>> marks() {
            return Optional.of(MARKS);
        }

        @Override
        public boolean holdsGate() {
            return true;
        }
    }

    /** Finished; waits for the transition rules at PostCheck. */
    record PostCheck(String id, String type) implements OperationState {
        private static final Set<LifecycleLabel> MARKS =
                Set.of(LifecycleLabel.OPERATED, LifecycleLabel.DONE_OPERATION_TYPE, LifecycleLabel.POST_CHECK);

        Completing postChecked() {
            return new Completing(id, type);
        }

        @Override
        public Optional<Set<LifecycleLabel>> marks() {
            return Optional.of(MARKS);
        }

        @Override
        public boolean holdsGate() {
            return true;
        }
    }

    /** Let back: the Pod returns into service. */
    record Completing(String id, String type) implements OperationState {
        private static final Set<LifecycleLabel> MARKS = Set.of(
                LifecycleLabel.OPERATED,
                LifecycleLabel.DONE_OPERATION_TYPE,
                LifecycleLabel.POST_CHECKED,
                LifecycleLabel.COMPLETING);

        @Override
        public Optional<Set<LifecycleLabel>> marks() {
            return Optional.of(MARKS);
        }

        @Override
        public boolean holdsGate() {
            return false;
        }
    }

    /**
     * Labels that no living operation explains: undone, or their operating label was taken away before Operate.
     *
     * @param since when the newest of them was written; {@link Instant#MIN} when they were undone
     */
    record Leftover(String id, String type, boolean holdsGate, Instant since) implements OperationState {
        @Override
        public Optional<Set<LifecycleLabel>> marks() {
            return Optional.empty();
        }
    }
}
