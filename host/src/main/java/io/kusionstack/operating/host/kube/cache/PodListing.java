package io.kusionstack.operating.host.kube.cache;

import io.kusionstack.operating.host.plan.PodRecord;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A list of Pods on its way into the cache, then the changes that follow it. In the epoch that the cache knows, each Pod
 * is shown at once and the end of the list removes those that are gone; in a new epoch nothing is shown before the list is
 * complete. One thread.
 */
final class PodListing {
    private static final Logger LOG = LoggerFactory.getLogger(PodListing.class);

    private final String scope;
    private final PodCache cache;
    private final Set<String> uids = new HashSet<>();
    private final List<PodRecord> held = new ArrayList<>();
    private boolean listing = true;
    private boolean newEpoch;

    /** @param scope a namespace, or empty for all */
    PodListing(String scope, PodCache cache) {
        this.scope = scope;
        this.cache = cache;
    }

    void beginEpoch() {
        if (!newEpoch) {
            newEpoch = true;
            cache.beginEpoch();
        }
    }

    void restart() {
        listing = true;
        uids.clear();
        held.clear();
    }

    /** A Pod that cannot be told from others is left out, and the rest goes on. */
    void add(PodRecord pod) {
        if (pod.uid().isEmpty()) {
            LOG.atWarn()
                    .addKeyValue("namespace", pod.namespace())
                    .addKeyValue("name", pod.name())
                    .log("A Pod without a uid cannot be read and is left out");
            return;
        }
        if (!listing) {
            cache.observe(pod);
        } else if (newEpoch) {
            held.add(pod);
        } else {
            uids.add(pod.uid());
            cache.observe(pod);
        }
    }

    void complete(long version) {
        if (newEpoch) {
            cache.settle(scope, held);
        } else {
            cache.keepOnly(scope, uids, version);
        }
        newEpoch = false;
        listing = false;
        uids.clear();
        held.clear();
    }
}
