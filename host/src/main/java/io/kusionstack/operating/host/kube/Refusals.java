package io.kusionstack.operating.host.kube;

import io.kusionstack.operating.host.plan.PodEdit;
import io.kusionstack.operating.host.plan.PodRecord;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Which edits the API server did not take, by Pod, as long as the Pod stays as it was. Any thread. */
final class Refusals implements PodCache.Listener {
    private final Map<String, Noted> byUid = new ConcurrentHashMap<>();

    /** @param version of the record the refused edit was made on */
    private record Noted(long version, Refusal refusal) {}

    void note(PodRecord seen, Refusal refusal) {
        byUid.put(seen.uid(), new Noted(seen.resourceVersion(), refusal));
    }

    Optional<Refusal> of(PodRecord pod) {
        Noted noted = byUid.get(pod.uid());
        return noted == null || noted.version != pod.resourceVersion() ? Optional.empty() : Optional.of(noted.refusal);
    }

    /** True if this very edit of this very record was refused before. */
    boolean covers(PodRecord seen, PodEdit edit) {
        return of(seen).filter(refusal -> refusal.edit().equals(edit)).isPresent();
    }

    @Override
    public void changed(@Nullable PodRecord before, @Nullable PodRecord after) {
        if (after == null && before != null) {
            byUid.remove(before.uid());
            return;
        }
        if (after != null) {
            byUid.computeIfPresent(
                    after.uid(), (uid, noted) -> noted.version == after.resourceVersion() ? noted : null);
        }
    }
}
