package tempo.tempodb.block;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Where the frames of a block's trace directory are. Section bytes: an entry of 24 bytes for each frame, in the order of their keys.
 *
 * <pre>
 *  0 u64 upper half of the first key   8 u64 offset in the object   16 u32 length   20 u32 CRC-32C
 * </pre>
 *
 * Immutable and thread-safe.
 */
final class DirectoryTable {
    private final long[] firsts;
    private final long[] offsets;
    private final int[] lengths;
    private final int[] crcs;

    private DirectoryTable(int frames) {
        firsts = new long[frames];
        offsets = new long[frames];
        lengths = new int[frames];
        crcs = new int[frames];
    }

    /** A frame where it was written. */
    record Placed(long firstHigh, long offset, int length, int crc) {}

    static byte[] encode(List<Placed> frames) {
        ByteBuffer bytes = ByteBuffer.allocate(frames.size() * BlockLayout.DIRECTORY_ENTRY_BYTES)
                .order(ByteOrder.LITTLE_ENDIAN);
        for (Placed frame : frames) {
            bytes.putLong(frame.firstHigh())
                    .putLong(frame.offset())
                    .putInt(frame.length())
                    .putInt(frame.crc());
        }
        return bytes.array();
    }

    /** @param end where the frames end in the object */
    static DirectoryTable decode(byte[] section, long end, BlockPlace place) throws CorruptBlockException {
        int frames = section.length / BlockLayout.DIRECTORY_ENTRY_BYTES;
        if (frames < 1 || frames * BlockLayout.DIRECTORY_ENTRY_BYTES != section.length) {
            throw place.corrupt("directory table cannot be of " + section.length + " bytes");
        }
        DirectoryTable table = new DirectoryTable(frames);
        CheckedBytes bytes = new CheckedBytes(section, 0, section.length, place);
        for (int i = 0; i < frames; i++) {
            table.firsts[i] = bytes.bits64("directory frame's first key");
            table.offsets[i] = bytes.u64("directory frame's offset", end);
            table.lengths[i] = bytes.u32("directory frame's length", (int)
                    Math.min(BlockLayout.DIRECTORY_FRAME_BYTES_MAX, end - table.offsets[i]));
            table.crcs[i] = bytes.bits32("directory frame's crc");
            if (i > 0 && Long.compareUnsigned(table.firsts[i - 1], table.firsts[i]) > 0) {
                throw place.corrupt("directory table is out of order at frame " + i);
            }
        }
        return table;
    }

    /** For a block whose directory is lost: any key may be there. */
    static DirectoryTable none() {
        return new DirectoryTable(0);
    }

    int frames() {
        return firsts.length;
    }

    /** All frames together. */
    long bytes() {
        return IntStream.of(lengths).asLongStream().sum();
    }

    /** Where the first frame is in the object. */
    long start() {
        return offsets[0];
    }

    /** The last frame that may have a key with this upper half; negative if none does. */
    int lastFrameFor(long high) {
        int from = 0;
        int to = firsts.length;
        while (from < to) {
            int middle = (from + to) >>> 1;
            if (Long.compareUnsigned(firsts[middle], high) <= 0) {
                from = middle + 1;
            } else {
                to = middle;
            }
        }
        return from - 1;
    }

    /** True if keys with this upper half may be in the frame before this one as well. */
    boolean mayBeginBefore(int frame, long high) {
        return frame > 0 && firsts[frame] == high;
    }

    /** A frame, checked. */
    DirectoryFrame read(int frame, BlockSource source, BlockPlace place) throws IOException {
        return DirectoryFrame.decode(readBytes(frame, source, place), place);
    }

    /** A frame's bytes, checked. */
    byte[] readBytes(int frame, BlockSource source, BlockPlace place) throws IOException {
        byte[] bytes;
        try {
            bytes = source.read(BlockPart.DIRECTORY, offsets[frame], lengths[frame]);
        } catch (EOFException e) {
            throw place.corrupt("data object ends before directory frame " + frame + " does (" + e.getMessage() + ")");
        }
        check(frame, bytes, place);
        return bytes;
    }

    /**
     * Puts those frames into {@code parts} that lie in {@code bytes}, which begin at {@code offset} of the object. One that is damaged is
     * read again when it is asked, and reported then.
     */
    void takeFrom(byte[] bytes, long offset, DecodedParts parts, BlockPlace place) {
        for (int frame = 0; frame < frames(); frame++) {
            long at = offsets[frame] - offset;
            if (at >= 0 && at + lengths[frame] <= bytes.length) {
                byte[] stored = Arrays.copyOfRange(bytes, (int) at, (int) at + lengths[frame]);
                try {
                    check(frame, stored, place);
                    parts.put(place.blockId(), BlockPart.DIRECTORY, frame, DirectoryFrame.decode(stored, place));
                } catch (CorruptBlockException damaged) {
                    continue;
                }
            }
        }
    }

    long memoryBytes() {
        return 80 + 24L * frames();
    }

    private void check(int frame, byte[] bytes, BlockPlace place) throws CorruptBlockException {
        if (bytes.length != lengths[frame] || BlockLayout.crc(bytes, 0, bytes.length) != crcs[frame]) {
            throw place.corrupt("directory frame " + frame + " does not match its length or crc");
        }
    }
}
