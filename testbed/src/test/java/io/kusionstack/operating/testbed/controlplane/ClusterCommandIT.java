package io.kusionstack.operating.testbed.controlplane;

import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.testbed.Await;
import io.kusionstack.operating.testbed.api.KubeApi;
import io.kusionstack.operating.testbed.cli.Testbed;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ./dev cluster} as its user meets it, in a cache folder of its own with a space in its name. */
class ClusterCommandIT {
    @TempDir
    Path temporary;

    @AfterEach
    void stop() {
        instance().stop();
    }

    @Test
    void startsShowsAndStopsAClusterWithNodes() throws Exception {
        assertThat(run("status").output()).contains("Cluster dev does not run; ./dev cluster start");
        assertThat(run("kubeconfig").code()).isEqualTo(1);

        Answer started = run("start", "--nodes=2", "--user=host");

        assertThat(started.code()).as(started.output()).isZero();
        assertThat(started.output()).contains("logs        " + instance().logs());
        assertThat(run("start").output()).contains("runs already");
        assertThat(run("status").output())
                .contains(instance().server().toString(), "kube-scheduler", "simulated-nodes");
        assertThat(run("kubeconfig", "--user=host").output().strip())
                .isEqualTo(instance().kubeconfig("host").toString());
        assertThat(run("kubeconfig", "--user=nobody").output())
                .contains("nobody")
                .contains("known: [admin");
        assertThat(instance().processes().keySet()).isEqualTo(withNodes());
        assertThat(Await.until(Duration.ofSeconds(60), () -> nodes() == 2)).isTrue();
        assertThat(run("audit").output()).contains("simulated-nodes create nodes");

        assertThat(run("stop").output()).contains("Cluster dev stopped.");
        assertThat(run("stop").output()).contains("was not running");
        assertThat(run("status").code()).isEqualTo(1);
        assertThat(instance().logs().resolve("kube-apiserver.log")).isNotEmptyFile();
    }

    @Test
    void refusesANameThatIsNone() throws Exception {
        Answer answer = run("start", "--name=../etc");
        assertThat(answer.output()).contains("\"../etc\" is not a name of a cluster");
        assertThat(answer.code()).isEqualTo(1);
    }

    private record Answer(int code, String output) {}

    private Answer run(String... words) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Testbed.class.getName(),
                "cluster"));
        command.addAll(List.of(words));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        Path programs = Binaries.provide(Environment.ofProcess(), GoModule.chosen(), System.err::println)
                .folder();
        builder.environment().put("KUBEBUILDER_ASSETS", programs.toString());
        builder.environment().put("XDG_CACHE_HOME", cache().toString());
        // A file, not a pipe: what is started to stay must not keep the test waiting for the end of its output.
        Path output = Files.createTempFile(temporary, "output", ".txt");
        Process process = builder.redirectOutput(output.toFile()).start();
        return new Answer(process.waitFor(), Files.readString(output, StandardCharsets.UTF_8));
    }

    private int nodes() {
        try (KubeApi api = new KubeApi(instance().connection("admin"), "cluster-command-test/1")) {
            return api.list("/api/v1/nodes").items().size();
        }
    }

    private static Set<String> withNodes() {
        return Set.of("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "simulated-nodes");
    }

    private Path cache() {
        return temporary.resolve("a cache");
    }

    private Instance instance() {
        return new Instance(cache().resolve("operating/clusters/dev"));
    }
}
