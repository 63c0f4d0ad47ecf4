package tempo.tempodb.wal;

import static tempo.tempodb.wal.RecordLayout.INT;
import static tempo.tempodb.wal.RecordLayout.LONG;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * What the head of a segment file says about this use of the file.
 *
 * @param inUse whether its records must be replayed after a crash
 * @param epoch number of this use, counting up over the whole log
 * @param generation counts the updates of the header
 * @param salt goes into the crc of every record
 * @param commitFloor a commit number that was given out already
 */
record SegmentHeader(boolean inUse, int epoch, long generation, long salt, long commitFloor) {
    /** Thrown if nothing in the head of a file can be made sense of; the message says why. */
    static final class UnreadableException extends Exception {
        UnreadableException(String message) {
            super(message);
        }
    }

    /**
     * A header and how it was come by.
     *
     * @param damage why the slots could not be trusted and the BEGIN record decided, or empty
     */
    record Found(SegmentHeader header, String damage) {}

    SegmentHeader freed(long newCommitFloor) {
        return new SegmentHeader(false, epoch, generation + 1, salt, newCommitFloor);
    }

    SegmentHeader reused(int newEpoch, long newSalt, long newCommitFloor) {
        return new SegmentHeader(true, newEpoch, generation + 1, newSalt, newCommitFloor);
    }

    /** Writes the slot whose turn it is; durable after the next force. */
    void write(WalFile file) throws IOException {
        byte[] slot = new byte[SegmentLayout.SLOT_BYTES];
        LONG.set(slot, 0, SegmentLayout.MAGIC);
        INT.set(slot, SegmentLayout.SLOT_VERSION, SegmentLayout.VERSION);
        INT.set(slot, SegmentLayout.SLOT_STATE, inUse ? SegmentLayout.STATE_IN_USE : SegmentLayout.STATE_FREE);
        INT.set(slot, SegmentLayout.SLOT_EPOCH, epoch);
        LONG.set(slot, SegmentLayout.SLOT_GENERATION, generation);
        LONG.set(slot, SegmentLayout.SLOT_SALT, salt);
        LONG.set(slot, SegmentLayout.SLOT_COMMIT_FLOOR, commitFloor);
        INT.set(slot, SegmentLayout.SLOT_CRC, crc(slot, 0, SegmentLayout.SLOT_CRC));
        file.write((generation & 1) * SegmentLayout.SLOT_DISTANCE, ByteBuffer.wrap(slot));
    }

    /** Writes the BEGIN record, by which the segment can be read even if both slots are lost. */
    void writeBegin(WalFile file) throws IOException {
        byte[] body = new byte[SegmentLayout.BEGIN_BODY_BYTES];
        LONG.set(body, 0, salt);
        RecordHeader begin = new RecordHeader();
        begin.describeBody(new byte[0], body, 0, body.length);
        begin.epoch = epoch;
        begin.offset = SegmentLayout.BEGIN;
        begin.type = RecordLayout.BEGIN;
        ByteBuffer record = ByteBuffer.allocate(RecordLayout.HEADER_BYTES + body.length);
        record.put(begin.encode(0), 0, RecordLayout.HEADER_BYTES).put(body).flip();
        file.write(SegmentLayout.BEGIN, record);
    }

    /**
     * Reads the head of a file.
     *
     * @throws UnreadableException if neither a slot nor the BEGIN record is valid
     */
    static Found read(WalFile file) throws IOException, UnreadableException {
        byte[] head = new byte[SegmentLayout.LINK];
        int bytes = file.read(0, ByteBuffer.wrap(head));
        if (bytes < SegmentLayout.HEADER_BYTES) {
            throw new UnreadableException(
                    "file is shorter than a header of " + SegmentLayout.HEADER_BYTES + " bytes: " + bytes);
        }
        String damage = "";
        SegmentHeader newest = null;
        for (int slot = 0; slot <= SegmentLayout.SLOT_DISTANCE; slot += SegmentLayout.SLOT_DISTANCE) {
            String problem = problem(head, slot);
            if (!problem.isEmpty()) {
                // An untouched slot is normal: the file has been used only once.
                if (!isZero(head, slot)) {
                    damage = problem;
                }
                continue;
            }
            SegmentHeader header = decode(head, slot);
            if (newest == null || header.generation > newest.generation) {
                newest = header;
            }
        }
        SegmentHeader begin = bytes < SegmentLayout.LINK ? null : decodeBegin(head, newest);
        if (newest == null) {
            String why = damage.isEmpty() ? "header is all zeros" : damage;
            if (begin == null) {
                throw new UnreadableException(why);
            }
            return new Found(begin, why);
        }
        // BEGIN is written together with the slot of its epoch: if it is newer, that slot was torn or is damaged.
        return begin != null && begin.epoch > newest.epoch ? new Found(begin, damage) : new Found(newest, "");
    }

    private static String problem(byte[] head, int slot) {
        long magic = (long) LONG.get(head, slot);
        if (magic != SegmentLayout.MAGIC) {
            return "magic is " + Long.toHexString(magic);
        }
        int crc = (int) INT.get(head, slot + SegmentLayout.SLOT_CRC);
        if (crc != crc(head, slot, SegmentLayout.SLOT_CRC)) {
            return "header crc is " + Integer.toHexString(crc) + " but must be "
                    + Integer.toHexString(crc(head, slot, SegmentLayout.SLOT_CRC));
        }
        int version = (int) INT.get(head, slot + SegmentLayout.SLOT_VERSION);
        if (version != SegmentLayout.VERSION) {
            return "version is " + version + " but only " + SegmentLayout.VERSION + " is known";
        }
        int state = (int) INT.get(head, slot + SegmentLayout.SLOT_STATE);
        if (state != SegmentLayout.STATE_IN_USE && state != SegmentLayout.STATE_FREE) {
            return "state is " + state;
        }
        int epoch = (int) INT.get(head, slot + SegmentLayout.SLOT_EPOCH);
        if (epoch < 1 || epoch > WalPosition.EPOCH_MAX) {
            return "epoch is " + epoch;
        }
        return "";
    }

    private static boolean isZero(byte[] head, int slot) {
        for (int i = slot; i < slot + SegmentLayout.SLOT_BYTES; i++) {
            if (head[i] != 0) {
                return false;
            }
        }
        return true;
    }

    private static SegmentHeader decode(byte[] head, int slot) {
        return new SegmentHeader(
                (int) INT.get(head, slot + SegmentLayout.SLOT_STATE) == SegmentLayout.STATE_IN_USE,
                (int) INT.get(head, slot + SegmentLayout.SLOT_EPOCH),
                (long) LONG.get(head, slot + SegmentLayout.SLOT_GENERATION),
                (long) LONG.get(head, slot + SegmentLayout.SLOT_SALT),
                (long) LONG.get(head, slot + SegmentLayout.SLOT_COMMIT_FLOOR));
    }

    private static @Nullable SegmentHeader decodeBegin(byte[] head, @Nullable SegmentHeader newest) {
        int epoch = (int) INT.get(head, SegmentLayout.BEGIN + RecordLayout.EPOCH);
        if (epoch < 1 || epoch > WalPosition.EPOCH_MAX) {
            return null;
        }
        long salt = (long) LONG.get(head, SegmentLayout.BEGIN + RecordLayout.HEADER_BYTES);
        byte[] body = new byte[SegmentLayout.BEGIN_BODY_BYTES];
        LONG.set(body, 0, salt);
        RecordHeader begin = new RecordHeader();
        begin.describeBody(new byte[0], body, 0, body.length);
        begin.epoch = epoch;
        begin.offset = SegmentLayout.BEGIN;
        begin.type = RecordLayout.BEGIN;
        byte[] expected = begin.encode(0);
        for (int i = 0; i < RecordLayout.HEADER_BYTES; i++) {
            if (head[SegmentLayout.BEGIN + i] != expected[i]) {
                return null;
            }
        }
        return newest == null
                ? new SegmentHeader(true, epoch, 0, salt, 0)
                : newest.reused(epoch, salt, newest.commitFloor);
    }

    private static int crc(byte[] bytes, int from, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, from, length);
        return (int) crc.getValue();
    }
}
