package io.kusionstack.operating.host.plan;

import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.plugin.PodRef;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * One change of one Pod, decided on the record with {@code resourceVersion}: it is sent with that version as
 * precondition, in one request, or not at all.
 *
 * @param addFinalizers full names; left out if the Pod is terminating, because the API server refuses them
 * @param serviceReady the status that the readiness gate is to have; needs the status subresource
 * @param images new image by container name; needs the Pod itself, so it never goes with {@code serviceReady}
 */
public record PodEdit(
        PodRef pod,
        long resourceVersion,
        MapEdit labels,
        MapEdit annotations,
        SortedSet<String> addFinalizers,
        SortedSet<String> removeFinalizers,
        Optional<Boolean> serviceReady,
        SortedMap<String, String> images) {

    public PodEdit {
        addFinalizers = Collections.unmodifiableSortedSet(new TreeSet<>(addFinalizers));
        removeFinalizers = Collections.unmodifiableSortedSet(new TreeSet<>(removeFinalizers));
        images = Collections.unmodifiableSortedMap(new TreeMap<>(images));
        if (serviceReady.isPresent() && !images.isEmpty()) {
            throw new IllegalArgumentException("the readiness gate and an image cannot travel in one request: " + pod);
        }
    }

    /** An edit that changes nothing yet. */
    public static PodEdit of(PodRecord pod) {
        return new PodEdit(
                pod.ref(),
                pod.resourceVersion(),
                MapEdit.none(),
                MapEdit.none(),
                Collections.emptySortedSet(),
                Collections.emptySortedSet(),
                Optional.empty(),
                Collections.emptySortedMap());
    }

    public PodEdit labels(MapEdit more) {
        return new PodEdit(
                pod,
                resourceVersion,
                labels.then(more),
                annotations,
                addFinalizers,
                removeFinalizers,
                serviceReady,
                images);
    }

    public PodEdit annotations(MapEdit more) {
        return new PodEdit(
                pod,
                resourceVersion,
                labels,
                annotations.then(more),
                addFinalizers,
                removeFinalizers,
                serviceReady,
                images);
    }

    public PodEdit addFinalizer(String finalizer) {
        SortedSet<String> added = new TreeSet<>(addFinalizers);
        added.add(finalizer);
        SortedSet<String> removed = new TreeSet<>(removeFinalizers);
        removed.remove(finalizer);
        return new PodEdit(pod, resourceVersion, labels, annotations, added, removed, serviceReady, images);
    }

    public PodEdit removeFinalizer(String finalizer) {
        SortedSet<String> added = new TreeSet<>(addFinalizers);
        added.remove(finalizer);
        SortedSet<String> removed = new TreeSet<>(removeFinalizers);
        removed.add(finalizer);
        return new PodEdit(pod, resourceVersion, labels, annotations, added, removed, serviceReady, images);
    }

    public PodEdit serviceReady(boolean ready) {
        return new PodEdit(
                pod, resourceVersion, labels, annotations, addFinalizers, removeFinalizers, Optional.of(ready), images);
    }

    public PodEdit images(Map<String, String> wanted) {
        SortedMap<String, String> all = new TreeMap<>(images);
        all.putAll(wanted);
        return new PodEdit(
                pod, resourceVersion, labels, annotations, addFinalizers, removeFinalizers, serviceReady, all);
    }

    /** Both edits as one; {@code later} was decided on the Pod as this edit leaves it. */
    public PodEdit then(PodEdit later) {
        PodEdit both = labels(later.labels).annotations(later.annotations).images(later.images);
        for (String finalizer : later.addFinalizers) {
            both = both.addFinalizer(finalizer);
        }
        for (String finalizer : later.removeFinalizers) {
            both = both.removeFinalizer(finalizer);
        }
        return later.serviceReady.isPresent() ? both.serviceReady(later.serviceReady.get()) : both;
    }

    /** The part of this edit that would change {@code seen}; may be empty. */
    public PodEdit against(PodRecord seen) {
        SortedSet<String> added = new TreeSet<>(addFinalizers);
        added.removeAll(seen.finalizers());
        SortedSet<String> removed = new TreeSet<>(removeFinalizers);
        removed.retainAll(seen.finalizers());
        SortedMap<String, String> changed = new TreeMap<>(images);
        seen.containers().forEach(container -> changed.remove(container.name(), container.image()));
        String gate =
                seen.condition(Names.SERVICE_READY).map(PodCondition::status).orElse("");
        return new PodEdit(
                pod,
                resourceVersion,
                labels.against(seen.labels()),
                annotations.against(seen.annotations()),
                added,
                removed,
                serviceReady.filter(wanted -> !gate.equals(wanted ? "True" : "False")),
                changed);
    }

    public boolean isEmpty() {
        return labels.isEmpty()
                && annotations.isEmpty()
                && addFinalizers.isEmpty()
                && removeFinalizers.isEmpty()
                && serviceReady.isEmpty()
                && images.isEmpty();
    }
}
