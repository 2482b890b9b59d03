package io.kusionstack.operating.host.collaset;

import io.kusionstack.operating.host.plan.PodCondition;

/** The numbers of Pods of a set by their progress. */
record Counters(
        int replicas,
        int scheduled,
        int ready,
        int available,
        int updated,
        int updatedReady,
        int updatedAvailable,
        int operating) {
    static Counters of(SetPods setPods, String updatedRevision) {
        int scheduled = 0;
        int ready = 0;
        int available = 0;
        int updated = 0;
        int updatedReady = 0;
        int updatedAvailable = 0;
        int operating = 0;
        for (SetPod setPod : setPods.podsOfSet()) {
            boolean onUpdated = setPod.revision().equals(updatedRevision);
            boolean serves = setPod.pod().available();
            scheduled += setPod.pod()
                            .condition(PodCondition.SCHEDULED)
                            .filter(PodCondition::isTrue)
                            .isPresent()
                    ? 1
                    : 0;
            ready += setPod.ready() ? 1 : 0;
            available += serves ? 1 : 0;
            updated += onUpdated ? 1 : 0;
            updatedReady += onUpdated && setPod.ready() ? 1 : 0;
            updatedAvailable += onUpdated && serves ? 1 : 0;
            operating += setPod.updating() || setPod.scalingIn() ? 1 : 0;
        }
        return new Counters(
                setPods.podsOfSet().size(),
                scheduled,
                ready,
                available,
                updated,
                updatedReady,
                updatedAvailable,
                operating);
    }
}
