package io.kusionstack.operating.host.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Everything that can be configured, checked. The names of the components are the keys of the file; what each means is in
 * docs/configuration.md.
 *
 * @param watchNamespaces the namespaces to look after; empty means all
 * @param controllers which controllers run, in the order of {@link ControllerName}
 * @param endpointSettle how long a Pod that left the endpoints of a Service is still spared
 * @param stopTimeout how long a stop waits for writes that are on their way
 */
public record HostConfig(
        Kubernetes kubernetes,
        List<String> watchNamespaces,
        List<ControllerName> controllers,
        Workers workers,
        Http http,
        Log log,
        Duration endpointSettle,
        Duration stopTimeout,
        Limits limits) {
    public HostConfig {
        watchNamespaces = List.copyOf(watchNamespaces);
        controllers = List.copyOf(controllers);
    }

    /** @param kubeconfig empty means the service account of the Pod, or {@code ~/.kube/config} outside of one */
    public record Kubernetes(Optional<Path> kubeconfig) {}

    /** How many objects each controller looks at at once. */
    public record Workers(int lifecycle, int rules, int collaset) {}

    /**
     * Where metrics, health and explanations are served.
     *
     * @param port 0 means a free one, which the log names
     */
    public record Http(String bindAddress, int port) {}

    public record Log(LogFormat format, LogLevel level) {}

    /**
     * @param writesInFlight how many writes may be on their way to the API server at once
     * @param requestTimeout how long one request to the API server may take; also how long after a start no slot of a rule
     *     is given, because what an earlier process sent may still arrive
     */
    public record Limits(int writesInFlight, Duration requestTimeout) {}

    /** The controllers that can be chosen, by the word that the file uses. */
    public enum ControllerName {
        LIFECYCLE("lifecycle"),
        RULES("rules"),
        COLLASET("collaset");

        private final String word;

        ControllerName(String word) {
            this.word = word;
        }

        public String word() {
            return word;
        }

        @Override
        public String toString() {
            return word;
        }
    }

    /** How a line of the log looks. */
    public enum LogFormat {
        TEXT("text"),
        JSON("json");

        private final String word;

        LogFormat(String word) {
            this.word = word;
        }

        @Override
        public String toString() {
            return word;
        }
    }

    /** From which weight on a line is logged. */
    public enum LogLevel {
        ERROR("error"),
        WARN("warn"),
        INFO("info"),
        DEBUG("debug");

        private final String word;

        LogLevel(String word) {
            this.word = word;
        }

        @Override
        public String toString() {
            return word;
        }
    }
}
