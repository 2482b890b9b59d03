package io.kusionstack.operating.host.model;

import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Singular;
import io.fabric8.kubernetes.model.annotation.Version;

/**
 * Says when Pods may go from one stage of an operation to the next. Read as a whole, never written as a whole: a write
 * is a patch, so that no field unknown here is lost.
 */
@Group(Names.GROUP)
@Version(Names.VERSION)
@Plural("podtransitionrules")
@Singular("podtransitionrule")
@ShortNames("ptr")
public final class PodTransitionRule extends CustomResource<PodTransitionRuleSpec, PodTransitionRuleStatus>
        implements Namespaced {
    private static final long serialVersionUID = 1L;

    @Override
    protected PodTransitionRuleSpec initSpec() {
        return PodTransitionRuleSpec.EMPTY;
    }

    @Override
    protected PodTransitionRuleStatus initStatus() {
        return PodTransitionRuleStatus.EMPTY;
    }
}
