package io.kusionstack.operating.host.traffic;

/**
 * The state of one Pod.
 *
 * @param clear true if no backend of it was observed anywhere since it had to be off
 * @param marked true if it has the finalizer of the Service, or expects it though it is not targeted
 */
record PodPlan(ServicePod servicePod, PodTrafficStatus known, boolean clear, boolean marked) {
    /** True if it was observed on since it was fit again. */
    boolean isBack() {
        return isBack(known);
    }

    boolean isBack(PodTrafficStatus status) {
        return servicePod.backSince() > 0 && status.onAt() > servicePod.backSince();
    }

    /** True if the Service has left nothing of the Pod. */
    boolean isOver() {
        return !servicePod.targeted() && clear && !marked;
    }
}
