package io.kusionstack.operating.host.lifecycle;

import io.kusionstack.operating.host.model.Names;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The lifecycle labels of one Pod, found in one pass and sorted by id.
 *
 * @param marks value by mark, by id
 * @param permissions value by type of operation
 */
record LifecycleLabels(SortedMap<String, Map<LifecycleLabel, String>> marks, SortedMap<String, String> permissions) {
    static final String DOMAIN = ".podopslifecycle.kusionstack.io";
    private static final LifecycleLabels NONE =
            new LifecycleLabels(Collections.emptySortedMap(), Collections.emptySortedMap());

    static LifecycleLabels of(Map<String, String> labels) {
        SortedMap<String, Map<LifecycleLabel, String>> marks = new TreeMap<>();
        SortedMap<String, String> permissions = new TreeMap<>();
        for (Map.Entry<String, String> label : labels.entrySet()) {
            String key = label.getKey();
            int slash = key.indexOf('/');
            if (slash <= DOMAIN.length() || !key.startsWith(DOMAIN, slash - DOMAIN.length())) {
                continue;
            }
            String prefix = key.substring(0, slash);
            String suffix = key.substring(slash + 1);
            LifecycleLabel mark = LifecycleLabel.of(prefix);
            if (mark != null) {
                marks.computeIfAbsent(suffix, id -> new EnumMap<>(LifecycleLabel.class))
                        .put(mark, label.getValue());
            } else if (prefix.equals(Names.OPERATION_PERMISSION)) {
                permissions.put(suffix, label.getValue());
            }
        }
        return marks.isEmpty() && permissions.isEmpty() ? NONE : new LifecycleLabels(marks, permissions);
    }

    boolean isEmpty() {
        return marks.isEmpty() && permissions.isEmpty();
    }

    @Nullable
    String value(String id, LifecycleLabel mark) {
        Map<LifecycleLabel, String> own = marks.get(id);
        return own == null ? null : own.get(mark);
    }

    boolean has(String id, LifecycleLabel mark) {
        return value(id, mark) != null;
    }

    /** What the labels mean, by id; an id that carries nothing but its type is not an operation. */
    SortedMap<String, OperationState> ops(LifecycleLabels before, Instant created) {
        if (marks.isEmpty()) {
            return Collections.emptySortedMap();
        }
        SortedMap<String, OperationState> ops = new TreeMap<>();
        marks.forEach((id, own) -> op(id, own, before, created).ifPresent(op -> ops.put(id, op)));
        return ops;
    }

    private Optional<OperationState> op(
            String id, Map<LifecycleLabel, String> own, LifecycleLabels before, Instant created) {
        if (own.containsKey(LifecycleLabel.UNDO_OPERATION_TYPE)) {
            return Optional.of(new OperationState.Leftover(id, type(id, before), false, Instant.MIN));
        }
        if (own.containsKey(LifecycleLabel.OPERATING)) {
            return Optional.of(running(id, own));
        }
        if (own.containsKey(LifecycleLabel.OPERATED)) {
            return Optional.of(ended(id, own, type(id, before)));
        }
        if (own.containsKey(LifecycleLabel.OPERATE)) {
            return Optional.of(new OperationState.PostCheck(id, type(id, before)));
        }
        if (own.size() == 1 && own.containsKey(LifecycleLabel.OPERATION_TYPE)) {
            return Optional.empty();
        }
        return Optional.of(new OperationState.Leftover(
                id,
                type(id, before),
                own.containsKey(LifecycleLabel.PREPARING),
                newest(own).orElse(created)));
    }

    /** A grant counts only with the permission of the very type, and once it was followed by a step. */
    private OperationState running(String id, Map<LifecycleLabel, String> own) {
        String type = own.getOrDefault(LifecycleLabel.OPERATION_TYPE, "");
        if (type.isEmpty()) {
            return new OperationState.Untyped(
                    id, own.containsKey(LifecycleLabel.PREPARING) || own.containsKey(LifecycleLabel.OPERATE));
        }
        if (!own.containsKey(LifecycleLabel.PRE_CHECKED) || !permissions.containsKey(type)) {
            return new OperationState.Begun(id, type);
        }
        if (own.containsKey(LifecycleLabel.OPERATE)) {
            return new OperationState.Operating(id, type);
        }
        return own.containsKey(LifecycleLabel.PREPARING)
                ? new OperationState.Preparing(id, type)
                : new OperationState.Begun(id, type);
    }

    private static OperationState ended(String id, Map<LifecycleLabel, String> own, String type) {
        return own.containsKey(LifecycleLabel.COMPLETING) || own.containsKey(LifecycleLabel.POST_CHECKED)
                ? new OperationState.Completing(id, type)
                : new OperationState.PostCheck(id, type);
    }

    /** What the operation is or was for, from whatever still says it. */
    private String type(String id, LifecycleLabels before) {
        List<String> known = new ArrayList<>();
        for (LifecycleLabels labels : List.of(this, before)) {
            for (LifecycleLabel mark : List.of(LifecycleLabel.OPERATION_TYPE, LifecycleLabel.DONE_OPERATION_TYPE)) {
                String value = labels.value(id, mark);
                if (value != null && !value.isEmpty()) {
                    known.add(value);
                }
            }
        }
        return known.isEmpty() ? "" : known.get(0);
    }

    /** When the newest of these labels was written, where one of them says it. */
    static Optional<Instant> newest(Map<LifecycleLabel, String> own) {
        Optional<Instant> newest = Optional.empty();
        for (Map.Entry<LifecycleLabel, String> mark : own.entrySet()) {
            Optional<Instant> time = mark.getKey().isType() ? Optional.empty() : LabelTime.time(mark.getValue());
            if (time.isPresent() && (newest.isEmpty() || time.get().isAfter(newest.get()))) {
                newest = time;
            }
        }
        return newest;
    }

    /** The label keys of an operation that are here, apart from {@code kept}. */
    List<String> keys(String id, Collection<LifecycleLabel> kept) {
        List<String> keys = new ArrayList<>();
        for (LifecycleLabel mark : marks.getOrDefault(id, Map.of()).keySet()) {
            if (!kept.contains(mark)) {
                keys.add(mark.key(id));
            }
        }
        return keys;
    }

    /** All label keys of an operation that are here. */
    List<String> keys(String id) {
        return keys(id, Set.of());
    }
}
