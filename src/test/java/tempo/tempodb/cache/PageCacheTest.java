package tempo.tempodb.cache;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import tempo.tempodb.cache.CountingStore.Request;

final class PageCacheTest {
    private static final int FRAME = Frames.BYTES;
    private static final UUID BLOCK = new UUID(7, 8);
    private static final long OBJECT = 200L * FRAME + 100;

    private final CountingStore store = new CountingStore();
    private final PageCache cache = new PageCache(1000L * FRAME);

    @Property(tries = 300)
    void readsWhatIsInTheObject(
            @ForAll @IntRange(max = 40) int capacity,
            @ForAll @IntRange(max = 2_000_000) int objectBytes,
            @ForAll @Size(max = 30) List<@IntRange(max = Integer.MAX_VALUE) Integer> choices)
            throws IOException {
        CountingStore objects = new CountingStore();
        try (PageCache any = new PageCache((long) capacity * FRAME + FRAME / 2)) {
            for (int choice : choices) {
                UUID block = new UUID(1, choice % 3);
                int offset = choice / 3 % (objectBytes + 1);
                int length = (int) (choice * 7919L % Math.min(objectBytes - offset + 1, 400_000));
                PageKind kind = PageKind.ALL.get(choice / 5 % PageKind.ALL.size());
                RangeReader reader = objects.of(block, objectBytes);
                byte[] read = choice % 11 == 0
                        ? any.reread(block, objectBytes, offset, length, kind, reader)
                        : any.read(block, objectBytes, offset, length, kind, reader);
                assertArrayEquals(CountingStore.bytes(block, offset, length), read);
                if (choice % 13 == 0) {
                    any.invalidate(block);
                }
                requireAtRest(any);
            }
        }
    }

    @Test
    void fetchesWholeFramesOnce() throws IOException {
        read(FRAME + 5, 10);
        assertEquals(List.of(new Request(FRAME, FRAME)), store.taken());
        read(FRAME, FRAME);
        read(2 * FRAME - 1, 1);
        assertEquals(List.of(), store.taken());
        read(OBJECT - 3, 3);
        assertEquals(List.of(new Request(200L * FRAME, 100)), store.taken());
        PageCacheStats.Kind stats = cache.stats().of(PageKind.GROUP);
        assertEquals(2, stats.memoryHits());
        assertEquals(2, stats.misses());
        assertEquals(2, stats.requests());
        assertEquals(FRAME + 100, stats.bytesFetched());
        assertEquals(10 + FRAME + 1 + 3, stats.bytesServed());
    }

    @Test
    void missesWithLittleBetweenThemShareARequest() throws IOException {
        read(3 * FRAME, 3 * FRAME);
        read(20 * FRAME, 4 * FRAME);
        store.taken();
        read(2 * FRAME, 5 * FRAME);
        assertEquals(List.of(new Request(2 * FRAME, 5 * FRAME)), store.taken());
        read(19 * FRAME, 6 * FRAME);
        assertEquals(List.of(new Request(19 * FRAME, FRAME), new Request(24 * FRAME, FRAME)), store.taken());
    }

    @Test
    void requestIsOfEightMebibytesAtMost() throws IOException {
        PageCache large = new PageCache(1100L * FRAME);
        large.read(BLOCK, OBJECT, 0, 130 * FRAME, PageKind.GROUP, store.of(BLOCK, OBJECT));
        assertEquals(List.of(new Request(0, 8 << 20), new Request(8 << 20, 2 * FRAME)), store.taken());
    }

    @Test
    void largeReadsAndStreamsUseWhatIsHereAndLeaveNothing() throws IOException {
        read(10 * FRAME, FRAME);
        store.taken();
        cache.read(BLOCK, OBJECT, 10 * FRAME - 5, FRAME + 10, PageKind.STREAM, store.of(BLOCK, OBJECT));
        assertEquals(List.of(new Request(10 * FRAME - 5, FRAME + 10)), store.taken());
        cache.read(BLOCK, OBJECT, 10 * FRAME + 5, FRAME - 5, PageKind.STREAM, store.of(BLOCK, OBJECT));
        assertEquals(List.of(), store.taken());
        read(0, 126 * FRAME);
        assertEquals(1, cache.stats().memoryFrames());
    }

    @Test
    void rereadGoesToTheStoreAndForgets() throws IOException {
        read(0, 3 * FRAME);
        store.taken();
        cache.reread(BLOCK, OBJECT, FRAME + 1, 2, PageKind.GROUP, store.of(BLOCK, OBJECT));
        assertEquals(List.of(new Request(FRAME + 1, 2)), store.taken());
        read(0, 3 * FRAME);
        assertEquals(List.of(new Request(FRAME, FRAME)), store.taken());
    }

    @Test
    void readPastTheEndIsAnEofAndReachesNoStore() {
        assertThrows(EOFException.class, () -> read(OBJECT - 1, 2));
        assertEquals(List.of(), store.taken());
    }

    @Test
    void failureIsNotRemembered() throws IOException {
        RangeReader failing = CountingStore.failing("store is gone");
        IOException e = assertThrows(IOException.class, () -> cache.read(BLOCK, OBJECT, 0, 1, PageKind.GROUP, failing));
        assertEquals("store is gone", e.getMessage());
        read(0, 1);
        requireAtRest(cache);
    }

    @Test
    void storeThatReadsTooLittleIsAnError() {
        RangeReader stingy = (offset, length) -> new byte[length - 1];
        assertThrows(IOException.class, () -> cache.read(BLOCK, OBJECT, 0, 1, PageKind.GROUP, stingy));
        assertEquals(0, cache.stats().memoryFrames());
    }

    @Test
    void twoThreadsThatMissTheSameMakeOneRequest() throws Exception {
        SlowStore slow = new SlowStore(store.of(BLOCK, OBJECT));
        ReadingThread leader = ReadingThread.start(cache, OBJECT, BLOCK, slow);
        slow.awaitAsked();
        ReadingThread follower = ReadingThread.start(cache, OBJECT, BLOCK, store.of(BLOCK, OBJECT));
        follower.awaitWaiting();
        slow.answer();
        assertTrue(Arrays.equals(leader.result(), follower.result()));
        assertEquals(1, store.taken().size());
        assertEquals(1, cache.stats().of(PageKind.GROUP).joined());
        requireAtRest(cache);
    }

    @Test
    void interruptedWaiterLeavesTheFlightAlone() throws Exception {
        SlowStore slow = new SlowStore(store.of(BLOCK, OBJECT));
        ReadingThread leader = ReadingThread.start(cache, OBJECT, BLOCK, slow);
        slow.awaitAsked();
        ReadingThread follower = ReadingThread.start(cache, OBJECT, BLOCK, store.of(BLOCK, OBJECT));
        follower.awaitWaiting();
        follower.interrupt();
        assertThrows(InterruptedIOException.class, follower::result);
        slow.answer();
        assertFalse(leader.result().length == 0);
        read(0, 1);
        assertEquals(1, store.taken().size());
    }

    @Test
    void waiterOfAnInterruptedReadReadsItself() throws Exception {
        SlowStore slow = new SlowStore((offset, length) -> {
            throw new InterruptedIOException("interrupted");
        });
        ReadingThread leader = ReadingThread.start(cache, OBJECT, BLOCK, slow);
        slow.awaitAsked();
        ReadingThread follower = ReadingThread.start(cache, OBJECT, BLOCK, store.of(BLOCK, OBJECT));
        follower.awaitWaiting();
        slow.answer();
        assertThrows(InterruptedIOException.class, leader::result);
        assertArrayEquals(CountingStore.bytes(BLOCK, 0, 10), follower.result());
        requireAtRest(cache);
    }

    @Test
    void frameThatWasUnderWayWhenItsBlockWasInvalidatedIsNotKept() throws Exception {
        SlowStore slow = new SlowStore(store.of(BLOCK, OBJECT));
        ReadingThread leader = ReadingThread.start(cache, OBJECT, BLOCK, slow);
        slow.awaitAsked();
        cache.invalidate(BLOCK);
        slow.answer();
        leader.result();
        assertEquals(0, cache.stats().memoryFrames());
        requireAtRest(cache);
    }

    @Test
    void keepsTrackOfAFrameInLessThanAHundredBytes() {
        PageCache large = new PageCache(10_000L * FRAME);
        long each = large.stats().overheadBytes() / 10_000;
        assertTrue(each < 100, each + " bytes a frame");
        assertEquals(0, large.stats().memoryBytes());
    }

    private byte[] read(long offset, int length) throws IOException {
        return cache.read(BLOCK, OBJECT, offset, length, PageKind.GROUP, store.of(BLOCK, OBJECT));
    }

    static void requireAtRest(PageCache cache) {
        assertEquals(0, cache.flights());
        synchronized (cache.index) {
            assertEquals(cache.index.usable(), cache.index.listed() + cache.index.free());
        }
        assertTrue(cache.memory.bytes() <= cache.stats().memoryBytesMax());
    }
}
