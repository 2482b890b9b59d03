package io.kusionstack.operating.testbed.controlplane;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Control planes that stay when who started them is gone; known by name, in the user's cache folder. Thread-safe. */
public final class Clusters {
    private static final Logger LOG = LoggerFactory.getLogger(Clusters.class);
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]*");

    private Clusters() {}

    /**
     * The folder of a cluster, whether it runs or not.
     *
     * @throws ControlPlaneException if the name is none
     */
    public static Instance named(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new ControlPlaneException("\"" + name + "\" is not a name of a cluster: use a-z, 0-9 and '-'");
        }
        return new Instance(Environment.ofProcess().cache().resolve("clusters").resolve(name));
    }

    /**
     * Starts it unless it runs, and returns when it is ready. Until then the end of this JVM ends it.
     *
     * @param before what else is to be done before it is left alone, for example to start companions
     * @throws ControlPlaneException if it cannot be started
     */
    public static void start(String name, ControlPlaneOptions options, Consumer<ControlPlane> before) {
        Instance instance = named(name);
        Path file = instance.folder().resolveSibling(name + ".lock");
        try {
            Files.createDirectories(file.getParent());
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
                // Held until the channel is closed: two starts at once give one cluster.
                channel.lock();
                if (instance.isRunning()) {
                    LOG.info("Cluster {} runs already", name);
                    return;
                }
                ControlPlane cluster = ControlPlane.start(options, instance.folder());
                before.accept(cluster);
                cluster.detach();
            }
        } catch (IOException e) {
            throw new ControlPlaneException("Cannot keep a cluster in " + file.getParent() + ": " + e.getMessage(), e);
        }
    }
}
