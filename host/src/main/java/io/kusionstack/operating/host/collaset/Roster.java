package io.kusionstack.operating.host.collaset;

import io.kusionstack.operating.host.plan.PodRecord;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The Pods of a set, sorted by what they count for.
 *
 * @param members neither terminating nor ended
 * @param byId members by instance id, as far as they carry one
 * @param ended ran to their end and will never run again
 * @param terminating on their way out
 */
record Roster(List<Member> members, Map<Integer, Member> byId, List<PodRecord> ended, List<PodRecord> terminating) {
    Roster {
        members = List.copyOf(members);
        byId = Map.copyOf(byId);
        ended = List.copyOf(ended);
        terminating = List.copyOf(terminating);
    }

    /** Pods that the selector does not match any more are left alone, unless the whole set goes. */
    static Roster of(CollaSetSnapshot snapshot) {
        SetSpec set = snapshot.set();
        List<Member> members = new ArrayList<>();
        Map<Integer, Member> byId = new HashMap<>();
        List<PodRecord> ended = new ArrayList<>();
        List<PodRecord> terminating = new ArrayList<>();
        for (PodRecord pod : snapshot.pods()) {
            if (!set.deleting()
                    && set.selector()
                            .filter(selector -> !selector.matches(pod.labels()))
                            .isPresent()) {
                continue;
            }
            if (pod.terminating()) {
                terminating.add(pod);
            } else if (pod.inactive()) {
                ended.add(pod);
            } else {
                Member member = Member.of(pod, set);
                members.add(member);
                byId.putIfAbsent(member.id(), member);
            }
        }
        byId.remove(-1);
        return new Roster(members, byId, ended, terminating);
    }

    List<PodRecord> live() {
        return members.stream().map(Member::pod).toList();
    }
}
