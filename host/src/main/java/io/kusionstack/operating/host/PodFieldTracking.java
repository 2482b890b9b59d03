package io.kusionstack.operating.host;

import io.kusionstack.operating.host.config.HostConfig.FieldTrackingPolicy;
import io.kusionstack.operating.host.kernel.Key;
import io.kusionstack.operating.host.model.CollaSet;
import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.FieldTracking;
import io.kusionstack.operating.host.plan.Owner;
import io.kusionstack.operating.host.plan.PodRecord;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * The Pods whose field tracking is cleared: those of CollaSets, unless the configuration or an annotation of the set keeps it. Any
 * value of the annotation keeps it. Any thread.
 *
 * @param sets the CollaSets that are known
 */
record PodFieldTracking(FieldTrackingPolicy policy, Function<Key, Optional<CollaSet>> sets)
        implements Predicate<PodRecord> {
    @Override
    public boolean test(PodRecord pod) {
        return switch (policy) {
            case CLEARED -> FieldTracking.isClearable(pod) && !isKeptBySet(pod);
            case KEPT -> false;
        };
    }

    private boolean isKeptBySet(PodRecord pod) {
        return pod.controller()
                .map(Owner::name)
                .flatMap(name -> sets.apply(new Key(pod.namespace(), name)))
                .map(set -> set.getMetadata().getAnnotations())
                .map(Map::keySet)
                .filter(annotations -> annotations.contains(Names.FIELD_TRACKING))
                .isPresent();
    }
}
