package io.kusionstack.operating.testbed.nodes;

import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.testbed.api.Connection;
import io.kusionstack.operating.testbed.api.KubeApi;
import io.kusionstack.operating.testbed.junit.TestCluster;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(TestCluster.class)
class ShellIT {
    /** An interrupt in the middle of a request comes out of the HTTP client as it is, and is printed. */
    @Test
    void dropsWritesThatWaitAndInterruptsNoneWhenItCloses(Connection admin) throws Exception {
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        CountDownLatch ended = new CountDownLatch(1);
        List<String> told = new CopyOnWriteArrayList<>();
        try (KubeApi api = new KubeApi(admin, "shell-test/1")) {
            Shell shell = new Shell(api, new LiveWorld(NodesConfig.of(1)), Clock.systemUTC(), 1);
            shell.write(() -> {
                inside.countDown();
                told.add("under way: " + await(go));
                ended.countDown();
            });
            assertThat(inside.await(10, TimeUnit.SECONDS)).isTrue();
            shell.write(() -> told.add("waiting"));

            shell.close();
            go.countDown();

            assertThat(ended.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(told).containsExactly("under way: not interrupted");
        }
    }

    private static String await(CountDownLatch go) {
        try {
            return go.await(10, TimeUnit.SECONDS) ? "not interrupted" : "too late";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "interrupted";
        }
    }
}
