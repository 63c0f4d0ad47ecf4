package tempo.tempodb.compaction;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import tempo.tempodb.block.BlockSource;

/**
 * Reads an object from its start to its end in large pieces, the next of them while the one before is being used. Whatever is asked
 * for out of that order, or larger than a piece, is read as it is. Holds two pieces. For one thread.
 */
final class ReadAhead implements BlockSource {
    private final BlockSource source;
    private final long end;
    private final int pieceBytes;
    private final Executor executor;

    private byte[] piece = new byte[0];
    private long pieceOffset;
    private @Nullable CompletableFuture<byte[]> next;

    /**
     * @param end where what is read in order ends; nothing behind it is read ahead
     * @param pieceBytes size of a piece, above zero
     * @param executor reads the next piece
     */
    ReadAhead(BlockSource source, long end, int pieceBytes, Executor executor) {
        this.source = source;
        this.end = end;
        this.pieceBytes = pieceBytes;
        this.executor = executor;
    }

    @Override
    public byte[] read(long offset, int length) throws IOException {
        if (length > pieceBytes || offset + length > end || offset < pieceOffset) {
            return source.read(offset, length);
        }
        byte[] range = new byte[length];
        int done = 0;
        while (done < length) {
            long at = offset + done - pieceOffset;
            if (at >= piece.length) {
                advance(offset + done);
                continue;
            }
            int count = (int) Math.min(length - done, piece.length - at);
            System.arraycopy(piece, (int) at, range, done, count);
            done += count;
        }
        return range;
    }

    /** Makes the piece that holds {@code offset} the current one. */
    private void advance(long offset) throws IOException {
        long nextOffset = pieceOffset + piece.length;
        CompletableFuture<byte[]> reading = next;
        next = null;
        // What lies between is of no use to the reader: begin anew where it is.
        boolean inNext = reading != null && offset >= nextOffset && offset < nextOffset + pieceBytes;
        piece = inNext && reading != null ? await(reading) : source.read(offset, lengthAt(offset));
        pieceOffset = inNext ? nextOffset : offset;
        long following = pieceOffset + piece.length;
        int length = lengthAt(following);
        if (length > 0) {
            next = readLater(following, length);
        }
    }

    private int lengthAt(long offset) {
        return (int) Math.max(0, Math.min(pieceBytes, end - offset));
    }

    private CompletableFuture<byte[]> readLater(long offset, int length) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return source.read(offset, length);
                    } catch (IOException e) {
                        throw new CompletionException(e);
                    }
                },
                executor);
    }

    private static byte[] await(CompletableFuture<byte[]> reading) throws IOException {
        try {
            return reading.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("read was interrupted");
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException failure) {
                throw failure;
            }
            throw new IOException("read failed: " + e.getCause(), e.getCause());
        }
    }
}
