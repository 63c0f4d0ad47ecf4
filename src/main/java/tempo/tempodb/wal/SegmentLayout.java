package tempo.tempodb.wal;

/**
 * A segment file, little-endian:
 *
 * <pre>
 * 0          2048       4096            4144           4200
 * +----------+----------+---------------+--------------+------------------------------------+
 * | slot 0   | slot 1   | BEGIN record  | LINK record  | records, then zeros or leftovers   |
 * +----------+----------+---------------+--------------+------------------------------------+
 *
 * slot
 * 0        8         12      16      20         24            32       40             48     52
 * +--------+---------+-------+-------+----------+-------------+--------+--------------+------+
 * | magic  | version | state | epoch | zero     | generation  | salt   | commit floor | crc  |
 * +--------+---------+-------+-------+----------+-------------+--------+--------------+------+
 * </pre>
 *
 * The two slots are written in turn, the valid one of the higher generation counts: a torn update leaves the state
 * before it. The epoch is the number of this use of the file; commit floor is a commit number that was given out already
 * when the slot was written; the crc is CRC32C of all before it.
 */
final class SegmentLayout {
    static final long MAGIC = 0x4c41574f504d4554L; // "TEMPOWAL"
    static final int VERSION = 1;
    static final int STATE_IN_USE = 1;
    static final int STATE_FREE = 2;

    static final int HEADER_BYTES = 4096;
    static final int SLOT_DISTANCE = 2048;
    static final int SLOT_BYTES = 52;
    static final int SLOT_VERSION = 8;
    static final int SLOT_STATE = 12;
    static final int SLOT_EPOCH = 16;
    static final int SLOT_GENERATION = 24;
    static final int SLOT_SALT = 32;
    static final int SLOT_COMMIT_FLOOR = 40;
    static final int SLOT_CRC = 48;

    static final int BEGIN_BODY_BYTES = 8;
    static final int LINK_BODY_BYTES = 16;
    static final int BEGIN = HEADER_BYTES;
    static final int LINK = BEGIN + RecordLayout.HEADER_BYTES + BEGIN_BODY_BYTES;
    static final int FIRST_RECORD = LINK + RecordLayout.HEADER_BYTES + LINK_BODY_BYTES;

    private SegmentLayout() {}
}
