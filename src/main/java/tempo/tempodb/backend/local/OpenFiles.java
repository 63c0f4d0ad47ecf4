package tempo.tempodb.backend.local;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The files most recently read, kept open. At most {@value #FILES_MAX} stay open besides those being read. A file that was
 * replaced or removed, by whatever process, is noticed at the next read. Thread-safe.
 */
final class OpenFiles implements AutoCloseable {
    /** Far below the usual limit of 1,024 descriptors, enough for the blocks that queries keep asking. */
    private static final int FILES_MAX = 128;

    /** The JDK keeps a direct buffer per thread as large as the largest transfer. */
    private static final int TRANSFER_BYTES_MAX = 1 << 20;

    /** A channel may be closed under a reader when another thread is interrupted while reading it. */
    private static final int ATTEMPTS_MAX = 5;

    private final Map<Path, OpenFile> files = new LinkedHashMap<>(16, 0.75f, true);

    /** Reads {@code target.length} bytes from {@code offset} of {@code file}. */
    void read(Path file, long offset, byte[] target) throws IOException {
        for (int attempt = 1; ; attempt++) {
            OpenFile open = acquire(file);
            try {
                open.read(offset, target);
                return;
            } catch (ClosedByInterruptException interrupted) {
                drop(file);
                throw interrupted;
            } catch (ClosedChannelException closedByInterruptOfAnother) {
                drop(file);
                if (attempt == ATTEMPTS_MAX) {
                    throw closedByInterruptOfAnother;
                }
            } finally {
                release(open);
            }
        }
    }

    /** Closes {@code file} as soon as nobody reads it. */
    synchronized void drop(Path file) throws IOException {
        OpenFile open = files.remove(file);
        if (open != null) {
            open.retire();
        }
    }

    @Override
    public synchronized void close() throws IOException {
        for (OpenFile open : files.values()) {
            open.retire();
        }
        files.clear();
    }

    private OpenFile acquire(Path file) throws IOException {
        Object identity = identityOf(file);
        synchronized (this) {
            OpenFile open = files.get(file);
            if (open != null && Objects.equals(open.identity, identity)) {
                open.readers++;
                return open;
            }
        }
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
        OpenFile fresh = new OpenFile(channel, identity);
        fresh.readers = 1;
        synchronized (this) {
            if (!Objects.equals(identity, identityOrNull(file))) {
                // Replaced around the opening: which of the two was opened is not known, so nobody else shall use it.
                fresh.retired = true;
                return fresh;
            }
            OpenFile old = files.put(file, fresh);
            if (old != null) {
                old.retire();
            }
            evict();
        }
        return fresh;
    }

    private synchronized void release(OpenFile open) throws IOException {
        open.readers--;
        open.closeIfUnused();
    }

    private void evict() throws IOException {
        Iterator<OpenFile> eldestFirst = files.values().iterator();
        while (files.size() > FILES_MAX) {
            OpenFile eldest = eldestFirst.next();
            eldestFirst.remove();
            eldest.retire();
        }
    }

    private static @Nullable Object identityOrNull(Path file) throws IOException {
        try {
            return identityOf(file);
        } catch (NoSuchFileException removed) {
            return null;
        }
    }

    /** The inode: it cannot be given to another file while this one is open. */
    private static @Nullable Object identityOf(Path file) throws IOException {
        return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
    }

    /** Guarded by the enclosing object, except for reading. */
    private static final class OpenFile {
        private final FileChannel channel;
        private final @Nullable Object identity;
        private int readers;
        private boolean retired;

        OpenFile(FileChannel channel, @Nullable Object identity) {
            this.channel = channel;
            this.identity = identity;
        }

        void read(long offset, byte[] target) throws IOException {
            int done = 0;
            while (done < target.length) {
                int wanted = Math.min(TRANSFER_BYTES_MAX, target.length - done);
                int read = channel.read(ByteBuffer.wrap(target, done, wanted), offset + done);
                if (read < 0) {
                    throw new EOFException("file ends at " + channel.size() + " bytes, read was of " + target.length
                            + " bytes at " + offset);
                }
                done += read;
            }
        }

        void retire() throws IOException {
            retired = true;
            closeIfUnused();
        }

        void closeIfUnused() throws IOException {
            if (retired && readers == 0) {
                channel.close();
            }
        }
    }
}
