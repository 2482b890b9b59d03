package io.kusionstack.operating.plugins.slb;

import io.kusionstack.operating.plugin.traffic.Progress;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Writes to the groups of one load balancer in batches. A batch that is refused for one of its backends is halved until the one
 * is found; a load balancer that is busy is left alone for the rest of the call. Of one call, on its thread.
 */
final class GroupWriter {
    /** A writing action of the API. */
    @FunctionalInterface
    interface Call {
        void write(String group, List<Server> servers, Instant deadline) throws SlbRefusal;
    }

    private final int batch;
    private final Instant deadline;
    private final Results results;
    private Optional<SlbRefusal> stopped = Optional.empty();

    GroupWriter(int batch, Instant deadline, Results results) {
        this.batch = batch;
        this.deadline = deadline;
        this.results = results;
    }

    /** @param written how far a change is whose write went well */
    void write(String group, List<Item> items, Call call, Progress written) {
        for (int from = 0; from < items.size(); from += batch) {
            attempt(group, items.subList(from, Math.min(items.size(), from + batch)), call, written);
        }
    }

    private void attempt(String group, List<Item> items, Call call, Progress written) {
        if (stopped.isPresent()) {
            note(items, progress(stopped.get()));
            return;
        }
        try {
            call.write(group, items.stream().map(Item::server).toList(), deadline);
            note(items, written);
        } catch (SlbRefusal refusal) {
            refused(group, items, call, written, refusal);
        }
    }

    private void refused(String group, List<Item> items, Call call, Progress written, SlbRefusal refusal) {
        boolean mayBeOneOfThem = switch (refusal.why()) {
            case BACKEND, FULL, REFUSED -> true;
            case BUSY, THROTTLED, UNKNOWN, GONE, CREDENTIALS, UNSENT -> false;
        };
        if (mayBeOneOfThem && items.size() > 1) {
            int half = items.size() / 2;
            attempt(group, items.subList(0, half), call, written);
            attempt(group, items.subList(half, items.size()), call, written);
            return;
        }
        note(items, progress(refusal));
        if (refusal.why() == Cause.FULL || !mayBeOneOfThem && refusal.why() != Cause.GONE) {
            stopped = Optional.of(refusal);
        }
    }

    private void note(List<Item> items, Progress progress) {
        items.forEach(item -> results.note(item.backend(), progress));
    }

    /** What a refusal means for a change. */
    static Progress progress(SlbRefusal refusal) {
        return switch (refusal.why()) {
            case BUSY -> new Progress.Pending(Progress.Pending.Kind.BUSY, "LoadBalancerBusy", refusal.after());
            case THROTTLED -> Progress.Pending.throttled(refusal.after());
            case UNKNOWN -> new Progress.Pending("OutcomeUnknown", refusal.after());
            case UNSENT -> new Progress.Pending("NoTimeLeft", refusal.after());
            case FULL, CREDENTIALS, REFUSED -> new Progress.Failed(refusal.code(), refusal.sentence(), true);
            case GONE -> new Progress.Failed(refusal.code(), refusal.sentence(), false);
            case BACKEND -> new Progress.Failed(refusal.code(), refusal.sentence(), Codes.mayPass(refusal.code()));
        };
    }
}
