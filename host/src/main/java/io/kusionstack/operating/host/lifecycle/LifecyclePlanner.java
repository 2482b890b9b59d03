package io.kusionstack.operating.host.lifecycle;

import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.Decision;
import io.kusionstack.operating.host.plan.Intention;
import io.kusionstack.operating.host.plan.PodCondition;
import io.kusionstack.operating.host.plan.PodEdit;
import io.kusionstack.operating.host.plan.PodGate.Advance;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.plugin.Stage;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * How far a Pod goes in one write. Static and pure; advancing its own outcome adds nothing.
 *
 * <p>What can't travel together waits for the next write, which the response of this one brings: the readiness gate needs
 * the status subresource, an image the Pod itself. A Pod counts as prepared only by its <em>stored</em> gate, never by
 * the one that this write sets.
 */
final class LifecyclePlanner {
    /** How long labels that no living operation explains are left alone: a client may write them one by one. */
    static final Duration ORPHANED = Duration.ofSeconds(30);

    /** How often a Pod with an operation is looked at though nothing happens. */
    static final Duration RESYNC = Duration.ofSeconds(30);

    /**
     * How long the kubelet is given to follow a gate that was just closed. It writes the Pod's status then, and a write of
     * ours on the record before would conflict with it; where it takes longer, the Pod does not wait.
     */
    static final Duration FOLLOWING = Duration.ofSeconds(2);

    /** After so long out of service, untouched and behind an obstacle, a Pod comes back. */
    static final Duration LINGERS = Duration.ofSeconds(30);

    private LifecyclePlanner() {}

    static Advance plan(LifecycleSnapshot snapshot) {
        PodRecord pod = snapshot.pod();
        if (!pod.controlled() || pod.terminating()) {
            PodEdit edit = snapshot.edit().against(snapshot.seen());
            return Advance.of(pod.terminating() ? withoutNewFinalizers(edit) : edit);
        }
        LifecycleDraft draft = new LifecycleDraft(snapshot);
        SortedMap<String, OperationState> ops = judged(snapshot, draft);
        ServiceRestore back = ServiceRestore.of(snapshot, ops, draft);
        ops.values().removeIf(op -> op instanceof OperationState.Completing completing && back.ends(completing));
        Optional<Boolean> flip = ReadinessGate.flip(snapshot, ops);
        flip.ifPresent(draft::flip);
        ReadinessGate.awaited(snapshot, ops).ifPresent(draft::await);
        if (ops.values().stream().anyMatch(OperationState.Operating.class::isInstance)) {
            snapshot.facts().unreachable().ifPresent(draft::await);
        }
        prepare(snapshot, ops, draft);
        back.mark(ops, flip, draft);
        draft.write(ops);
        ServiceRestore.record(snapshot, draft);
        return draft.advanced(!ops.isEmpty());
    }

    /** The API server refuses the whole patch where it adds a finalizer to a terminating Pod. */
    private static PodEdit withoutNewFinalizers(PodEdit edit) {
        return new PodEdit(
                edit.pod(),
                edit.resourceVersion(),
                edit.labels(),
                edit.annotations(),
                Collections.emptySortedSet(),
                edit.removeFinalizers(),
                edit.serviceReady(),
                edit.images());
    }

    /** Which operations have to be judged, and at which stage, before this snapshot can be planned. */
    static SortedMap<String, Stage> asks(SortedMap<String, OperationState> ops) {
        SortedMap<String, Stage> asks = new TreeMap<>();
        boolean touched = ops.values().stream().anyMatch(LifecyclePlanner::touches);
        for (OperationState op : ops.values()) {
            if (op instanceof OperationState.Begun) {
                asks.put(op.id(), Stage.PRE_CHECK);
            } else if (op instanceof OperationState.PostCheck && !touched) {
                asks.put(op.id(), Stage.POST_CHECK);
            }
        }
        return asks;
    }

    /**
     * Operations that passed PreCheck while the Pod was out of service anyway, of a Pod that could serve again if its gate
     * were opened. By the labels and conditions alone, so that it holds after a start too: a Pod that took a slot stopped being
     * Ready because it was let pass, not before.
     */
    static List<String> asksAgain(LifecycleSnapshot snapshot) {
        return mayComeBack(snapshot, passed -> !wasReadyAt(snapshot.seen(), passed));
    }

    /** Operations for which a Pod that could serve has been out of service for long without being touched. */
    static List<String> lingers(LifecycleSnapshot snapshot) {
        Instant latest = snapshot.now().minus(LINGERS);
        return mayComeBack(
                snapshot,
                passed -> passed.filter(since -> !since.isAfter(latest)).isPresent());
    }

    /** @param which by when the operation passed PreCheck */
    private static List<String> mayComeBack(LifecycleSnapshot snapshot, Predicate<Optional<Instant>> which) {
        PodRecord seen = snapshot.seen();
        if (!seen.readyButForOurGate() || snapshot.pod().hasLabel(Names.STAY_OFFLINE)) {
            return List.of();
        }
        List<String> again = new ArrayList<>();
        for (OperationState op : snapshot.ops().values()) {
            if (op instanceof OperationState.Preparing
                    && which.test(LabelTime.time(snapshot.labels().value(op.id(), LifecycleLabel.PREPARING)))) {
                again.add(op.id());
            } else if (op.holdsGate()) {
                // its gate stays closed whatever becomes of the others
                return List.of();
            }
        }
        return again;
    }

    /** Times of conditions have whole seconds, so one in the same second counts as after. */
    private static boolean wasReadyAt(PodRecord seen, Optional<Instant> passed) {
        Optional<PodCondition> ready = seen.condition(PodCondition.READY);
        if (ready.isEmpty() || passed.isEmpty()) {
            return false;
        }
        Instant changed = ready.get().lastTransition();
        return ready.get().isTrue()
                ? !changed.isAfter(passed.get())
                : !changed.isBefore(passed.get().truncatedTo(ChronoUnit.SECONDS));
    }

    /** PostCheck looks at the Pod as it will serve, so it waits until no operation touches the Pod any more. */
    private static boolean touches(OperationState op) {
        return op.holdsGate() && !(op instanceof OperationState.PostCheck);
    }

    private static SortedMap<String, OperationState> judged(LifecycleSnapshot snapshot, LifecycleDraft draft) {
        SortedMap<String, OperationState> result = new TreeMap<>();
        SortedMap<String, Stage> asks = asks(snapshot.ops());
        for (OperationState op : snapshot.ops().values()) {
            boolean passed = asks.containsKey(op.id())
                    && passes(snapshot.facts().admission().get(op.id()), draft);
            Optional<OperationState> next = switch (op) {
                case OperationState.Begun begun -> Optional.of(passed ? begun.preChecked() : begun);
                case OperationState.PostCheck check ->
                    Optional.of(passed ? check.postChecked() : postponed(check, asks, draft));
                case OperationState.Leftover leftover -> kept(leftover, snapshot.now(), draft);
                case OperationState.Untyped untyped -> Optional.of(draft.waiting(untyped, typeMissing(untyped)));
                case OperationState.Preparing preparing -> Optional.of(kept(preparing, snapshot, draft));
                case OperationState.Operating operating -> Optional.of(operating);
                case OperationState.Completing completing -> Optional.of(completing);
            };
            next.ifPresent(kept -> result.put(kept.id(), kept));
        }
        return result;
    }

    private static boolean passes(@Nullable Decision decision, LifecycleDraft draft) {
        if (decision == null) {
            draft.await(new Wait(Reason.WAITING_FOR_RULE, "", "the transition rules have not answered yet"));
            return false;
        }
        return switch (decision) {
            case Decision.Admitted passed -> true;
            case Decision.Rejected rejected -> {
                rejected.waits().forEach(draft::await);
                yield false;
            }
            case Decision.Postponed waiting -> {
                waiting.waits().forEach(draft::await);
                draft.look(waiting.after());
                yield false;
            }
        };
    }

    /** A Pod that passed without a slot and could serve again needs one now, or comes back before it is touched; so does one that waits in vain. */
    private static OperationState kept(
            OperationState.Preparing preparing, LifecycleSnapshot snapshot, LifecycleDraft draft) {
        Decision decision = snapshot.facts().admission().get(preparing.id());
        return decision == null || passes(decision, draft) ? preparing : preparing.calledBack();
    }

    private static OperationState postponed(
            OperationState.PostCheck check, SortedMap<String, Stage> asks, LifecycleDraft draft) {
        return asks.containsKey(check.id())
                ? check
                : draft.waiting(
                        check,
                        new Wait(
                                Reason.ANOTHER_OPERATION_RUNNING,
                                check.id(),
                                "operation " + check.id() + " is done; another operation still holds the Pod"));
    }

    private static Optional<OperationState> kept(OperationState.Leftover leftover, Instant now, LifecycleDraft draft) {
        Instant end = leftover.since().plus(ORPHANED);
        if (!end.isAfter(now)) {
            return Optional.empty();
        }
        draft.look(Duration.between(now, end));
        if (leftover.holdsGate()) {
            draft.await(left(leftover, end));
        }
        return Optional.of(leftover);
    }

    /** By the time stamps of the labels, so that a restart of the host changes nothing. */
    private static Wait left(OperationState.Leftover leftover, Instant end) {
        return new Wait(
                Reason.OPERATION_UNDER_WAY,
                leftover.id(),
                "operation " + leftover.id() + " has lost its label " + LifecycleLabel.OPERATING.key(leftover.id())
                        + " before it was let touch the Pod: its other labels are taken off at "
                        + end.truncatedTo(ChronoUnit.SECONDS) + ", " + ORPHANED.toSeconds()
                        + " s after the newest of them, and the Pod comes back; at once with the label "
                        + LifecycleLabel.UNDO_OPERATION_TYPE.key(leftover.id()));
    }

    private static Wait typeMissing(OperationState.Untyped op) {
        return new Wait(
                Reason.OPERATION_TYPE_MISSING,
                op.id(),
                "operation " + op.id() + " has no type; set the label " + LifecycleLabel.OPERATION_TYPE.key(op.id()));
    }

    /** Lets operations touch the Pod once traffic is off; the edit that one of them wants to make travels along. */
    private static void prepare(
            LifecycleSnapshot snapshot, SortedMap<String, OperationState> ops, LifecycleDraft draft) {
        if (ops.values().stream().noneMatch(OperationState.Preparing.class::isInstance)
                || isUnreachable(snapshot, draft)
                || !isPrepared(snapshot, draft)
                || isKubeletFollowing(snapshot, ops, draft)) {
            return;
        }
        ops.replaceAll((id, op) ->
                op instanceof OperationState.Preparing preparing ? touchable(preparing, snapshot, draft) : op);
    }

    private static boolean isUnreachable(LifecycleSnapshot snapshot, LifecycleDraft draft) {
        snapshot.facts().unreachable().ifPresent(draft::await);
        return snapshot.facts().unreachable().isPresent();
    }

    private static OperationState touchable(
            OperationState.Preparing preparing, LifecycleSnapshot snapshot, LifecycleDraft draft) {
        Optional<Intention> intention =
                snapshot.facts().intention().filter(wanted -> isOf(wanted, preparing, snapshot.labels()));
        if (intention.isEmpty()) {
            return preparing.prepared();
        }
        if (draft.flips()) {
            return preparing;
        }
        draft.intend(intention.get());
        return preparing.prepared();
    }

    private static boolean isOf(Intention intention, OperationState.Preparing op, LifecycleLabels labels) {
        return intention.operation().equals(op.id())
                && intention.operatingValue().equals(labels.value(op.id(), LifecycleLabel.OPERATING));
    }

    /**
     * A Pod without the gate's condition never took traffic through it. One with it is prepared once the stored gate is
     * False, no finalizer protects it, and no endpoint may get requests to it.
     */
    private static boolean isPrepared(LifecycleSnapshot snapshot, LifecycleDraft draft) {
        Optional<PodCondition> gate = snapshot.seen().condition(Names.SERVICE_READY);
        if (gate.isEmpty()) {
            return true;
        }
        boolean off = true;
        for (String finalizer : snapshot.pod().finalizers()) {
            if (finalizer.startsWith(Names.PROTECTION_PREFIX)) {
                draft.await(new Wait(
                        Reason.WAITING_FOR_FINALIZER, finalizer, "the finalizer " + finalizer + " protects the Pod"));
                off = false;
            }
        }
        if (!gate.get().isFalse()) {
            return false;
        }
        snapshot.facts().holding().forEach(held -> {
            draft.await(held.reason());
            draft.look(held.after());
        });
        return off && snapshot.facts().holding().isEmpty();
    }

    private static boolean isKubeletFollowing(
            LifecycleSnapshot snapshot, SortedMap<String, OperationState> ops, LifecycleDraft draft) {
        if (snapshot.seen()
                .condition(PodCondition.READY)
                .filter(PodCondition::isTrue)
                .isEmpty()) {
            return false;
        }
        for (OperationState op : ops.values()) {
            Optional<Duration> left = op instanceof OperationState.Preparing
                    ? LabelTime.time(snapshot.labels().value(op.id(), LifecycleLabel.PREPARING))
                            .map(since -> Duration.between(snapshot.now(), since.plus(FOLLOWING)))
                            .filter(time -> time.isPositive() && time.compareTo(FOLLOWING) <= 0)
                    : Optional.empty();
            if (left.isPresent()) {
                draft.await(new Wait(
                        Reason.GATE_NOT_OBSERVED, "", "the kubelet is about to follow the closed readiness gate"));
                draft.look(left.get());
                return true;
            }
        }
        return false;
    }
}
