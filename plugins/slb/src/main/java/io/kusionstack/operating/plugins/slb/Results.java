package io.kusionstack.operating.plugins.slb;

import io.kusionstack.operating.plugin.traffic.Backend;
import io.kusionstack.operating.plugin.traffic.BackendResult;
import io.kusionstack.operating.plugin.traffic.Progress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** How far each change of one call is; where it stands in several groups, the worst counts. Of one call, on its thread. */
final class Results {
    private final Map<Backend, Progress> progress = new LinkedHashMap<>();

    void note(Backend backend, Progress one) {
        progress.merge(backend, one, Results::worse);
    }

    List<BackendResult> list() {
        return progress.entrySet().stream()
                .map(entry -> new BackendResult(entry.getKey(), entry.getValue()))
                .toList();
    }

    private static Progress worse(Progress before, Progress now) {
        if (rank(before) != rank(now)) {
            return rank(before) > rank(now) ? before : now;
        }
        return before instanceof Progress.Pending first
                        && now instanceof Progress.Pending second
                        && second.after().compareTo(first.after()) > 0
                ? now
                : before;
    }

    private static int rank(Progress progress) {
        return switch (progress) {
            case Progress.Done() -> 0;
            case Progress.Pending pending -> 1;
            case Progress.Failed failed -> failed.retryable() ? 2 : 3;
        };
    }
}
