package io.kusionstack.operating.host.plugins;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folder of the verified copies. Only this user can read and write it, so that no jar is swapped between the check and
 * the load. A lock marks it as in use; the next process removes what a killed one left behind.
 */
final class PrivateFolder implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PrivateFolder.class);
    private static final String PREFIX = "operating-plugins-";
    private static final String LOCK = "lock";

    private final Path folder;
    private final FileChannel lock;

    private PrivateFolder(Path folder, FileChannel lock) {
        this.folder = folder;
        this.lock = lock;
    }

    static PrivateFolder create() throws IOException {
        Path folder = Files.createTempDirectory(PREFIX);
        FileChannel lock =
                FileChannel.open(folder.resolve(LOCK), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        lock.lock();
        removeLeftovers(folder);
        return new PrivateFolder(folder, lock);
    }

    /** A folder of its own for one jar. */
    Path store(String file, byte[] jar) throws IOException {
        Path own = Files.createTempDirectory(folder, "jar-");
        return Files.write(own.resolve(file), jar, StandardOpenOption.CREATE_NEW);
    }

    private static void removeLeftovers(Path ours) throws IOException {
        try (DirectoryStream<Path> others = Files.newDirectoryStream(ours.getParent(), PREFIX + "*")) {
            for (Path other : others) {
                if (!other.equals(ours) && isLeftOver(other)) {
                    remove(other);
                }
            }
        }
    }

    private static boolean isLeftOver(Path folder) {
        try (FileChannel channel = FileChannel.open(folder.resolve(LOCK), StandardOpenOption.WRITE);
                FileLock taken = channel.tryLock()) {
            return taken != null;
        } catch (IOException | OverlappingFileLockException e) {
            // without a lock, of another user, or of this very process: not ours to remove
            return false;
        }
    }

    private static void remove(Path folder) {
        try (Stream<Path> tree = Files.walk(folder)) {
            List<Path> deepestFirst = tree.sorted((a, b) -> b.compareTo(a)).toList();
            for (Path path : deepestFirst) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            LOG.atDebug().addKeyValue("folder", folder).log("A left-over folder of plugins could not be removed");
        }
    }

    @Override
    public void close() throws IOException {
        remove(folder);
        lock.close();
    }
}
