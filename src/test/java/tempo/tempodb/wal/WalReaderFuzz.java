package tempo.tempodb.wal;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;

/** Any bytes as a segment file, by themselves and behind a valid head: opening the log copes with them. */
final class WalReaderFuzz {
    private static final byte[] LOG = log();

    @FuzzTest(maxDuration = "10s")
    void opensWithAnySegmentFile(byte[] bytes) {
        recover(ByteBuffer.wrap(bytes));
    }

    static void recover(ByteBuffer bytes) {
        byte[] content = new byte[Math.min(bytes.remaining(), 1 << 20)];
        bytes.get(content);
        SimulatedDisk disk = new SimulatedDisk(1);
        disk.files.put(WalFileName.segment(1), new SimulatedDisk.Image(content));
        disk.files.put(WalFileName.segment(2), new SimulatedDisk.Image(withValidHead(content)));
        disk.files.put(WalFileName.segment(3), new SimulatedDisk.Image(mutated(content)));
        try {
            TestLog log = new TestLog(disk);
            for (int i = 0; i < log.found.positions.size(); i++) {
                if (!log.read(log.found.positions.get(i)).equals(log.found.payloads.get(i))) {
                    throw new AssertionError("record is read differently at " + log.found.positions.get(i));
                }
                log.core.release(log.found.positions.get(i), log.found.units.get(i));
            }
            if (log.append("next").committedAt < 0) {
                throw new AssertionError("log takes nothing after " + log.found.unreadable);
            }
        } catch (IOException e) {
            throw new AssertionError("log did not open", e);
        }
    }

    private static byte[] withValidHead(byte[] content) {
        try {
            SimulatedDisk disk = new SimulatedDisk(2);
            String name = WalFileName.segment(1);
            SegmentHeader header = new SegmentHeader(true, 7, 0, 0, 0);
            try (WalFile file = disk.create(name, SegmentLayout.LINK + (long) content.length)) {
                header.writeBegin(file);
                header.write(file);
                file.write(SegmentLayout.LINK, ByteBuffer.wrap(content));
            }
            return disk.image(name).written;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** A log of a few records, with bytes of it replaced as the content says. */
    private static byte[] mutated(byte[] content) {
        byte[] bytes = LOG.clone();
        Random random = new Random(Arrays.hashCode(content));
        for (int i = 0; i < Math.min(20, content.length); i++) {
            bytes[SegmentLayout.LINK / 2 + random.nextInt(5000)] = content[i];
        }
        return bytes;
    }

    private static byte[] log() {
        try {
            SimulatedDisk disk = new SimulatedDisk(3);
            TestLog log = new TestLog(disk);
            for (int i = 0; i < 10; i++) {
                log.append("x".repeat(i * 20));
            }
            return disk.image(WalFileName.segment(1)).written;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
