package io.kusionstack.operating.host.collaset;

import io.kusionstack.operating.host.lifecycle.PodOps;
import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.PodEdit;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.Wait;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Plans how the Pods of a set that is being deleted leave through the lifecycle. Lives for one plan. */
record PodDeletions(
        CollaSetSnapshot snapshot,
        RefusedWrites refusedWrites,
        BeginWindow window,
        UnfinishedOperation unfinished,
        StepDraft draft) {
    static PodDeletions of(CollaSetSnapshot snapshot, SetPods setPods, StepDraft draft) {
        Set<String> all = setPods.podsOfSet().stream().map(SetPod::uid).collect(Collectors.toSet());
        return new PodDeletions(
                snapshot,
                RefusedWrites.ofDeletion(snapshot, all),
                BeginWindow.of(setPods.podsOfSet(), Names.POD_DELETE_OPERATION, Names.DELETE, snapshot.now()),
                new UnfinishedOperation(snapshot.now(), draft),
                draft);
    }

    void plan(SetPod setPod) {
        PodEdit restored = RestoredLabels.restored(setPod);
        if (!restored.isEmpty()) {
            draft.edit(setPod, restored);
        } else if (PodOps.isDuring(setPod.pod(), Names.POD_DELETE_OPERATION, Names.DELETE)) {
            goOn(setPod);
        } else {
            begin(setPod);
        }
    }

    private void begin(SetPod setPod) {
        PodRecord pod = setPod.pod();
        Optional<Wait> stop = refusedWrites.stops(setPod, snapshot.now());
        if (stop.isPresent()) {
            draft.await(setPod, stop.get());
            edit(setPod, unfinished.ended(pod));
        } else if (window.admits()) {
            PodEdit given = unfinished.notLetGo(pod);
            draft.edit(
                    setPod,
                    given.then(PodOps.beginToDelete(
                            pod.with(given), Names.POD_DELETE_OPERATION, Names.DELETE, snapshot.now())));
        } else {
            draft.lookAgain(BeginWindow.FRESH);
            edit(setPod, unfinished.notLetGo(pod));
        }
    }

    private void goOn(SetPod setPod) {
        PodRecord pod = setPod.pod();
        PodOps.Allowance allowance =
                PodOps.allowed(pod, Names.POD_DELETE_OPERATION, Names.DELETE, Duration.ZERO, snapshot.now());
        if (refusedWrites.callsBack(setPod, snapshot.now())) {
            PodEdit ended = unfinished.ended(pod);
            draft.edit(setPod, ended.then(PodOps.undo(pod.with(ended), Names.POD_DELETE_OPERATION)));
        } else if (allowance instanceof PodOps.Allowance.Now) {
            draft.delete(setPod);
        } else {
            edit(setPod, unfinished.whileItWaits(pod));
        }
    }

    private void edit(SetPod setPod, PodEdit edit) {
        if (!edit.isEmpty()) {
            draft.edit(setPod, edit);
        }
    }
}
