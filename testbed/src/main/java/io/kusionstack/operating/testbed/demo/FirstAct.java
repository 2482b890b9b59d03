package io.kusionstack.operating.testbed.demo;

import io.kusionstack.operating.testbed.Await;
import io.kusionstack.operating.testbed.audit.AuditEvent;
import io.kusionstack.operating.testbed.audit.AuditLog;
import io.kusionstack.operating.testbed.audit.AuditSummary;
import io.kusionstack.operating.testbed.slb.SlbCall;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The first act: another image for all Pods, under traffic, and what that was like. */
final class FirstAct {
    private static final Duration LIMIT = Duration.ofMinutes(10);
    /** What the operator still writes after the last Pod is back. */
    private static final Duration AFTERMATH = Duration.ofSeconds(2);

    private static final long ENOUGH_REQUESTS = 1_100;
    private static final int MOST_WRITES = 5;

    private final Stage stage;
    private final Path auditLog;

    FirstAct(Stage stage, Path auditLog) {
        this.stage = stage;
        this.auditLog = auditLog;
    }

    /** Plays it, with requests under way all the time. */
    Figures play(Traffic traffic) {
        Instant began = Instant.now();
        stage.playground().pods().measure(stage.pods());
        stage.screen().say("Act one. The set is asked for " + stage.image("v2") + ":");
        stage.update(stage.image("v2"));
        stage.followUntilAllServe(stage.image("v2"), LIMIT);
        Duration took = Duration.between(began, Instant.now());
        Instant settled = Instant.now().plus(AFTERMATH);
        Await.until(
                LIMIT, () -> Instant.now().isAfter(settled) && traffic.counts().requests() >= ENOUGH_REQUESTS);
        traffic.stop();
        Await.until(LIMIT, traffic::isQuiet);
        return new Figures(
                stage.pods(),
                took,
                writes(began),
                stage.playground().pods().mostOutOfService(),
                stage.allowedOutOfService(),
                traffic.counts(),
                shortestDrain(),
                calls(began));
    }

    /** What has to hold for such an update to be called graceful. */
    List<Promise> promises(Figures figures) {
        List<Promise> promises = new ArrayList<>();
        promises.add(new Promise("all Pods serve " + stage.image("v2"), stage.allServe(stage.image("v2"))));
        promises.add(new Promise(
                "no request was misrouted of " + figures.requests().requests(),
                figures.requests().isClean() && figures.requests().requests() > 1_000));
        promises.add(new Promise(
                "never more than " + figures.allowedOut() + " Pods out of service (" + figures.mostOut() + ")",
                figures.mostOut() <= figures.allowedOut()));
        promises.add(new Promise(
                "no drain shorter than " + stage.drain().toSeconds() + " s",
                figures.shortestDrain().compareTo(stage.drain()) >= 0));
        promises.add(new Promise(
                String.format("at most %d writes for a Pod (%.2f)", MOST_WRITES, figures.podWritesPerPod()),
                figures.podWritesPerPod() <= MOST_WRITES));
        promises.add(new Promise("no write that changed nothing", figures.unchangedWrites() == 0));
        return promises;
    }

    private Duration shortestDrain() {
        List<Drain> drains = new ArrayList<>();
        for (String group : stage.playground().groups()) {
            drains.addAll(Drain.of(stage.playground().balancer().history(group)));
        }
        return Drain.shortest(drains).orElse(Duration.ZERO);
    }

    private SortedMap<String, Long> calls(Instant began) {
        SortedMap<String, Long> calls = new TreeMap<>();
        for (SlbCall call : stage.playground().balancer().journal().calls()) {
            if (!call.at().isBefore(began)) {
                calls.merge(call.action(), 1L, Long::sum);
            }
        }
        return calls;
    }

    private AuditSummary writes(Instant began) {
        try (Stream<AuditEvent> events = AuditLog.read(auditLog)) {
            return AuditSummary.of(events.filter(event ->
                    event.client().startsWith("operating") && event.time().isAfter(began)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
