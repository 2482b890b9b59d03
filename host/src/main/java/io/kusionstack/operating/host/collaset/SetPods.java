package io.kusionstack.operating.host.collaset;

import io.kusionstack.operating.host.plan.PodRecord;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * All Pods that a set controls, whatever their labels are, sorted by their role.
 *
 * @param podsOfSet neither terminating nor ended
 * @param byId the Pods of the set by instance id, if they have one
 * @param releasedPods alive, and their labels were changed so that the selector does not match them any more
 * @param ended ran to their end and will never run again
 * @param terminating on their way out
 */
record SetPods(
        List<SetPod> podsOfSet,
        Map<Integer, SetPod> byId,
        List<SetPod> releasedPods,
        List<PodRecord> ended,
        List<PodRecord> terminating) {
    SetPods {
        podsOfSet = List.copyOf(podsOfSet);
        byId = Map.copyOf(byId);
        releasedPods = List.copyOf(releasedPods);
        ended = List.copyOf(ended);
        terminating = List.copyOf(terminating);
    }

    static SetPods of(CollaSetSnapshot snapshot) {
        Membership membership = Membership.of(snapshot.set(), snapshot.revisions());
        List<SetPod> podsOfSet = new ArrayList<>();
        Map<Integer, SetPod> byId = new HashMap<>();
        List<SetPod> released = new ArrayList<>();
        List<PodRecord> ended = new ArrayList<>();
        List<PodRecord> terminating = new ArrayList<>();
        for (PodRecord pod : snapshot.pods()) {
            if (pod.terminating()) {
                terminating.add(pod);
            } else if (pod.inactive()) {
                ended.add(pod);
            } else if (membership.isLeftBy(pod)) {
                released.add(SetPod.of(pod, snapshot.set(), snapshot.now()));
            } else {
                SetPod setPod = SetPod.of(pod, snapshot.set(), snapshot.now());
                podsOfSet.add(setPod);
                byId.putIfAbsent(setPod.id(), setPod);
            }
        }
        byId.remove(-1);
        return new SetPods(podsOfSet, byId, released, ended, terminating);
    }

    /** Members and released Pods: each is a Pod of the set that is alive. */
    List<PodRecord> live() {
        return Stream.concat(podsOfSet.stream(), releasedPods.stream())
                .map(SetPod::pod)
                .toList();
    }

    /** True if a live Pod of the set has the id. */
    boolean has(int id) {
        return byId.containsKey(id) || releasedPods.stream().anyMatch(releasedPod -> releasedPod.id() == id);
    }
}
