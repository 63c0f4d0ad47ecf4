package tempo;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
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

    /** What is known of the logs of all nodes. */
    Path logFacts() {
        return path.resolve("log-facts");
    }

    /**
     * Who this node is, whatever its address: made once, and lost with its log.
     *
     * @throws IOException if it cannot be read or made
     */
    String nodeId() throws IOException {
        Files.createDirectories(wal());
        Path file = wal().resolve("node-id");
        if (Files.exists(file)) {
            String id = Files.readString(file).trim();
            if (!id.isEmpty()) {
                return id;
            }
        }
        String id = UUID.randomUUID().toString();
        Path next = wal().resolve("node-id.next");
        Files.writeString(next, id + "\n");
        try (FileChannel channel = FileChannel.open(next, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
        return id;
    }

    /** Where the blocks are. */
    Path blocks() {
        return blocks(path);
    }

    /** Where the blocks are in a data directory. */
    static Path blocks(Path path) {
        return path.resolve("blocks");
    }

    @Override
    public void close() throws IOException {
        lockFile.close();
    }
}
