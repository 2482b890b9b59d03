package io.kusionstack.operating.host.collaset;

import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.PodRecord;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Live Pods of a set whose instance id another Pod has as well, because labels or the ResourceContext were edited by hand. The set leaves
 * them as they are, and tells of them.
 */
final class DuplicateIds {
    private static final String TYPE = "DuplicateInstanceIds";
    private static final String REASON = "NotUnique";
    private static final int NAMED = 3;

    private DuplicateIds() {}

    static SetWarning warning(CollaSetSnapshot snapshot) {
        List<String> duplicates = duplicates(snapshot);
        return new SetWarning(
                TYPE,
                REASON,
                Optional.of(duplicates)
                        .filter(found -> !found.isEmpty() && !snapshot.set().deleting())
                        .map(DuplicateIds::message));
    }

    /** The Pods that have to be replaced so that each id is there once, each with its id and who else has that. */
    private static List<String> duplicates(CollaSetSnapshot snapshot) {
        Map<Integer, String> holders = new HashMap<>();
        for (InstanceIdentity identity : snapshot.context().identities()) {
            identity.owner()
                    .filter(owner -> !owner.equals(snapshot.set().name()))
                    .ifPresent(owner -> holders.put(identity.id(), "the CollaSet " + owner));
        }
        List<String> duplicates = new ArrayList<>();
        snapshot.pods().stream()
                .filter(pod -> !pod.terminating() && !pod.inactive() && InstanceIds.of(pod) >= 0)
                .sorted(Comparator.comparing(PodRecord::name))
                .forEach(pod -> {
                    int id = InstanceIds.of(pod);
                    String holder = holders.putIfAbsent(id, pod.name());
                    if (holder != null) {
                        duplicates.add(pod.name() + " (id " + id + ", which " + holder + " has)");
                    }
                });
        return duplicates;
    }

    private static String message(List<String> duplicates) {
        boolean isOne = duplicates.size() == 1;
        String named = duplicates.stream().limit(NAMED).collect(Collectors.joining(", "));
        String more = duplicates.size() > NAMED ? " and " + (duplicates.size() - NAMED) + " more" : "";
        return duplicates.size() + (isOne ? " Pod has" : " Pods have") + " an instance id that is not unique: " + named
                + more + "; label " + (isOne ? "it " : "them ") + Names.TO_DELETE
                + "=true, and the successor gets an id of its own";
    }
}
