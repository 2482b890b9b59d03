package io.kusionstack.operating.host.traffic;

import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.host.plugins.Answer;
import io.kusionstack.operating.host.plugins.Answer.NoAnswer;
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
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Load balancers in memory behind the plugin {@code slb}, named by the annotation {@code lb}, and groups of them where {@code
 * groups} names some: a backend then stands at {@code lb/group}. What is asked for is done
 * after a while; a drain is only ended once the host says that it saw it begin so long ago. Can lose answers after doing
 * what was asked, throttle, hang, and have the host die in a call. One thread.
 */
final class FakeBalancer implements TrafficPlugins, TrafficPlugins.TrafficWorker {
    static final String LB = "slb.traffic.operating.kusionstack.io/lb";
    static final String GROUPS = "slb.traffic.operating.kusionstack.io/groups";

    final FakeCluster cluster;
    final Map<String, Map<EndpointAddress, Entry>> loadBalancers = new TreeMap<>();
    final List<String> complaints = new ArrayList<>();
    Duration drain = Duration.ofMillis(900);
    Duration start = Duration.ofMillis(700);
    Duration showsLate = Duration.ZERO;
    private final Map<String, NavigableMap<Instant, Map<EndpointAddress, Entry>>> past = new HashMap<>();
    boolean namesPods;
    Optional<Wait> unavailable = Optional.empty();
    Optional<Wait> silent = Optional.empty();
    final Set<String> missing = new TreeSet<>();
    final Set<String> unreadable = new TreeSet<>();
    final Set<Integer> refusedPorts = new TreeSet<>();
    boolean refusesToTakeOff;
    int losesEvery;
    int throttlesEvery;
    int callsUntilCrash = Integer.MAX_VALUE;
    /** What was asked for, in this order. */
    final List<Asked> asked = new ArrayList<>();

    int looks;
    int applies;

    /** One backend; {@code on} since {@code since}, or draining since then. */
    record Entry(Backend backend, boolean on, int weight, Instant since) {}

    record Asked(String ip, boolean on) {}

    FakeBalancer(FakeCluster cluster) {
        this.cluster = cluster;
    }

    Map<EndpointAddress, Entry> at(String lb) {
        return loadBalancers.computeIfAbsent(lb, name -> new TreeMap<>());
    }

    /** Registered by somebody else. */
    void foreign(String lb, String ip, int port) {
        at(lb).put(
                        new EndpointAddress(ip, port),
                        new Entry(
                                new Backend(new PodRef("", "", "foreign"), ip, port, Map.of()),
                                true,
                                100,
                                Instant.EPOCH));
    }

    boolean sendsTo(String ip) {
        return loadBalancers.values().stream()
                .flatMap(loadBalancer -> loadBalancer.keySet().stream())
                .anyMatch(address -> address.ip().equals(ip));
    }

    @Override
    public TrafficPlugins.TrafficLookup find(String plugin) {
        if (unavailable.isPresent() || !plugin.startsWith("slb")) {
            return new TrafficPlugins.TrafficLookup.TrafficUnavailable(unavailable.orElse(new Wait(
                    Reason.PLUGIN_UNAVAILABLE, plugin, "plugin \"" + plugin + "\" is not loaded; known: slb, slb-b")));
        }
        return new TrafficPlugins.TrafficLookup.TrafficReady(this);
    }

    @Override
    public Answer<String> lockKey(Employer employer) {
        String lb = employer.annotations().get(LB);
        return lb == null
                ? new NoAnswer<>(
                        new Wait(Reason.PLUGIN_UNAVAILABLE, "slb", "slb: set the annotation " + LB),
                        Duration.ofSeconds(5))
                : new Answer.Given<>(lb);
    }

    @Override
    public Answer<List<String>> groups(Employer employer) {
        return new Answer.Given<>(named(employer));
    }

    private static List<String> named(Employer employer) {
        String groups = employer.annotations().getOrDefault(GROUPS, "");
        return groups.isEmpty() ? List.of() : List.of(groups.split(","));
    }

    /** The parts that a call is about. */
    private static List<String> parts(Employer employer) {
        String lb = employer.annotations().getOrDefault(LB, "");
        List<String> groups = employer.groups().isEmpty() ? named(employer) : employer.groups();
        return groups.isEmpty()
                ? List.of(lb)
                : groups.stream().map(group -> lb + "/" + group).toList();
    }

    @Override
    public Answer<Observation> observe(Employer employer, Instant notBefore, Instant deadline) {
        looks++;
        maybeCrash();
        if (silent.isPresent()) {
            return new NoAnswer<>(silent.get(), Duration.ofMillis(100));
        }
        List<ObservedBackend> seen = new ArrayList<>();
        for (String part : parts(employer)) {
            if (missing.contains(part)) {
                return new Answer.Given<>(new Observation.NoSuchPlace(cluster.now(), "the list has no " + part));
            }
            if (unreadable.contains(part)) {
                return new Answer.Given<>(new Observation.Unknown("no answer of " + part, Duration.ofMillis(100)));
            }
            visible(part).values().forEach(entry -> seen.add(shown(entry)));
        }
        return new Answer.Given<>(new Observation.Known(cluster.now(), seen));
    }

    /** What reads show: what is there, or was a while ago. */
    private Map<EndpointAddress, Entry> visible(String part) {
        if (showsLate.isZero() || !past.containsKey(part)) {
            return at(part);
        }
        Map.Entry<Instant, Map<EndpointAddress, Entry>> then =
                past.get(part).floorEntry(cluster.now().minus(showsLate));
        return then == null ? Map.of() : then.getValue();
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
        changes.forEach(change -> asked.add(new Asked(change.backend().ip(), change instanceof BackendChange.PutOn)));
        if (throttlesEvery > 0 && applies % throttlesEvery == 0) {
            return new Answer.Given<>(changes.stream()
                    .map(change ->
                            new BackendResult(change.backend(), Progress.Pending.throttled(Duration.ofMillis(200))))
                    .toList());
        }
        List<BackendResult> results = new ArrayList<>();
        for (String part : parts(employer)) {
            Map<EndpointAddress, Entry> loadBalancer = at(part);
            for (BackendChange change : changes) {
                results.add(new BackendResult(change.backend(), done(change, loadBalancer)));
            }
            past.computeIfAbsent(part, name -> new TreeMap<>()).put(cluster.now(), new TreeMap<>(loadBalancer));
        }
        maybeCrash();
        return losesEvery > 0 && applies % losesEvery == 0
                ? new NoAnswer<>(
                        new Wait(Reason.PLUGIN_UNAVAILABLE, "slb", "slb gave no answer"), Duration.ofMillis(100))
                : new Answer.Given<>(results);
    }

    private Progress done(BackendChange change, Map<EndpointAddress, Entry> loadBalancer) {
        EndpointAddress address = EndpointAddress.of(change.backend());
        Entry is = loadBalancer.get(address);
        if (is != null && is.backend().pod().uid().equals("foreign")) {
            complaints.add("touches what is foreign: " + change);
            return new Progress.Failed("Foreign", "not ours", false);
        }
        boolean refused =
                change instanceof BackendChange.PutOn ? refusedPorts.contains(address.port()) : refusesToTakeOff;
        if (refused) {
            return new Progress.Failed("NoGroup", "no group serves port " + address.port(), false);
        }
        return switch (change) {
            case BackendChange.PutOn put -> {
                if (is == null || !is.on()) {
                    loadBalancer.put(address, new Entry(put.backend(), true, put.weight(), cluster.now()));
                } else {
                    loadBalancer.put(address, new Entry(is.backend(), true, put.weight(), is.since()));
                }
                yield new Progress.Done();
            }
            case BackendChange.TakeOff off -> takenOff(off, is, loadBalancer);
        };
    }

    private Progress takenOff(BackendChange.TakeOff off, Entry is, Map<EndpointAddress, Entry> loadBalancer) {
        EndpointAddress address = EndpointAddress.of(off.backend());
        if (is == null) {
            return new Progress.Done();
        }
        if (is.on()) {
            loadBalancer.put(address, new Entry(is.backend(), false, 0, cluster.now()));
            return Progress.Pending.draining(drain);
        }
        boolean over = off.drainingSince()
                .filter(since -> !since.plus(drain).isAfter(cluster.now()))
                .isPresent();
        if (!over) {
            return Progress.Pending.draining(Duration.ofMillis(500));
        }
        if (is.since().plus(drain).isAfter(cluster.now())) {
            complaints.add("cuts the drain of " + address + " short");
        }
        loadBalancer.remove(address);
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

    /** How many backends get requests at a load balancer. */
    long serving(String lb) {
        return at(lb).values().stream()
                .filter(entry -> entry.on() && !entry.since().plus(start).isAfter(cluster.now()))
                .count();
    }

    /** Weight by address. */
    Map<String, Integer> weights(String lb) {
        Map<String, Integer> weights = new HashMap<>();
        at(lb).forEach((address, entry) -> weights.put(address.toString(), entry.weight()));
        return weights;
    }
}
