package tempo;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/** The directory of a node, held by one process at a time. */
final class DataDirectory implements AutoCloseable {
    private final Path path;
    private final FileChannel lockFile;

    private DataDirectory(Path path, FileChannel lockFile) {
        this.path = path;
        this.lockFile = lockFile;
    }

    /**
     * Makes the directory where it is missing, and locks it.
     *
     * @throws IOException with a sentence for the user if it cannot be used or another node uses it
     */
    static DataDirectory open(Path path) throws IOException {
        FileChannel lockFile;
        try {
            Files.createDirectories(path);
            lockFile = FileChannel.open(path.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw new IOException("data directory " + path.toAbsolutePath() + " cannot be used: " + e, e);
        }
        FileLock lock = tryLock(lockFile);
        if (lock == null) {
            lockFile.close();
            throw new IOException("data directory " + path.toAbsolutePath() + " is in use by another node");
        }
        return new DataDirectory(path, lockFile);
    }

    private static @Nullable FileLock tryLock(FileChannel lockFile) throws IOException {
        try {
            return lockFile.tryLock();
        } catch (OverlappingFileLockException heldByThisProcess) {
            return null;
        }
    }

    /** Where the write-ahead log is. */
    Path wal() {
        return path.resolve("wal");
    }

    /** Where the blocks are. */
    Path blocks() {
        return path.resolve("blocks");
    }

    @Override
    public void close() throws IOException {
        lockFile.close();
    }
}
