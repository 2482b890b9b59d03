package io.kusionstack.operating.host.traffic;

import io.kusionstack.operating.host.model.AvailableConditions;
import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.MapEdit;
import io.kusionstack.operating.host.plan.PodEdit;
import io.kusionstack.operating.host.plan.PodRecord;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The edits that add the finalizer of a Service to a Pod, and remove it, together with the annotation that expects it. Pure. */
record FinalizerMoves(ManagedService managedService) {
    /** The edit of a Pod that is on. It waits for Ready, because the labels of an operation are removed in the same write. */
    Optional<PodEdit> added(ServicePod servicePod, Optional<BackendState> serving) {
        PodRecord pod = servicePod.pod();
        String finalizer = managedService.finalizer();
        if (serving.filter(BackendState::on).isEmpty() || pod.finalizers().contains(finalizer) || !pod.ready()) {
            return Optional.empty();
        }
        PodEdit edit = PodEdit.of(pod).addFinalizer(finalizer);
        Map<String, String> entry = Map.of(managedService.expectedKey(), finalizer);
        boolean isNamed = conditions(pod)
                .filter(known -> !known.expectedFinalizers().entrySet().containsAll(entry.entrySet()))
                .isEmpty();
        return Optional.of(
                isNamed
                        ? edit
                        : edit.annotations(MapEdit.set(
                                Names.AVAILABLE_CONDITIONS,
                                conditions(pod).orElseThrow().with(entry).json())));
    }

    /** The edit of a Pod of which no backend is left; empty if the Service left no mark on it. */
    Optional<PodEdit> removed(ServicePod servicePod) {
        PodRecord pod = servicePod.pod();
        boolean isProtected = pod.finalizers().contains(managedService.finalizer());
        boolean isNamed = !servicePod.targeted() && isNamed(pod);
        if (!isProtected && !isNamed) {
            return Optional.empty();
        }
        PodEdit edit = PodEdit.of(pod);
        if (isProtected) {
            edit = edit.removeFinalizer(managedService.finalizer());
        }
        if (isNamed) {
            edit = edit.annotations(MapEdit.set(
                    Names.AVAILABLE_CONDITIONS,
                    conditions(pod)
                            .orElseThrow()
                            .without(Set.of(managedService.expectedKey()))
                            .json()));
        }
        return Optional.of(edit);
    }

    /** True if the annotation of the Pod expects the finalizer of the Service. */
    boolean isNamed(PodRecord pod) {
        return conditions(pod)
                .filter(known -> known.expectedFinalizers()
                        .getOrDefault(managedService.expectedKey(), "")
                        .equals(managedService.finalizer()))
                .isPresent();
    }

    /** Empty if the annotation has another shape: then it is left alone. */
    private static Optional<AvailableConditions> conditions(PodRecord pod) {
        String annotation = pod.annotations().get(Names.AVAILABLE_CONDITIONS);
        return annotation == null ? Optional.of(AvailableConditions.none()) : AvailableConditions.parse(annotation);
    }
}
