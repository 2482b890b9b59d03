package io.kusionstack.operating.host.config;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The configuration of the host, checked. The names of the components are the keys of the file; docs/configuration.md explains
 * each of them.
 *
 * @param watchNamespaces the namespaces to look after; empty means all
 * @param controllers which controllers run, in the order of {@link ControllerName}
 * @param endpointSettle how long a Pod that left the endpoints of a Service is still spared
 * @param stopTimeout how long a stop waits for writes that are on their way
 */
public record HostConfig(
        @ConfigKey(absent = "{}") Kubernetes kubernetes,

        @ConfigKey(
                pattern = "[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?",
                message = "it has to be the name of a namespace: a-z, 0-9 and '-'",
                uniqueItems = true)
        List<String> watchNamespaces,

        @ConfigKey(absent = "[lifecycle, rules, collaset, traffic]", minItems = 1)
        List<ControllerName> controllers,

        @ConfigKey(absent = "{}") Workers workers,
        @ConfigKey(absent = "{}") Http http,
        @ConfigKey(absent = "{}") Log log,
        @ConfigKey(absent = "2s", min = "0s", max = "5m") Duration endpointSettle,
        @ConfigKey(absent = "20s", min = "0s", max = "5m") Duration stopTimeout,
        @ConfigKey(absent = "{}") Limits limits,
        @ConfigKey(absent = "{}") Pods pods,
        @ConfigKey(absent = "{}") Plugins plugins) {
    public HostConfig {
        watchNamespaces = List.copyOf(watchNamespaces);
        controllers = controllers.stream().distinct().sorted().toList();
    }

    /** With the folder of plugins seen from a file, and with this kubeconfig where it names none. */
    HostConfig resolved(Path file, Optional<Path> kubeconfig) {
        return new HostConfig(
                new Kubernetes(kubernetes.kubeconfig().or(() -> kubeconfig)),
                watchNamespaces,
                controllers,
                workers,
                http,
                log,
                endpointSettle,
                stopTimeout,
                limits,
                pods,
                plugins.resolved(file));
    }

    /** @param kubeconfig empty means the service account of the Pod, or {@code ~/.kube/config} outside of one */
    public record Kubernetes(Optional<Path> kubeconfig) {}

    /** How many objects each controller looks at at once. */
    public record Workers(
            @ConfigKey(absent = "16", min = "1", max = "1000")
            int lifecycle,

            @ConfigKey(absent = "4", min = "1", max = "1000")
            int rules,

            @ConfigKey(absent = "8", min = "1", max = "1000")
            int collaset,

            @ConfigKey(absent = "64", min = "1", max = "1000")
            int traffic) {}

    /**
     * Where metrics, health and explanations are served.
     *
     * @param port 0 means a free one, which the log names
     */
    public record Http(
            @ConfigKey(
                    absent = "127.0.0.1",
                    pattern = "[A-Za-z0-9.:-]+",
                    message = "it has to be an address or the name of a host")
            String bindAddress,

            @ConfigKey(absent = "8080", min = "0", max = "65535")
            int port) {}

    public record Log(
            @ConfigKey(absent = "text") LogFormat format,
            @ConfigKey(absent = "info") LogLevel level) {}

    /**
     * @param writesInFlight how many writes may be on their way to the API server at once
     * @param requestTimeout how long one request to the API server may take; also how long after a start no slot of a rule
     *     is given, because what an earlier process sent may still arrive
     */
    public record Limits(
            @ConfigKey(absent = "16", min = "1", max = "1000")
            int writesInFlight,

            @ConfigKey(absent = "10s", min = "500ms", max = "1m")
            Duration requestTimeout) {}

    /**
     * @param fieldTracking whether the API server keeps track of the writer of each field of the Pods of CollaSets
     * @param encoding in which encoding the API server is asked for Pods
     */
    public record Pods(
            @ConfigKey(absent = "Cleared") FieldTrackingPolicy fieldTracking,
            @ConfigKey(absent = "Protobuf") PodEncoding encoding) {}

    /** In which encoding Pods are read; JSON is for tests, and for an emergency. */
    public enum PodEncoding {
        PROTOBUF("Protobuf"),
        JSON("JSON");

        private final String word;

        PodEncoding(String word) {
            this.word = word;
        }

        @Override
        public String toString() {
            return word;
        }
    }

    /** Whether {@code metadata.managedFields} is kept. */
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

            @ConfigKey(
                    pattern = "[0-9a-fA-F]{64}",
                    message = "it has to be a SHA-256, 64 hexadecimal digits; operating plugin-digests prints it")
            Map<String, String> allowed,

            @ConfigKey(absent = "false") boolean allowUnlisted,
            Map<String, JsonNode> settings,

            @ConfigKey(
                    pattern = "env:\\w+|file:/.+",
                    message = "it has to be env:NAME, file:/path or file:/folder/",
                    uniqueItems = true)
            List<String> secrets,

            @ConfigKey(absent = "10s", min = "100ms", max = "5m")
            Duration callTimeout,

            @ConfigKey(absent = "16", min = "1", max = "1000")
            int callsInFlight,

            @ConfigKey(absent = "10s", min = "100ms", max = "5m")
            Duration loadTimeout) {
        public Plugins {
            allowed = Map.copyOf(allowed);
            settings = Map.copyOf(settings);
            secrets = List.copyOf(secrets);
        }

        private Plugins resolved(Path file) {
            return new Plugins(
                    directory.map(folder -> file.resolveSibling(folder).normalize()),
                    allowed,
                    allowUnlisted,
                    settings,
                    secrets,
                    callTimeout,
                    callsInFlight,
                    loadTimeout);
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

    /** The format of the log. */
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

    /** The least weight of a line that is logged. */
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
