package tempo.tempodb.cache;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.CountDownLatch;

/** Answers when the test says so. */
final class SlowStore implements RangeReader {
    private final RangeReader store;
    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch answer = new CountDownLatch(1);

    SlowStore(RangeReader store) {
        this.store = store;
    }

    @Override
    public byte[] read(long offset, int length) throws IOException {
        asked.countDown();
        try {
            answer.await();
        } catch (InterruptedException e) {
            throw new InterruptedIOException("interrupted");
        }
        return store.read(offset, length);
    }

    void awaitAsked() throws InterruptedException {
        asked.await();
    }

    void answer() {
        answer.countDown();
    }
}
