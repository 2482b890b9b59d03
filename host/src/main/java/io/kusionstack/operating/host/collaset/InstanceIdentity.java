package io.kusionstack.operating.host.collaset;

import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** One entry of a ResourceContext: an instance id and the data of its instance. */
record InstanceIdentity(int id, SortedMap<String, String> data) {
    private static final String OWNER = "Owner";
    private static final String REVISION = "Revision";
    private static final String JUST_CREATED = "PodJustCreate";
    private static final String RECREATE = "PodRecreateUpdate";
    private static final String SCALE_IN = "ScaleIn";
    private static final String INCARNATION = "Incarnation";
    private static final int LONGEST_NUMBER = 9;
    private static final String YES = "true";

    InstanceIdentity {
        data = Collections.unmodifiableSortedMap(new TreeMap<>(data));
    }

    static InstanceIdentity of(int id, Map<String, String> data) {
        return new InstanceIdentity(id, new TreeMap<>(data));
    }

    /** A new id, of which no Pod has been created yet. */
    static InstanceIdentity allocated(int id, String owner, String revision) {
        return of(id, Map.of(OWNER, owner, REVISION, revision, JUST_CREATED, YES));
    }

    /** The id of an existing Pod that has no entry. */
    static InstanceIdentity adopted(int id, String owner, String revision) {
        return of(id, Map.of(OWNER, owner, REVISION, revision));
    }

    boolean ownedBy(String set) {
        return set.equals(data.get(OWNER));
    }

    /** The name of the set that has the id. */
    Optional<String> owner() {
        return Optional.ofNullable(data.get(OWNER));
    }

    /** The revision its next Pod is created from; empty if none is recorded. */
    String revision() {
        return data.getOrDefault(REVISION, "");
    }

    /** True until its first Pod was created. */
    boolean justCreated() {
        return data.containsKey(JUST_CREATED);
    }

    /** True while its Pod is deleted and created again for an update. */
    boolean recreating() {
        return data.containsKey(RECREATE);
    }

    /** True once its Pod was deleted to scale in, so that it does not come back. */
    boolean leaving() {
        return data.containsKey(SCALE_IN);
    }

    /** How many Pods of the id were seen before the next one. */
    int incarnation() {
        String text = data.getOrDefault(INCARNATION, "");
        boolean number = !text.isEmpty()
                && text.length() <= LONGEST_NUMBER
                && text.chars().allMatch(digit -> digit >= '0' && digit <= '9');
        return number ? Integer.parseInt(text) : 0;
    }

    InstanceIdentity nextIncarnation() {
        return with(INCARNATION, Integer.toString(incarnation() + 1));
    }

    InstanceIdentity revision(String wanted) {
        return with(REVISION, wanted);
    }

    InstanceIdentity asRecreating() {
        return with(RECREATE, YES);
    }

    InstanceIdentity asLeaving() {
        return with(SCALE_IN, YES);
    }

    InstanceIdentity staying() {
        return without(SCALE_IN);
    }

    /** The Pod exists: it is neither new nor being created again. */
    InstanceIdentity settled() {
        return without(JUST_CREATED).without(RECREATE);
    }

    private InstanceIdentity with(String key, String value) {
        if (value.equals(data.get(key))) {
            return this;
        }
        SortedMap<String, String> changed = new TreeMap<>(data);
        changed.put(key, value);
        return new InstanceIdentity(id, changed);
    }

    private InstanceIdentity without(String key) {
        if (!data.containsKey(key)) {
            return this;
        }
        SortedMap<String, String> changed = new TreeMap<>(data);
        changed.remove(key);
        return new InstanceIdentity(id, changed);
    }
}
