package io.kusionstack.operating.host.plugins;

import io.kusionstack.operating.host.kernel.Durations;
import io.kusionstack.operating.host.plugins.PluginHost.PluginMetrics;
import io.kusionstack.operating.plugin.traffic.Backend;
import io.kusionstack.operating.plugin.traffic.BackendChange;
import io.kusionstack.operating.plugin.traffic.BackendResult;
import io.kusionstack.operating.plugin.traffic.Observation;
import io.kusionstack.operating.plugin.traffic.ObservedBackend;
import io.kusionstack.operating.plugin.traffic.Progress;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Checks and copies the answers of a traffic control; throws {@link InvalidPluginException} for one that breaks the interface. */
record TrafficAnswers(String plugin, ErrorText texts, Clock clock, PluginMetrics metrics) {
    private static final Duration SOON = Duration.ofSeconds(1);
    private static final int LONGEST_GROUP = 253;

    /** The part of a backend that identifies it in an answer: the port of a Pod under one address. */
    private record RequestedAddress(String uid, String ip, int port) {
        static RequestedAddress of(Backend backend) {
            return new RequestedAddress(backend.pod().uid(), backend.ip(), backend.port());
        }
    }

    /** The names of the groups of an employer: each has to fit into an annotation. */
    static List<String> checkedGroups(List<String> groups) throws InvalidPluginException {
        if (groups == null) {
            throw new InvalidPluginException("it answered null");
        }
        for (String group : groups) {
            if (group == null || group.isBlank() || group.length() > LONGEST_GROUP) {
                throw new InvalidPluginException(
                        "it names the group " + group + "; a group is a text of 1 to " + LONGEST_GROUP);
            }
        }
        return List.copyOf(groups);
    }

    Observation checked(Observation observation) throws InvalidPluginException {
        return switch (observation) {
            case null -> throw new InvalidPluginException("it answered null");
            case Observation.Known known -> checked(known);
            case Observation.Unknown(Progress.Pending.Kind kind, String reason, Duration after) -> {
                if (kind == null || reason == null || after == null) {
                    throw new InvalidPluginException(
                            "it does not know how it stands, and does not say why or until when");
                }
                yield new Observation.Unknown(kind, texts.sentence(reason), Durations.longer(after, SOON));
            }
            case Observation.NoSuchPlace(Instant readAt, String proof) ->
                new Observation.NoSuchPlace(
                        checked(readAt),
                        texts.sentence(Optional.ofNullable(proof).orElse("")));
        };
    }

    private Instant checked(Instant readAt) throws InvalidPluginException {
        if (readAt == null || readAt.isAfter(clock.instant())) {
            throw new InvalidPluginException(
                    "its observation does not say when it was read, or names a time to come: " + readAt);
        }
        return readAt;
    }

    private Observation checked(Observation.Known known) throws InvalidPluginException {
        Instant readAt = checked(known.readAt());
        List<ObservedBackend> backends = new ArrayList<>();
        for (ObservedBackend observed : known.backends()) {
            if (isIncomplete(observed.backend()) || observed.serving() == null) {
                throw new InvalidPluginException(
                        "its observation has a backend without Pod, address or state: " + observed);
            }
            String detail =
                    texts.sentence(Optional.ofNullable(observed.detail()).orElse(""));
            backends.add(new ObservedBackend(observed.backend(), observed.serving(), detail));
        }
        return new Observation.Known(readAt, backends);
    }

    /** A result for each change, in the order of the changes. */
    List<BackendResult> checked(List<BackendChange> changes, List<BackendResult> results)
            throws InvalidPluginException {
        if (results == null) {
            throw new InvalidPluginException("it answered null");
        }
        Map<RequestedAddress, Progress> reported = new LinkedHashMap<>();
        for (BackendResult result : results) {
            if (result == null || isIncomplete(result.backend())) {
                throw new InvalidPluginException("its answer has a result without Pod or address: " + result);
            }
            reported.putIfAbsent(RequestedAddress.of(result.backend()), checked(result.progress()));
        }
        List<BackendResult> answers = new ArrayList<>();
        for (BackendChange change : changes) {
            Progress progress = reported.remove(RequestedAddress.of(change.backend()));
            answers.add(new BackendResult(
                    change.backend(), progress == null ? new Progress.Pending("NoResult", SOON) : progress));
        }
        if (!reported.isEmpty()) {
            metrics.dropped(plugin, "apply", reported.size());
        }
        return List.copyOf(answers);
    }

    private Progress checked(Progress progress) throws InvalidPluginException {
        boolean isWhole = switch (progress) {
            case null -> false;
            case Progress.Done done -> true;
            case Progress.Pending(Progress.Pending.Kind kind, String reason, Duration after) ->
                kind != null && reason != null && after != null;
            case Progress.Failed(String code, String message, boolean retryable) -> code != null && message != null;
        };
        if (!isWhole) {
            throw new InvalidPluginException(
                    "its answer has a result that does not say how far the change is: " + progress);
        }
        return switch (progress) {
            case Progress.Done done -> done;
            case Progress.Pending(Progress.Pending.Kind kind, String reason, Duration after) ->
                new Progress.Pending(kind, texts.word(reason), Durations.longer(after, SOON));
            case Progress.Failed(String code, String message, boolean retryable) ->
                new Progress.Failed(texts.word(code), texts.sentence(message), retryable);
        };
    }

    private static boolean isIncomplete(Backend backend) {
        return backend == null
                || backend.pod() == null
                || backend.pod().namespace() == null
                || backend.pod().name() == null
                || backend.pod().uid() == null
                || backend.ip() == null;
    }
}
