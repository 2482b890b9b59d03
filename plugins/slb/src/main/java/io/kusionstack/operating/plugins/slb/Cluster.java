package io.kusionstack.operating.plugins.slb;

import java.util.Optional;
import java.util.Set;

/**
 * Whose backends are ours.
 *
 * @param identity no two clusters have the same
 * @param named the name that the settings give it, as it stood in marks of before
 * @param living uids of Pods that are known to live in it; only what is asked for
 */
record Cluster(String identity, Optional<String> named, Set<String> living) {
    Cluster {
        living = Set.copyOf(living);
    }

    Cluster withLiving(Set<String> uids) {
        return new Cluster(identity, named, uids);
    }
}
