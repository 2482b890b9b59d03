package io.kusionstack.operating.house;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClassRulesTest {

    @TempDir
    private Path folder;

    @Test
    void refusesCyclesBetweenPackages() {
        List<Finding> findings = Cycles.findings(Fixture.compiled(folder, """
                package B.testbed.api;
                public class Connection {
                    B.testbed.nodes.Node node;
                }
                """, """
                package B.testbed.nodes;
                public class Node {
                    B.testbed.api.Connection connection;
                }
                """));

        assertThat(findings).hasSize(1);
        assertThat(findings.getFirst().broken())
                .startsWith("Cycle detected: Slice testbed.api")
                .contains("Slice testbed.nodes");
    }

    @Test
    void refusesClocksInPlanners() {
        assertThat(broken(PureClasses::findings, """
                        package B.host.collaset;
                        class ScalePlanner {
                            java.time.Instant plan() {
                                return java.time.Instant.now();
                            }
                            long nanos() {
                                return System.nanoTime();
                            }
                        }
                        """))
                .containsExactly(
                        "host/collaset/ScalePlanner.java:4: a pure class calls java.time.Instant.now",
                        "host/collaset/ScalePlanner.java:7: a pure class uses java.lang.System");
    }

    @Test
    void refusesChanceThreadsFilesAndLogsInPureClasses() {
        assertThat(broken(PureClasses::findings, """
                        package B.host.lifecycle;
                        class PodOps {
                            org.slf4j.Logger log;
                            record Inner(java.util.concurrent.atomic.AtomicLong count) {}
                        }
                        """, """
                        package B.host.collaset;
                        class InstanceIds {
                            String next() {
                                return java.util.UUID.randomUUID().toString();
                            }
                        }
                        """, """
                        package B.host.plan;
                        class Reason {
                            java.nio.file.Path path;
                            void wait(Thread thread) {
                                Thread.yield();
                            }
                        }
                        """))
                .contains(
                        "host/collaset/InstanceIds.java:4: a pure class calls java.util.UUID.randomUUID",
                        "host/lifecycle/PodOps.java:0: a pure class uses java.util.concurrent.atomic.AtomicLong",
                        "host/lifecycle/PodOps.java:0: a pure class uses org.slf4j.Logger",
                        "host/plan/Reason.java:0: a pure class uses java.nio.file.Path",
                        "host/plan/Reason.java:0: a pure class uses java.lang.Thread",
                        "host/plan/Reason.java:5: a pure class uses java.lang.Thread");
    }

    @Test
    void leavesReconcilersTheirClockAndValuesTheirTime() {
        assertThat(broken(PureClasses::findings, """
                        package B.host.rules.admit;
                        class RuleReconciler {
                            java.time.Instant now = java.time.Instant.now();
                        }
                        """, """
                        package B.host.rules.admit;
                        sealed interface RuleSnapshot {
                            enum Stage { BEFORE, AFTER }
                            record Small(java.time.Instant now, Stage stage) implements RuleSnapshot {}
                            static String name(RuleSnapshot snapshot) {
                                return switch (snapshot) {
                                    case Small small -> "small " + small.stage() + small.now().plusSeconds(1);
                                };
                            }
                        }
                        """)).isEmpty();
    }

    @Test
    void countsTopLevelPublicTypes() {
        assertThat(broken(
                        Doors::findings,
                        "package B.host.traffic; public class One {}",
                        "package B.host.traffic; public class Two {}",
                        "package B.host.traffic; public class Three {}",
                        "package B.host.traffic; public class Four { public record Inner() {} }",
                        "package B.host.traffic; public class Five {}",
                        "package B.host.traffic; class Six {}"))
                .containsExactly("host.traffic: 5 public types, at most 4: Five, Four, One, Three, Two");
    }

    @Test
    void countsThePublicTypesOfEveryRoomButThoseOfValues() {
        assertThat(broken(
                        Doors::findings,
                        "package B.host.fresh; public class One {}",
                        "package B.host.fresh; public class Two {}",
                        "package B.host.fresh; public class Three {}",
                        "package B.host.fresh; public class Four {}",
                        "package B.host.fresh; public class Five {}",
                        "package B.host.plan; public record One() {}",
                        "package B.host.plan; public record Two() {}",
                        "package B.host.plan; public record Three() {}",
                        "package B.host.plan; public record Four() {}",
                        "package B.host.plan; public record Five() {}"))
                .containsExactly("host.fresh: 5 public types, at most 4: Five, Four, One, Three, Two");
    }

    @Test
    void refusesNamesThatSayNothing() {
        assertThat(broken(
                        ClassNames::findings,
                        "package B.host.kube; class PodUtil {}",
                        "package B.host.kube; class PodUtils {}",
                        "package B.host.kube; class PodHelper {}",
                        "package B.host.kube; class LeaseManager {}",
                        "package B.host.kube; class CachesImpl { record BaseEdit() {} }",
                        "package B.host.kube; class AbstractCache {}",
                        "package B.host.kube; record Baseline() {}"))
                .containsExactly(
                        "host/kube/AbstractCache.java:0: AbstractCache says how it is used, not what it is",
                        "host/kube/CachesImpl.java:0: BaseEdit says how it is used, not what it is",
                        "host/kube/CachesImpl.java:0: CachesImpl says how it is used, not what it is",
                        "host/kube/LeaseManager.java:0: LeaseManager says how it is used, not what it is",
                        "host/kube/PodHelper.java:0: PodHelper says how it is used, not what it is",
                        "host/kube/PodUtil.java:0: PodUtil says how it is used, not what it is",
                        "host/kube/PodUtils.java:0: PodUtils says how it is used, not what it is");
    }

    @Test
    void refusesInheritanceFromOurClassesExceptionsApart() {
        assertThat(
                        broken(
                                Ancestry::findings,
                                "package B.host.kube; class Cache {}",
                                "package B.host.kube; class PodCache extends Cache {}",
                                "package B.host.kube; class Broken extends RuntimeException {}",
                                "package B.host.kube; class Stale extends Broken {}",
                                "package B.host.kube; enum Kind { POD { @Override int n() { return 1; } }; int n() { return 0; } }"))
                .containsExactly("host/kube/PodCache.java:0: host.kube.PodCache extends host.kube.Cache");
    }

    @Test
    void refusesStaticFieldsThatChange() {
        assertThat(broken(GlobalState::findings, """
                        package B.host.kube;
                        class Caches {
                            static int count;
                            static final int[] SIZES = {1};
                            static final java.util.HashMap<String, String> BY_NAME = new java.util.HashMap<>();
                            static final java.util.concurrent.atomic.AtomicLong NEXT =
                                    new java.util.concurrent.atomic.AtomicLong();
                            static final java.util.List<String> NAMES = java.util.List.of();
                            static final java.util.concurrent.TimeUnit UNIT = java.util.concurrent.TimeUnit.DAYS;
                            enum Kind { POD }
                        }
                        """))
                .containsExactly(
                        "host/kube/Caches.java:0: Caches.BY_NAME is static and a java.util.HashMap, which can change",
                        "host/kube/Caches.java:0: Caches.NEXT is static and a "
                                + "java.util.concurrent.atomic.AtomicLong, which can change",
                        "host/kube/Caches.java:0: Caches.SIZES is static and a [I, which can change",
                        "host/kube/Caches.java:0: Caches.count is static and not final");
    }

    @Test
    void letsOnlyConfigReadTheEnvironment() {
        assertThat(broken(EnvironmentReads::findings, """
                        package B.host.config;
                        class ConfigLoader {
                            String home = System.getenv("HOME");
                        }
                        """, """
                        package B.host.kube;
                        class LeaderLock {
                            String home = System.getenv("HOME");
                            java.util.function.UnaryOperator<String> read = System::getenv;
                        }
                        """))
                .containsExactly(
                        "host/kube/LeaderLock.java:3: System.getenv is called",
                        "host/kube/LeaderLock.java:4: System.getenv is called");
    }

    private List<String> broken(Function<JavaClasses, List<Finding>> rule, String... texts) {
        return rule.apply(Fixture.compiled(folder, texts)).stream()
                .sorted()
                .map(finding -> finding.place() + ": " + finding.broken())
                .distinct()
                .toList();
    }
}
