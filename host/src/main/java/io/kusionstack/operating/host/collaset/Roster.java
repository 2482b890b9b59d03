package io.kusionstack.operating.host.collaset;

import io.kusionstack.operating.host.plan.PodRecord;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * All Pods that a set controls, whatever their labels say, sorted by what they count for.
 *
 * @param members neither terminating nor ended
 * @param byId members by instance id, as far as they carry one
 * @param strays alive, and their labels were changed so that the selector does not match them any more
 * @param ended ran to their end and will never run again
 * @param terminating on their way out
 */
record Roster(
        List<Member> members,
        Map<Integer, Member> byId,
        List<Member> strays,
        List<PodRecord> ended,
        List<PodRecord> terminating) {
    Roster {
        members = List.copyOf(members);
        byId = Map.copyOf(byId);
        strays = List.copyOf(strays);
        ended = List.copyOf(ended);
        terminating = List.copyOf(terminating);
    }

    static Roster of(CollaSetSnapshot snapshot) {
        Membership membership = Membership.of(snapshot.set(), snapshot.revisions());
        List<Member> members = new ArrayList<>();
        Map<Integer, Member> byId = new HashMap<>();
        List<Member> astray = new ArrayList<>();
        List<PodRecord> ended = new ArrayList<>();
        List<PodRecord> terminating = new ArrayList<>();
        for (PodRecord pod : snapshot.pods()) {
            if (pod.terminating()) {
                terminating.add(pod);
            } else if (pod.inactive()) {
                ended.add(pod);
            } else if (membership.isLeftBy(pod)) {
                astray.add(Member.of(pod, snapshot.set(), snapshot.now()));
            } else {
                Member member = Member.of(pod, snapshot.set(), snapshot.now());
                members.add(member);
                byId.putIfAbsent(member.id(), member);
            }
        }
        byId.remove(-1);
        return new Roster(members, byId, astray, ended, terminating);
    }

    /** Members and strays: each is a Pod of the set that is alive. */
    List<PodRecord> live() {
        return Stream.concat(members.stream(), strays.stream()).map(Member::pod).toList();
    }

    /** True if a live Pod of the set has the id. */
    boolean has(int id) {
        return byId.containsKey(id) || strays.stream().anyMatch(stray -> stray.id() == id);
    }
}
