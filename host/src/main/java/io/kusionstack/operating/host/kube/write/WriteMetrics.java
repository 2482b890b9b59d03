package io.kusionstack.operating.host.kube.write;

import java.time.Duration;

/** Counts writes. Any thread; must not block. Kinds and verbs are a bounded set. */
public interface WriteMetrics {
    /** The API server took a write. */
    default void sent(String kind, String verb, Duration latency) {}

    /** A write met a newer object. */
    default void conflict(String kind, String verb) {}

    /** The API server does not take the content. */
    default void refused(String kind, String verb, int code) {}

    /** No write: the fence was closed. */
    default void notSent(String kind, String verb) {}

    /** An edit was dropped without a call, since it spoke about an older record. */
    default void outdated(String kind) {}

    /** The API server asked for patience. */
    default void throttled(Duration pause) {}

    /** No answer; the write may have been done. */
    default void unknownOutcome(String kind, String verb) {}

    /** A creation or deletion was not seen in time. */
    default void expectationExpired() {}

    /** The server did not do all that a write asked for. */
    default void intentMissed(String kind) {}
}
