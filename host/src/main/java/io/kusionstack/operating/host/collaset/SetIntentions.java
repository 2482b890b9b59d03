package io.kusionstack.operating.host.collaset;

import io.kusionstack.operating.host.kernel.Key;
import io.kusionstack.operating.host.lifecycle.PodOps;
import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.Intention;
import io.kusionstack.operating.host.plan.Intentions;
import io.kusionstack.operating.host.plan.Obstacles;
import io.kusionstack.operating.host.plan.Owner;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plan.Wait;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * The edits that begun updates want to make, by the last plan for each set. An intention holds only for its operation, at the newest
 * generation of its set, and once the kubelet has followed the image change before. Any thread; never blocks.
 */
public final class SetIntentions implements Intentions, Obstacles {
    private static final Wait NOT_LOOKED_AT =
            new Wait(Reason.SUPERSEDED, "", "the set has a spec that was not looked at yet");

    private static final Wait LEFT =
            new Wait(Reason.SUPERSEDED, "", "the Pod does not match the selector of its set any more: it is released");

    private final Map<Key, Published> bySet = new ConcurrentHashMap<>();
    private final Function<Key, OptionalLong> generations;

    /** @param generations the newest generation known of a set; empty for one that is gone or going */
    public SetIntentions(Function<Key, OptionalLong> generations) {
        this.generations = generations;
    }

    private record Published(
            long generation, Membership membership, Map<String, Intention> byPod, Optional<Wait> hold) {}

    @Override
    public Optional<Intention> of(PodRecord pod) {
        Optional<Key> set = setOf(pod);
        Optional<Published> published = set.map(bySet::get);
        if (published.isEmpty()
                || pod.terminating()
                || published.get().membership().isLeftBy(pod)) {
            return Optional.empty();
        }
        OptionalLong newest = generations.apply(set.get());
        if (newest.isEmpty() || newest.getAsLong() != published.get().generation()) {
            return Optional.empty();
        }
        return Optional.ofNullable(published.get().byPod().get(pod.uid())).filter(intention -> fits(intention, pod));
    }

    /**
     * An update takes no Pod out of service before its set was planned with its newest spec, or while that plan forbids it; and no
     * operation of a set takes out a Pod that is about to be released.
     */
    @Override
    public List<Wait> ahead(PodRecord pod, String operation) {
        Optional<Key> set = setOf(pod);
        if (set.isEmpty() || !Names.OWN_OPERATIONS.contains(operation)) {
            return List.of();
        }
        OptionalLong newest = generations.apply(set.get());
        Optional<Published> published = Optional.ofNullable(bySet.get(set.get()));
        if (published.filter(plan -> plan.membership().isLeftBy(pod)).isPresent()) {
            return List.of(LEFT);
        }
        if (newest.isEmpty()
                || !operation.equals(Names.COLLASET_OPERATION)
                || !PodOps.isDuring(pod, Names.COLLASET_OPERATION, Names.UPDATE)) {
            return List.of();
        }
        return published
                .filter(plan -> plan.generation() == newest.getAsLong())
                .map(plan -> plan.hold().stream().toList())
                .orElse(List.of(NOT_LOOKED_AT));
    }

    /**
     * Replaces all that was published for the set.
     *
     * @param hold why no Pod may leave service for an update now
     */
    void publish(CollaSetSnapshot snapshot, Map<String, Intention> byPod, Optional<Wait> hold) {
        SetSpec set = snapshot.set();
        Membership membership = Membership.of(set, snapshot.revisions());
        bySet.put(set.key(), new Published(set.generation(), membership, Map.copyOf(byPod), hold));
    }

    /** The intent of a plan is not stored: the intentions published for the spec stay, and no Pod leaves service for an update. */
    void hold(CollaSetSnapshot snapshot, Wait why) {
        Map<String, Intention> stored = Optional.ofNullable(
                        bySet.get(snapshot.set().key()))
                .filter(earlier -> earlier.generation() == snapshot.set().generation())
                .map(Published::byPod)
                .orElse(Map.of());
        publish(snapshot, stored, Optional.of(why));
    }

    /** The set is gone. */
    void forget(Key set) {
        bySet.remove(set);
    }

    /** The intentions that were published last, by Pod uid. */
    Map<String, Intention> published(Key set) {
        return Optional.ofNullable(bySet.get(set)).map(Published::byPod).orElse(Map.of());
    }

    /** The set that controls the Pod. */
    static Optional<Key> setOf(PodRecord pod) {
        return pod.controller().filter(Owner::isCollaSet).map(owner -> new Key(pod.namespace(), owner.name()));
    }

    private static boolean fits(Intention intention, PodRecord pod) {
        boolean sameOperation = PodOps.round(pod, intention.operation())
                .filter(intention.operatingValue()::equals)
                .isPresent();
        boolean applied =
                pod.label(Names.REVISION).filter(intention.revision()::equals).isPresent();
        return sameOperation && !applied && (intention.images().isEmpty() || ImageChange.hasShown(pod));
    }
}
