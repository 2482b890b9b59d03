package io.kusionstack.operating.host.collaset;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.Action;
import io.kusionstack.operating.host.plan.ObjectKind;
import io.kusionstack.operating.host.plan.ObjectRef;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The history of a set's template: which revision its spec is, which ControllerRevisions to write for that, and which
 * old ones may go. Names are the ones Kuperator would choose, so that a set that is taken over keeps its Pods.
 */
final class Revisions {
    private static final int OFFSET = 0x811c9dc5;
    private static final int PRIME = 0x01000193;
    private static final String DIGITS = "456789bcdf";
    private static final int LONGEST_NAME = 63;
    private static final int LONGEST_HASH = 10;
    private static final Comparator<Revision> OLDEST_FIRST =
            Comparator.comparingLong(Revision::number).thenComparing(Revision::name);

    private Revisions() {}

    /**
     * @param stored revisions of the set or without a controller, in any order
     * @param taken names of foreign revisions, which new ones cannot have
     * @param inUse names that must not be trimmed: those of Pods and of instance ids
     */
    static RevisionHistory plan(SetSpec set, List<Revision> stored, Set<String> taken, Set<String> inUse) {
        List<Action> actions = new ArrayList<>();
        List<Action> upkeep = new ArrayList<>();
        List<Revision> ordered = stored.stream().sorted(OLDEST_FIRST).toList();
        long newest = ordered.isEmpty() ? 0 : ordered.getLast().number();
        Map<String, Revision> known = new HashMap<>();
        ordered.forEach(revision -> known.put(revision.name(), revision));
        int collisions = set.collisions();
        String meaning = RevisionData.meaning(set.template(), set.claims());
        Optional<Revision> equal = ordered.reversed().stream()
                .filter(revision -> revision.meaning().equals(meaning))
                .findFirst();
        ordered.stream()
                .filter(revision -> revision.controller().isEmpty() && !equal.equals(Optional.of(revision)))
                .forEach(revision -> upkeep.add(patch(revision, owned(set))));
        Revision updated;
        if (equal.isPresent()) {
            updated = equal.get().number() == newest ? equal.get() : equal.get().numbered(newest + 1);
            actions.addAll(putInForce(set, equal.get(), updated.number()));
        } else {
            RevisionDraft draft = draft(set, known.keySet(), taken, collisions, newest + 1);
            updated = draft.revision();
            collisions = draft.collisions();
            actions.add(new Action.CreateObject(updated.ref(), draft.body()));
        }
        known.put(updated.name(), updated);
        Revision current = Optional.ofNullable(known.get(set.currentRevision()))
                .orElseGet(() -> set.rollout().holds() ? heldAt(ordered, updated, inUse) : updated);
        boolean lost = current.name().equals(updated.name()) && isLost(set, known);
        Set<String> needed = new HashSet<>(inUse);
        needed.add(updated.name());
        needed.add(current.name());
        for (Revision old : excess(set, ordered, needed)) {
            known.remove(old.name());
            upkeep.add(new Action.DeleteObject(old.ref(), old.resourceVersion()));
        }
        return new RevisionHistory(updated, current, lost, known, collisions, actions, upkeep);
    }

    private static boolean isLost(SetSpec set, Map<String, Revision> known) {
        return set.rollout().holds() && !set.currentRevision().isEmpty() && !known.containsKey(set.currentRevision());
    }

    /** If the revision that was complete last is not known any more, the newest is still held back. */
    private static Revision heldAt(List<Revision> ordered, Revision updated, Set<String> inUse) {
        List<Revision> older = ordered.reversed().stream()
                .filter(revision -> !revision.name().equals(updated.name()))
                .toList();
        return older.stream()
                .filter(revision -> inUse.contains(revision.name()))
                .findFirst()
                .or(() -> older.stream().findFirst())
                .orElse(updated);
    }

    /** The name of a revision with these bytes; {@code probe} is the number of collisions. */
    static String name(String set, String bytes, int probe) {
        String hash = hash(bytes, Integer.toString(probe));
        String base = set.substring(0, Math.min(set.length(), LONGEST_NAME - 1 - hash.length()));
        return label(base + "-" + hash);
    }

    private static String label(String text) {
        return text.toLowerCase(Locale.ROOT)
                .replaceAll("[^a-z0-9-]", "-")
                .replaceAll("^[^a-z]+", "")
                .replaceAll("-+$", "");
    }

    /** The prefix of the names of the revisions of a set; names of other sets may begin with it too. */
    static String prefix(String set) {
        return label(set.substring(0, Math.min(set.length(), LONGEST_NAME - 1 - LONGEST_HASH)));
    }

    /** FNV-1 of 32 bits over the bytes and the probe, its decimal digits spelt without vowels. */
    static String hash(String bytes, String probe) {
        int hash = OFFSET;
        for (byte each : (bytes + probe).getBytes(StandardCharsets.UTF_8)) {
            hash = (hash * PRIME) ^ (each & 0xff);
        }
        StringBuilder name = new StringBuilder();
        for (char digit : Integer.toUnsignedString(hash).toCharArray()) {
            name.append(DIGITS.charAt(digit - '0'));
        }
        return name.toString();
    }

    private record RevisionDraft(Revision revision, int collisions, ObjectNode body) {}

    private static RevisionDraft draft(SetSpec set, Set<String> mine, Set<String> foreign, int from, long number) {
        ObjectNode data = RevisionData.of(set.template(), set.claims());
        String bytes = GoJson.text(data);
        int collisions = from;
        String name = name(set.name(), bytes, collisions);
        while (mine.contains(name) || foreign.contains(name)) {
            collisions++;
            name = name(set.name(), bytes, collisions);
        }
        ObjectRef ref = new ObjectRef(ObjectKind.CONTROLLER_REVISION, set.namespace(), name, "");
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.put("apiVersion", ref.kind().apiVersion()).put("kind", ref.kind().kind());
        ObjectNode metadata = body.putObject("metadata");
        metadata.put("namespace", set.namespace()).put("name", name);
        ObjectNode labels = metadata.putObject("labels");
        set.matchLabels().forEach(labels::put);
        labels.put(Names.REVISION_HASH, hash(bytes, Integer.toString(from)));
        labels.put(Names.REVISION_COLLISION, Integer.toString(collisions));
        metadata.putObject("annotations").put(Names.ACCEPTED_SPEC, set.text());
        metadata.putArray("ownerReferences").add(set.ownerReference());
        body.set("data", data);
        body.put("revision", number);
        Revision revision = new Revision(
                ref,
                0,
                number,
                set.uid(),
                set.template(),
                set.claims(),
                RevisionData.meaning(set.template(), set.claims()),
                set.text());
        return new RevisionDraft(revision, collisions, body);
    }

    /** With all that is to change in one write: owner, number, and the spec that is accepted with it. */
    private static List<Action> putInForce(SetSpec set, Revision revision, long number) {
        ObjectNode patch = revision.controller().isEmpty() ? owned(set) : JsonNodeFactory.instance.objectNode();
        if (revision.number() != number) {
            patch.put("revision", number);
        }
        if (!revision.accepted().equals(set.text())) {
            patch.withObjectProperty("metadata")
                    .withObjectProperty("annotations")
                    .put(Names.ACCEPTED_SPEC, set.text());
        }
        return patch.isEmpty() ? List.of() : List.of(patch(revision, patch));
    }

    /** Relies on what the patch changes. */
    private static Action patch(Revision revision, ObjectNode patch) {
        ObjectNode reliesOn = JsonNodeFactory.instance.objectNode();
        reliesOn.put("revision", revision.number());
        ObjectNode metadata = reliesOn.putObject("metadata");
        metadata.putObject("annotations")
                .put(Names.ACCEPTED_SPEC, revision.accepted().isEmpty() ? null : revision.accepted());
        if (revision.controller().isEmpty()) {
            metadata.putArray("ownerReferences");
        }
        return new Action.PatchObject(revision.ref(), revision.resourceVersion(), patch, reliesOn);
    }

    private static ObjectNode owned(SetSpec set) {
        ObjectNode patch = JsonNodeFactory.instance.objectNode();
        patch.putObject("metadata").putArray("ownerReferences").add(set.ownerReference());
        return patch;
    }

    /** Orphans are not trimmed: they are adopted first. */
    private static List<Revision> excess(SetSpec set, List<Revision> ordered, Set<String> inUse) {
        List<Revision> unused = ordered.stream()
                .filter(revision -> !revision.controller().isEmpty() && !inUse.contains(revision.name()))
                .toList();
        return unused.subList(0, Math.max(0, unused.size() - set.historyLimit()));
    }
}
