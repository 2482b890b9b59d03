package io.kusionstack.operating.host.traffic;

import io.kusionstack.operating.host.plugins.Answer;
import io.kusionstack.operating.host.plugins.Answer.NoAnswer;
import io.kusionstack.operating.plugin.traffic.Backend;
import io.kusionstack.operating.plugin.traffic.BackendChange;
import io.kusionstack.operating.plugin.traffic.BackendResult;
import io.kusionstack.operating.plugin.traffic.Progress;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** The state of a load balancer after a plugin was asked for changes there. Lives for one call. */
final class AppliedChanges {
    private final LoadBalancerState before;
    private final Instant now;
    private final SortedMap<EndpointAddress, PendingChange> pendingChanges;
    private final SortedMap<EndpointAddress, Integer> weights;
    private final SortedMap<EndpointAddress, Instant> doubts;
    private final SortedSet<EndpointAddress> touched;

    private AppliedChanges(LoadBalancerState before, Instant now) {
        this.before = before;
        this.now = now;
        this.pendingChanges = new TreeMap<>(before.pendingChanges());
        this.weights = new TreeMap<>(before.weights());
        this.doubts = new TreeMap<>(before.doubts());
        this.touched = new TreeSet<>(before.touched());
    }

    /** The requested changes, and the answer of the plugin to them. */
    static LoadBalancerState to(
            LoadBalancerState before, List<BackendChange> changes, Answer<List<BackendResult>> answer, Instant now) {
        return new AppliedChanges(before, now).with(changes, answer);
    }

    private LoadBalancerState with(List<BackendChange> changes, Answer<List<BackendResult>> answer) {
        Map<Backend, Progress> results = results(answer);
        for (BackendChange change : changes) {
            apply(change, Optional.ofNullable(results.get(change.backend())), answer);
        }
        return new LoadBalancerState(
                before.loadBalancer(),
                before.look(),
                pendingChanges,
                weights,
                doubts,
                touched,
                before.trouble(),
                before.absence());
    }

    private void apply(BackendChange change, Optional<Progress> progress, Answer<List<BackendResult>> answer) {
        EndpointAddress address = EndpointAddress.of(change.backend());
        boolean on = change instanceof BackendChange.PutOn;
        PendingChange earlier = Optional.ofNullable(pendingChanges.get(address))
                .map(pendingChange -> pendingChange.on() == on ? pendingChange : pendingChange.turned(now))
                .orElse(PendingChange.begun(on, now));
        PendingChange requested = progress.map(known ->
                        earlier.requested(known, WaitMessages.of(before.loadBalancer(), address, known, on), now))
                .orElseGet(() -> lost(earlier, answer, address));
        pendingChanges.put(address, beginsDrain(change, progress) ? requested.soon(now) : requested);
        touched.add(address);
        boolean failed = progress.filter(Progress.Failed.class::isInstance).isPresent();
        if (change instanceof BackendChange.PutOn put) {
            if (progress.filter(WaitMessages::isTaken).isPresent()) {
                weights.put(address, put.weight());
            }
            if (!failed) {
                doubts.put(address, now.plus(LoadBalancerState.DOUBT));
            }
        } else if (!failed) {
            weights.remove(address);
        }
    }

    /** A drain counts from its first observation, so that one must not be late. */
    private static boolean beginsDrain(BackendChange change, Optional<Progress> progress) {
        return change instanceof BackendChange.TakeOff off
                && off.drainingSince().isEmpty()
                && progress.filter(WaitMessages::isDrain).isPresent();
    }

    private PendingChange lost(PendingChange change, Answer<List<BackendResult>> answer, EndpointAddress address) {
        return switch (answer) {
            case NoAnswer<List<BackendResult>> missing -> change.lost(missing.why(), missing.after(), now);
            case Answer.Given<List<BackendResult>> ignored ->
                change.lost(WaitMessages.silence(before.loadBalancer(), address, change.on()), Duration.ZERO, now);
        };
    }

    private static Map<Backend, Progress> results(Answer<List<BackendResult>> answer) {
        Map<Backend, Progress> results = new HashMap<>();
        if (answer instanceof Answer.Given<List<BackendResult>> given) {
            given.value().forEach(result -> results.put(result.backend(), result.progress()));
        }
        return results;
    }
}
