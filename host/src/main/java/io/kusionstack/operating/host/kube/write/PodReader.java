package io.kusionstack.operating.host.kube.write;

import com.fasterxml.jackson.databind.JsonNode;
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
            if (!cache.isSettled() || cache.epoch() != epoch) {
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

    private interface RequestReader {
        ApiResponse read(RequestSender.ApiRequest request) throws IOException;
    }

    /** The Pod in JSON as it is at that moment, where its record differs from this one in its version only; else the cache learns it. */
    Optional<JsonNode> readIfLike(PodRecord seen) {
        return readIfLike(seen, sender::read);
    }

    /** As {@link #readIfLike}, without waiting; to be called in turn. */
    Optional<JsonNode> readIfLikeInTurn(PodRecord seen) {
        return readIfLike(seen, sender::readInTurn);
    }

    private Optional<JsonNode> readIfLike(PodRecord seen, RequestReader reader) {
        long epoch = cache.epoch();
        try {
            ApiResponse answer = reader.read(client -> client.get(PodPatch.path(seen)));
            if (!answer.isSuccess() || !cache.isSettled() || cache.epoch() != epoch) {
                return Optional.empty();
            }
            PodRecord newest = cache.parse(answer.body());
            if (seen.isLike(newest)) {
                return Optional.of(answer.json());
            }
            learn(seen, newest, epoch);
        } catch (IOException e) {
            // the cache will know it later
            return Optional.empty();
        }
        return Optional.empty();
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
