package io.kusionstack.operating.host.collaset;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.apps.ControllerRevision;
import io.kusionstack.operating.host.kernel.Key;
import io.kusionstack.operating.host.model.ResourceContext;
import io.kusionstack.operating.host.plan.ObjectKind;
import io.kusionstack.operating.host.plan.PodRecord;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Maps changed objects to the keys of the sets that they concern. */
final class SetMapper {
    private SetMapper() {}

    /** The set that controls the Pod, and the set that controlled it before. */
    static Set<Key> sets(@Nullable PodRecord before, @Nullable PodRecord after) {
        Set<Key> sets = new HashSet<>();
        Stream.of(Optional.ofNullable(before), Optional.ofNullable(after))
                .flatMap(Optional::stream)
                .flatMap(pod -> SetIntentions.setOf(pod).stream())
                .forEach(sets::add);
        return sets;
    }

    static <T> T either(@Nullable T before, @Nullable T after) {
        return after != null ? after : Objects.requireNonNull(before);
    }

    /** The sets that have ids in the context, and the set of its name. */
    static List<Key> owners(ResourceContext context) {
        Set<String> names = new HashSet<>();
        names.add(context.getMetadata().getName());
        context.getSpec()
                .contexts()
                .forEach(entry ->
                        InstanceIdentity.of(entry.id(), entry.data()).owner().ifPresent(names::add));
        return names.stream()
                .map(name -> new Key(context.getMetadata().getNamespace(), name))
                .toList();
    }

    static Optional<Key> controllerOf(ControllerRevision revision) {
        return controller(revision)
                .filter(owner -> owner.getKind().equals(ObjectKind.COLLASET.kind()))
                .map(owner -> new Key(revision.getMetadata().getNamespace(), owner.getName()));
    }

    static Optional<OwnerReference> controller(HasMetadata object) {
        return Optional.ofNullable(object.getMetadata().getOwnerReferences()).orElse(List.of()).stream()
                .filter(owner -> Boolean.TRUE.equals(owner.getController()))
                .findFirst();
    }

    static Key keyOf(HasMetadata object) {
        return new Key(object.getMetadata().getNamespace(), object.getMetadata().getName());
    }
}
