package io.kusionstack.operating.host.kube.cache;

import io.kusionstack.operating.host.kube.ApiResponse;
import io.kusionstack.operating.host.plan.PodRecord;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import okhttp3.Call;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The watch of the Pods of one namespace, or of all. Runs on one thread until it is stopped; the methods may be called by
 * any.
 */
final class PodWatch implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(PodWatch.class);
    private static final long FIRST_PAUSE_MILLIS = 200;
    private static final long LONGEST_PAUSE_MILLIS = 5_000;

    /** No API server ends a watch so soon without a reason. */
    private static final Duration AT_ONCE = Duration.ofSeconds(5);

    private final String namespace;
    private final PodLister lister;
    private final PodCache cache;
    private final PodStream.StreamMetrics metrics;
    private final InstantSource clock;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private volatile @Nullable Call open;
    private volatile boolean synced;
    private volatile boolean connected;
    private volatile Instant lastHeard;

    private long version;
    private boolean inPages;
    private int endsWithoutList;
    private int failures;

    PodWatch(String namespace, PodLister lister, PodCache cache, PodStream.StreamMetrics metrics, InstantSource clock) {
        this.namespace = namespace;
        this.lister = lister;
        this.cache = cache;
        this.metrics = metrics;
        this.clock = clock;
        this.lastHeard = clock.instant();
    }

    ClusterCaches.StreamHealth health() {
        return new ClusterCaches.StreamHealth(PodLister.spoken(namespace), synced, connected, lastHeard);
    }

    void stop() {
        stopped.countDown();
        Call call = open;
        if (call != null) {
            call.cancel();
        }
    }

    @Override
    public void run() {
        PodListing listing = new PodListing(namespace, cache);
        while (stopped.getCount() > 0) {
            try {
                look(listing);
            } catch (PodLister.ListRefused e) {
                refused(e.answer());
            } catch (IOException e) {
                failed(e.toString());
            } catch (RuntimeException | Error e) {
                // the only thread that reads these Pods: it goes on
                LOG.atError()
                        .setCause(e)
                        .addKeyValue("stream", PodLister.spoken(namespace))
                        .log("A reader of Pods broke");
                failed(e.toString());
            }
            pause();
        }
    }

    /** One connection, from before it is opened until it ends. */
    private void look(PodListing listing) throws IOException {
        if (version > 0 && !remembers()) {
            LOG.atWarn()
                    .addKeyValue("stream", PodLister.spoken(namespace))
                    .addKeyValue("resourceVersion", version)
                    .log("The API server was restored to an earlier state; listing all Pods again");
            metrics.relisted("Pod", "epoch");
            version = 0;
            listing.beginEpoch();
        }
        if (version == 0) {
            listing.restart();
            if (inPages) {
                version = lister.listAll(namespace, listing::add);
                complete(listing, version);
            }
        } else {
            metrics.resumed("Pod");
        }
        stream(version == 0 ? lister.watchAll(namespace) : lister.watchFrom(namespace, version), listing);
    }

    private boolean remembers() throws IOException {
        return lister.remembers(namespace, Math.max(version, cache.highestVersion()));
    }

    private void stream(Call call, PodListing listing) throws IOException {
        open = call;
        Instant opened = clock.instant();
        boolean heard = false;
        try (Response response = call.execute()) {
            try (PodFormat.Events events = lister.events(response)) {
                connected = true;
                for (PodEvent event = events.next(); event != null; event = events.next()) {
                    take(event, listing);
                    lastHeard = clock.instant();
                    heard = true;
                    advanced(opened);
                }
            }
            ended(opened, heard);
        } finally {
            connected = false;
            open = null;
        }
    }

    /**
     * A list that breaks in its middle begins from the start again: only its end is an advance. And a watch that ends at once after it
     * would be opened again and again.
     */
    private void advanced(Instant opened) {
        if (version > 0 && hasLived(opened)) {
            failures = 0;
        }
    }

    private boolean hasLived(Instant opened) {
        return !clock.instant().isBefore(opened.plus(AT_ONCE));
    }

    /**
     * The server closed the watch, as it does every few minutes. One that never sent a whole list does not know how.
     *
     * @param heard false if it sent no event
     */
    private void ended(Instant opened, boolean heard) throws IOException {
        if (version == 0) {
            endsWithoutList = endsWithoutList + 1;
            inPages = endsWithoutList > 1;
            failures = failures + 1;
        } else if (!hasLived(opened)) {
            if (!heard) {
                throw new IOException("the watch was closed at once, without an event");
            }
            failures = failures + 1;
        }
        advanced(opened);
    }

    private void take(PodEvent event, PodListing listing) throws IOException {
        switch (event) {
            case PodEvent.PodSeen(PodRecord pod) -> {
                listing.add(pod);
                advance(pod.resourceVersion());
            }
            case PodEvent.Gone(PodRecord pod) -> {
                cache.gone(pod.uid());
                advance(pod.resourceVersion());
            }
            case PodEvent.Bookmark bookmark -> {
                if (version == 0 && bookmark.initialEnd()) {
                    version = bookmark.version();
                    complete(listing, version);
                }
                advance(bookmark.version());
            }
            case PodEvent.Refused(ApiResponse answer) -> throw new PodLister.ListRefused(answer);
        }
    }

    /** While a list is under way its Pods come in any order: only its end says how far we are. */
    private void advance(long seen) {
        if (version > 0) {
            version = Math.max(version, seen);
        }
    }

    private void complete(PodListing listing, long listVersion) {
        listing.complete(listVersion);
        endsWithoutList = 0;
        lastHeard = clock.instant();
        synced = true;
        LOG.atInfo()
                .addKeyValue("stream", PodLister.spoken(namespace))
                .addKeyValue("pods", cache.size())
                .addKeyValue("resourceVersion", listVersion)
                .log("All Pods are known");
    }

    private void refused(ApiResponse answer) {
        if (answer.isGone()) {
            LOG.atInfo()
                    .addKeyValue("stream", PodLister.spoken(namespace))
                    .log("The API server has forgotten what changed since; listing all Pods again");
            metrics.relisted("Pod", "gone");
            version = 0;
            failures = failures + 1;
            return;
        }
        if (version == 0 && !inPages && (answer.code() == 400 || answer.code() == 422)) {
            LOG.atInfo()
                    .addKeyValue("stream", PodLister.spoken(namespace))
                    .addKeyValue("answer", answer.message())
                    .log("The API server does not stream lists; reading them in pages");
            inPages = true;
            return;
        }
        failed("HTTP " + answer.code() + ": " + answer.message());
    }

    private void failed(String why) {
        failures = failures + 1;
        if (stopped.getCount() > 0) {
            LOG.atWarn()
                    .addKeyValue("stream", PodLister.spoken(namespace))
                    .addKeyValue("failures", failures)
                    .addKeyValue("cause", why)
                    .log("The stream of Pods broke; resuming");
        }
    }

    /** None after the first failure: a busy API server closes watches, and a pause only adds to the backlog. */
    private void pause() {
        if (failures < 2) {
            return;
        }
        long millis = Math.min(LONGEST_PAUSE_MILLIS, FIRST_PAUSE_MILLIS << Math.min(failures - 2, 10));
        try {
            if (stopped.await(millis, TimeUnit.MILLISECONDS)) {
                LOG.atDebug().addKeyValue("stream", PodLister.spoken(namespace)).log("Stopped while waiting to resume");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            stopped.countDown();
        }
    }
}
