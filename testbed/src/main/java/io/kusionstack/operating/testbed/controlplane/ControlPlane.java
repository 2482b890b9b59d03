package io.kusionstack.operating.testbed.controlplane;

import io.kusionstack.operating.testbed.api.Connection;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running control plane: etcd, API server and, unless left out, controller manager and scheduler.
 *
 * <pre>{@code
 * try (ControlPlane cluster = ControlPlane.start(ControlPlaneOptions.defaults().withUsers("host"))) {
 *     KubeApi api = new KubeApi(cluster.connection("admin"), "my-test/1");
 * }
 * }</pre>
 *
 * <p>Ready in about 6 s; several run side by side. All processes end with {@link #close} and with this JVM, also when that is killed.
 * The folder is deleted on close, unless the system property {@code operating.testbed.keep} is {@code true}. Methods may be called by
 * any thread; those that start and stop block.
 */
public final class ControlPlane implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ControlPlane.class);
    private static final String KEEP = "operating.testbed.keep";

    private final Launch launch;
    private final AtomicBoolean kept = new AtomicBoolean(Boolean.getBoolean(KEEP));

    private ControlPlane(Launch launch) {
        this.launch = launch;
    }

    /**
     * Finds or builds the programs (some minutes, once for a machine), starts them in a new folder and waits until they work.
     *
     * @throws ControlPlaneException naming what is wrong and what helps; nothing runs then
     */
    public static ControlPlane start(ControlPlaneOptions options) {
        String name = "operating-"
                + HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextInt());
        return start(options, options.parent().resolve(name));
    }

    /**
     * As {@link #start(ControlPlaneOptions)} in a folder of the caller's choice. What an earlier control plane left there is deleted.
     *
     * @throws ControlPlaneException also if one runs there
     */
    public static ControlPlane start(ControlPlaneOptions options, Path folder) {
        long start = System.nanoTime();
        Binaries binaries = Binaries.provide(Environment.ofProcess(), GoModule.chosen(), LOG::info);
        Launch launch = Launch.into(new Instance(folder), binaries, options);
        LOG.info(
                "Control plane ready at {} after {} ms, logs in {}",
                launch.instance().server(),
                Duration.ofNanos(System.nanoTime() - start).toMillis(),
                launch.instance().logs());
        return new ControlPlane(launch);
    }

    /**
     * How a user reaches the API server.
     *
     * @param user {@code admin} or one that the options declare
     * @throws IllegalArgumentException naming the known users if this one is unknown
     */
    public Connection connection(String user) {
        return instance().connection(user);
    }

    /** The base address of the API server. */
    public URI server() {
        return instance().server();
    }

    /** The kubeconfig file of a user. */
    public Path kubeconfig(String user) {
        return instance().kubeconfig(user);
    }

    /** Where logs, kubeconfigs and the audit log are. */
    public Instance instance() {
        return launch.instance();
    }

    /** Kills the API server; open connections break, new ones are refused. */
    public void stopApiServer() {
        try {
            launch.supervisor().stop(Component.API_SERVER.program());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts the API server that was stopped, at the same address, with the same certificate and data; returns when it is ready. */
    public void startApiServer() {
        try {
            launch.supervisor().again(Component.API_SERVER.program());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        launch.awaitApiServer();
    }

    /** Kills the API server and starts it again. */
    public void restartApiServer() {
        stopApiServer();
        startApiServer();
    }

    /**
     * Starts a program beside the control plane, to end with it.
     *
     * @param name a word for its log file, unlike the components' names
     * @param command the program and its arguments
     */
    public Companion companion(String name, List<String> command) {
        Companion companion = new Companion(name, instance().folder(), launch.supervisor());
        companion.run(command);
        return companion;
    }

    /** Lets it run on after this JVM, until {@link Instance#stop}; {@link #close} then does nothing. */
    public void detach() {
        try {
            launch.supervisor().detach();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Kills all processes and deletes the folder; does nothing the second time. */
    @Override
    public void close() {
        if (launch.supervisor().isDetached()) {
            return;
        }
        launch.supervisor().close();
        if (kept.get()) {
            LOG.info("Control plane stopped, its logs are in {}", instance().logs());
            return;
        }
        try {
            Folders.delete(instance().folder());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Lets {@link #close} leave the logs. */
    public void keepFolder() {
        kept.set(true);
    }
}
