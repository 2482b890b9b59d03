package io.kusionstack.operating.host.kube.write;

import io.kusionstack.operating.host.kube.ApiResponse;
import io.kusionstack.operating.host.kube.cache.PodCache;
import io.kusionstack.operating.host.plan.PodRecord;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Optional;

/** Reads one Pod as the API server has it at that moment, and lets the cache know. Any thread; blocks. */
final class PodReader {
    private final PodCache cache;
    private final RequestSender sender;

    PodReader(PodCache cache, RequestSender sender) {
        this.cache = cache;
        this.sender = sender;
    }

    /** How long a request may be under way. */
    Duration timeout() {
        return sender.timeout();
    }

    /** What a read came to. */
    enum PodRead {
        /** The cache holds what was read. */
        NEWER,
        /** The cache held it, or something newer, before. */
        KNOWN,
        /** The Pod is no more, and the cache holds it no more; another one may have its name. */
        GONE,
        /** Nothing is known: there was no good answer, or it is of another epoch than the cache. */
        NOTHING
    }

    /** Names no resourceVersion, so that the answer is never older than the moment at which this was called. */
    PodRead read(PodRecord pod) {
        long epoch = cache.epoch();
        try {
            ApiResponse answer = sender.read(client -> client.get(PodPatch.path(pod)));
            if (!isOf(epoch)) {
                return PodRead.NOTHING;
            }
            if (answer.isNotFound()) {
                return gone(pod);
            }
            return answer.isSuccess() ? learn(pod, cache.parse(answer.body()), epoch) : PodRead.NOTHING;
        } catch (IOException e) {
            return PodRead.NOTHING;
        }
    }

    /** A Pod as it was read. */
    record ReadPod(PodRecord record, byte[] json) {}

    /**
     * The Pod as the API server has it, where its record differs from this one in its version only; else the cache learns it. To be called in
     * turn.
     *
     * @param epoch of this record
     */
    Optional<ReadPod> readIfLike(PodRecord seen, long epoch) {
        if (!isLikeNewest(seen, epoch)) {
            return Optional.empty();
        }
        try {
            ApiResponse answer = sender.readInTurn(client -> client.get(PodPatch.path(seen)));
            if (!answer.isSuccess() || !isOf(epoch)) {
                return Optional.empty();
            }
            PodRecord newest = cache.parse(answer.body());
            if (seen.isLike(newest)) {
                return Optional.of(new ReadPod(newest, answer.body()));
            }
            learn(seen, newest, epoch);
        } catch (IOException e) {
            // the cache will know it later
            return Optional.empty();
        }
        return Optional.empty();
    }

    /** True if the cache knows no record of the Pod that differs from this one in more than its version. */
    boolean isLikeNewest(PodRecord seen, long epoch) {
        return isOf(epoch) && cache.byUid(seen.uid()).filter(seen::isLike).isPresent();
    }

    private boolean isOf(long epoch) {
        return cache.isSettled() && cache.epoch() == epoch;
    }

    /**
     * The Pod that the API server answered with.
     *
     * @throws UncheckedIOException if it is none
     */
    static PodRecord parsed(PodCache cache, byte[] answer) {
        try {
            return cache.parse(answer);
        } catch (IOException e) {
            throw new UncheckedIOException("the API server's answer is not a Pod", e);
        }
    }

    private PodRead learn(PodRecord pod, PodRecord read, long epoch) {
        if (!read.uid().equals(pod.uid())) {
            return gone(pod);
        }
        return cache.learn(read, epoch) ? PodRead.NEWER : PodRead.KNOWN;
    }

    private PodRead gone(PodRecord pod) {
        cache.gone(pod.uid());
        return PodRead.GONE;
    }
}
