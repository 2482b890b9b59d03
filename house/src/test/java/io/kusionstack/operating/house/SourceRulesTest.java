package io.kusionstack.operating.house;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class SourceRulesTest {

    private static final String MAIN = "host/src/main/java/io/kusionstack/operating/host/";
    private static final String TEST = "host/src/test/java/io/kusionstack/operating/host/";

    @Test
    void refusesPublicTypesWithoutJavadocAndAnApiWithoutExample() {
        String api = "plugin-api/src/main/java/io/kusionstack/operating/plugin/";
        String choice =
                "/** Said. */\npublic interface Choice {\n    record One() {}\n    /** Said. */\n    record Two() {}\n}\n";

        assertThat(broken(Javadocs::findings, MAIN + "kube/A.java", "/* not this */\npublic class A {}\n"))
                .containsExactly(MAIN + "kube/A.java:2: A is public and has no Javadoc");
        assertThat(broken(Javadocs::findings, MAIN + "kube/A.java", "/* x */\n/** All of a/*. */\npublic class A {}\n"))
                .isEmpty();
        assertThat(broken(Javadocs::findings, MAIN + "kube/A.java", "/** Said. */\n@Deprecated\npublic class A {}\n"))
                .isEmpty();
        assertThat(broken(Javadocs::findings, MAIN + "kube/A.java", "class A {}\n"))
                .isEmpty();
        assertThat(broken(Javadocs::findings, TEST + "ATest.java", "public class ATest {}\n"))
                .isEmpty();
        assertThat(broken(Javadocs::findings, MAIN + "kube/Choice.java", choice))
                .isEmpty();
        assertThat(broken(Javadocs::findings, api + "Choice.java", choice))
                .containsExactly(api + "Choice.java:3: One is public and has no Javadoc");
        assertThat(broken(Javadocs::findings, api + "package-info.java", "/** Said. */\npackage a;\n"))
                .containsExactly(api + "package-info.java:1: the package has no example");
        assertThat(broken(
                        Javadocs::findings,
                        api + "package-info.java",
                        "/** <pre>{@code use(it)}</pre> */\npackage a;\n"))
                .isEmpty();
    }

    @Test
    void refusesFilesOver400Lines() {
        assertThat(broken(Sizes::findings, MAIN + "kube/Long.java", "class Long {\n" + "\n".repeat(398) + "}\n"))
                .isEmpty();
        assertThat(broken(Sizes::findings, MAIN + "kube/Long.java", "class Long {\n" + "\n".repeat(399) + "}\n"))
                .containsExactly(MAIN + "kube/Long.java:401: the file has 401 lines, at most 400");
    }

    @Test
    void refusesMethodsOver40Lines() {
        String shortEnough = "    void a() {\n" + "        a();\n".repeat(38) + "    }\n";
        String tooLong = "    void b() {\n" + "        a();\n".repeat(39) + "    }\n";

        assertThat(broken(Sizes::findings, TEST + "ATest.java", "class ATest {\n" + shortEnough + tooLong + "}\n"))
                .containsExactly(TEST + "ATest.java:42: b has 41 lines, at most 40");
    }

    @Test
    void refusesMoreThanFiveParametersButInRecords() {
        assertThat(broken(Sizes::findings, MAIN + "kube/A.java", """
                        class A {
                            A(int a, int b, int c, int d, int e, int f) {}
                            void five(int a, int b, int c, int d, int e) {}
                            void six(int a, int b, int c, int d, int e, int f) {}
                            record R(int a, int b, int c, int d, int e, int f) {
                                R {}
                                R(int a, int b, int c, int d, int e, int f, int g) {
                                    this(a, b, c, d, e, f + g);
                                }
                                void six(int a, int b, int c, int d, int e, int f) {}
                            }
                        }
                        """))
                .containsExactly(
                        MAIN + "kube/A.java:2: <init> has 6 parameters, at most 5",
                        MAIN + "kube/A.java:4: six has 6 parameters, at most 5",
                        MAIN + "kube/A.java:10: six has 6 parameters, at most 5");
    }

    @Test
    void refusesToCatchEverything() {
        String source = """
                class A {
                    void a() {
                        try (var in = open()) {
                            a();
                        } catch (IllegalStateException e) {
                            a();
                        } catch (Exception e) {
                            a();
                        }
                        try {
                            a();
                        } catch (Error | java.lang.Throwable e) {
                            a();
                        }
                    }
                }
                """;

        assertThat(broken(Catches::findings, MAIN + "kube/A.java", source))
                .containsExactly(
                        MAIN + "kube/A.java:7: catch Exception", MAIN + "kube/A.java:12: catch java.lang.Throwable");
        assertThat(broken(Catches::findings, MAIN + "kernel/Controller.java", source))
                .isEmpty();
        assertThat(broken(Catches::findings, MAIN + "plugins/RunningCall.java", source))
                .isEmpty();
        assertThat(broken(Catches::findings, MAIN + "Main.java", source)).isEmpty();
        assertThat(broken(Catches::findings, MAIN + "kube/Controller.java", source))
                .hasSize(2);
    }

    @Test
    void keepsTheLabelsOfOperationsInLifecycle() {
        String source = """
                import static io.kusionstack.operating.host.model.Names.OPERATED;
                class A {
                    String key = Names.key(Names.OPERATING, "a");
                    String other = io.kusionstack.operating.host.model.Names.POST_CHECK;
                    String text = "undo-operation-type.podopslifecycle.kusionstack.io/a";
                    String pod = Names.SERVICE_AVAILABLE + "podopslifecycle.kusionstack.io/creating";
                    String mine = Labels.OPERATING;
                }
                """;

        assertThat(broken(LifecycleLabels::findings, MAIN + "rules/admit/A.java", source))
                .containsExactly(
                        MAIN + "rules/admit/A.java:1: the lifecycle label Names.OPERATED is named outside lifecycle",
                        MAIN + "rules/admit/A.java:3: the lifecycle label Names.OPERATING is named outside lifecycle",
                        MAIN + "rules/admit/A.java:4: the lifecycle label Names.POST_CHECK is named outside lifecycle",
                        MAIN + "rules/admit/A.java:5: the lifecycle label "
                                + "\"undo-operation-type.podopslifecycle.kusionstack.io/a\" is named outside lifecycle");
        assertThat(broken(LifecycleLabels::findings, MAIN + "lifecycle/A.java", source))
                .isEmpty();
        assertThat(broken(LifecycleLabels::findings, MAIN + "kube/write/Urgency.java", source))
                .isEmpty();
        assertThat(broken(LifecycleLabels::findings, TEST + "rules/admit/ATest.java", source))
                .isEmpty();
    }

    @Test
    void refusesToSleep() {
        assertThat(broken(Sleeps::findings, TEST + "ATest.java", """
                        import static java.lang.Thread.sleep;
                        class ATest {
                            void a() {
                                Thread.sleep(1);
                                java.lang.Thread.sleep(1);
                                java.util.concurrent.TimeUnit.SECONDS.sleep(1);
                                run(Thread::sleep);
                                pillow.sleep(1);
                            }
                        }
                        """))
                .containsExactly(
                        TEST + "ATest.java:1: import of java.lang.Thread.sleep",
                        TEST + "ATest.java:4: Thread.sleep is used",
                        TEST + "ATest.java:5: java.lang.Thread.sleep is used",
                        TEST + "ATest.java:6: java.util.concurrent.TimeUnit.SECONDS.sleep is used",
                        TEST + "ATest.java:7: Thread::sleep is used");
    }

    @Test
    void refusesTestsThatNobodyRuns() {
        String tests = " { @org.junit.jupiter.api.Test void a() {} }";

        assertThat(broken(TestNames::findings, TEST + "ScaleTests.java", "class ScaleTests" + tests))
                .containsExactly(TEST + "ScaleTests.java:1: the tests of ScaleTests would be skipped");
        assertThat(broken(
                        TestNames::findings,
                        TEST + "Scale.java",
                        "class Scale { @ParameterizedTest void a(int b) {} }"))
                .containsExactly(TEST + "Scale.java:1: the tests of Scale would be skipped");
        assertThat(broken(
                        TestNames::findings,
                        TEST + "ScaleTest.java",
                        "class ScaleTest {\n  static class Inner" + tests + "\n}"))
                .containsExactly(TEST + "ScaleTest.java:2: the tests of Inner would be skipped");
    }

    @Test
    void acceptsTestsThatAreFoundAndContractsToExtend() {
        String tests = " { @Test void a() {} }";

        assertThat(broken(TestNames::findings, TEST + "ScaleTest.java", "class ScaleTest" + tests))
                .isEmpty();
        assertThat(broken(TestNames::findings, TEST + "ScaleIT.java", "class ScaleIT" + tests))
                .isEmpty();
        assertThat(broken(TestNames::findings, TEST + "AContract.java", "abstract class AContract" + tests))
                .isEmpty();
        assertThat(broken(TestNames::findings, TEST + "FakeCluster.java", "class FakeCluster { void a() {} }"))
                .isEmpty();
        assertThat(broken(
                        TestNames::findings,
                        TEST + "ScaleTest.java",
                        "class ScaleTest {\n  @Nested class Inner" + tests + "\n}"))
                .isEmpty();
    }

    @Test
    void refusesConstantsThatAreMadeByAConstructor() {
        assertThat(broken(GlobalCollections::findings, MAIN + "kube/A.java", """
                        class A {
                            static final List<String> NAMES = new ArrayList<>();
                            static final java.util.Map<String, String> MAP = new java.util.HashMap<>();
                            static final Set<String> SET = Set.of();
                            final List<String> own = new ArrayList<>();
                        }
                        """))
                .containsExactly(
                        MAIN + "kube/A.java:2: NAMES is static and new ArrayList<>(), which can change",
                        MAIN + "kube/A.java:3: MAP is static and new java.util.HashMap<>(), which can change");
    }

    @Test
    void missesThePagesOfPackages() {
        List<JavaSource> sources = List.of(
                JavaSource.of(MAIN + "kube/Caches.java", "class Caches {}"),
                JavaSource.of(MAIN + "kube/package-info.java", "@NullMarked\npackage p;"),
                JavaSource.of(MAIN + "ops/OpsServer.java", "class OpsServer {}"),
                JavaSource.of(MAIN + "plan/Plan.java", "class Plan {}"),
                JavaSource.of(MAIN + "plan/package-info.java", "package p;"),
                JavaSource.of(TEST + "traffic/ATest.java", "class ATest {}"));

        assertThat(PackagePages.findings(sources))
                .extracting(Finding::place)
                .containsExactly(MAIN + "ops/package-info.java", MAIN + "plan/package-info.java");
    }

    @Test
    void refusesLeftOversTabsAndPathsOfAMachine() {
        String text = "a\n// TO" + "DO later\n\tb\nFile.of(\"/" + "root/.m2\")\nfine/tmp/x ${base}/tmp/y\n";

        assertThat(Tidiness.findings("host/A.java", text))
                .extracting(Finding::place, Finding::broken)
                .containsExactly(
                        tuple("host/A.java:2", "TO" + "DO"),
                        tuple("host/A.java:3", "a tab character"),
                        tuple("host/A.java:4", "the path /" + "root/"));
        assertThat(Tidiness.findings("testbed/control-plane/main.go", "\t\"/" + "tmp/x\"\n"))
                .isEmpty();
    }

    @Test
    void reportsAllFindingsOfARuleTogetherInOrder() {
        assertThat(Finding.report(List.of(
                        new Finding("b.java:1", "sleeps", "Wake it"),
                        new Finding("a.java:2", "sleeps", "Wake it"),
                        new Finding("a.java:2", "sleeps", "Wake it"))))
                .isEqualTo("a.java:2: sleeps. Wake it\nb.java:1: sleeps. Wake it");
    }

    private static List<String> broken(Function<JavaSource, List<Finding>> rule, String path, String text) {
        return rule.apply(JavaSource.of(path, text)).stream()
                .map(finding -> finding.place() + ": " + finding.broken())
                .toList();
    }
}
