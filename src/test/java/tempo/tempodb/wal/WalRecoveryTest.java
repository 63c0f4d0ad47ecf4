package tempo.tempodb.wal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

final class WalRecoveryTest {
    private static final String FILE = "0000000001.wal";
    /** Each record of "aaaa..." has a header of 40 bytes, the tenant of 6 and 50 bytes of payload. */
    private static final int RECORD = 96;

    private static final List<String> THREE = List.of("a".repeat(50), "b".repeat(50), "c".repeat(50));

    /** Three records, each a commit of its own, at FIRST_RECORD and every 96 bytes behind. */
    private static SimulatedDisk threeRecords() throws IOException {
        SimulatedDisk disk = new SimulatedDisk(1);
        TestLog log = new TestLog(disk);
        for (String text : THREE) {
            log.append(text);
        }
        for (String name : List.copyOf(disk.files.keySet())) {
            if (!name.equals(FILE)) {
                disk.delete(name);
            }
        }
        return disk.copy();
    }

    @Test
    void recoversExactlyTheRecordsBeforeAnyTruncation() throws IOException {
        SimulatedDisk disk = threeRecords();
        int end = SegmentLayout.FIRST_RECORD + 3 * RECORD;
        for (int bytes = 0; bytes <= end; bytes++) {
            SimulatedDisk truncated = disk.copy();
            truncated.truncate(FILE, bytes);
            TestLog log = new TestLog(truncated);
            int whole = Math.max(0, bytes - SegmentLayout.FIRST_RECORD) / RECORD;
            assertEquals(THREE.subList(0, whole), log.found.payloads, "truncated to " + bytes);
            boolean shows = bytes >= SegmentLayout.HEADER_BYTES && bytes % WalConfig.SEGMENT_BYTES_STEP != 0;
            assertEquals(shows ? 1 : 0, log.found.holes.size(), "truncated to " + bytes);
            assertEquals(bytes < SegmentLayout.HEADER_BYTES ? 1 : 0, log.found.unreadable.size());
            assertTrue(log.append("next").committedAt >= 0);
        }
    }

    @Test
    void recoversWhatIsWholeAroundAnyFlippedBitAndNeverAnythingElse() throws IOException {
        SimulatedDisk disk = threeRecords();
        int end = SegmentLayout.FIRST_RECORD + 3 * RECORD;
        for (int offset = 0; offset < end; offset++) {
            SimulatedDisk flipped = disk.copy();
            flipped.flip(FILE, offset, offset % 8);
            TestLog log = new TestLog(flipped);
            List<String> expected = new ArrayList<>(THREE);
            List<String> holes = new ArrayList<>();
            if (offset >= SegmentLayout.LINK) {
                int record = Math.floorDiv(offset - SegmentLayout.FIRST_RECORD, RECORD);
                // The last byte pairs of a record may be padding; these records have 96 bytes without any.
                if (record >= 0) {
                    expected.remove(record);
                }
                long from = record < 0 ? SegmentLayout.LINK : SegmentLayout.FIRST_RECORD + (long) record * RECORD;
                long to = record < 0 ? SegmentLayout.FIRST_RECORD : from + RECORD;
                // A damaged LINK lies in the first commit with the first record: no later one is needed, two follow.
                if (record < 2) {
                    holes.add(FILE + " " + from + " " + to);
                }
            }
            assertEquals(expected, log.found.payloads, "flipped " + offset);
            assertEquals(holes, log.found.holes, "flipped " + offset);
        }
    }

    @Test
    void reportsAHoleAtTheEndOfASegmentIfALaterSegmentSaysThatItWasDurable() throws IOException {
        SimulatedDisk disk = new SimulatedDisk(1);
        TestLog log = new TestLog(disk);
        log.append(THREE.get(0));
        log.append(THREE.get(1));
        log.seal();
        log.append(THREE.get(2));
        disk.flip(FILE, SegmentLayout.FIRST_RECORD + RECORD + 60, 3);
        Recovered found = new TestLog(disk.afterCrash(2)).found;
        assertEquals(List.of(THREE.get(0), THREE.get(2)), found.payloads);
        int from = SegmentLayout.FIRST_RECORD + RECORD;
        assertEquals(List.of(FILE + " " + from + " " + (from + RECORD)), found.holes);
    }

    @Test
    void recoversASegmentWhoseHeaderIsLostByItsFirstRecord() throws IOException {
        SimulatedDisk disk = threeRecords();
        for (int i = 0; i < SegmentLayout.SLOT_BYTES; i++) {
            disk.flip(FILE, i, i % 7);
            disk.flip(FILE, SegmentLayout.SLOT_DISTANCE + i, i % 5);
        }
        TestLog log = new TestLog(disk);
        assertEquals(THREE, log.found.payloads);
        assertEquals(1, log.found.unreadable.size());
        assertTrue(log.found.unreadable.get(0).contains("magic is"), log.found.unreadable::toString);
    }

    @Test
    void setsAsideWhatIsNoSegmentAndSaysWhy() throws IOException {
        SimulatedDisk disk = threeRecords();
        disk.files.put("0000000002.wal", new SimulatedDisk.Image(new byte[0]));
        disk.files.put("0000000003.wal", new SimulatedDisk.Image(new byte[100]));
        disk.files.put("0000000004.wal", new SimulatedDisk.Image(new byte[64 << 10]));
        byte[] text = new byte[5000];
        Arrays.fill(text, (byte) 'x');
        disk.files.put("0000000005.wal", new SimulatedDisk.Image(text));
        disk.files.put("0000000006.wal", new SimulatedDisk.Image(ofVersion(2)));
        disk.files.put("0000000007.wal", new SimulatedDisk.Image(disk.image(FILE).written));
        disk.files.put("0000000008.new", new SimulatedDisk.Image(new byte[10]));
        disk.files.put("readme", new SimulatedDisk.Image(new byte[10]));
        TestLog log = new TestLog(disk);
        assertEquals(THREE, log.found.payloads);
        assertEquals(
                List.of(
                        "0000000002.wal file is shorter than a header of 4096 bytes: 0",
                        "0000000003.wal file is shorter than a header of 4096 bytes: 100",
                        "0000000004.wal header is all zeros",
                        "0000000005.wal magic is 7878787878787878",
                        "0000000006.wal version is 2 but only 1 is known",
                        "0000000007.wal another file has the same epoch 1"),
                log.found.unreadable);
        assertTrue(disk.files.containsKey("0000000002.wal.bad"));
        assertFalse(disk.files.containsKey("0000000002.wal"));
        assertFalse(disk.files.containsKey("0000000008.new"));
        assertTrue(disk.files.containsKey("readme"));
        assertTrue(log.append("next").committedAt >= 0);
        assertTrue(disk.files.containsKey("0000000009.wal"), () -> "files are " + disk.files.keySet());
    }

    private static byte[] ofVersion(int version) {
        byte[] bytes = new byte[8192];
        RecordLayout.LONG.set(bytes, 0, SegmentLayout.MAGIC);
        RecordLayout.INT.set(bytes, SegmentLayout.SLOT_VERSION, version);
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, SegmentLayout.SLOT_CRC);
        RecordLayout.INT.set(bytes, SegmentLayout.SLOT_CRC, (int) crc.getValue());
        return bytes;
    }

    @Test
    void keepsABoundedNumberOfFilesSetAsideAndSaysWhichOneGoes() throws IOException {
        SimulatedDisk disk = new SimulatedDisk(1);
        for (int i = 1; i <= 10; i++) {
            disk.files.put(WalFileName.segment(i), new SimulatedDisk.Image(new byte[i]));
        }
        TestLog log = new TestLog(disk);
        assertEquals(
                WalRecovery.BAD_MAX,
                disk.files.keySet().stream().filter(WalFileName::isBad).count());
        assertTrue(log.found.unreadable.contains("0000000001.wal.bad deleted, because 8 newer files were set aside"));
    }

    @Test
    void doesNotTakeARecordInsideAPayloadForARecord() throws IOException {
        SimulatedDisk disk = new SimulatedDisk(1);
        TestLog log = new TestLog(disk);
        log.append("a".repeat(48));
        // What a client could send who knows the format but not the salt: the same record, with any salt.
        RecordHeader forged = new RecordHeader();
        forged.describeBody("victim".getBytes(StandardCharsets.UTF_8), new byte[50], 0, 50);
        forged.commit = 3;
        forged.epoch = 1;
        forged.units = 1;
        forged.type = RecordLayout.DATA;
        int body = SegmentLayout.FIRST_RECORD + RECORD + RecordLayout.HEADER_BYTES + 6;
        forged.offset = body + 2;
        forged.commitStart = body + 2;
        byte[] payload = new byte[200];
        System.arraycopy(forged.encode(12345), 0, payload, 2, RecordLayout.HEADER_BYTES);
        log.append(new String(payload, StandardCharsets.ISO_8859_1));
        TestAppend last = log.append("c");
        disk.flip(FILE, SegmentLayout.FIRST_RECORD + RECORD + 3, 1);
        Recovered found = new TestLog(disk.afterCrash(1)).found;
        assertEquals(List.of("a".repeat(48), "c"), found.payloads);
        assertEquals(1, found.holes.size());
        assertTrue(last.committedAt >= 0);
    }

    @Test
    void neverReplaysRecordsOfAFormerUseOfTheFile() throws IOException {
        SimulatedDisk disk = new SimulatedDisk(1);
        TestLog log = new TestLog(disk);
        List<TestAppend> old = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            old.add(log.append("old" + i));
        }
        log.seal();
        old.forEach(append -> log.core.release(append.committedAt, 1));
        log.settle();
        log.advance(TestLog.SMALL.retainAfterRelease());
        log.settle();
        log.append("b");
        log.seal();
        TestAppend last = log.append("c");
        assertEquals(FILE, log.fileOf(last.committedAt), "the first file is in use again");
        for (int seed = 0; seed < 20; seed++) {
            assertEquals(List.of("b", "c"), new TestLog(disk.afterCrash(seed)).found.payloads);
        }
    }

    @Test
    void countsCommitsAndEpochsUpOverRestarts() throws IOException {
        SimulatedDisk disk = new SimulatedDisk(1);
        long last = -1;
        for (int life = 0; life < 5; life++) {
            TestLog log = new TestLog(disk);
            assertEquals(List.of(), log.found.payloads);
            TestAppend append = log.append("life" + life);
            assertTrue(append.committedAt > last);
            last = append.committedAt;
            log.core.release(append.committedAt, 1);
            log.close();
            disk = disk.afterCrash(life);
        }
        WalRecovery.Result result = WalRecovery.run(disk, new Recovered());
        assertTrue(result.commitMax() >= 5, () -> "commits given out are at least 5 but were " + result.commitMax());
    }

    @Test
    void reportsHolesAgainAfterARestartAndNoTornTail() throws IOException {
        SimulatedDisk disk = threeRecords();
        disk.flip(FILE, SegmentLayout.FIRST_RECORD + 50, 0);
        disk.flip(FILE, SegmentLayout.FIRST_RECORD + 2 * RECORD + 50, 0);
        TestLog first = new TestLog(disk);
        assertEquals(List.of(THREE.get(1)), first.found.payloads);
        assertEquals(1, first.found.holes.size());
        first.append("d");
        TestLog second = new TestLog(disk.afterCrash(1));
        assertEquals(List.of(THREE.get(1), "d"), second.found.payloads);
        assertEquals(first.found.holes, second.found.holes);
    }

    @Test
    void survivesAnyContentOfASegmentFile() {
        for (long seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            byte[] bytes = new byte[random.nextInt(20_000)];
            random.nextBytes(bytes);
            WalReaderFuzz.recover(ByteBuffer.wrap(bytes));
        }
    }
}
