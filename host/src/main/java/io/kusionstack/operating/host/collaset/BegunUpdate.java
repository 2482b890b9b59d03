package io.kusionstack.operating.host.collaset;

import io.kusionstack.operating.host.lifecycle.PodOps;
import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.Action;
import io.kusionstack.operating.host.plan.Intention;
import io.kusionstack.operating.host.plan.MapEdit;
import io.kusionstack.operating.host.plan.PodEdit;
import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plan.Refusal;
import io.kusionstack.operating.host.plan.Wait;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Continues the update of a Pod that has begun: waits until the Pod may be touched, changes it in place or deletes it, and finishes
 * once the new containers run; or undoes what was begun. Lives for one plan.
 */
final class BegunUpdate {
    private static final String DELAY = "spec.updateStrategy.operationDelaySeconds";

    private final CollaSetSnapshot snapshot;
    private final UpdateClearance clearance;
    private final RevisionChanges changes;
    private final RefusedWrites refusedWrites;
    private final StepDraft draft;
    private final String target;
    private int deletions;

    BegunUpdate(
            CollaSetSnapshot snapshot,
            UpdateClearance clearance,
            RevisionChanges changes,
            RefusedWrites refusedWrites,
            StepDraft draft) {
        this.snapshot = snapshot;
        this.clearance = clearance;
        this.changes = changes;
        this.refusedWrites = refusedWrites;
        this.draft = draft;
        this.target = changes.target();
        this.deletions = clearance instanceof UpdateClearance.Cleared given ? given.deletions() : 0;
    }

    /** @param wanted true if the Pod is in scope and not at the updated revision */
    void goOn(SetPod setPod, boolean wanted) {
        boolean back =
                wanted && !ImageChange.isTouched(setPod.pod()) && refusedWrites.callsBack(setPod, snapshot.now());
        PodOps.Allowance allowance = PodOps.allowed(
                setPod.pod(),
                Names.COLLASET_OPERATION,
                Names.UPDATE,
                wanted ? snapshot.set().updateDelay() : Duration.ZERO,
                snapshot.now());
        switch (allowance) {
            case PodOps.Allowance.No() -> {
                if (back || !wanted && !ImageChange.isTouched(setPod.pod())) {
                    giveUp(setPod);
                } else if (wanted) {
                    waitToOperate(setPod);
                } else {
                    complete(setPod);
                }
            }
            case PodOps.Allowance.Later(Duration after) -> {
                draft.await(
                        setPod,
                        new Wait(Reason.OPERATION_DELAYED, DELAY, "the delay of " + DELAY + " has not passed yet"));
                draft.lookAgain(after);
            }
            case PodOps.Allowance.Now() -> {
                if (back) {
                    giveUp(setPod);
                } else if (wanted) {
                    operate(setPod);
                } else {
                    complete(setPod);
                }
            }
        }
    }

    private void waitToOperate(SetPod setPod) {
        String value = PodOps.round(setPod.pod(), Names.COLLASET_OPERATION).orElse("");
        switch (changes.of(setPod)) {
            case TemplateChange.InPlace inPlace -> {
                draft.edit(setPod, keptAlive(setPod));
                publish(setPod, changes.intention(inPlace, value));
                draft.note(setPod, identity -> identity.settled().revision(target));
            }
            case TemplateChange.Recreate(String why) -> {
                if (snapshot.set().isInPlaceOnly()) {
                    draft.trouble(Template.notInPlace(why));
                }
                if (snapshot.set().isInPlaceOnly()
                        || clearance.missingSuccessor(snapshot).isPresent()) {
                    giveUp(setPod);
                    return;
                }
            }
        }
        draft.await(setPod);
    }

    /** The operation was begun to create the Pod again, and changes it in place now. */
    private PodEdit keptAlive(SetPod setPod) {
        return PodOps.begin(setPod.pod(), Names.COLLASET_OPERATION, Names.UPDATE, snapshot.now());
    }

    /** The Pod is not in scope any more, or its own revision is wanted again, before anything was done to it. */
    private void giveUp(SetPod setPod) {
        draft.note(setPod, identity -> identity.revision(setPod.revision()).settled());
        draft.edit(
                setPod,
                PodOps.undo(setPod.pod(), Names.COLLASET_OPERATION)
                        .annotations(MapEdit.remove(List.of(Names.LAST_POD_STATUS))));
    }

    private void operate(SetPod setPod) {
        switch (changes.of(setPod)) {
            case TemplateChange.InPlace inPlace -> operateInPlace(setPod, inPlace);
            case TemplateChange.Recreate(String why) -> recreate(setPod, why);
        }
    }

    private void recreate(SetPod setPod, String why) {
        if (snapshot.set().isInPlaceOnly()) {
            draft.trouble(Template.notInPlace(why));
            complete(setPod);
            return;
        }
        if (clearance.missingSuccessor(snapshot).isPresent()) {
            giveUp(setPod);
            return;
        }
        draft.note(setPod, identity -> identity.settled().revision(target).asRecreating());
        if (deletions == 0) {
            draft.await(setPod, UpdateClearance.UNPROVEN);
            return;
        }
        deletions--;
        draft.act(announce(
                setPod, "UpdateTarget", "delete the Pod to create it again at " + target + ", because of " + why));
        draft.delete(setPod);
    }

    private void operateInPlace(SetPod setPod, TemplateChange.InPlace change) {
        draft.note(setPod, identity -> identity.settled().revision(target));
        Optional<Refusal> refusal = refusedWrites.running(setPod, snapshot.now());
        if (refusal.isPresent()) {
            draft.await(setPod, refusal.get().asWait());
            return;
        }
        PodEdit edit = changes.intention(change, "").on(setPod.pod());
        if (edit.images().isEmpty() && ImageChange.isUnderWay(setPod.pod())) {
            if (progress(setPod) instanceof ImageProgress.InProgress pending) {
                pending(setPod, pending);
                return;
            }
        }
        if (!edit.images().isEmpty() && !ImageChange.hasShown(setPod.pod())) {
            draft.await(
                    setPod,
                    new Wait(Reason.WAITING_FOR_KUBELET, "", "the kubelet has not followed the last image change yet"));
            return;
        }
        draft.edit(setPod, keptAlive(setPod).then(edit));
    }

    /** The Pod has the wanted revision, or must not be changed further: once its containers run, the operation is over. */
    private void complete(SetPod setPod) {
        draft.note(setPod, identity -> identity.revision(setPod.revision()).settled());
        if (!ImageChange.isTouched(setPod.pod()) && !setPod.revision().equals(target)) {
            giveUp(setPod);
            return;
        }
        switch (progress(setPod)) {
            case ImageProgress.InProgress pending -> pending(setPod, pending);
            case ImageProgress.Complete() -> {
                draft.act(announce(setPod, "UpdateTargetFinished", "updated in place to " + setPod.revision()));
                draft.edit(setPod, ImageChange.finished(setPod.pod()));
            }
        }
    }

    private ImageProgress progress(SetPod setPod) {
        Duration settle = ImageChange.SETTLE_MARGIN.plus(changes.grace(setPod));
        return ImageChange.progress(setPod.pod(), settle, snapshot.now());
    }

    private void pending(SetPod setPod, ImageProgress.InProgress pending) {
        draft.await(setPod, pending.why());
        pending.look().ifPresent(draft::lookAgain);
    }

    /** The write that reaches Operating makes the edit, unless the set has a delay: then a write of its own makes it. */
    void publish(SetPod setPod, Intention intention) {
        if (snapshot.set().updateDelay().isZero()) {
            draft.intend(setPod, intention);
        }
    }

    private Action announce(SetPod setPod, String reason, String message) {
        return new Action.Announce(SetStatus.pod(setPod.pod()), Action.Severity.NORMAL, reason, message);
    }
}
