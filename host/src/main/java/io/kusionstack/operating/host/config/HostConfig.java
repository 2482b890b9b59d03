package io.kusionstack.operating.host.config;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
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
        Limits limits,
        Pods pods,
        Plugins plugins) {
    public HostConfig {
        watchNamespaces = List.copyOf(watchNamespaces);
        controllers = List.copyOf(controllers);
    }

    /** @param kubeconfig empty means the service account of the Pod, or {@code ~/.kube/config} outside of one */
    public record Kubernetes(Optional<Path> kubeconfig) {}

    /** How many objects each controller looks at at once. */
    public record Workers(int lifecycle, int rules, int collaset, int traffic) {}

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

    /** @param fieldTracking whether the API server goes on tracking who wrote which field of the Pods of CollaSets */
    public record Pods(FieldTrackingPolicy fieldTracking) {}

    /** What becomes of {@code metadata.managedFields}. */
    public enum FieldTrackingPolicy {
        CLEARED("Cleared"),
        KEPT("Kept");

        private final String word;

        FieldTrackingPolicy(String word) {
            this.word = word;
        }

        @Override
        public String toString() {
            return word;
        }
    }

    /**
     * Which plugins take part, and what they may do.
     *
     * @param directory where their jars lie; empty means that there are none
     * @param allowed SHA-256 in hexadecimal of the jars that may be loaded, by plugin id
     * @param allowUnlisted whether jars that are not listed are loaded, too
     * @param settings of each plugin by its name, as it is written
     * @param secrets references that plugins may resolve: {@code env:NAME}, {@code file:/path}, {@code file:/folder/}
     * @param callTimeout how long a call of a plugin may take at most
     * @param callsInFlight how many calls may be in one plugin at once
     * @param loadTimeout how long a plugin may take to start
     */
    public record Plugins(
            Optional<Path> directory,
            Map<String, String> allowed,
            boolean allowUnlisted,
            Map<String, JsonNode> settings,
            List<String> secrets,
            Duration callTimeout,
            int callsInFlight,
            Duration loadTimeout) {
        public Plugins {
            allowed = Map.copyOf(allowed);
            settings = Map.copyOf(settings);
            secrets = List.copyOf(secrets);
        }
    }

    /** The controllers that can be chosen, by the word that the file uses. */
    public enum ControllerName {
        LIFECYCLE("lifecycle"),
        RULES("rules"),
        COLLASET("collaset"),
        TRAFFIC("traffic");

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
