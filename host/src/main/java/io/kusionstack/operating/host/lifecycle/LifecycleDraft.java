package io.kusionstack.operating.host.lifecycle;

import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.Intention;
import io.kusionstack.operating.host.plan.MapEdit;
import io.kusionstack.operating.host.plan.Plan;
import io.kusionstack.operating.host.plan.PodEdit;
import io.kusionstack.operating.host.plan.PodGate.Advance;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.Wait;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/** The one edit while it is being planned. Lives for one call of the planner. */
final class LifecycleDraft {
    private static final String RULE_DETAILS = Names.key(Names.RULE_DETAIL, "");

    private final LifecycleSnapshot snapshot;
    private final List<Wait> waits = new ArrayList<>();
    private PodEdit edit;
    private Optional<Duration> lookAgain = Optional.empty();

    LifecycleDraft(LifecycleSnapshot snapshot) {
        this.snapshot = snapshot;
        this.edit = snapshot.edit();
    }

    void await(Wait wait) {
        waits.add(wait);
    }

    /** The operation stays as it is, for this reason. */
    OperationState waiting(OperationState op, Wait wait) {
        waits.add(wait);
        return op;
    }

    void look(Duration after) {
        lookAgain = Plan.sooner(lookAgain, Optional.of(after));
    }

    LifecycleDraft labels(MapEdit more) {
        edit = edit.labels(more);
        return this;
    }

    void annotations(MapEdit more) {
        edit = edit.annotations(more);
    }

    void flip(boolean ready) {
        edit = edit.serviceReady(ready);
    }

    boolean flips() {
        return edit.serviceReady().isPresent();
    }

    /** True if the draft changes anything yet. */
    boolean writes() {
        return !edit.isEmpty() && !edit.against(snapshot.seen()).isEmpty();
    }

    /** The Pod as the draft would make it. */
    PodRecord pod() {
        return snapshot.seen().with(edit);
    }

    void intend(Intention intention) {
        PodEdit wanted = intention.on(snapshot.pod());
        edit = edit.labels(wanted.labels()).annotations(wanted.annotations()).images(wanted.images());
    }

    /** Brings the labels into the form that says {@code ops}. */
    void write(SortedMap<String, OperationState> ops) {
        notice(ops);
        if (snapshot.labels().isEmpty() && snapshot.before().isEmpty()) {
            return;
        }
        SortedMap<String, String> set = new TreeMap<>();
        Set<String> removed = new TreeSet<>();
        for (String id : snapshot.labels().marks().keySet()) {
            if (snapshot.ops().containsKey(id)) {
                write(id, Optional.ofNullable(ops.get(id)), set, removed);
            }
        }
        permissions(ops, set, removed);
        if (!set.isEmpty()) {
            labels(MapEdit.set(set));
        }
        if (!removed.isEmpty()) {
            labels(MapEdit.remove(removed));
        }
    }

    /**
     * The notice of a deletion goes with the operation that brought it, also where a client undid that. A notice without such an operation
     * goes after a while, unless a client has begun an operation: then it may be the client's own.
     */
    private void notice(SortedMap<String, OperationState> ops) {
        Optional<String> stamp = snapshot.pod().label(Names.PREPARING_TO_DELETE);
        if (stamp.isEmpty() || DeletionNotice.isGiven(ops)) {
            return;
        }
        boolean ended = DeletionNotice.isOurs(snapshot.before());
        boolean idle = ops.values().stream().noneMatch(OperationState::isBegun);
        if (ended || idle && hasStoodLong(stamp.get())) {
            labels(MapEdit.remove(List.of(Names.PREPARING_TO_DELETE)));
        }
    }

    private void write(String id, Optional<OperationState> op, Map<String, String> set, Set<String> removed) {
        if (op.isEmpty()) {
            removed.addAll(snapshot.labels().keys(id));
            return;
        }
        Optional<Set<LifecycleLabel>> marks = op.get().marks();
        if (marks.isEmpty()) {
            return;
        }
        removed.addAll(snapshot.labels().keys(id, marks.get()));
        for (LifecycleLabel mark : marks.get()) {
            if (!snapshot.labels().has(id, mark)) {
                set.put(mark.key(id), mark.isType() ? op.get().type() : LabelTime.of(snapshot.now()));
            }
        }
    }

    /**
     * A permission lasts as long as an operation of its type that was let pass. Left alone it goes with the last
     * {@code pre-checked}, because a webhook of upstream refuses one without the other, or after a while.
     */
    private void permissions(SortedMap<String, OperationState> ops, Map<String, String> set, Set<String> removed) {
        Set<String> needed = new HashSet<>();
        boolean passedRemains = false;
        for (OperationState op : ops.values()) {
            if (op instanceof OperationState.Preparing || op instanceof OperationState.Operating) {
                needed.add(op.type());
            }
            passedRemains |= op.marks().isEmpty() && snapshot.labels().has(op.id(), LifecycleLabel.PRE_CHECKED);
        }
        for (String type : needed) {
            if (!snapshot.labels().permissions().containsKey(type)) {
                set.put(Names.key(Names.OPERATION_PERMISSION, type), LabelTime.of(snapshot.now()));
            }
        }
        if (passedRemains) {
            return;
        }
        boolean passedGoes = passedGoes(ops);
        for (Map.Entry<String, String> permission :
                snapshot.labels().permissions().entrySet()) {
            if (!needed.contains(permission.getKey())
                    && (passedGoes || !needed.isEmpty() || hasStoodLong(permission.getValue()))) {
                removed.add(Names.key(Names.OPERATION_PERMISSION, permission.getKey()));
            }
        }
    }

    private boolean passedGoes(SortedMap<String, OperationState> ops) {
        for (String id : snapshot.before().marks().keySet()) {
            OperationState op = ops.get(id);
            boolean stays = op instanceof OperationState.Preparing || op instanceof OperationState.Operating;
            if (snapshot.before().has(id, LifecycleLabel.PRE_CHECKED) && !stays) {
                return true;
            }
        }
        return false;
    }

    private boolean hasStoodLong(String stamp) {
        Instant since = LabelTime.time(stamp).orElse(snapshot.seen().created());
        Duration left = Duration.between(snapshot.now(), since.plus(LifecyclePlanner.ORPHANED));
        if (left.isNegative() || left.isZero()) {
            return true;
        }
        look(left);
        return false;
    }

    /** @param busy true if operations stay on the Pod */
    Advance advanced(boolean busy) {
        if (busy) {
            look(LifecyclePlanner.RESYNC);
        }
        PodEdit changes = edit.isEmpty() ? edit : edit.against(snapshot.seen());
        return new Advance(changes.isEmpty() ? changes : withoutRuleDetails(changes), waits, lookAgain);
    }

    /**
     * Kuperator told each Pod in annotations what its rules said. They are not kept up to date any more, so they go with a write
     * that is made anyway.
     */
    private PodEdit withoutRuleDetails(PodEdit changes) {
        List<String> details = snapshot.seen().annotations().keySet().stream()
                .filter(key -> key.startsWith(RULE_DETAILS))
                .toList();
        return details.isEmpty() ? changes : changes.annotations(MapEdit.remove(details));
    }
}
