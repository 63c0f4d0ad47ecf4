package tempo.tempodb.block;

import java.util.Arrays;
import java.util.BitSet;

/**
 * Consecutive keys of several blocks: a {@link DirectoryFrame} of their prefixes, and behind it a byte for each key, the number of its
 * block. Immutable and thread-safe.
 */
final class MergedFrame implements DecodedPart {
    static final int TRACES = 24 << 10;

    private final DirectoryFrame keys;
    private final byte[] blocks;

    private MergedFrame(DirectoryFrame keys, byte[] blocks) {
        this.keys = keys;
        this.blocks = blocks;
    }

    /** The frame of {@code count} keys, in order, of which all but the prefixes is 0. */
    static byte[] encode(long[] prefixes, byte[] blocks, int count) {
        byte[] keys = DirectoryFrame.encode(prefixes, 0, count, 1, DirectoryFrame.SHIFT_MAX);
        byte[] frame = Arrays.copyOf(keys, keys.length + count);
        System.arraycopy(blocks, 0, frame, keys.length, count);
        return frame;
    }

    static MergedFrame decode(byte[] frame, BlockPlace place) throws CorruptBlockException {
        int count = new CheckedBytes(frame, 0, frame.length, place)
                .u32("merged directory's number of traces", Math.min(frame.length, TRACES));
        DirectoryFrame keys = DirectoryFrame.decode(Arrays.copyOf(frame, frame.length - count), place);
        return new MergedFrame(keys, Arrays.copyOfRange(frame, frame.length - count, frame.length));
    }

    /** Adds the numbers of the blocks that may hold a key with this prefix. */
    void find(long prefix, BitSet target) {
        keys.ranksOf(prefix, rank -> target.set(blocks[rank] & 0xFF));
    }

    @Override
    public long memoryBytes() {
        return 64 + keys.memoryBytes() + blocks.length;
    }
}
