package io.kusionstack.operating.host.plugins;

import static io.kusionstack.operating.host.plugins.PluginJars.PASS;
import static io.kusionstack.operating.host.plugins.PluginJars.broken;
import static io.kusionstack.operating.host.plugins.PluginJars.sample;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.kusionstack.operating.host.config.HostConfig;
import io.kusionstack.operating.host.plugins.PluginHost.PluginState;
import io.kusionstack.operating.host.plugins.PluginHost.PluginState.Kind;
import io.kusionstack.operating.host.plugins.PluginHost.PluginState.Offered;
import io.kusionstack.operating.host.plugins.RulePlugins.OpenedRule;
import io.kusionstack.operating.host.plugins.RulePlugins.OpenedRule.ConfigProblem;
import io.kusionstack.operating.host.plugins.RulePlugins.RuleWorker;
import io.kusionstack.operating.plugin.PodRef;
import io.kusionstack.operating.plugin.rule.RuleRequest;
import io.kusionstack.operating.plugin.rule.RuleResponse;
import io.kusionstack.operating.plugin.rule.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PluginHostTest {
    private static final PodRef WEB = new PodRef("shop", "web-0", "u-0");
    private static final String RULE = "shop/web/rule";
    private static final Duration SHORT = Duration.ofMillis(300);

    @TempDir
    private Path folder;

    @TempDir
    private Path work;

    private final CountingPluginMetrics metrics = new CountingPluginMetrics();
    private final Map<String, String> allowed = new HashMap<>();
    private final Map<String, JsonNode> settings = new HashMap<>();
    private PluginJars jars;
    private Optional<PluginHost> running = Optional.empty();
    private boolean allowUnlisted = true;

    @BeforeEach
    void jars() {
        jars = new PluginJars(folder, work);
    }

    @AfterEach
    void close() {
        running.ifPresent(PluginHost::close);
    }

    @Test
    void loadsAJarAndAsksIt() throws Exception {
        jars.build("sample-1.jar", sample("sample", PASS));
        PluginHost host = host();

        assertThat(host.states())
                .containsExactly(new PluginState(
                        "sample-1.jar",
                        "sample",
                        "1.2.3",
                        List.of(new Offered("sample", Kind.RULE)),
                        PluginState.PluginHealth.LOADED,
                        "",
                        0,
                        0,
                        false,
                        0));
        assertThat(worker(host, "sample", "{}").judge(request()))
                .isEqualTo(new Answer.Given<>(new RuleResponse(Map.of(WEB, Verdict.pass()), Map.of())));
    }

    @Test
    void tellsAPluginWhenTheHostReallyStopsWaiting() throws Exception {
        String early = "if (request.deadline().isAfter(java.time.Instant.now().plusMillis(" + SHORT.toMillis()
                + "))) return null;\n" + PASS;
        jars.build("sample-1.jar", sample("sample", early));

        assertThat(worker(host(), "sample", "{}").judge(request())).isInstanceOf(Answer.Given.class);
    }

    @Test
    void tellsAllThatIsWrongWithAConfiguration() throws Exception {
        jars.build("sample-1.jar", sample("sample", PASS));

        assertThat(host().rules().open("sample", RULE, json("{\"window\": 3, \"windows\": []}")))
                .isEqualTo(new OpenedRule.RuleConfigInvalid(List.of(
                        new ConfigProblem("window", "3 is not allowed; it has to be a text"),
                        new ConfigProblem("windows", "there is no such key; known here are window"))));
    }

    @Test
    void namesThePluginsThatAreKnownWhenOneIsNot() throws Exception {
        jars.build("sample-1.jar", sample("sample", PASS));

        assertThat(unavailable(host(), "smaple"))
                .isEqualTo("plugin \"smaple\" is not loaded; known for rule are sample");
    }

    @Test
    void refusesAJarThatIsNotListedAndSaysWhatToAdd() throws Exception {
        Path jar = jars.build("sample-1.jar", sample("sample", PASS));
        allowUnlisted = false;

        String why = "it is not listed: if you trust it, add under plugins.allowed the line sample: "
                + JarCheck.digest(Files.readAllBytes(jar));
        PluginHost host = host();
        assertThat(refusal(host)).isEqualTo(why);
        assertThat(unavailable(host, "sample"))
                .isEqualTo("plugin \"sample\" is refused: sample-1.jar (sample): " + why + "; known for rule are none");
    }

    @Test
    void loadsWhatIsListedAndNothingElseUnderItsName() throws Exception {
        Path jar = jars.build("sample-1.jar", sample("sample", PASS));
        allowUnlisted = false;
        allowed.put("sample", JarCheck.digest(Files.readAllBytes(jar)));
        assertThat(host().states()).extracting(PluginState::health).containsExactly(PluginState.PluginHealth.LOADED);
        close();

        jars.build("sample-1.jar", sample("sample", "return null;"));
        assertThat(refusal(host())).startsWith("it is not the jar that was allowed: plugins.allowed says ");
    }

    @Test
    void refusesWhatIsNoJarOrNotAllOfOne() throws Exception {
        Files.writeString(folder.resolve("a-text.jar"), "this is not a jar");
        byte[] whole = Files.readAllBytes(jars.build("b-cut.jar", sample("sample", PASS)));
        Files.write(folder.resolve("b-cut.jar"), Arrays.copyOf(whole, whole.length / 2));
        Files.write(folder.resolve("c-empty.jar"), new byte[0]);
        Files.createDirectory(folder.resolve("d-folder.jar"));

        assertThat(host().states())
                .extracting(state -> state.file() + " " + state.why().substring(0, 33))
                .containsExactly(
                        "a-text.jar it is not a jar, or not all of on",
                        "b-cut.jar it is not a jar, or not all of on",
                        "c-empty.jar it is not a jar, or not all of on",
                        "d-folder.jar it cannot be read: java.io.IOExce");
    }

    @Test
    void refusesAManifestThatDoesNotFit() throws Exception {
        jars.build("a.jar", sample("sample", PASS).requires(">=2.0.0 & <3.0.0"));
        jars.build("b.jar", sample("sample", PASS).requires("1.0.0"));
        jars.build("c.jar", sample("sample", PASS).requires("some day"));
        jars.build("d.jar", sample("sample", PASS).requires(""));
        jars.build("e.jar", sample("sample", PASS).line("Class-Path: other.jar"));
        jars.build("f.jar", sample("sample", PASS).id("Sample"));

        assertThat(host().states())
                .extracting(PluginState::why)
                .containsExactly(
                        "it is written for plugin-api >=2.0.0 & <3.0.0 and this host speaks 1.0.0: take a version of"
                                + " the plugin for this one",
                        "its manifest says Plugin-Requires: 1.0.0, which has no upper end: write a range such as"
                                + " >=1.0.0 & <2.0.0",
                        "its manifest says Plugin-Requires: some day, which is not a range of versions: write one such as"
                                + " >=1.0.0 & <2.0.0",
                        "its manifest lacks Plugin-Id, Plugin-Version or Plugin-Requires: it is not a plugin, or was not"
                                + " packaged as docs/plugins.md says",
                        "its manifest names other jars (Class-Path or Plugin-Dependencies): a plugin is one jar, shade"
                                + " into it what it needs",
                        "its Plugin-Id is Sample; allowed are a-z, 0-9, '.' and '-', up to 63");
    }

    @Test
    void refusesAJarWithoutExtensions() throws Exception {
        jars.build("a.jar", sample("sample", PASS).extensions());

        assertThat(refusal(host()))
                .startsWith("while it starts: plugin \"sample\" failed in start: it holds no extension:"
                        + " META-INF/extensions.idx is missing or empty");
    }

    @Test
    void ofTwoJarsWithOneNameTheFirstByFileNameStays() throws Exception {
        jars.build("a.jar", sample("sample", PASS).id("one"));
        jars.build("b.jar", sample("sample", PASS).id("two"));
        jars.build("c.jar", sample("other", PASS).id("one"));

        assertThat(host().states())
                .extracting(state -> state.file() + " " + state.health() + " " + state.why())
                .containsExactly(
                        "a.jar loaded ",
                        "b.jar refused its name sample is taken by a.jar: remove one of the two jars",
                        "c.jar refused its id one is taken by a.jar: remove one of the two jars");
    }

    @Test
    void refusesANameOfTheWrongForm() throws Exception {
        jars.build("a.jar", sample("Sample Rule", PASS));

        assertThat(refusal(host()))
                .endsWith("failed in start: its name is Sample Rule; a name is 1 to 63 of a-z, 0-9 and '-'");
    }

    @Test
    void aConstructorThatThrowsRefusesItsJarOnly() throws Exception {
        jars.build("a.jar", sample("good", PASS).id("good"));
        jars.build("b.jar", broken("throw new IllegalStateException(\"no luck\");"));
        PluginHost host = host();

        assertThat(host.states())
                .extracting(state -> state.id() + " " + state.why())
                .containsExactly(
                        "good ",
                        "broken while extension acme.SampleProvider is made: plugin \"broken\" failed in start:"
                                + " java.lang.IllegalStateException: no luck");
        assertThat(worker(host, "good", "{}").judge(request())).isInstanceOf(Answer.Given.class);
    }

    @Test
    void aConstructorThatBlocksRefusesItsJarOnlyAndInTime() throws Exception {
        jars.build("a.jar", sample("good", PASS).id("good"));
        jars.build(
                "b.jar",
                broken("java.util.concurrent.locks.LockSupport.park(); while (true) { Thread.onSpinWait(); }"));
        PluginHost host = host();

        assertThat(host.states())
                .extracting(state -> state.id() + " " + state.why())
                .containsExactly(
                        "good ",
                        "broken while extension acme.SampleProvider is made: plugin \"broken\" did not return from"
                                + " start within 1 s");
        assertThat(worker(host, "good", "{}").judge(request())).isInstanceOf(Answer.Given.class);
    }

    @Test
    void hidesTheHostFromThePlugin() throws Exception {
        jars.build("a.jar", sample("sample", """
                String seen = "";
                for (String name : List.of("com.fasterxml.jackson.databind.ObjectMapper",
                        "io.fabric8.kubernetes.client.KubernetesClient",
                        "io.kusionstack.operating.host.plugins.PluginHost",
                        "org.pf4j.Extension", "org.slf4j.Logger", "java.sql.Connection")) {
                    try {
                        Thread.currentThread().getContextClassLoader().loadClass(name);
                        seen += name.substring(name.lastIndexOf('.') + 1) + " ";
                    } catch (ClassNotFoundException e) {
                        seen += "- ";
                    }
                }
                return new RuleResponse(Map.of(), Map.of("seen", seen));
                """));

        assertThat(worker(host(), "sample", "{}").judge(request()))
                .isEqualTo(new Answer.Given<>(
                        new RuleResponse(Map.of(), Map.of("seen", "- - - Extension Logger Connection "))));
    }

    @Test
    void aMissingFolderIsToldToWhoeverAsks() throws Exception {
        Files.delete(folder);
        PluginHost host = host();

        assertThat(unavailable(host, "slb"))
                .startsWith("plugin \"slb\" is not loaded; known for rule are none; refused are " + folder
                        + ": no plugin could be loaded from plugins.directory ");
        assertThat(refusal(host)).startsWith("no plugin could be loaded from plugins.directory ");
        Files.createDirectory(folder);
    }

    @Test
    void forgetsTheClassesOfACleanPlugin() throws Exception {
        jars.build("sample-1.jar", sample("sample", PASS));
        PluginHost host = host();
        worker(host, "sample", "{\"window\": \"night\"}").judge(request());

        host.close();

        assertThat(Collected.within(Duration.ofSeconds(20), host.unloaded())).isTrue();
        assertThat(metrics.count("sample forgotten")).isEqualTo(1);
    }

    @Test
    void whatWasCheckedIsWhatIsLoadedThoughTheFileChanges() throws Exception {
        jars.build(
                "sample-1.jar",
                sample("sample", "return Later.answer(request);").source("""
                package acme;

                import io.kusionstack.operating.plugin.rule.*;
                import java.util.*;

                class Later {
                    static RuleResponse answer(RuleRequest request) {
                        return new RuleResponse(Map.of(), Map.of("from", "the checked jar"));
                    }
                }
                """));
        PluginHost host = host();

        Files.writeString(folder.resolve("sample-1.jar"), "somebody wrote over it");

        assertThat(worker(host, "sample", "{}").judge(request()))
                .isEqualTo(new Answer.Given<>(new RuleResponse(Map.of(), Map.of("from", "the checked jar"))));
    }

    @Test
    void keepsNothingOfAClosedHost() throws Exception {
        jars.build("sample-1.jar", sample("sample", PASS));
        PluginHost host = host();
        RuleWorker worker = worker(host, "sample", "{}");

        host.close();

        assertThat(host.states()).isEmpty();
        assertThat(unavailable(host, "sample"))
                .isEqualTo("plugin \"sample\" is not loaded; known for rule are none; the host is stopping");
        assertThat(worker.judge(request())).isInstanceOf(Answer.NoAnswer.class);
    }

    @Test
    void aWorkerThatIsClosedIsClosedInThePluginToo() throws Exception {
        jars.build("sample-1.jar", sample("sample", PASS));
        PluginHost host = host();
        RuleWorker worker = worker(host, "sample", "{}");

        worker.close();
        Answer<RuleResponse> answer = worker.judge(request());
        while (answer instanceof Answer.Given) {
            answer = worker.judge(request());
        }

        assertThat(answer)
                .isInstanceOfSatisfying(
                        Answer.NoAnswer.class,
                        missing -> assertThat(missing.why().message())
                                .isEqualTo("plugin \"sample\" failed in judge: the worker was closed"));
    }

    private PluginHost host() throws InterruptedException {
        PluginHost host = new PluginHost(
                new HostConfig.Plugins(
                        Optional.of(folder),
                        allowed,
                        allowUnlisted,
                        settings,
                        List.of(),
                        SHORT,
                        2,
                        Duration.ofSeconds(1)),
                new PluginHost.PluginEnvironment(Clock.systemUTC(), new NoReads(), name -> Optional.empty(), metrics));
        running = Optional.of(host);
        host.start();
        host.awaitLoaded();
        return host;
    }

    private static String refusal(PluginHost host) {
        assertThat(host.states()).hasSize(1);
        assertThat(host.states().getFirst().health()).isEqualTo(PluginState.PluginHealth.REFUSED);
        return host.states().getFirst().why();
    }

    private static String unavailable(PluginHost host, String name) throws IOException {
        assertThat(host.rules().open(name, RULE, json("{}"))).isInstanceOf(OpenedRule.RuleUnavailable.class);
        return ((OpenedRule.RuleUnavailable) host.rules().open(name, RULE, json("{}")))
                .why()
                .message();
    }

    private static RuleWorker worker(PluginHost host, String name, String config) throws IOException {
        return ((OpenedRule.RuleReady) host.rules().open(name, RULE, json(config))).worker();
    }

    private static RuleRequest request() {
        return SampleRequests.about("rule", WEB);
    }

    private static JsonNode json(String text) throws IOException {
        return new ObjectMapper().readTree(text);
    }
}
