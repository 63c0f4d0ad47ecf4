package tempo.tempodb.cache;

import java.io.EOFException;
import java.util.UUID;

/** The frames that a range of a block's object lies in: pieces of 64 KiB from its start, of which the last is shorter. */
record Frames(UUID block, long objectBytes, long offset, int length) {
    static final int BYTES = 64 << 10;

    /** @throws EOFException if the object ends before the range does */
    static Frames of(UUID block, long objectBytes, long offset, int length) throws EOFException {
        if (offset < 0 || length < 0 || objectBytes < 0 || objectBytes > (long) Integer.MAX_VALUE * BYTES) {
            throw new IllegalArgumentException(
                    "range of " + length + " bytes at " + offset + " of an object of " + objectBytes + " bytes");
        }
        if (length > objectBytes - offset) {
            throw new EOFException(
                    "block " + block + " ends at " + objectBytes + ", read of " + length + " bytes at " + offset);
        }
        return new Frames(block, objectBytes, offset, length);
    }

    int first() {
        return (int) (offset / BYTES);
    }

    int count() {
        return length == 0 ? 0 : (int) ((offset + length - 1) / BYTES) - first() + 1;
    }

    /** Where in the object the {@code i}-th of these frames starts. */
    long start(int i) {
        return (long) (first() + i) * BYTES;
    }

    /** Where it ends. */
    long end(int i) {
        return Math.min(objectBytes, start(i) + BYTES);
    }

    int frameLength(int i) {
        return (int) (end(i) - start(i));
    }

    /** Where in the object the part that was asked for starts. */
    long wantedStart(int i) {
        return Math.max(offset, start(i));
    }

    int wantedLength(int i) {
        return (int) (Math.min(offset + length, end(i)) - wantedStart(i));
    }

    /** Where in the answer it belongs. */
    int target(int i) {
        return (int) (wantedStart(i) - offset);
    }
}
