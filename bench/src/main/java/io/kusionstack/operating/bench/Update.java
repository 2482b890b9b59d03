package io.kusionstack.operating.bench;

import io.kusionstack.operating.testbed.api.PatchType;
import io.kusionstack.operating.testbed.audit.AuditEvent;
import io.kusionstack.operating.testbed.audit.AuditLog;
import io.kusionstack.operating.testbed.audit.AuditSummary;
import io.kusionstack.operating.testbed.demo.Playground;
import io.kusionstack.operating.testbed.slb.SlbLimits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.stream.Stream;

/** One CollaSet under a rule, updated in place by the packaged operator. */
final class Update {
    /** For so long after its start the host gives no slot of a rule: an earlier process might have given it. */
    private static final Duration BEFORE_SLOTS = Duration.ofSeconds(12);
    /** What the host still writes when the last Pod of a new set is in service. */
    private static final Duration SETTLING = Duration.ofSeconds(2);

    private static final Duration LIMIT = Duration.ofMinutes(15);

    private final Site site;
    private final Playground playground;
    private final Optional<Percentage> rule;
    private final Workload workload;
    private final String namespace;
    private final int rounds;
    private final Instant hostReady = Instant.now();

    /**
     * Of an operator that has just become ready.
     *
     * @param rule how many Pods may be out of service at a time; all where it is absent
     * @param rounds how many updates to make, one after the other; the last one is reported
     */
    Update(Site site, Playground playground, Optional<Percentage> rule, int rounds) {
        this.site = site;
        this.playground = playground;
        this.rule = rule;
        this.rounds = rounds;
        this.namespace = playground.namespace();
        this.workload = new Workload(namespace);
    }

    /** The Pods are behind nothing. */
    HostRun measure(int pods) throws InterruptedException, IOException {
        String share = rule.map(Percentage::toString).orElse("100%");
        playground.api().create(Workload.rules(namespace), workload.rule(share));
        playground.api().create(Workload.sets(namespace), workload.set(pods));
        awaitServing(pods, Workload.image(1));
        done(pods + " Pods created and in service");
        Meter.pauseUntil(hostReady.plus(BEFORE_SLOTS));
        Meter.pauseUntil(Instant.now().plus(SETTLING));
        done("settled");
        for (int version = 2; version <= rounds; version++) {
            update(pods, Workload.image(version));
        }
        return update(pods, Workload.image(rounds + 1));
    }

    /** The Pods are behind a load balancer that takes as many calls and backends as it is given. */
    HostRun measureBehindBalancer(int pods) throws InterruptedException, IOException {
        playground.balancer().use(SlbLimits.wide());
        playground.balance(workload.service());
        playground.api().create(Workload.services(namespace), workload.service());
        HostRun run = measure(pods);
        if (playground.weights().size() != pods) {
            throw new IllegalStateException(playground.weights().size() + " of " + pods
                    + " Pods get requests after the update: the traffic was not measured");
        }
        return run;
    }

    /** Changes the image and waits until all serve again. */
    private HostRun update(int pods, String image) throws InterruptedException, IOException {
        Path log = site.cluster().instance().auditLog();
        long logged = Files.size(log);
        try (Meter meter = rule.isPresent() ? Meter.startWithStages(site, namespace) : Meter.start(site)) {
            Instant began = Instant.now();
            Duration before = playground.host().process().cpu();
            playground.api().patch(Workload.sets(namespace) + "/web", PatchType.MERGE, workload.patch(image));
            awaitServing(pods, image);
            Run run = meter.stop(pods);
            Duration cpu = playground.host().process().cpu().minus(before);
            done("updated to " + image);
            HostRun whole = new HostRun(run, cpu, requests(log, logged, began));
            done("audit log read");
            return whole;
        }
    }

    private static AuditSummary requests(Path log, long from, Instant began) throws IOException {
        try (Stream<AuditEvent> events = AuditLog.read(log, from)) {
            return AuditSummary.of(events.filter(event ->
                    event.client().startsWith("operating") && event.time().isAfter(began)));
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

    private void done(String what) {
        site.progress().done(namespace + ": " + what);
    }
}
