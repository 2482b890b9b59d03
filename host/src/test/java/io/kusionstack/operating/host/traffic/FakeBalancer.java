package io.kusionstack.operating.host.traffic;

import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.host.plugins.Answer;
import io.kusionstack.operating.host.plugins.TrafficPlugins;
import io.kusionstack.operating.host.world.FakeCluster;
import io.kusionstack.operating.plugin.PodRef;
import io.kusionstack.operating.plugin.traffic.Backend;
import io.kusionstack.operating.plugin.traffic.BackendChange;
import io.kusionstack.operating.plugin.traffic.BackendResult;
import io.kusionstack.operating.plugin.traffic.Employer;
import io.kusionstack.operating.plugin.traffic.Observation;
import io.kusionstack.operating.plugin.traffic.ObservedBackend;
import io.kusionstack.operating.plugin.traffic.Progress;
import io.kusionstack.operating.plugin.traffic.Serving;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Load balancers in memory behind the plugin {@code slb}, named by the annotation {@code lb}. What is asked for is done
 * after a while; a drain is only ended once the host says that it saw it begin so long ago. Can lose answers after doing
 * what was asked, throttle, hang, and have the host die in a call. One thread.
 */
final class FakeBalancer implements TrafficPlugins, TrafficPlugins.TrafficWorker {
    static final String LB = "slb.traffic.operating.kusionstack.io/lb";

    final FakeCluster cluster;
    final Map<String, Map<Spot, Entry>> places = new TreeMap<>();
    final List<String> complaints = new ArrayList<>();
    Duration drain = Duration.ofMillis(900);
    Duration start = Duration.ofMillis(700);
    boolean namesPods;
    Optional<Wait> unavailable = Optional.empty();
    Optional<Wait> silent = Optional.empty();
    int losesEvery;
    int throttlesEvery;
    int callsUntilCrash = Integer.MAX_VALUE;
    int looks;
    int applies;

    /** One backend; {@code on} since {@code since}, or draining since then. */
    record Entry(Backend backend, boolean on, int weight, Instant since) {}

    FakeBalancer(FakeCluster cluster) {
        this.cluster = cluster;
    }

    Map<Spot, Entry> at(String lb) {
        return places.computeIfAbsent(lb, name -> new TreeMap<>());
    }

    /** Registered by somebody else. */
    void foreign(String lb, String ip, int port) {
        at(lb).put(
                        new Spot(ip, port),
                        new Entry(
                                new Backend(new PodRef("", "", "foreign"), ip, port, Map.of()),
                                true,
                                100,
                                Instant.EPOCH));
    }

    boolean sendsTo(String ip) {
        return places.values().stream()
                .flatMap(place -> place.keySet().stream())
                .anyMatch(spot -> spot.ip().equals(ip));
    }

    @Override
    public Found find(String plugin) {
        if (unavailable.isPresent() || !plugin.startsWith("slb")) {
            return new Found.Unavailable(unavailable.orElse(new Wait(
                    Reason.PLUGIN_UNAVAILABLE, plugin, "plugin \"" + plugin + "\" is not loaded; known: slb, slb-b")));
        }
        return new Found.Ready(this);
    }

    @Override
    public Answer<String> lockKey(Employer employer) {
        String lb = employer.annotations().get(LB);
        return lb == null
                ? new Answer.Missing<>(
                        new Wait(Reason.PLUGIN_UNAVAILABLE, "slb", "slb: set the annotation " + LB),
                        Duration.ofSeconds(5))
                : new Answer.Given<>(lb);
    }

    @Override
    public Answer<List<String>> groups(Employer employer) {
        return new Answer.Given<>(List.of());
    }

    @Override
    public Answer<Observation> observe(Employer employer, Instant notBefore, Instant deadline) {
        looks++;
        maybeCrash();
        if (silent.isPresent()) {
            return new Answer.Missing<>(silent.get(), Duration.ofMillis(100));
        }
        List<ObservedBackend> seen = new ArrayList<>();
        at(employer.annotations().get(LB)).values().forEach(entry -> seen.add(shown(entry)));
        return new Answer.Given<>(new Observation.Known(cluster.now(), seen));
    }

    private ObservedBackend shown(Entry entry) {
        Backend is = entry.backend();
        if (is.pod().uid().equals("foreign")) {
            return new ObservedBackend(is, Serving.FOREIGN, "");
        }
        Backend told = namesPods ? is : new Backend(new PodRef("", "", ""), is.ip(), is.port(), is.attributes());
        boolean healthy = !entry.since().plus(start).isAfter(cluster.now());
        Serving serving = entry.on() ? healthy ? Serving.ON : Serving.STARTING : Serving.DRAINING;
        return new ObservedBackend(told, serving, "");
    }

    @Override
    public Answer<List<BackendResult>> apply(Employer employer, List<BackendChange> changes, Instant deadline) {
        applies++;
        if (throttlesEvery > 0 && applies % throttlesEvery == 0) {
            return new Answer.Given<>(changes.stream()
                    .map(change ->
                            new BackendResult(change.backend(), Progress.Pending.throttled(Duration.ofMillis(200))))
                    .toList());
        }
        Map<Spot, Entry> place = at(employer.annotations().get(LB));
        List<BackendResult> results = new ArrayList<>();
        for (BackendChange change : changes) {
            results.add(new BackendResult(change.backend(), done(change, place)));
        }
        maybeCrash();
        return losesEvery > 0 && applies % losesEvery == 0
                ? new Answer.Missing<>(
                        new Wait(Reason.PLUGIN_UNAVAILABLE, "slb", "slb gave no answer"), Duration.ofMillis(100))
                : new Answer.Given<>(results);
    }

    private Progress done(BackendChange change, Map<Spot, Entry> place) {
        Spot spot = Spot.of(change.backend());
        Entry is = place.get(spot);
        if (is != null && is.backend().pod().uid().equals("foreign")) {
            complaints.add("touches what is foreign: " + change);
            return new Progress.Failed("Foreign", "not ours", false);
        }
        return switch (change) {
            case BackendChange.PutOn put -> {
                if (is == null || !is.on()) {
                    place.put(spot, new Entry(put.backend(), true, put.weight(), cluster.now()));
                } else {
                    place.put(spot, new Entry(is.backend(), true, put.weight(), is.since()));
                }
                yield new Progress.Done();
            }
            case BackendChange.TakeOff off -> takenOff(off, is, place);
        };
    }

    private Progress takenOff(BackendChange.TakeOff off, Entry is, Map<Spot, Entry> place) {
        Spot spot = Spot.of(off.backend());
        if (is == null) {
            return new Progress.Done();
        }
        if (is.on()) {
            place.put(spot, new Entry(is.backend(), false, 0, cluster.now()));
            return Progress.Pending.draining(drain);
        }
        boolean over = off.drainingSince()
                .filter(since -> !since.plus(drain).isAfter(cluster.now()))
                .isPresent();
        if (!over) {
            return Progress.Pending.draining(Duration.ofMillis(500));
        }
        if (is.since().plus(drain).isAfter(cluster.now())) {
            complaints.add("cuts the drain of " + spot + " short");
        }
        place.remove(spot);
        return new Progress.Done();
    }

    private void maybeCrash() {
        if (callsUntilCrash-- <= 0) {
            callsUntilCrash = Integer.MAX_VALUE;
            throw new FakeCluster.Crash();
        }
    }

    int calls() {
        return looks + applies;
    }

    /** Weight by address. */
    Map<String, Integer> weights(String lb) {
        Map<String, Integer> weights = new HashMap<>();
        at(lb).forEach((spot, entry) -> weights.put(spot.toString(), entry.weight()));
        return weights;
    }
}
