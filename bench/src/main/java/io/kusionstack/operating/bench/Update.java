package io.kusionstack.operating.bench;

import io.kusionstack.operating.testbed.api.PatchType;
import io.kusionstack.operating.testbed.audit.AuditEvent;
import io.kusionstack.operating.testbed.audit.AuditLog;
import io.kusionstack.operating.testbed.audit.AuditSummary;
import io.kusionstack.operating.testbed.controlplane.ControlPlane;
import io.kusionstack.operating.testbed.demo.Playground;
import io.kusionstack.operating.testbed.slb.SlbLimits;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** One CollaSet under a rule that does not limit, updated in place by the packaged operator. */
final class Update {
    /** What the host still writes after the last Pod is back: the status of set and rule. */
    private static final Duration AFTERMATH = Duration.ofSeconds(2);
    /** For so long after its start the host gives no slot of a rule: an earlier process might have given it. */
    private static final Duration BEFORE_SLOTS = Duration.ofSeconds(12);

    private static final Duration LIMIT = Duration.ofMinutes(5);

    private final ControlPlane cluster;
    private final Playground playground;
    private final Workload workload;
    private final String namespace;
    private final int rounds;

    /** @param rounds how many updates to make, one after the other; the last one is reported */
    Update(ControlPlane cluster, Playground playground, int rounds) {
        this.cluster = cluster;
        this.playground = playground;
        this.rounds = rounds;
        this.namespace = playground.namespace();
        this.workload = new Workload(namespace);
    }

    /** The Pods are behind nothing. */
    UpdateReport measure(int pods, Duration floor) throws InterruptedException, IOException {
        playground.api().create(Workload.rules(namespace), workload.rule());
        playground.api().create(Workload.sets(namespace), workload.set(pods));
        awaitServing(pods, Workload.image(1));
        pause(BEFORE_SLOTS);
        for (int version = 2; version <= rounds; version++) {
            update(pods, Workload.image(version), floor);
        }
        return update(pods, Workload.image(rounds + 1), floor);
    }

    /** The Pods are behind a load balancer that takes as many calls and backends as it is given. */
    UpdateReport measureBehindBalancer(int pods, Duration floor) throws InterruptedException, IOException {
        playground.balancer().use(SlbLimits.wide());
        playground.balance(workload.service());
        playground.api().create(Workload.services(namespace), workload.service());
        UpdateReport report = measure(pods, floor);
        if (playground.weights().size() != pods) {
            throw new IllegalStateException(playground.weights().size() + " of " + pods
                    + " Pods get requests after the update: the traffic was not measured");
        }
        return report;
    }

    /** Changes the image and waits until all serve again. */
    private UpdateReport update(int pods, String image, Duration floor) throws InterruptedException, IOException {
        Instant began = Instant.now();
        Duration cpuBefore = playground.host().process().cpu();
        playground.api().patch(Workload.sets(namespace) + "/web", PatchType.MERGE, workload.patch(image));
        awaitServing(pods, image);
        Duration took = Duration.between(began, Instant.now());
        pause(AFTERMATH);
        Duration cpu = playground.host().process().cpu().minus(cpuBefore);
        try (Stream<AuditEvent> events = AuditLog.read(cluster.instance().auditLog())) {
            AuditSummary asked = AuditSummary.of(events.filter(event ->
                    event.client().startsWith("operating") && event.time().isAfter(began)));
            return new UpdateReport(pods, took, floor, cpu, asked);
        }
    }

    private void awaitServing(int pods, String image) throws InterruptedException {
        if (!playground.pods().awaitServing(pods, image, LIMIT)) {
            throw new IllegalStateException("not all of " + pods + " Pods serve " + image + " after " + LIMIT + ": "
                    + playground.pods().pods().stream()
                            .filter(pod -> !pod.serves(image))
                            .limit(3)
                            .toList());
        }
    }

    private static void pause(Duration time) {
        long end = System.nanoTime() + time.toNanos();
        while (System.nanoTime() < end) {
            LockSupport.parkNanos(end - System.nanoTime());
        }
    }
}
