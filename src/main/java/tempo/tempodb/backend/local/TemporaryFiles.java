package tempo.tempodb.backend.local;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/*
 * Several processes may share one store directory, so a process must not sweep the temporary files of another that is alive.
 * Each has a directory of its own, #temporary/<uuid>/, and holds a lock on the file #temporary/<uuid>.lock from before the
 * directory exists until it is closed. A directory whose lock can be had belongs to nobody. '#' cannot occur in an object key.
 *
 * POSIX drops a process's lock when the process closes *any* descriptor of the file, so a store must not even open the lock of
 * another store of its own process: LIVE names those.
 */
/** Where a store writes what is not yet visible; what dead processes left is removed at open. Thread-safe. */
final class TemporaryFiles implements AutoCloseable {
    /** The only entry of a store's root that is not part of an object key. */
    static final String DIRECTORY = "#temporary";

    private static final String LOCK_SUFFIX = ".lock";
    private static final Set<Path> LIVE = ConcurrentHashMap.newKeySet();

    private final Path own;
    private final Path lockFile;
    private final FileChannel lock;
    private final AtomicLong count = new AtomicLong();

    private TemporaryFiles(Path own, Path lockFile, FileChannel lock) {
        this.own = own;
        this.lockFile = lockFile;
        this.lock = lock;
    }

    static TemporaryFiles open(Path root) throws IOException {
        Path all = root.resolve(DIRECTORY);
        Directories.create(root, all);
        sweep(all, Instant.MAX);
        String name = UUID.randomUUID().toString();
        Path own = all.resolve(name);
        Path lockFile = all.resolve(name + LOCK_SUFFIX);
        LIVE.add(own);
        FileChannel lock = FileChannel.open(lockFile, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        try {
            if (lock.tryLock() == null) {
                throw new IOException("temporary directory is locked by another process: " + lockFile);
            }
            Files.createDirectory(own);
        } catch (IOException e) {
            lock.close();
            LIVE.remove(own);
            throw e;
        }
        return new TemporaryFiles(own, lockFile, lock);
    }

    /** A path that nothing exists under yet. */
    Path next() {
        return own.resolve(Long.toString(count.incrementAndGet()));
    }

    /** Removes what processes left that are dead and last began a write before {@code startedBefore}; returns how many files. */
    int sweep(Instant startedBefore) throws IOException {
        return sweep(Directories.parentOf(own), startedBefore);
    }

    @Override
    public void close() throws IOException {
        remove(own);
        Files.deleteIfExists(lockFile);
        lock.close();
        LIVE.remove(own);
    }

    /** Removes what dead processes left; returns how many files that were. */
    private static int sweep(Path all, Instant startedBefore) throws IOException {
        int removed = 0;
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(all)) {
            for (Path entry : entries) {
                if (Files.isDirectory(entry) && !LIVE.contains(entry)) {
                    removed += sweepIfDead(all, entry, startedBefore);
                }
            }
        }
        return removed;
    }

    private static int sweepIfDead(Path all, Path directory, Instant startedBefore) throws IOException {
        Path lockFile = all.resolve(directory.getFileName() + LOCK_SUFFIX);
        try (FileChannel channel = FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock dead = channel.tryLock()) {
            if (dead == null
                    || !Files.getLastModifiedTime(directory).toInstant().isBefore(startedBefore)) {
                return 0;
            }
            int removed = remove(directory);
            Files.deleteIfExists(lockFile);
            return removed;
        } catch (NoSuchFileException | OverlappingFileLockException sweptByAnotherOrLiveInThisProcess) {
            return 0;
        }
    }

    private static int remove(Path directory) throws IOException {
        int removed = 0;
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                removed += Files.deleteIfExists(file) ? 1 : 0;
            }
        } catch (NoSuchFileException sweptByAnother) {
            return removed;
        }
        Files.deleteIfExists(directory);
        return removed;
    }
}
