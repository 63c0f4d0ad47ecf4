package tempo.tempodb.cache;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/** A frame that one thread fetches, and for which others may wait. */
final class Flight {
    private final CountDownLatch landed = new CountDownLatch(1);

    /** Written before the latch opens, and read after. */
    private byte[] bytes = new byte[0];

    private int start;
    private int length = -1;
    private @Nullable IOException failure;

    /** The block was invalidated while the frame was under way: it may serve those who wait, and nobody later. */
    private boolean stale;

    void land(byte[] source, int offset, int count) {
        bytes = source;
        start = offset;
        length = count;
        landed.countDown();
    }

    /** Ends a flight that did not land; nothing happens to one that did. */
    void fail(@Nullable Throwable cause) {
        if (landed.getCount() > 0) {
            boolean others = cause instanceof IOException
                    && !(cause instanceof InterruptedIOException)
                    && !(cause instanceof ClosedByInterruptException);
            failure = others ? (IOException) cause : null;
            landed.countDown();
        }
    }

    /**
     * Waits for the frame and copies a part of it.
     *
     * @param frameLength what the frame is expected to be long
     * @return false if one has to fetch it oneself: the other thread was interrupted, or failed for a reason of its own
     * @throws IOException what the store threw to the other thread; or if this thread is interrupted, which does no harm to the flight
     */
    boolean await(int frameLength, int from, byte[] target, int offset, int count) throws IOException {
        try {
            landed.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while another thread read the same frame");
        }
        if (failure != null) {
            throw failure;
        }
        if (length != frameLength) {
            return false;
        }
        System.arraycopy(bytes, start + from, target, offset, count);
        return true;
    }

    /** Under the cache's lock. */
    boolean stale() {
        return stale;
    }

    /** Under the cache's lock. */
    void makeStale() {
        stale = true;
    }
}
