package io.kusionstack.operating.host.collaset;

import io.kusionstack.operating.host.plan.ObjectRef;
import java.util.List;

/**
 * The instance ids in the ResourceContext of a set.
 *
 * @param resourceVersion of the ResourceContext; 0 while there is none
 */
record StoredIdentities(ObjectRef ref, long resourceVersion, List<InstanceIdentity> identities) {
    StoredIdentities {
        identities = List.copyOf(identities);
    }
}
