package io.kusionstack.operating.testbed.controlplane;

import io.kusionstack.operating.testbed.Await;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A folder with the four programs of a control plane.
 *
 * @param folder where they lie
 */
record Binaries(Path folder) {
    private static final String MARKER = "complete";
    private static final Duration LOCK_LIMIT = Duration.ofMinutes(20);

    /**
     * Finds the programs, or builds them into the cache: KUBEBUILDER_ASSETS, the cache, a Go toolchain, in this order.
     *
     * <p>Several processes and threads may ask at once; one builds, the others wait for it.
     *
     * @throws ControlPlaneException if there is no way, naming those there are
     */
    static Binaries provide(Environment environment, GoModule module, Consumer<String> progress) {
        Optional<Path> assets = environment.assets();
        if (assets.isPresent()) {
            return ofAssets(assets.get());
        }
        Path cache = environment.cache().resolve("control-plane");
        Path folder = cache.resolve(module.version() + "-" + Environment.platform());
        if (isComplete(folder, module)) {
            return new Binaries(folder);
        }
        try {
            Files.createDirectories(cache);
            return locked(folder, () -> built(environment, module, folder, progress), progress);
        } catch (IOException e) {
            throw new ControlPlaneException(
                    "Cannot fill the cache " + folder + ": " + e.getMessage()
                            + ". Make room or name another place by XDG_CACHE_HOME.",
                    e);
        }
    }

    Path of(Component component) {
        return folder.resolve(component.program());
    }

    private static Binaries ofAssets(Path assets) {
        List<String> missing = missing(assets);
        if (!missing.isEmpty()) {
            throw new ControlPlaneException("KUBEBUILDER_ASSETS=" + assets + " lacks " + String.join(", ", missing)
                    + " (the envtest archives have no controller manager and no scheduler). Add them, or unset KUBEBUILDER_ASSETS"
                    + " so that the programs are taken from the cache or built with Go.");
        }
        return new Binaries(assets);
    }

    private static List<String> missing(Path folder) {
        return Component.programs().stream()
                .filter(program -> !Files.isExecutable(folder.resolve(program)))
                .toList();
    }

    private static boolean isComplete(Path folder, GoModule module) {
        try {
            return Files.readString(folder.resolve(MARKER)).strip().equals(module.fingerprint())
                    && missing(folder).isEmpty();
        } catch (IOException absent) {
            return false;
        }
    }

    private interface Work {
        Binaries run() throws IOException;
    }

    private static Binaries locked(Path folder, Work work, Consumer<String> progress) throws IOException {
        Path file = folder.resolveSibling(folder.getFileName() + ".lock");
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            FileLock lock = tryLock(channel);
            if (lock == null) {
                progress.accept("Another process builds the control plane; waiting for it (lock " + file + ")");
                @Nullable FileLock[] holder = new FileLock[1];
                if (!Await.until(LOCK_LIMIT, () -> (holder[0] = tryLock(channel)) != null)) {
                    throw new ControlPlaneException("Another process has held " + file + " for "
                            + LOCK_LIMIT.toMinutes() + " minutes: end it, then try again.");
                }
            }
            return work.run();
        }
    }

    /** Null while another process, or another thread of this one, holds it. */
    private static @Nullable FileLock tryLock(FileChannel channel) {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException held) {
            return null;
        } catch (IOException e) {
            throw new ControlPlaneException("Cannot lock the cache of the control plane: " + e.getMessage(), e);
        }
    }

    private static Binaries built(Environment environment, GoModule module, Path folder, Consumer<String> progress)
            throws IOException {
        if (isComplete(folder, module)) {
            return new Binaries(folder);
        }
        Files.deleteIfExists(folder.resolve(MARKER));
        Path fresh = folder.resolveSibling(folder.getFileName() + ".building");
        Folders.delete(fresh);
        try {
            new GoBuild(environment, module, progress).into(fresh);
            Files.writeString(fresh.resolve(MARKER), module.fingerprint() + "\n");
            Folders.delete(folder);
            Files.move(fresh, folder);
        } finally {
            Folders.delete(fresh);
        }
        return new Binaries(folder);
    }
}
