package io.kusionstack.operating.host.model;

import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Singular;
import io.fabric8.kubernetes.model.annotation.Version;

/** Keeps the instance ids of one CollaSet, or of several that share them. Other programs read it: its form is fixed. */
@Group(Names.GROUP)
@Version(Names.VERSION)
@Plural("resourcecontexts")
@Singular("resourcecontext")
@ShortNames("rc")
public final class ResourceContext extends CustomResource<ResourceContextSpec, Void> implements Namespaced {
    private static final long serialVersionUID = 1L;

    @Override
    protected ResourceContextSpec initSpec() {
        return ResourceContextSpec.EMPTY;
    }
}
