package tempo.tempodb.wal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The log with its threads on a real disk. */
@Timeout(60)
final class WalTest {
    private static final WalConfig SMALL =
            new WalConfig(128 << 10, 16 << 20, 0, 64 << 10, 8 << 20, Duration.ofMillis(50));

    @TempDir
    private Path directory = Path.of("unset");

    private Wal open(Recovered found) throws IOException {
        return Wal.open(
                new LocalWalDisk(directory.resolve("data/wal")), SMALL, WalClock.system(), WalListener.NONE, found);
    }

    /** What it hands over when asked for all. */
    private static Set<String> all(Wal wal) {
        Recovered all = new Recovered();
        wal.forEach(all);
        assertEquals(all.payloads.size(), new HashSet<>(all.payloads).size(), "a record is handed over twice");
        return new HashSet<>(all.payloads);
    }

    @Test
    void keepsAcknowledgedRecordsOfManyThreadsOverARestart() throws Exception {
        Set<String> expected = new HashSet<>();
        try (Wal wal = open(new Recovered())) {
            List<Thread> threads = new ArrayList<>();
            List<List<TestAppend>> appends = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                List<TestAppend> own = new ArrayList<>();
                appends.add(own);
                for (int j = 0; j < 500; j++) {
                    own.add(new TestAppend("tenant" + i, i + ":" + j + "x".repeat(j), 1));
                }
                Thread thread = new Thread(() -> own.forEach(wal::append));
                thread.start();
                threads.add(thread);
            }
            for (Thread thread : threads) {
                thread.join();
            }
            WalReader reader = wal.reader();
            for (List<TestAppend> own : appends) {
                for (TestAppend append : own) {
                    assertTrue(append.await().committedAt >= 0, () -> "append failed: " + append.failure);
                    assertEquals(append.text, text(reader.read(append.committedAt)));
                    expected.add(append.text);
                }
            }
            assertEquals(2000, wal.stats().records());
            assertEquals(expected, all(wal));
        }
        Recovered found = new Recovered();
        try (Wal wal = open(found)) {
            assertEquals(expected, new HashSet<>(found.payloads));
            assertEquals(expected, all(wal));
            assertEquals(2000, found.payloads.size());
            assertEquals(2000, wal.recovered().records());
            found.positions.forEach(position -> wal.release(position, 1));
        }
        Recovered nothing = new Recovered();
        open(nothing).close();
        assertEquals(List.of(), nothing.payloads);
        assertEquals(List.of(), nothing.unreadable);
    }

    @Test
    void recyclesFilesWhileRecordsComeAndGo() throws Exception {
        try (Wal wal = open(new Recovered())) {
            for (int i = 0; i < 300; i++) {
                TestAppend append = new TestAppend("tenant", "x".repeat(50_000), 1);
                wal.append(append);
                if (append.await().committedAt >= 0) {
                    wal.release(append.committedAt, 1);
                } else {
                    assertEquals(WalException.Reason.FULL, append.reason());
                }
            }
            assertTrue(wal.stats().fileBytes() <= SMALL.bytesMax());
        }
        Recovered found = new Recovered();
        open(found).close();
        assertEquals(List.of(), found.payloads);
    }

    @Test
    void readsOnAfterAReadingThreadWasInterrupted() throws Exception {
        try (Wal wal = open(new Recovered())) {
            TestAppend append = new TestAppend("tenant", "record", 1);
            wal.append(append);
            append.await();
            assertEquals("record", text(wal.read(append.committedAt)));
            Thread.currentThread().interrupt();
            assertEquals("record", text(wal.read(append.committedAt)));
            assertTrue(Thread.interrupted(), "the interrupt is passed on");
            assertEquals("record", text(wal.read(append.committedAt)));
        }
    }

    @Test
    void refusesAppendsAndReadsAfterClose() throws Exception {
        Wal wal = open(new Recovered());
        TestAppend first = new TestAppend("tenant", "record", 1);
        wal.append(first);
        first.await();
        wal.close();
        wal.close();
        TestAppend late = new TestAppend("tenant", "late", 1);
        wal.append(late);
        assertEquals(WalException.Reason.CLOSED, late.reason());
        assertFalse(Files.list(directory.resolve("data/wal")).toList().isEmpty());
    }

    private static String text(ByteBuffer payload) {
        return StandardCharsets.ISO_8859_1.decode(payload).toString();
    }
}
