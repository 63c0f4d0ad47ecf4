package tempo.querier;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
final class BlockPollsTest {
    private final ArrayDeque<Runnable> disk = new ArrayDeque<>();
    private int count;

    @Test
    void manyWhoAskMeanwhileShareThePollThatFollows() {
        BlockPolls polls = new BlockPolls(() -> count++, disk::add, Duration.ofSeconds(1));
        CompletableFuture<Void> first = polls.request();
        assertSame(first, polls.request());
        assertEquals(1, disk.size());
        disk.remove().run();
        assertTrue(first.isDone());
        assertEquals(1, count);
        assertTrue(disk.isEmpty());
    }

    @Test
    void whoAsksDuringAPollWaitsForTheNext() {
        ArrayDeque<CompletableFuture<Void>> during = new ArrayDeque<>();
        BlockPolls[] polls = new BlockPolls[1];
        polls[0] = new BlockPolls(
                () -> {
                    if (count++ == 0) {
                        during.add(polls[0].request());
                    }
                },
                disk::add,
                Duration.ofSeconds(1));
        CompletableFuture<Void> first = polls[0].request();
        disk.remove().run();
        assertTrue(first.isDone());
        assertFalse(during.element().isDone());
        disk.remove().run();
        assertTrue(during.element().isDone());
        assertEquals(2, count);
    }

    @Test
    void repeatsAPollThatFailedUntilItSucceeds() throws Exception {
        CountDownLatch again = new CountDownLatch(1);
        BlockPolls polls = new BlockPolls(
                () -> {
                    if (count++ < 2) {
                        throw new IOException("store is away");
                    }
                    again.countDown();
                },
                Runnable::run,
                Duration.ofMillis(1));
        CompletableFuture<Void> asked = polls.request();
        again.await();
        asked.join();
        assertEquals(3, count);
    }
}
