package io.kusionstack.operating.host.kube.write;

import io.kusionstack.operating.host.plan.ObjectKind;
import io.kusionstack.operating.host.plan.ObjectRef;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;

/** What is expected of an owner, as a creation that is not admitted is shown it. */
final class ExpectedCreations {
    private ExpectedCreations() {}

    /** Names of Pods that were created for this owner and are not in the cache yet. */
    static Set<String> of(Expectations expectations, String ownerUid) {
        if (expectations.areMet(ownerUid)) {
            return Set.of();
        }
        AtomicReference<Set<String>> shown = new AtomicReference<>();
        ObjectRef owner = new ObjectRef(ObjectKind.COLLASET, "shop", "web", ownerUid);
        expectations.expectCreation(owner, "another", 0, expected -> {
            shown.set(Set.copyOf(expected));
            return 0;
        });
        return shown.get();
    }
}
