package io.kusionstack.operating.host.kube.cache;

import io.kusionstack.operating.host.plan.PodRecord;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Pods by a word that several of them share. Any thread may read; one at a time may change it. */
final class PodIndex {
    private final Map<String, Map<String, PodRecord>> groups = new ConcurrentHashMap<>();

    List<PodRecord> get(String word) {
        Map<String, PodRecord> group = groups.get(word);
        return group == null ? List.of() : List.copyOf(group.values());
    }

    int size(String word) {
        Map<String, PodRecord> group = groups.get(word);
        return group == null ? 0 : group.size();
    }

    void forEach(String word, Consumer<PodRecord> action) {
        Map<String, PodRecord> group = groups.get(word);
        if (group != null) {
            group.values().forEach(action);
        }
    }

    void replace(@Nullable PodRecord before, @Nullable PodRecord after, Function<PodRecord, Collection<String>> words) {
        Set<String> now = after == null ? Set.of() : new HashSet<>(words.apply(after));
        if (before != null) {
            for (String word : words.apply(before)) {
                if (!now.contains(word)) {
                    remove(word, before.uid());
                }
            }
        }
        if (after != null) {
            for (String word : now) {
                groups.computeIfAbsent(word, ignored -> new ConcurrentHashMap<>())
                        .put(after.uid(), after);
            }
        }
    }

    private void remove(String word, String uid) {
        groups.computeIfPresent(word, (ignored, group) -> {
            group.remove(uid);
            return group.isEmpty() ? null : group;
        });
    }
}
