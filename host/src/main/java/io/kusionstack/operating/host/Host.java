package io.kusionstack.operating.host;

import io.kusionstack.operating.host.config.HostConfig;
import io.kusionstack.operating.host.kube.ApiReads;
import io.kusionstack.operating.host.kube.ClusterAccess;
import io.kusionstack.operating.host.kube.check.Preflight;
import io.kusionstack.operating.host.ops.HealthCheck;
import io.kusionstack.operating.host.ops.HostMetrics;
import io.kusionstack.operating.host.ops.OpsServer;
import io.kusionstack.operating.host.plugins.PluginHost;
import io.kusionstack.operating.host.plugins.PluginHost.PluginState;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The life of the process: serve health at once, wait for the API server, refuse a cluster that lacks what the host
 * needs, run the {@link Rooms}, stop them in reverse. {@link #run} and {@link #close} are called by different threads.
 */
final class Host implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Host.class);
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final Duration LOADING = Duration.ofMillis(20);

    private final HostConfig config;
    private final HostMetrics metrics = new HostMetrics();
    private volatile String startup = "the process has just begun";
    private volatile Optional<Rooms> rooms = Optional.empty();
    private volatile Optional<PluginHost> plugins = Optional.empty();
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);

    Host(HostConfig config) {
        this.config = config;
    }

    /**
     * Runs until {@link #close}.
     *
     * @return false if the host could not start; the log says why and what helps
     */
    boolean run() throws InterruptedException {
        InetSocketAddress address =
                new InetSocketAddress(config.http().bindAddress(), config.http().port());
        try (metrics;
                OpsServer ops = OpsServer.start(address, content())) {
            LOG.atInfo()
                    .addKeyValue("address", ops.address())
                    .addKeyValue("version", Main.Version.text())
                    .log("Serving metrics, health and explanations");
            return runRooms();
        } catch (IOException e) {
            LOG.atError()
                    .addKeyValue("address", address)
                    .addKeyValue("cause", e.getMessage())
                    .log("Cannot listen: give another http.bindAddress or http.port, or end what listens there");
            return false;
        } finally {
            ended.countDown();
        }
    }

    private boolean runRooms() throws InterruptedException {
        ClusterAccess access = access();
        try (ApiReads reads = new ApiReads(access);
                PluginHost loaded = PluginWiring.host(config.plugins(), reads, metrics)) {
            plugins = Optional.of(loaded);
            loaded.start();
            return runRooms(access, loaded);
        } finally {
            plugins = Optional.empty();
        }
    }

    private boolean runRooms(ClusterAccess access, PluginHost loaded) throws InterruptedException {
        try (Preflight preflight = new Preflight(access, config.watchNamespaces(), Rights.NEEDED)) {
            if (!mayStart(preflight)) {
                return stopping.getCount() == 0;
            }
        }
        try (Rooms loading = new Rooms(config, access, metrics, loaded)) {
            loading.start();
            rooms = Optional.of(loading);
            loaded.awaitLoaded();
            if (loads(loading)) {
                loading.act();
                LOG.atInfo().addKeyValue("controllers", config.controllers()).log("At work");
                stopping.await();
            }
            LOG.atInfo().log("Stopping");
            startup = "the process is stopping";
            rooms = Optional.empty();
        }
        LOG.atInfo().log("Stopped");
        return true;
    }

    /** False if a stop was asked for before all was known. */
    private boolean loads(Rooms loading) throws InterruptedException {
        while (!loading.isSynced()) {
            if (stopping.await(LOADING.toMillis(), TimeUnit.MILLISECONDS)) {
                return false;
            }
        }
        return true;
    }

    private ClusterAccess access() {
        String userAgent = "operating/" + Main.Version.text();
        return config.kubernetes()
                .kubeconfig()
                .map(file -> ClusterAccess.kubeconfig(file, userAgent))
                .orElseGet(() -> ClusterAccess.automatic(userAgent))
                .withRequestTimeout(config.limits().requestTimeout());
    }

    /** Waits for the API server for as long as it takes; false if it lacks something, or a stop was asked for. */
    private boolean mayStart(Preflight preflight) throws InterruptedException {
        do {
            switch (preflight.look()) {
                case Preflight.ClusterReady ready -> {
                    ready.notes().forEach(note -> LOG.atWarn().log(note));
                    LOG.atInfo().addKeyValue("server", ready.server()).log("The API server has all the host needs");
                    return true;
                }
                case Preflight.ClusterUnreachable away -> {
                    String before = startup;
                    startup = "the API server does not answer: " + away.why();
                    if (!before.equals(startup)) {
                        LOG.atWarn()
                                .addKeyValue("server", away.server())
                                .addKeyValue("cause", away.why())
                                .log("Waiting for the API server");
                    }
                }
                case Preflight.ClusterUnfit lacking -> {
                    lacking.problems().forEach(problem -> LOG.atError().log(problem));
                    return false;
                }
            }
        } while (!stopping.await(PAUSE.toMillis(), TimeUnit.MILLISECONDS));
        return false;
    }

    private OpsServer.OpsContent content() {
        HealthCheck started =
                new HealthCheck("startup", () -> rooms.isPresent() ? Optional.empty() : Optional.of(startup));
        HealthCheck alive = new HealthCheck("rooms", () -> rooms.flatMap(Rooms::livenessProblem));
        HealthCheck loaded = new HealthCheck("caches", () -> rooms.flatMap(Rooms::unreadiness));
        return new OpsServer.OpsContent(
                metrics::scrape,
                List.of(alive),
                List.of(started, alive, loaded),
                List.of(new HealthCheck("plugins", () -> PluginWiring.note(states()))),
                new LateExplanations(() -> rooms.map(Rooms::explanations), this::states));
    }

    private List<PluginState> states() {
        return plugins.map(PluginHost::states).orElse(List.of());
    }

    /** Asks {@link #run} to end and waits until it has. */
    @Override
    public void close() {
        stopping.countDown();
        try {
            if (!ended.await(config.stopTimeout().plusSeconds(10).toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.atWarn().log("The stop took too long, writes may be cut");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
