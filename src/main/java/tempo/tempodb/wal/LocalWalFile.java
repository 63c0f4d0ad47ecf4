package tempo.tempodb.wal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * A file of the local disk. An interrupt of a thread that reads from a {@link FileChannel} closes the channel for all, so
 * reads go through a channel of their own, which is opened again when that happens.
 */
final class LocalWalFile implements WalFile {
    /** The JDK copies through a direct buffer that each thread keeps: no larger than this. */
    private static final int HEAP_TRANSFER_BYTES = 256 << 10;

    private final FileChannel writing;
    private final Path path;
    private volatile @Nullable FileChannel reading;
    private volatile boolean closed;

    LocalWalFile(Path path) throws IOException {
        this.path = path;
        this.writing = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
    }

    @Override
    public long bytes() throws IOException {
        return writing.size();
    }

    @Override
    public void write(long offset, ByteBuffer source) throws IOException {
        long at = offset;
        while (source.hasRemaining()) {
            at += writing.write(source, at);
        }
    }

    @Override
    public void force() throws IOException {
        writing.force(false);
    }

    @Override
    public int read(long offset, ByteBuffer target) throws IOException {
        boolean interrupted = false;
        int start = target.position();
        try {
            while (true) {
                FileChannel channel = readingChannel();
                try {
                    readFully(channel, offset + target.position() - start, target);
                    return target.position() - start;
                } catch (ClosedChannelException e) {
                    interrupted |= Thread.interrupted();
                    if (closed) {
                        throw e;
                    }
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public synchronized void close() throws IOException {
        closed = true;
        FileChannel channel = reading;
        try (writing) {
            if (channel != null) {
                channel.close();
            }
        }
    }

    private FileChannel readingChannel() throws IOException {
        FileChannel channel = reading;
        if (channel != null && channel.isOpen()) {
            return channel;
        }
        return openReading();
    }

    private synchronized FileChannel openReading() throws IOException {
        FileChannel channel = reading;
        if (channel != null && channel.isOpen()) {
            return channel;
        }
        if (closed) {
            throw new ClosedChannelException();
        }
        channel = FileChannel.open(path, StandardOpenOption.READ);
        reading = channel;
        return channel;
    }

    private static void readFully(FileChannel channel, long offset, ByteBuffer target) throws IOException {
        int limit = target.limit();
        long at = offset;
        while (target.position() < limit) {
            if (!target.isDirect()) {
                target.limit((int) Math.min(limit, (long) target.position() + HEAP_TRANSFER_BYTES));
            }
            int count;
            try {
                count = channel.read(target, at);
            } finally {
                target.limit(limit);
            }
            if (count < 0) {
                return;
            }
            at += count;
        }
    }
}
