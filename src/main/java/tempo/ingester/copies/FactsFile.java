package tempo.ingester.copies;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;

/** Facts in a file, a line each. */
final class FactsFile {
    /** A node that was away for longer knows nothing that others have not forgotten. */
    static final Duration OLDEST = Duration.ofDays(7);

    private final Path file;
    private boolean closed;

    FactsFile(Path file) {
        this.file = file;
    }

    /** Returns when nothing is being written, and never will be. */
    synchronized void close() {
        closed = true;
    }

    Set<String> read(long nowMillis) throws IOException {
        if (!Files.exists(file) || nowMillis - Files.getLastModifiedTime(file).toMillis() > OLDEST.toMillis()) {
            return Set.of();
        }
        return Set.copyOf(Files.readAllLines(file));
    }

    /** Writes them; after {@link #close} does nothing. */
    synchronized void write(Set<String> facts) throws IOException {
        if (closed) {
            return;
        }
        Path next = file.resolveSibling(file.getFileName() + ".next");
        Files.write(next, new TreeSet<>(facts));
        try (FileChannel channel = FileChannel.open(next, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
