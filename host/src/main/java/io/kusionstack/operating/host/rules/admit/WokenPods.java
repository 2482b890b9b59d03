package io.kusionstack.operating.host.rules.admit;

import io.kusionstack.operating.host.plan.PodRecord;
import java.util.HashMap;
import java.util.Map;

/** The record of each Pod for which it was woken, so that it is woken once. Mutable; guarded by the lock of the namespace. */
final class WokenPods {
    /** A Pod that is forgotten is only woken once more. */
    private static final int MOST_REMEMBERED = 20_000;

    private final Map<String, Long> wokenAt = new HashMap<>();

    /** True if the Pod was not woken for this record yet; it counts as woken now. */
    boolean isNews(PodRecord pod) {
        if (wokenAt.size() > MOST_REMEMBERED) {
            wokenAt.clear();
        }
        Long before = wokenAt.put(pod.uid(), pod.resourceVersion());
        return before == null || before != pod.resourceVersion();
    }

    /** The Pod is to be woken again, though its record is the same as before. */
    void forget(String podUid) {
        wokenAt.remove(podUid);
    }

    void forgetAll() {
        wokenAt.clear();
    }
}
