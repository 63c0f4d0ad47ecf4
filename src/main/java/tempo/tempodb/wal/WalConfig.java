package tempo.tempodb.wal;

import java.time.Duration;

/**
 * How large the log is and how long it keeps what was released.
 *
 * @param segmentBytes size of a segment file, 64 KiB to 128 MiB and a multiple of 4,096; a record is at most {@link
 *     #recordBytesMax} long
 * @param bytesMax all segment files together; beyond it appends fail as {@link WalException.Reason#FULL}
 * @param freeBytesMin no new segment file is created if the disk would have less room than this left for others
 * @param commitBytesMax records written and forced together, at most; a larger record is a commit of its own
 * @param queueBytesMax records handed over and not yet durable, at most; beyond it appends fail as FULL
 * @param retainAfterRelease how long the records of a released segment stay readable
 */
public record WalConfig(
        int segmentBytes,
        long bytesMax,
        long freeBytesMin,
        int commitBytesMax,
        long queueBytesMax,
        Duration retainAfterRelease) {
    static final int SEGMENT_BYTES_MIN = 64 << 10;
    static final int SEGMENT_BYTES_MAX = 128 << 20;
    /** The size of every segment is a multiple of this. */
    static final int SEGMENT_BYTES_STEP = 4096;

    public WalConfig {
        if (segmentBytes < SEGMENT_BYTES_MIN
                || segmentBytes > SEGMENT_BYTES_MAX
                || segmentBytes % SEGMENT_BYTES_STEP != 0) {
            throw new IllegalArgumentException(
                    "wal.segment-bytes must be a multiple of 4096 from 64 KiB to 128 MiB but was " + segmentBytes);
        }
        if (bytesMax < 2L * segmentBytes) {
            throw new IllegalArgumentException(
                    "wal.bytes-max must be at least two segments of " + segmentBytes + " bytes but was " + bytesMax);
        }
        if (freeBytesMin < 0) {
            throw new IllegalArgumentException("wal.free-bytes-min must not be negative but was " + freeBytesMin);
        }
        if (commitBytesMax < 4096 || commitBytesMax > SEGMENT_BYTES_MAX) {
            throw new IllegalArgumentException(
                    "wal.commit-bytes-max must be from 4 KiB to 128 MiB but was " + commitBytesMax);
        }
        if (queueBytesMax < 1) {
            throw new IllegalArgumentException("wal.queue-bytes-max must be positive but was " + queueBytesMax);
        }
        if (retainAfterRelease.isNegative() || retainAfterRelease.compareTo(Duration.ofDays(1)) > 0) {
            throw new IllegalArgumentException(
                    "wal.retain-after-release must be from 0 to 1 day but was " + retainAfterRelease);
        }
    }

    /** Returns the defaults: segments of 64 MiB, 8 GiB of them, 256 MiB of disk left to others, 20 s. */
    public static WalConfig defaults() {
        return new WalConfig(64 << 20, 8L << 30, 256L << 20, 4 << 20, 64L << 20, Duration.ofSeconds(20));
    }

    /** Returns the length of the longest tenant and payload together that a segment holds. */
    public int recordBytesMax() {
        return segmentBytes - SegmentLayout.FIRST_RECORD - RecordLayout.HEADER_BYTES;
    }
}
