package io.kusionstack.operating.host.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.kusionstack.operating.host.config.HostConfig.ControllerName;
import io.kusionstack.operating.host.config.HostConfig.FieldTrackingPolicy;
import io.kusionstack.operating.host.config.HostConfig.Http;
import io.kusionstack.operating.host.config.HostConfig.Kubernetes;
import io.kusionstack.operating.host.config.HostConfig.Limits;
import io.kusionstack.operating.host.config.HostConfig.Log;
import io.kusionstack.operating.host.config.HostConfig.LogFormat;
import io.kusionstack.operating.host.config.HostConfig.LogLevel;
import io.kusionstack.operating.host.config.HostConfig.Plugins;
import io.kusionstack.operating.host.config.HostConfig.PodEncoding;
import io.kusionstack.operating.host.config.HostConfig.Pods;
import io.kusionstack.operating.host.config.HostConfig.Workers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigLoaderTest {
    static final HostConfig DEFAULTS = new HostConfig(
            new Kubernetes(Optional.empty()),
            List.of(),
            List.of(ControllerName.LIFECYCLE, ControllerName.RULES, ControllerName.COLLASET, ControllerName.TRAFFIC),
            new Workers(16, 4, 8, 64),
            new Http("127.0.0.1", 8080),
            new Log(LogFormat.TEXT, LogLevel.INFO),
            Duration.ofSeconds(2),
            Duration.ofSeconds(20),
            new Limits(16, Duration.ofSeconds(10)),
            new Pods(FieldTrackingPolicy.CLEARED, PodEncoding.PROTOBUF),
            new Plugins(
                    Optional.empty(),
                    Map.of(),
                    false,
                    Map.of(),
                    List.of(),
                    Duration.ofSeconds(10),
                    16,
                    Duration.ofSeconds(10)));

    static final String NOTHING_DEFAULT = """
            kubernetes: {kubeconfig: /etc/operating/kubeconfig}
            watchNamespaces: [shop, web]
            controllers: [collaset, lifecycle]
            workers: {lifecycle: 17, rules: 5, collaset: 9, traffic: 18}
            http: {bindAddress: 0.0.0.0, port: 0}
            log: {format: json, level: debug}
            endpointSettle: 500ms
            stopTimeout: 1m
            limits: {writesInFlight: 32, requestTimeout: 1500ms}
            pods: {fieldTracking: Kept, encoding: JSON}
            plugins:
              directory: /opt/plugins
              allowed: {slb: %s}
              allowUnlisted: true
              settings: {slb: {region: cn-hangzhou}}
              secrets: ["env:SLB_KEY", "file:/etc/slb/"]
              callTimeout: 3s
              callsInFlight: 8
              loadTimeout: 20s
            """.formatted("0a".repeat(32));

    static final HostConfig CHANGED = new HostConfig(
            new Kubernetes(Optional.of(Path.of("/etc/operating/kubeconfig"))),
            List.of("shop", "web"),
            List.of(ControllerName.LIFECYCLE, ControllerName.COLLASET),
            new Workers(17, 5, 9, 18),
            new Http("0.0.0.0", 0),
            new Log(LogFormat.JSON, LogLevel.DEBUG),
            Duration.ofMillis(500),
            Duration.ofMinutes(1),
            new Limits(32, Duration.ofMillis(1500)),
            new Pods(FieldTrackingPolicy.KEPT, PodEncoding.JSON),
            new Plugins(
                    Optional.of(Path.of("/opt/plugins")),
                    Map.of("slb", "0a".repeat(32)),
                    true,
                    Map.of("slb", JsonNodeFactory.instance.objectNode().put("region", "cn-hangzhou")),
                    List.of("env:SLB_KEY", "file:/etc/slb/"),
                    Duration.ofSeconds(3),
                    8,
                    Duration.ofSeconds(20)));

    private static final String ALL_WRONG = """
            kubernetes: {kubeconfig: 7}
            watchNamespaces: [shop, Web, shop]
            controllers: [collasets, rules]
            workers: {lifecycle: 0, rule: 3}
            http: {port: "8080", bindAddress: ""}
            log: {format: xml, level: 3}
            endpointSettle: 2
            stopTimeout: 6m
            limits: [16]
            pods: {fieldTracking: cleared}
            extra: true
            """;

    private static final String TIME = "it has to be a time from 0s to 5m, with the unit ms, s, m, h or d";

    private final ConfigLoader loader = new ConfigLoader(Map.of());

    @Test
    void aUrlIsNoAddressToListenOnAndItsPasswordIsNotShown() {
        assertThat(problem("http: {bindAddress: 'http://user:hunter2@host:8080'}"))
                .isEqualTo("http.bindAddress: the value (not shown, it may be a secret) is not allowed;"
                        + " it has to be an address or the name of a host");
    }

    @Test
    void anEmptyFileMeansAllDefaults() {
        assertThat(loader.parse("")).isEqualTo(new ConfigResult.ValidConfig<>(DEFAULTS));
        assertThat(loader.parse("# nothing\n---\n# yet\n")).isEqualTo(new ConfigResult.ValidConfig<>(DEFAULTS));
    }

    @Test
    void everyKeyIsRead() {
        assertThat(loader.parse(NOTHING_DEFAULT)).isEqualTo(new ConfigResult.ValidConfig<>(CHANGED));
    }

    @Test
    void allProblemsAreToldAtOnceEachWithPathValueAndWhatIsAllowed() {
        ConfigResult<HostConfig> loaded = loader.parse(ALL_WRONG);

        assertThat(loaded)
                .isEqualTo(new ConfigResult.InvalidConfig<>(List.of(
                        new ConfigResult.Problem(
                                "kubernetes.kubeconfig", "7", "it has to be the path of a file or folder"),
                        new ConfigResult.Problem(
                                "watchNamespaces[1]",
                                "\"Web\"",
                                "it has to be the name of a namespace: a-z, 0-9 and '-'"),
                        new ConfigResult.Problem("watchNamespaces[2]", "\"shop\"", "each may be listed only once"),
                        new ConfigResult.Problem(
                                "controllers[0]",
                                "\"collasets\"",
                                "it has to be one of lifecycle, rules, collaset, traffic"),
                        new ConfigResult.Problem(
                                "workers.lifecycle", "0", "it has to be a whole number from 1 to 1000"),
                        new ConfigResult.Problem(
                                "workers.rule",
                                "",
                                "there is no such key; known here are lifecycle, rules, collaset, traffic"),
                        new ConfigResult.Problem(
                                "http.bindAddress", "\"\"", "it has to be an address or the name of a host"),
                        new ConfigResult.Problem(
                                "http.port", "\"8080\"", "it has to be a whole number from 0 to 65535"),
                        new ConfigResult.Problem("log.format", "\"xml\"", "it has to be one of text, json"),
                        new ConfigResult.Problem("log.level", "3", "it has to be one of error, warn, info, debug"),
                        new ConfigResult.Problem("endpointSettle", "2", TIME),
                        new ConfigResult.Problem("stopTimeout", "\"6m\"", TIME),
                        new ConfigResult.Problem("limits", "[16]", "it has to be a map of keys to values"),
                        new ConfigResult.Problem(
                                "pods.fieldTracking", "\"cleared\"", "it has to be one of Cleared, Kept"),
                        new ConfigResult.Problem(
                                "extra",
                                "",
                                "there is no such key; known here are kubernetes, watchNamespaces, controllers,"
                                        + " workers, http, log, endpointSettle, stopTimeout, limits, pods, plugins"))));
    }

    @Test
    void whatIsWrongWithPluginsIsToldInTheSameWay() {
        ConfigResult<HostConfig> loaded = loader.parse("""
                plugins: {allowed: {slb: 12ab}, settings: {slb: 3}, allowUnlisted: "yes", secrets: [SLB_KEY], folder: x}
                """);

        assertThat(loaded)
                .isEqualTo(new ConfigResult.InvalidConfig<>(List.of(
                        new ConfigResult.Problem(
                                "plugins.allowed.slb",
                                "\"12ab\"",
                                "it has to be a SHA-256, 64 hexadecimal digits; operating plugin-digests prints it"),
                        new ConfigResult.Problem("plugins.allowUnlisted", "\"yes\"", "it has to be true or false"),
                        new ConfigResult.Problem("plugins.settings.slb", "3", "it has to be a map of keys to values"),
                        new ConfigResult.Problem(
                                "plugins.secrets[0]",
                                "the value (not shown, it may be a secret)",
                                "it has to be env:NAME, file:/path or file:/folder/"),
                        new ConfigResult.Problem(
                                "plugins.folder",
                                "",
                                "there is no such key; known here are directory, allowed, allowUnlisted, settings,"
                                        + " secrets, callTimeout, callsInFlight, loadTimeout"))));
    }

    @Test
    void aProblemReadsAsOneSentence() {
        assertThat(new ConfigResult.Problem("http.port", "99999", "it has to be a whole number from 0 to 65535"))
                .hasToString("http.port: 99999 is not allowed; it has to be a whole number from 0 to 65535");
        assertThat(new ConfigResult.Problem("", "", "it is not valid YAML: no"))
                .hasToString("it is not valid YAML: no");
    }

    @Test
    void whatIsWrongWithTheTextIsToldAllAtOnce() {
        assertThat(loader.parse("stopTimeout: &a 1s\nendpointSettle: *a\n---\nstopTimeout: 2s\n"))
                .isEqualTo(new ConfigResult.InvalidConfig<>(List.of(
                        new ConfigResult.Problem(
                                "",
                                "",
                                "line 1, column 14 has an anchor (&name), which is not allowed; put a value that begins"
                                        + " with & in quotes"),
                        new ConfigResult.Problem(
                                "",
                                "",
                                "line 2, column 17 has an alias (*name), which is not allowed; write the value itself,"
                                        + " in quotes where it begins with *"),
                        new ConfigResult.Problem(
                                "", "", "it has 2 YAML documents, and one is allowed; put all into one"))));
    }

    @Test
    void aFileThatIsNoTextIsAProblem(@TempDir Path folder) throws Exception {
        Path file = Files.write(folder.resolve("operating.yaml"), new byte[] {'a', ':', ' ', (byte) 0xff});

        assertThat(loader.load(file).toString()).contains("operating.yaml is not a text in UTF-8");
    }

    private String problem(String text) {
        return loader.parse(text) instanceof ConfigResult.InvalidConfig<HostConfig>(List<ConfigResult.Problem> problems)
                ? problems.getFirst().toString()
                : "";
    }

    @Test
    void aFileThatIsNotThereIsAProblem() {
        assertThat(loader.load(Path.of("missing.yaml")))
                .isEqualTo(new ConfigResult.InvalidConfig<>(List.of(
                        new ConfigResult.Problem("", "", "missing.yaml does not exist; name the file with --config"))));
    }

    @Test
    void theFolderOfPluginsIsSeenFromTheFolderOfTheFile(@TempDir Path folder) throws Exception {
        Path file = Files.createDirectory(folder.resolve("conf")).resolve("operating.yaml");
        Files.writeString(file, "plugins: {directory: ../plugins}");

        assertThat(valid(loader.load(file)).plugins().directory()).contains(folder.resolve("plugins"));
    }

    @Test
    void theVariableKubeconfigCountsWhereTheFileNamesNone() {
        ConfigLoader withVariable = new ConfigLoader(Map.of("KUBECONFIG", "clusters/test"));

        assertThat(valid(withVariable.parse("")).kubernetes().kubeconfig()).contains(Path.of("clusters/test"));
        assertThat(withVariable.parse(NOTHING_DEFAULT)).isEqualTo(new ConfigResult.ValidConfig<>(CHANGED));
    }

    @Test
    void aTimeIsWrittenAsInAPluginsSettings() {
        assertThat(valid(loader.parse("{stopTimeout: PT1M30S, plugins: {callTimeout: 60s}}"))
                        .stopTimeout())
                .isEqualTo(Duration.ofSeconds(90));
        assertThat(loader.parse("stopTimeout: 1h").toString()).contains("stopTimeout: \"1h\" is not allowed; " + TIME);
    }

    private static HostConfig valid(ConfigResult<HostConfig> result) {
        assertThat(result).isInstanceOf(ConfigResult.ValidConfig.class);
        return ((ConfigResult.ValidConfig<HostConfig>) result).config();
    }
}
