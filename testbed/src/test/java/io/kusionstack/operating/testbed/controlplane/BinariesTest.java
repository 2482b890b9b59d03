package io.kusionstack.operating.testbed.controlplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BinariesTest {
    private static final GoModule MODULE = new GoModule("require k8s.io/kubernetes v1.34.4\n", "sums\n");

    @TempDir
    Path temporary;

    private final ConcurrentLinkedQueue<String> progress = new ConcurrentLinkedQueue<>();
    private Path cache = Path.of("set before each test");
    private Path expected = Path.of("set before each test");

    @BeforeEach
    void nameFolders() {
        cache = temporary.resolve("a cache");
        expected = cache.resolve("operating/control-plane/1.34.4-" + Environment.platform());
    }

    @Test
    void takesTheFolderThatTheUserNames() throws IOException {
        Path assets = temporary.resolve("assets");
        programs(assets, Component.programs());
        assertThat(provide(new Environment(Map.of("KUBEBUILDER_ASSETS", assets.toString())), MODULE))
                .isEqualTo(new Binaries(assets));
    }

    @Test
    void namesWhatTheFolderOfTheUserLacks() throws IOException {
        Path assets = temporary.resolve("assets");
        programs(assets, List.of("etcd", "kube-apiserver"));
        assertThatThrownBy(() -> provide(new Environment(Map.of("KUBEBUILDER_ASSETS", assets.toString())), MODULE))
                .isInstanceOf(ControlPlaneException.class)
                .hasMessageContaining(assets + " lacks kube-controller-manager, kube-scheduler")
                .hasMessageContaining("unset KUBEBUILDER_ASSETS");
    }

    @Test
    void namesTheThreeWaysWhereThereIsNone() {
        Environment nothing = new Environment(Map.of("PATH", "/nowhere", "XDG_CACHE_HOME", cache.toString()));
        assertThatThrownBy(() -> provide(nothing, MODULE))
                .isInstanceOf(ControlPlaneException.class)
                .hasMessageContaining("there is no Go on the PATH")
                .hasMessageContaining("install Go 1.24")
                .hasMessageContaining("set KUBEBUILDER_ASSETS")
                .hasMessageContaining("copy the cache");
        assertThat(expected).doesNotExist();
    }

    @Test
    void refusesAGoThatIsTooOld() throws IOException {
        FakeGo old = FakeGo.in(temporary.resolve("go"), "go1.23.9", FakeGo.WORKS);
        assertThatThrownBy(() -> provide(old.environment(cache), MODULE))
                .isInstanceOf(ControlPlaneException.class)
                .hasMessageContaining("go1.23.9")
                .hasMessageContaining("older than 1.24");
    }

    @Test
    void buildsOnceAndTellsAboutIt() throws IOException {
        FakeGo go = FakeGo.in(temporary.resolve("go"), "go1.26.8", FakeGo.WORKS);
        assertThat(provide(go.environment(cache), MODULE)).isEqualTo(new Binaries(expected));
        assertThat(progress).anyMatch(line -> line.contains("Building the control plane 1.34.4"));

        assertThat(provide(go.environment(cache), MODULE)).isEqualTo(new Binaries(expected));
        assertThat(go.builds()).isEqualTo(2);
    }

    @Test
    void buildsAgainWhenTheModuleHasChangedOrAProgramIsGone() throws IOException {
        FakeGo go = FakeGo.in(temporary.resolve("go"), "go1.26.8", FakeGo.WORKS);
        provide(go.environment(cache), MODULE);
        provide(go.environment(cache), new GoModule(MODULE.goMod(), "other sums\n"));
        assertThat(go.builds()).isEqualTo(4);

        Files.delete(expected.resolve("etcd"));
        provide(go.environment(cache), new GoModule(MODULE.goMod(), "other sums\n"));
        assertThat(go.builds()).isEqualTo(6);
    }

    @Test
    void leavesNoCacheWhenABuildFailsHalfWay() throws IOException {
        FakeGo failing = FakeGo.in(temporary.resolve("go"), "go1.26.8", FakeGo.DISK_FULL);
        assertThatThrownBy(() -> provide(failing.environment(cache), MODULE))
                .isInstanceOf(ControlPlaneException.class)
                .hasMessageContaining("Building kubernetes failed")
                .hasMessageContaining("no space left on device")
                .hasMessageContaining("4 GB of disk");
        try (Stream<Path> left = Files.list(expected.getParent())) {
            assertThat(left.map(path -> path.getFileName().toString()))
                    .containsExactly(expected.getFileName() + ".lock");
        }

        FakeGo working = FakeGo.in(temporary.resolve("go"), "go1.26.8", FakeGo.WORKS);
        assertThat(provide(working.environment(cache), MODULE)).isEqualTo(new Binaries(expected));
    }

    @Test
    void namesADiskThatIsTooFull() {
        assertThatThrownBy(() -> Folders.requireSpace(temporary, Long.MAX_VALUE))
                .isInstanceOf(ControlPlaneException.class)
                .hasMessageContaining("MB are free in " + temporary)
                .hasMessageContaining("Make room");
    }

    @Test
    void overwritesWhatAKilledBuildLeft() throws IOException {
        FakeGo go = FakeGo.in(temporary.resolve("go"), "go1.26.8", FakeGo.WORKS);
        Path half = expected.resolveSibling(expected.getFileName() + ".building");
        programs(half, List.of("rubbish"));
        programs(expected, Component.programs());

        provide(go.environment(cache), MODULE);

        assertThat(go.builds()).isEqualTo(2);
        assertThat(half).doesNotExist();
        assertThat(expected.resolve("rubbish")).doesNotExist();
    }

    @Test
    void buildsOnceForAllThatAskAtTheSameTime() throws Exception {
        FakeGo go = FakeGo.in(temporary.resolve("go"), "go1.26.8", FakeGo.WORKS);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Binaries>> all = Stream.generate(
                            () -> threads.submit(() -> provide(go.environment(cache), MODULE)))
                    .limit(4)
                    .toList();
            for (Future<Binaries> one : all) {
                assertThat(one.get()).isEqualTo(new Binaries(expected));
            }
        }
        assertThat(go.builds()).isEqualTo(2);
    }

    @Test
    void namesAPlaceThatCannotBeWritten() throws IOException {
        FakeGo go = FakeGo.in(temporary.resolve("go"), "go1.26.8", FakeGo.WORKS);
        Files.writeString(cache, "a file where the cache should be");
        assertThatThrownBy(() -> provide(go.environment(cache), MODULE))
                .isInstanceOf(ControlPlaneException.class)
                .hasMessageContaining("Cannot fill the cache " + expected)
                .hasMessageContaining("XDG_CACHE_HOME");
    }

    private Binaries provide(Environment environment, GoModule module) {
        return Binaries.provide(environment, module, progress::add);
    }

    private static void programs(Path folder, List<String> names) throws IOException {
        Files.createDirectories(folder);
        for (String name : names) {
            Path program = Files.createFile(folder.resolve(name));
            assertThat(program.toFile().setExecutable(true)).isTrue();
        }
    }
}
