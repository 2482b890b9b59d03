package io.kusionstack.operating.host.plan;

import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** Entries to set in, and keys to remove from, the labels or annotations of one object; a key is in one of the two. */
public record MapEdit(SortedMap<String, String> set, SortedSet<String> removed) {
    private static final MapEdit NONE = new MapEdit(new TreeMap<>(), new TreeSet<>());

    public MapEdit {
        set = Collections.unmodifiableSortedMap(new TreeMap<>(set));
        removed = Collections.unmodifiableSortedSet(new TreeSet<>(removed));
        for (String key : removed) {
            if (set.containsKey(key)) {
                throw new IllegalArgumentException("both set and removed: " + key);
            }
        }
    }

    public static MapEdit none() {
        return NONE;
    }

    public static MapEdit set(String key, String value) {
        return new MapEdit(new TreeMap<>(Map.of(key, value)), new TreeSet<>());
    }

    public static MapEdit set(Map<String, String> entries) {
        return new MapEdit(new TreeMap<>(entries), new TreeSet<>());
    }

    public static MapEdit remove(Collection<String> keys) {
        return new MapEdit(new TreeMap<>(), new TreeSet<>(keys));
    }

    /** Both edits as one; if they change the same key, {@code later} wins. */
    public MapEdit then(MapEdit later) {
        SortedMap<String, String> entries = new TreeMap<>(set);
        SortedSet<String> gone = new TreeSet<>(removed);
        later.removed.forEach(key -> {
            entries.remove(key);
            gone.add(key);
        });
        later.set.forEach((key, value) -> {
            entries.put(key, value);
            gone.remove(key);
        });
        return new MapEdit(entries, gone);
    }

    /** {@code entries} after this edit. */
    public Map<String, String> on(Map<String, String> entries) {
        if (isEmpty()) {
            return entries;
        }
        Map<String, String> result = new TreeMap<>(entries);
        result.keySet().removeAll(removed);
        result.putAll(set);
        return Map.copyOf(result);
    }

    /** The part of this edit that would change {@code entries}. */
    public MapEdit against(Map<String, String> entries) {
        SortedMap<String, String> changed = new TreeMap<>();
        set.forEach((key, value) -> {
            if (!value.equals(entries.get(key))) {
                changed.put(key, value);
            }
        });
        SortedSet<String> present = new TreeSet<>(removed);
        present.retainAll(Set.copyOf(entries.keySet()));
        return new MapEdit(changed, present);
    }

    public boolean isEmpty() {
        return set.isEmpty() && removed.isEmpty();
    }
}
