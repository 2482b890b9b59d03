package io.kusionstack.operating.host.traffic;

import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.PodRecord;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Under which tickets the host learnt that Pods have to be off, and that they are fit again. Any thread. */
final class OffTickets {
    private final LongSupplier tick;
    private final InstantSource clock;
    private final Map<String, OffTicket> offs = new ConcurrentHashMap<>();
    /** Of Pods that kept a finalizer while they had to be off, and were not marked again since. */
    private final Map<String, Long> backs = new ConcurrentHashMap<>();

    /** @param tick gives the next ticket */
    OffTickets(LongSupplier tick, InstantSource clock) {
        this.tick = tick;
        this.clock = clock;
    }

    void podChanged(@Nullable PodRecord before, @Nullable PodRecord after) {
        if (after == null) {
            if (before != null) {
                offs.remove(before.uid());
                backs.remove(before.uid());
            }
            return;
        }
        boolean isFit = ServicePod.isFit(after);
        boolean wasFit = before != null && ServicePod.isFit(before);
        if (!isFit || !after.isProtected() || after.hasLabel(Names.SERVICE_AVAILABLE)) {
            backs.remove(after.uid());
        } else if (!wasFit) {
            backs.put(after.uid(), tick.getAsLong());
        }
        if (isFit) {
            offs.remove(after.uid());
        } else if (before == null || wasFit || after.gateClosed() && !before.gateClosed()) {
            offs.put(after.uid(), new OffTicket(tick.getAsLong(), clock.instant()));
        }
    }

    Optional<OffTicket> off(PodRecord pod) {
        return Optional.ofNullable(offs.get(pod.uid()));
    }

    /** The ticket under which it was seen fit again with its finalizer still on; 0 where there is none, or it is marked again. */
    long back(PodRecord pod) {
        return backs.getOrDefault(pod.uid(), 0L);
    }
}
