package io.kusionstack.operating.host.kube.write;

import io.kusionstack.operating.host.kube.cache.PodCache;
import io.kusionstack.operating.host.plan.Actuator;
import io.kusionstack.operating.host.plan.ObjectRef;
import io.kusionstack.operating.host.plan.Owner;
import io.kusionstack.operating.host.plan.PodRecord;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Pods that were created or deleted and that the cache does not show so yet, by owner. A count of Pods includes the first and
 * leaves out the second, so that none is created or deleted twice.
 *
 * <p>The {@link Actuator} raises them, {@link PodCache} lowers them; one that is not seen within 5 minutes is given up with
 * a warning. Any thread; never blocks.
 */
public final class Expectations implements PodCache.PodListener {
    private static final Logger LOG = LoggerFactory.getLogger(Expectations.class);
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private final Map<String, ExpectedPods> byOwner = new ConcurrentHashMap<>();
    private final InstantSource clock;
    private final WriteMetrics metrics;

    public Expectations(InstantSource clock, WriteMetrics metrics) {
        this.clock = clock;
        this.metrics = metrics;
    }

    /** True if the cache shows all that was done for this owner. */
    public boolean areMet(String ownerUid) {
        return pending(ownerUid).isEmpty();
    }

    /**
     * Expects a Pod, unless its owner has too many without it.
     *
     * @param most how many Pods the owner may have, this one included
     * @param others how many it has, given the names of those that are expected already
     * @return false if it must not be created
     */
    boolean expectCreation(ObjectRef owner, String name, int most, ToIntFunction<Set<String>> others) {
        AtomicBoolean admitted = new AtomicBoolean();
        byOwner.compute(owner.uid(), (uid, pending) -> {
            ExpectedPods known = pending == null ? ExpectedPods.NONE : pending;
            if (others.applyAsInt(known.creations.keySet()) >= most) {
                return pending;
            }
            admitted.set(true);
            return known.plus(ExpectedPods.creation(name, clock.instant()));
        });
        return admitted.get();
    }

    void expectDeletion(PodRecord pod) {
        for (Owner owner : pod.owners()) {
            byOwner.merge(owner.uid(), ExpectedPods.deletion(pod.uid(), clock.instant()), ExpectedPods::plus);
        }
    }

    void forgetCreation(ObjectRef owner, String name) {
        byOwner.computeIfPresent(owner.uid(), (uid, pending) -> pending.without(name, ""));
    }

    void forgetDeletion(PodRecord pod) {
        lower(pod, "", pod.uid());
    }

    @Override
    public void changed(@Nullable PodRecord before, @Nullable PodRecord after) {
        if (after == null) {
            if (before != null) {
                lower(before, before.name(), before.uid());
            }
            return;
        }
        lower(after, after.name(), after.terminating() ? after.uid() : "");
    }

    private void lower(PodRecord pod, String name, String uid) {
        for (Owner owner : pod.owners()) {
            byOwner.computeIfPresent(owner.uid(), (ignored, pending) -> pending.without(name, uid));
        }
    }

    private ExpectedPods pending(String ownerUid) {
        Instant tooOld = clock.instant().minus(PATIENCE);
        ExpectedPods kept = byOwner.computeIfPresent(ownerUid, (uid, pending) -> {
            ExpectedPods young = pending.since(tooOld);
            for (int i = young.size(); i < pending.size(); i++) {
                LOG.atWarn()
                        .addKeyValue("owner", uid)
                        .addKeyValue("expected", pending)
                        .log("A Pod that was created or deleted was not seen so in time; counting what is seen");
                metrics.expectationExpired();
            }
            return young.isEmpty() ? null : young;
        });
        return kept == null ? ExpectedPods.NONE : kept;
    }

    /** Names and uids with the time at which they were expected; immutable. */
    private record ExpectedPods(Map<String, Instant> creations, Map<String, Instant> deletions) {
        static final ExpectedPods NONE = new ExpectedPods(Map.of(), Map.of());

        ExpectedPods {
            creations = Map.copyOf(creations);
            deletions = Map.copyOf(deletions);
        }

        static ExpectedPods creation(String name, Instant now) {
            return new ExpectedPods(Map.of(name, now), Map.of());
        }

        static ExpectedPods deletion(String uid, Instant now) {
            return new ExpectedPods(Map.of(), Map.of(uid, now));
        }

        ExpectedPods plus(ExpectedPods more) {
            Map<String, Instant> created = new HashMap<>(creations);
            created.putAll(more.creations);
            Map<String, Instant> deleted = new HashMap<>(deletions);
            deleted.putAll(more.deletions);
            return new ExpectedPods(created, deleted);
        }

        @Nullable
        ExpectedPods without(String name, String uid) {
            if (!creations.containsKey(name) && !deletions.containsKey(uid)) {
                return this;
            }
            Map<String, Instant> created = new HashMap<>(creations);
            created.remove(name);
            Map<String, Instant> deleted = new HashMap<>(deletions);
            deleted.remove(uid);
            ExpectedPods rest = new ExpectedPods(created, deleted);
            return rest.isEmpty() ? null : rest;
        }

        ExpectedPods since(Instant tooOld) {
            Map<String, Instant> created = new HashMap<>(creations);
            created.values().removeIf(tooOld::isAfter);
            Map<String, Instant> deleted = new HashMap<>(deletions);
            deleted.values().removeIf(tooOld::isAfter);
            return new ExpectedPods(created, deleted);
        }

        int size() {
            return creations.size() + deletions.size();
        }

        boolean isEmpty() {
            return size() == 0;
        }
    }
}
