package io.kusionstack.operating.host.rules.admit;

import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.rules.spec.AvailabilityRule;
import io.kusionstack.operating.host.rules.spec.Rules;
import io.kusionstack.operating.host.world.Pods;
import io.kusionstack.operating.host.world.Results;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Many lanes ask at once while events, settlements and passes come in. */
class RuleAdmissionThreadsTest {
    private static final int PODS = 60;
    private static final int ALLOWED = 3;

    private final FakeRuleWorld world = FakeRuleWorld.with(Rules.maxUnavailable("web", ALLOWED));
    private final AtomicInteger out = new AtomicInteger();
    private final AtomicInteger most = new AtomicInteger();

    @Test
    void neverMoreThanTheAllowanceAreOutAtATime() throws InterruptedException, ExecutionException {
        List<PodRecord> pods = new ArrayList<>();
        for (int i = 0; i < PODS; i++) {
            pods.add(Pods.pod("pod-" + i).available().build());
        }
        world.put(pods.toArray(PodRecord[]::new));
        CountDownLatch start = new CountDownLatch(1);
        List<Future<Integer>> lanes = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (PodRecord pod : pods) {
                lanes.add(threads.submit(() -> {
                    start.await();
                    return operate(pod);
                }));
            }
            start.countDown();
        }

        int operated = 0;
        for (Future<Integer> lane : lanes) {
            operated += lane.get();
        }
        assertThat(most.get()).isBetween(1, ALLOWED);
        assertThat(operated).isGreaterThanOrEqualTo(ALLOWED);
        assertThat(world.report("web").count()).isEqualTo(new AvailabilityRule.PodCounts(PODS, 0, 0));
    }

    /** A lane: asks again and again; every third write is refused; who is let go leaves service and comes back. */
    private int operate(PodRecord pod) {
        int operated = 0;
        long version = pod.resourceVersion();
        for (int attempt = 0; attempt < 200; attempt++) {
            PodRecord seen = Pods.like(pod).version(version).build();
            if (!world.lets(seen)) {
                Thread.yield();
                continue;
            }
            int now = out.incrementAndGet();
            most.accumulateAndGet(now, Math::max);
            if (attempt % 3 == 0) {
                out.decrementAndGet();
                world.admission.settled(pod.ref(), Results.of("REFUSED"));
                continue;
            }
            world.put(FakeRuleWorld.leaving(pod, ++version));
            world.admission.settled(pod.ref(), Results.of("WRITTEN"));
            out.decrementAndGet();
            world.put(Pods.like(pod).version(++version).build());
            operated++;
        }
        return operated;
    }
}
