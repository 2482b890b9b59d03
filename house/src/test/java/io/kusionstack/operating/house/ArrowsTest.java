package io.kusionstack.operating.house;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArrowsTest {

    private static final String PLANNER = """
            package B.host.lifecycle;
            public class LifecyclePlanner {
                public static void plan() {}
            }
            """;

    @TempDir
    private Path folder;

    @Test
    void showsFeatureRoomsNothingOfLifecycleButPodOps() {
        assertThat(broken(PLANNER, """
                        package B.host.lifecycle;
                        public class PodOps {
                            public static void decode() {}
                            public record Answer() {}
                        }
                        """, """
                        package B.host.collaset;
                        class ScalePlanner {
                            void plan() {
                                B.host.lifecycle.PodOps.decode();
                                new B.host.lifecycle.PodOps.Answer();
                                B.host.lifecycle.LifecyclePlanner.plan();
                            }
                        }
                        """))
                .containsExactly("host/collaset/ScalePlanner.java:6: "
                        + "host.collaset must not use host.lifecycle.LifecyclePlanner");
    }

    @Test
    void letsNobodyUseMain() {
        assertThat(broken("""
                        package B.host;
                        public class Main {}
                        """, """
                        package B.host.kube;
                        class Caches {
                            B.host.Main main;
                        }
                        """)).containsExactly("host/kube/Caches.java:0: host.kube must not use host.Main");
    }

    @Test
    void letsMainUseEveryRoomAndLibrary() {
        assertThat(broken(PLANNER, """
                        package B.host;
                        class Main {
                            B.host.lifecycle.LifecyclePlanner planner;
                            picocli.CommandLine commands;
                            io.fabric8.kubernetes.client.KubernetesClient client;
                        }
                        """)).isEmpty();
    }

    @Test
    void keepsThePlannersOutOfTheShells() {
        assertThat(broken("""
                        package B.host.kube;
                        public class Actuator {}
                        """, """
                        package B.host.plan;
                        record Plan(B.host.kube.Actuator actuator) {}
                        """)).contains("host/plan/Plan.java:0: host.plan must not use host.kube.Actuator");
    }

    @Test
    void givesPlanOnlyTheNamesOfTheModel() {
        assertThat(broken("""
                        package B.host.model;
                        public class Names {}
                        """, """
                        package B.host.model;
                        public class CollaSet {}
                        """, """
                        package B.host.plan;
                        class Action {
                            B.host.model.Names names;
                            B.host.model.CollaSet set;
                        }
                        """))
                .containsExactly("host/plan/Action.java:0: host.plan must not use host.model.CollaSet");
    }

    @Test
    void givesPlanJsonTreesAndNoMapper() {
        assertThat(broken("""
                        package B.host.plan;
                        class Action {
                            com.fasterxml.jackson.databind.node.ObjectNode body;
                            com.fasterxml.jackson.databind.ObjectMapper mapper;
                        }
                        """))
                .containsExactly("host/plan/Action.java:0: "
                        + "host.plan must not use com.fasterxml.jackson.databind.ObjectMapper");
    }

    @Test
    void keepsTheKubernetesClientInKube() {
        assertThat(broken("""
                        package B.host.kube;
                        class Caches {
                            io.fabric8.kubernetes.client.KubernetesClient client;
                        }
                        """, """
                        package B.host.rules.admit;
                        class RuleReconciler {
                            io.fabric8.kubernetes.api.model.ObjectMeta meta;
                            io.fabric8.kubernetes.client.KubernetesClient client;
                        }
                        """, """
                        package B.host.model;
                        class CollaSet extends io.fabric8.kubernetes.client.CustomResource<String, String> {
                            io.fabric8.kubernetes.client.Client client;
                        }
                        """))
                .containsExactly(
                        "host/model/CollaSet.java:0: host.model must not use io.fabric8.kubernetes.client.Client",
                        "host/rules/admit/RuleReconciler.java:0: "
                                + "host.rules.admit must not use io.fabric8.kubernetes.client.KubernetesClient");
    }

    @Test
    void keepsModelTypesOutOfRoomsThatDoNotUseTheModel() {
        assertThat(broken("""
                        package B.host.kernel;
                        record Key(io.fabric8.kubernetes.api.model.ObjectMeta meta) {}
                        """))
                .contains("host/kernel/Key.java:0: "
                        + "host.kernel must not use io.fabric8.kubernetes.api.model.ObjectMeta");
    }

    @Test
    void keepsPluginApiFreeOfLibraries() {
        assertThat(broken("""
                        package B.plugin;
                        interface Provider {
                            com.fasterxml.jackson.databind.JsonNode config();
                            org.slf4j.Logger log();
                        }
                        """))
                .containsExactly(
                        "plugin/Provider.java:0: plugin must not use com.fasterxml.jackson.databind.JsonNode",
                        "plugin/Provider.java:0: plugin must not use org.slf4j.Logger");
    }

    @Test
    void keepsPluginApiFreeOfTheHost() {
        assertThat(broken("""
                        package B.host.plan;
                        public record Reason() {}
                        """, """
                        package B.plugin.rule;
                        interface TransitionRule {
                            B.host.plan.Reason judge();
                        }
                        """))
                .containsExactly("plugin/rule/TransitionRule.java:0: plugin.rule must not use host.plan.Reason");
    }

    @Test
    void keepsThePluginManagerInPlugins() {
        assertThat(broken("""
                        package org.pf4j;
                        public interface PluginManager {}
                        """, """
                        package org.pf4j;
                        public interface ExtensionPoint {}
                        """, """
                        package B.plugin;
                        interface Provider extends org.pf4j.ExtensionPoint {
                            org.pf4j.PluginManager manager();
                        }
                        """, """
                        package B.host.plugins;
                        class PluginHost {
                            org.pf4j.PluginManager manager;
                        }
                        """, """
                        package B.host.traffic;
                        class TrafficReconciler {
                            org.pf4j.PluginManager manager;
                        }
                        """))
                .containsExactly(
                        "host/traffic/TrafficReconciler.java:0: host.traffic must not use org.pf4j.PluginManager",
                        "plugin/Provider.java:0: plugin must not use org.pf4j.PluginManager");
    }

    @Test
    void givesPluginsTheConfigurationAndNotTheLoop() {
        assertThat(broken(
                        "package B.host.config; public class ConfigBinder {}",
                        "package B.host.kernel; public class Controller {}",
                        """
                        package B.host.plugins;
                        class PluginCall {
                            B.host.config.ConfigBinder binder;
                            B.host.kernel.Controller controller;
                        }
                        """))
                .containsExactly("host/plugins/PluginCall.java:0: host.plugins must not use host.kernel.Controller");
    }

    @Test
    void keepsPicocliInMain() {
        assertThat(broken("""
                        package B.host.config;
                        class ConfigLoader {
                            picocli.CommandLine commands;
                        }
                        """))
                .containsExactly("host/config/ConfigLoader.java:0: host.config must not use picocli.CommandLine");
    }

    @Test
    void keepsTheTestbedIgnorantOfTheHost() {
        assertThat(broken("""
                        package B.host.model;
                        public class Names {}
                        """, """
                        package B.testbed.nodes;
                        class Node {
                            B.testbed.api.Connection connection;
                            B.host.model.Names names;
                        }
                        """, """
                        package B.testbed.api;
                        public class Connection {}
                        """))
                .containsExactly("testbed/nodes/Node.java:0: testbed must not use host.model.Names");
    }

    @Test
    void letsNobodyUseTheBenchmark() {
        assertThat(broken("""
                        package B.host.plan;
                        public record Plan() {}
                        """, """
                        package B.bench;
                        public class Floor {
                            B.host.plan.Plan plan;
                        }
                        """, """
                        package B.host;
                        class Main {
                            B.bench.Floor floor;
                        }
                        """)).containsExactly("host/Main.java:0: host must not use bench.Floor");
    }

    @Test
    void opensPortsAndValuesOfEveryRoomToOps() {
        assertThat(broken("""
                        package B.host.kube;
                        public interface ActMetrics {}
                        """, """
                        package B.host.kube;
                        public record CacheSize(int pods) {}
                        """, """
                        package B.host.kube;
                        public class Actuator {}
                        """, """
                        package B.plugin;
                        public record PodRef(String name) {}
                        """, """
                        package B.host.ops;
                        class HostMetrics implements B.host.kube.ActMetrics {
                            B.plugin.PodRef pod;
                            B.host.kube.CacheSize size;
                            B.host.kube.Actuator actuator;
                        }
                        """))
                .containsExactly("host/ops/HostMetrics.java:0: host.ops must not use host.kube.Actuator");
    }

    @Test
    void namesTheKnownRoomsToWhoOpensANewOne() {
        List<Finding> findings = Arrows.findings(Fixture.compiled(folder, """
                package B.host.tools;
                class Strings {}
                """));

        assertThat(findings)
                .extracting(Finding::place, Finding::broken)
                .containsExactly(tuple("host.tools.Strings", "the room host.tools is not known"));
        assertThat(findings.getFirst().remedy())
                .contains("host.admission, host.collaset, host.config")
                .contains("add the room and its arrows to Arrows");
    }

    @Test
    void tellsWhatTheRoomMayUse() {
        assertThat(Arrows.findings(Fixture.compiled(folder, """
                        package B.host.kernel;
                        class Controller {
                            picocli.CommandLine commands;
                        }
                        """)))
                .containsExactly(new Finding(
                        "host/kernel/Controller.java:0",
                        "host.kernel must not use picocli.CommandLine",
                        "It may use java., javax., org.jspecify., org.slf4j."));
    }

    private List<String> broken(String... texts) {
        return Arrows.findings(Fixture.compiled(folder, texts)).stream()
                .sorted()
                .map(finding -> finding.place() + ": " + finding.broken())
                .distinct()
                .toList();
    }
}
