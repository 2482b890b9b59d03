package io.kusionstack.operating.host;

import io.kusionstack.operating.host.config.HostConfig;
import io.kusionstack.operating.host.kernel.Key;
import io.kusionstack.operating.host.kube.ClusterAccess;
import io.kusionstack.operating.host.kube.PodCache;
import io.kusionstack.operating.host.kube.PodStream;
import io.kusionstack.operating.host.kube.StreamHealth;
import io.kusionstack.operating.host.ops.Explanations;
import io.kusionstack.operating.host.ops.HostMetrics;
import io.kusionstack.operating.host.plan.Explanation;
import io.kusionstack.operating.host.plan.SetExplanation;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The rooms at work: caches, gate, rules, sets, controllers; wired and started in that order, stopped in reverse. */
final class Rooms implements AutoCloseable {
    private final InstantSource clock;
    private final PodStream podStream;

    private Rooms(InstantSource clock, PodStream podStream) {
        this.clock = clock;
        this.podStream = podStream;
    }

    static Rooms start(HostConfig config, ClusterAccess access, HostMetrics metrics) {
        InstantSource clock = InstantSource.system();
        PodCache pods = new PodCache();
        metrics.showCachedPods(pods::size);
        PodStream.Scope scope = new PodStream.Scope(config.watchNamespaces(), Set.of());
        PodStream podStream = new PodStream(access, scope, pods, metrics, clock);
        podStream.start();
        return new Rooms(clock, podStream);
    }

    /** Why the process is not worth keeping. */
    Optional<String> deadness() {
        String silent = podStream.health().stream()
                .filter(stream -> !stream.isAlive(clock.instant()))
                .map(stream -> "nothing was heard of " + stream.name() + " since " + stream.lastHeard())
                .collect(Collectors.joining("; "));
        return silent.isEmpty() ? Optional.empty() : Optional.of(silent);
    }

    /** Why the host does not do its work. */
    Optional<String> unreadiness() {
        String missing = podStream.health().stream()
                .filter(stream -> !stream.synced() || !stream.connected())
                .map(Rooms::spoken)
                .collect(Collectors.joining("; "));
        return missing.isEmpty() ? Optional.empty() : Optional.of(missing);
    }

    private static String spoken(StreamHealth stream) {
        return stream.synced()
                ? "the watch of " + stream.name() + " is interrupted"
                : "the list of " + stream.name() + " is not complete yet";
    }

    Explanations explanations() {
        return new Explanations() {
            @Override
            public Optional<Explanation> pod(Key pod) {
                return Optional.empty();
            }

            @Override
            public Optional<SetExplanation> set(Key set) {
                return Optional.empty();
            }
        };
    }

    @Override
    public void close() {
        podStream.close();
    }
}
