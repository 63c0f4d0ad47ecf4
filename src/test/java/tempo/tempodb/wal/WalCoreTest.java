package tempo.tempodb.wal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the log does step by step, without its threads. */
final class WalCoreTest {
    private static final int SEGMENT = 64 << 10;

    @Test
    void acknowledgesOnlyAfterTheForceAndForcesOnceForAllThatIsQueued() throws IOException {
        SimulatedDisk disk = new SimulatedDisk(1);
        TestLog log = new TestLog(disk);
        log.core.store.step();
        long before = disk.operations;
        List<TestAppend> appends = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            appends.add(log.queue("record " + i));
        }
        assertEquals(Committer.Outcome.WORKED, log.core.committer.step());
        assertEquals(2, disk.operations - before, "one write and one force");
        assertTrue(appends.stream().allMatch(append -> append.committedAt >= 0));
        assertEquals(0, log.core.stats().queuedBytes());
        assertEquals(new WalStats(1, 100, 5656, 0, 0, 1, 0, SEGMENT, 100), log.core.stats());
    }

    @Test
    void splitsWhatIsQueuedIntoCommitsOfBoundedSize() throws IOException {
        TestLog log = new TestLog(new SimulatedDisk(1));
        for (int i = 0; i < 40; i++) {
            log.queue("x".repeat(1000));
        }
        log.settle();
        assertEquals(40, log.core.stats().records());
        assertEquals(3, log.core.stats().commits());
    }

    @Test
    void readsBackRecordsOfEverySize() throws IOException {
        TestLog log = new TestLog(new SimulatedDisk(1));
        WalReader reader = new WalReader(log.core.store);
        for (int length : new int[] {0, 1, 7, 8, 4000, 4096, 4097, 20_000, 61_280}) {
            TestAppend append = log.queue("tenant-é" + length % 3, "y".repeat(length), 4096);
            log.settle();
            ByteBuffer payload = reader.read(append.committedAt);
            assertEquals(length, payload.remaining());
            assertTrue(payload.isReadOnly());
            assertEquals(append.tenant, reader.tenant());
            assertEquals(4096, reader.units());
            assertEquals(append.text, log.read(append.committedAt));
        }
    }

    @Test
    void readsAShortRecordWithOneReadOfTheDisk() throws IOException {
        SimulatedDisk disk = new SimulatedDisk(1);
        TestLog log = new TestLog(disk);
        long shortOne = log.append("x".repeat(3000)).committedAt;
        long longOne = log.append("x".repeat(30_000)).committedAt;
        int before = disk.reads;
        log.read(shortOne);
        assertEquals(1, disk.reads - before);
        log.read(longOne);
        assertEquals(3, disk.reads - before);
    }

    @Test
    void refusesToReadWhereNoRecordIs() throws IOException {
        TestLog log = new TestLog(new SimulatedDisk(1));
        long position = log.append("record").committedAt;
        for (long wrong : new long[] {position + 1, position - 1, WalPosition.of(1, 0), WalPosition.of(1, SEGMENT)}) {
            WalException e = assertThrows(WalException.class, () -> log.read(wrong));
            assertEquals(WalException.Reason.CORRUPT, e.reason());
        }
        for (long wrong : new long[] {0, -1, Long.MAX_VALUE, WalPosition.of(99, 4200)}) {
            WalException e = assertThrows(WalException.class, () -> log.read(wrong));
            assertEquals(WalException.Reason.GONE, e.reason());
        }
    }

    @Test
    void refusesToReadADamagedRecord() throws IOException {
        SimulatedDisk disk = new SimulatedDisk(1);
        TestLog log = new TestLog(disk);
        TestAppend append = log.append("record");
        for (int i = 0; i < 52; i++) {
            int at = (int) WalPosition.offset(append.committedAt) + i;
            disk.flip(log.fileOf(append.committedAt), at, i % 8);
            assertThrows(WalException.class, () -> log.read(append.committedAt));
            disk.flip(log.fileOf(append.committedAt), at, i % 8);
        }
        assertEquals("record", log.read(append.committedAt));
    }

    @Test
    void takesTheLargestRecordAndRefusesALargerOne() throws IOException {
        TestLog log = new TestLog(new SimulatedDisk(1));
        int max = TestLog.SMALL.recordBytesMax();
        TestAppend largest = log.queue("", "x".repeat(max), 1);
        TestAppend larger = log.queue("", "x".repeat(max + 1), 1);
        TestAppend largerByTenant = log.queue("t", "x".repeat(max), 1);
        log.settle();
        assertEquals(largest.text, log.read(largest.committedAt));
        assertEquals(WalException.Reason.TOO_LARGE, larger.reason());
        assertEquals(WalException.Reason.TOO_LARGE, largerByTenant.reason());
    }

    @Test
    void refusesWhatTheQueueHasNoRoomFor() throws IOException {
        TestLog log = new TestLog(new SimulatedDisk(1));
        int accepted = 0;
        while (log.queue("x".repeat(1000)).failure == null) {
            accepted++;
        }
        assertEquals((256 << 10) / 1046, accepted);
        assertEquals(WalException.Reason.FULL, log.queue("x".repeat(1000)).reason());
        log.settle();
        assertTrue(log.append("again").committedAt >= 0);
    }

    @Test
    void failsTheCommitWhoseForceFailedAndGoesOnInAFreshSegment() throws IOException {
        for (boolean write : new boolean[] {false, true}) {
            SimulatedDisk disk = new SimulatedDisk(write ? 1 : 2);
            TestLog log = new TestLog(disk);
            TestAppend before = log.append("before");
            TestAppend lost = log.queue("lost");
            disk.failForces = write ? 0 : 1;
            disk.failWrites = write ? 1 : 0;
            log.core.committer.step();
            assertEquals(WalException.Reason.FAILED, lost.reason());
            log.settle();
            TestAppend after = log.append("after");
            assertNotEquals(WalPosition.epoch(before.committedAt), WalPosition.epoch(after.committedAt));
            assertEquals("before", log.read(before.committedAt));
            assertEquals(2, log.core.stats().outstandingUnits());
            assertEquals(1, log.core.stats().commitsFailed());
            String file = log.fileOf(before.committedAt);
            log.core.release(before.committedAt, 1);
            log.settle();
            log.advance(Duration.ofSeconds(15));
            log.settle();
            assertFalse(disk.files.containsKey(file), "a file whose force failed is not used again");
            for (int seed = 0; seed < 10; seed++) {
                assertEquals(List.of("after"), new TestLog(disk.afterCrash(seed)).found.payloads);
            }
        }
    }

    @Test
    void doesNotCountWhatAFailedCommitLeftInTheFileOnceALaterOneIsDurable() throws IOException {
        SimulatedDisk disk = new SimulatedDisk(1);
        TestLog log = new TestLog(disk);
        log.append("before");
        disk.failForces = 1;
        log.append("lost");
        log.append("after");
        for (int seed = 0; seed < 10; seed++) {
            Recovered found = new TestLog(disk.afterCrash(seed)).found;
            assertEquals(List.of("before", "after"), found.payloads);
            assertEquals(List.of(), found.holes);
        }
    }

    @Test
    void refusesAtOnceWhileTheLogIsFullReadsOnAndResumes() throws IOException {
        SimulatedDisk disk = new SimulatedDisk(1);
        WalConfig config = new WalConfig(SEGMENT, 2 * SEGMENT, 0, 16 << 10, 256 << 10, Duration.ofSeconds(15));
        TestLog log = new TestLog(disk, config, new long[1]);
        TestAppend first = log.append("x".repeat(60_000));
        TestAppend second = log.append("y".repeat(60_000));
        TestAppend third = log.append("z".repeat(60_000));
        assertEquals(WalException.Reason.FULL, third.reason());
        assertTrue(log.append("small").committedAt >= 0, "what fits is still taken");
        assertEquals(first.text, log.read(first.committedAt));
        log.core.release(first.committedAt, 1);
        log.settle();
        assertEquals(WalException.Reason.FULL, log.append("z".repeat(60_000)).reason(), "still retained");
        log.advance(Duration.ofSeconds(15));
        log.core.store.step();
        assertTrue(log.append("z".repeat(60_000)).committedAt >= 0);
        assertEquals(second.text, log.read(second.committedAt));
        assertEquals(2 * SEGMENT, log.core.stats().fileBytes());
    }

    @Test
    void refusesWhileTheDiskIsFullAndAsksItAgainOnceASecond() throws IOException {
        SimulatedDisk disk = new SimulatedDisk(1);
        disk.usableBytes = 3 * SEGMENT;
        WalConfig config = new WalConfig(SEGMENT, 1 << 20, SEGMENT, 16 << 10, 256 << 10, Duration.ZERO);
        TestLog log = new TestLog(disk, config, new long[1]);
        log.append("x".repeat(60_000));
        log.append("x".repeat(60_000));
        assertEquals(WalException.Reason.FULL, log.append("y".repeat(60_000)).reason());
        assertEquals(SEGMENT, disk.usableBytes, "what others need is left to them");
        disk.usableBytes = Long.MAX_VALUE;
        assertEquals(WalException.Reason.FULL, log.append("y".repeat(60_000)).reason());
        log.advance(Duration.ofSeconds(1));
        assertTrue(log.core.store.step() > 0);
        assertTrue(log.append("y".repeat(60_000)).committedAt >= 0);
    }

    @Test
    void failsAndResumesWhereNoFileCanBeCreated() throws IOException {
        SimulatedDisk disk = new SimulatedDisk(1);
        disk.failCreates = 1;
        TestLog log = new TestLog(disk);
        assertEquals(WalException.Reason.FAILED, log.append("a").reason());
        log.advance(Duration.ofSeconds(1));
        log.core.store.step();
        assertTrue(log.append("b").committedAt >= 0);
    }

    @Test
    void keepsAReleasedSegmentReadableForItsTimeAndThenUsesTheFileAgain() throws IOException {
        SimulatedDisk disk = new SimulatedDisk(1);
        TestLog log = new TestLog(disk);
        TestAppend append = log.queue("tenant", "record", 3);
        log.settle();
        log.core.release(append.committedAt, 1);
        log.seal();
        log.core.release(append.committedAt, 1);
        log.settle();
        assertEquals(1, new TestLog(disk.afterCrash(1)).found.payloads.size(), "one unit is outstanding");
        log.core.release(append.committedAt, 1);
        log.core.store.step();
        assertEquals(0, new TestLog(disk.afterCrash(1)).found.payloads.size());
        log.advance(Duration.ofMillis(14_999));
        log.core.store.step();
        assertEquals("record", log.read(append.committedAt));
        log.advance(Duration.ofMillis(1));
        log.core.store.step();
        WalException gone = assertThrows(WalException.class, () -> log.read(append.committedAt));
        assertEquals(WalException.Reason.GONE, gone.reason());
    }

    @Test
    void keepsFewSpareFiles() throws IOException {
        SimulatedDisk disk = new SimulatedDisk(1);
        TestLog log = new TestLog(disk);
        List<TestAppend> appends = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            appends.add(log.append("x".repeat(60_000)));
        }
        assertEquals(11, disk.files.size());
        appends.forEach(append -> log.core.release(append.committedAt, 1));
        log.seal();
        log.advance(Duration.ofSeconds(15));
        log.settle();
        log.settle();
        assertEquals(4, disk.files.size(), "three spare ones and the next to be written");
        assertEquals(4 * SEGMENT, log.core.stats().fileBytes());
    }

    @Test
    void refusesToReleaseMoreThanWasCommitted() throws IOException {
        TestLog log = new TestLog(new SimulatedDisk(1));
        TestAppend append = log.queue("tenant", "record", 2);
        log.settle();
        assertThrows(IllegalStateException.class, () -> log.core.release(append.committedAt, 3));
        log.core.release(append.committedAt, 2);
        assertThrows(IllegalStateException.class, () -> log.core.release(append.committedAt, 1));
        assertThrows(IllegalStateException.class, () -> log.core.release(WalPosition.of(77, 4200), 1));
        assertThrows(IllegalArgumentException.class, () -> log.core.release(append.committedAt, 0));
    }

    @Test
    void replaysNothingAfterAShutdownWithNothingOutstanding() throws IOException {
        SimulatedDisk disk = new SimulatedDisk(1);
        TestLog log = new TestLog(disk);
        TestAppend append = log.append("record");
        log.core.release(append.committedAt, 1);
        TestAppend queued = log.queue("queued");
        log.close();
        assertTrue(queued.committedAt >= 0, "what was queued is committed");
        assertEquals(WalException.Reason.CLOSED, log.queue("late").reason());
        TestLog second = new TestLog(disk.afterCrash(1));
        assertEquals(List.of("record", "queued"), second.found.payloads, "the segment had one outstanding");
        second.found.positions.forEach(position -> second.core.release(position, 1));
        second.close();
        assertEquals(List.of(), new TestLog(second.disk.afterCrash(2)).found.payloads);
    }

    @Test
    void theFloorWaitsForOwnRecordsAndNotForGuestsOrForThoseOfAnEarlierRun() throws IOException {
        SimulatedDisk disk = new SimulatedDisk(1);
        new TestLog(disk).append("earlier");
        TestLog log = new TestLog(disk.afterCrash(1));
        TestAppend own = log.append("own");
        TestAppend guest = log.guest("guest");
        log.seal();
        TestAppend next = log.append("next");
        long first = log.core.floor();
        assertTrue(first <= own.committedAt, "own is not released");
        log.core.release(own.committedAt, 1);
        long second = log.core.floor();
        assertTrue(second > guest.committedAt && second <= next.committedAt, "the guest is not waited for");
        assertEquals("guest", log.read(guest.committedAt));
        log.core.release(guest.committedAt, 1, true);
        log.seal();
        assertEquals(2, log.core.stats().outstandingUnits(), "of the earlier run, and the next");
        log.core.release(next.committedAt, 1);
        assertTrue(log.core.floor() > next.committedAt);
    }

    @Test
    void guestsAreFoundAgainAsAnyRecord() throws IOException {
        SimulatedDisk disk = new SimulatedDisk(1);
        new TestLog(disk).guest("guest");
        TestLog log = new TestLog(disk.afterCrash(1));
        assertEquals(List.of("guest"), log.found.payloads);
        log.core.release(log.found.positions.get(0), 1, true);
        assertEquals(0, log.core.stats().outstandingUnits());
    }

    @Test
    void goesOnAfterACallerThatThrows() throws IOException {
        TestLog log = new TestLog(new SimulatedDisk(1));
        log.core.append(new WalAppend("tenant", new byte[1], 0, 1, 1) {
            @Override
            protected void committed(long position) {
                throw new IllegalStateException("caller has a bug");
            }

            @Override
            protected void failed(WalException reason) {
                throw new IllegalStateException("caller has a bug");
            }
        });
        assertTrue(log.append("next").committedAt >= 0);
    }
}
