package io.kusionstack.operating.testbed.controlplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kusionstack.operating.testbed.Await;
import io.kusionstack.operating.testbed.api.ApiException;
import io.kusionstack.operating.testbed.api.KubeApi;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Needs no other folder than the cache: the programs are found, or built the first time. */
class ControlPlaneIT {
    @TempDir
    static Path parent;

    private static ControlPlane cluster;
    private static Duration start;

    @BeforeAll
    static void startOne() {
        Binaries.provide(Environment.ofProcess(), GoModule.chosen(), System.err::println);
        long now = System.nanoTime();
        cluster = ControlPlane.start(
                ControlPlaneOptions.defaults().under(parent).withUsers("host").withUser("guest", List.of("guests")));
        start = Duration.ofNanos(System.nanoTime() - now);
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    /** About 6 s on two idle cores; the bound leaves room for a machine that builds beside. */
    @Test
    void startsInSeconds() {
        assertThat(start).isLessThan(Duration.ofSeconds(40));
    }

    @Test
    void runsTheFourProgramsWithALogEach() throws Exception {
        assertThat(cluster.instance().processes().keySet()).containsExactlyInAnyOrderElementsOf(Component.programs());
        try (Stream<Path> logs = Files.list(cluster.instance().logs())) {
            assertThat(logs.map(log -> log.getFileName().toString()))
                    .contains("etcd.log", "kube-apiserver.log", "kube-controller-manager.log", "kube-scheduler.log");
        }
    }

    @Test
    void isTheVersionThatTheModuleNames() {
        try (KubeApi api = new KubeApi(cluster.connection("admin"), "control-plane-test/1")) {
            assertThat(api.get("/version").path("gitVersion").asText())
                    .isEqualTo("v" + GoModule.chosen().version());
        }
    }

    @Test
    void tellsUsersApart() {
        try (KubeApi host = new KubeApi(cluster.connection("host"), "control-plane-test/1")) {
            assertThatThrownBy(() -> host.get("/api/v1/nodes"))
                    .isInstanceOf(ApiException.class)
                    .hasMessageContaining("\"host\"");
        }
        assertThatThrownBy(() -> cluster.connection("nobody"))
                .hasMessageContaining("nobody")
                .hasMessageContaining("guest");
    }

    @Test
    void takesTheApiServerAwayAndBringsItBackWithItsData() {
        try (KubeApi api = new KubeApi(cluster.connection("admin"), "control-plane-test/1")) {
            String uid = uidOfDefaultNamespace(api);
            cluster.stopApiServer();
            assertThatThrownBy(() -> uidOfDefaultNamespace(api)).isInstanceOf(UncheckedIOException.class);
            cluster.startApiServer();
            assertThat(uidOfDefaultNamespace(api)).isEqualTo(uid);
        }
    }

    @Test
    void runsBesideAnotherAndLeavesNothingBehind() {
        ControlPlane other = ControlPlane.start(ControlPlaneOptions.defaults()
                .under(parent)
                .withoutControllers()
                .withoutAudit());
        List<ProcessHandle> processes = other.instance().processes().values().stream()
                .map(pid -> ProcessHandle.of(pid).orElseThrow())
                .toList();
        assertThat(processes).hasSize(2);
        assertThat(other.server()).isNotEqualTo(cluster.server());
        assertThat(other.instance().auditLog()).doesNotExist();

        other.close();
        other.close();

        assertThat(processes).noneMatch(ProcessHandle::isAlive);
        assertThat(other.instance().folder()).doesNotExist();
    }

    @Test
    void namesThePortThatIsTaken() {
        int port = cluster.server().getPort();
        assertThatThrownBy(() -> ControlPlane.start(
                        ControlPlaneOptions.defaults().under(parent).withPort(port)))
                .isInstanceOf(ControlPlaneException.class)
                .hasMessageContaining("Port " + port + " is taken");
    }

    @Test
    void showsTheEndOfTheLogWhenAComponentRefusesItsFlags() {
        ControlPlaneOptions wrong = ControlPlaneOptions.defaults().under(parent).withApiServerFlags("--no-such-flag");
        Path folder = parent.resolve("wrong-flag");
        assertThatThrownBy(() -> ControlPlane.start(wrong, folder))
                .isInstanceOf(ControlPlaneException.class)
                .hasMessageContaining("kube-apiserver ended with 1")
                .hasMessageContaining("no-such-flag");
        assertThat(new Instance(folder).processes()).isEmpty();
    }

    @Test
    void startsInTheFolderOfOneThatWasKilled() throws Exception {
        Path folder = parent.resolve("stale");
        ControlPlane first =
                ControlPlane.start(ControlPlaneOptions.defaults().under(parent).withoutControllers(), folder);
        long supervisor = Long.parseLong(
                Files.readString(folder.resolve("supervisor.pid")).split(" ")[0]);
        ProcessHandle orphan =
                ProcessHandle.of(first.instance().processes().get("etcd")).orElseThrow();
        ProcessHandle.of(supervisor).orElseThrow().destroyForcibly();
        Await.until(Duration.ofSeconds(5), () -> !first.instance().isRunning());
        assertThat(orphan.isAlive()).isTrue();

        try (ControlPlane second =
                ControlPlane.start(ControlPlaneOptions.defaults().under(parent).withoutControllers(), folder)) {
            assertThat(orphan.isAlive()).isFalse();
            assertThat(second.instance().processes()).hasSize(2);
            assertThatThrownBy(() -> ControlPlane.start(ControlPlaneOptions.defaults(), folder))
                    .hasMessageContaining("A control plane runs in " + folder);
        }
    }

    private static String uidOfDefaultNamespace(KubeApi api) {
        return api.get("/api/v1/namespaces/default")
                .path("metadata")
                .path("uid")
                .asText();
    }
}
