package io.kusionstack.operating.host.rules.admit;

import io.kusionstack.operating.host.plan.PodRecord;
import java.util.HashMap;
import java.util.Map;

/** Remembers which record of a Pod was told that it passes, so that it hears it once. Guarded by the admission's lock. */
final class WokenPods {
    /** Forgetting who was woken costs no more than waking them once more. */
    private static final int MOST_REMEMBERED = 20_000;

    private final Map<String, Long> wokenAt = new HashMap<>();

    /** True if nobody has told this record yet; it is told now. */
    boolean isNews(PodRecord pod) {
        if (wokenAt.size() > MOST_REMEMBERED) {
            wokenAt.clear();
        }
        Long before = wokenAt.put(pod.uid(), pod.resourceVersion());
        return before == null || before != pod.resourceVersion();
    }

    /** The Pod has to hear it again, though its record is the same as before. */
    void forget(String podUid) {
        wokenAt.remove(podUid);
    }

    void forgetAll() {
        wokenAt.clear();
    }
}
