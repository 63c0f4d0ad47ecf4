package tempo.tempodb.wal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** A log's directory on the local disk; created, with its parents, if it is not there. */
public final class LocalWalDisk implements WalDisk {
    private static final int ZEROS_BYTES = 1 << 20;
    /** Zeros forced at a time: more at once would make a commit on the same disk wait. */
    private static final long FORCE_BYTES = 4 << 20;

    private final Path directory;

    /** @throws IOException if the directory cannot be created */
    public LocalWalDisk(Path directory) throws IOException {
        Path absolute = directory.toAbsolutePath().normalize();
        List<Path> parents = new ArrayList<>();
        for (Path path = absolute; path != null && !Files.exists(path); path = path.getParent()) {
            if (path.getParent() != null) {
                parents.add(path.getParent());
            }
        }
        Files.createDirectories(absolute);
        for (Path parent : parents) {
            forceDirectory(parent);
        }
        this.directory = absolute;
    }

    @Override
    public List<String> list() throws IOException {
        List<String> names = new ArrayList<>();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                if (Files.isRegularFile(file)) {
                    names.add(file.getFileName().toString());
                }
            }
        }
        return names;
    }

    @Override
    public WalFile create(String name, long bytes) throws IOException {
        Path path = directory.resolve(name);
        try (FileChannel channel = FileChannel.open(
                path, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            ByteBuffer zeros = ByteBuffer.allocateDirect(ZEROS_BYTES);
            long written = 0;
            while (written < bytes) {
                zeros.clear().limit((int) Math.min(zeros.capacity(), bytes - written));
                written += channel.write(zeros, written);
                if (written % FORCE_BYTES == 0) {
                    channel.force(false);
                }
            }
            channel.force(true);
        } catch (IOException e) {
            Files.deleteIfExists(path);
            throw isNoSpace(e) ? new NoSpaceException("no space for " + path + ": " + e.getMessage(), e) : e;
        }
        forceDirectory(directory);
        return new LocalWalFile(path);
    }

    @Override
    public WalFile open(String name) throws IOException {
        return new LocalWalFile(directory.resolve(name));
    }

    @Override
    public void rename(String name, String newName) throws IOException {
        Files.move(
                directory.resolve(name),
                directory.resolve(newName),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
        forceDirectory(directory);
    }

    @Override
    public void delete(String name) throws IOException {
        if (Files.deleteIfExists(directory.resolve(name))) {
            forceDirectory(directory);
        }
    }

    @Override
    public long usableBytes() throws IOException {
        return Files.getFileStore(directory).getUsableSpace();
    }

    @Override
    public String toString() {
        return directory.toString();
    }

    /** The JDK has no type for a full disk or quota: it passes on the system's message. */
    private static boolean isNoSpace(IOException e) {
        String message = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
        return message.contains("no space left") || message.contains("quota exceeded");
    }

    private static void forceDirectory(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
