package io.kusionstack.operating.host.kube;

import io.kusionstack.operating.host.kube.cache.PodStream;
import io.kusionstack.operating.host.kube.write.WriteMetrics;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Counts what the room tells, by words such as {@code sent Pod patch}. */
public final class CountingMetrics implements WriteMetrics, PodStream.StreamMetrics {
    private final Map<String, Integer> counts = new ConcurrentHashMap<>();

    public int count(String what) {
        return counts.getOrDefault(what, 0);
    }

    private void add(String what) {
        counts.merge(what, 1, Integer::sum);
    }

    @Override
    public void sent(String kind, String verb, Duration latency) {
        add("sent " + kind + " " + verb);
    }

    @Override
    public void conflict(String kind, String verb) {
        add("conflict " + kind + " " + verb);
    }

    @Override
    public void refused(String kind, String verb, int code) {
        add("refused " + kind + " " + verb + " " + code);
    }

    @Override
    public void notSent(String kind, String verb) {
        add("not sent " + kind + " " + verb);
    }

    @Override
    public void outdated(String kind) {
        add("outdated " + kind);
    }

    @Override
    public void throttled(Duration pause) {
        add("throttled " + pause);
    }

    @Override
    public void unknownOutcome(String kind, String verb) {
        add("unknown " + kind + " " + verb);
    }

    @Override
    public void intentMissed(String kind) {
        add("missed " + kind);
    }

    @Override
    public void resumed(String kind) {
        add("resumed " + kind);
    }

    @Override
    public void relisted(String kind, String why) {
        add("relisted " + kind + " " + why);
    }
}
