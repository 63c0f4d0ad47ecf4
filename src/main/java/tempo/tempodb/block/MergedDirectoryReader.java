package tempo.tempodb.block;

import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tempo.span.TraceKey;

/** Asks a {@link MergedDirectory}. Immutable; thread-safe if its source is. */
public final class MergedDirectoryReader {
    /** Enough for the tail of the largest one. */
    private static final int TAIL_READ_BYTES = 80 << 10;

    private final UUID id;
    private final Tail tail;
    private final BlockSource source;
    private final DecodedParts parts;

    private MergedDirectoryReader(UUID id, Tail tail, BlockSource source, DecodedParts parts) {
        this.id = id;
        this.tail = tail;
        this.source = source;
        this.parts = parts;
    }

    /**
     * What is known of a key.
     *
     * @param covered the blocks of which something is known
     * @param possible those of them that may hold it, with an error for each of n keys in them once in 2^32 / n or fewer
     */
    public record Answer(Set<UUID> covered, Set<UUID> possible) {
        /** True if the block surely does not hold the key. */
        public boolean excludes(UUID block) {
            return covered.contains(block) && !possible.contains(block);
        }
    }

    private record Tail(List<UUID> blocks, Set<UUID> covered, DirectoryTable table) implements DecodedPart {
        @Override
        public long memoryBytes() {
            return 256 + 120L * blocks.size() + table.memoryBytes();
        }
    }

    /**
     * Opens a directory, with one read if its tail is not among {@code parts}.
     *
     * @throws CorruptBlockException if it is damaged
     * @throws IOException if the source fails
     */
    public static MergedDirectoryReader open(MergedDirectory directory, BlockSource source, DecodedParts parts)
            throws IOException {
        UUID id = directory.id();
        Tail tail = parts.get(id, BlockPart.TAIL, 0, Tail.class, () -> readTail(directory, source));
        return new MergedDirectoryReader(id, tail, source, parts);
    }

    /** The blocks of which it knows. */
    public List<UUID> blocks() {
        return tail.blocks;
    }

    /**
     * Asks for a key, with one read if its frame is not in memory.
     *
     * @throws CorruptBlockException if that is damaged
     * @throws IOException if the source fails
     */
    public Answer ask(TraceKey key) throws IOException {
        long prefix = prefixOf(key.high());
        BitSet possible = new BitSet(tail.blocks.size());
        boolean before = true;
        for (int number = tail.table.lastFrameFor(prefix); before && number >= 0; number--) {
            int frame = number;
            parts.get(id, BlockPart.DIRECTORY, frame, MergedFrame.class, () -> readFrame(frame))
                    .find(prefix, possible);
            before = tail.table.mayBeginBefore(number, prefix);
        }
        return answer(tail, possible);
    }

    /** As {@link #ask}, from memory; null if something has to be read for it. */
    public static @Nullable Answer peek(MergedDirectory directory, TraceKey key, DecodedParts parts) {
        Tail tail = parts.peek(directory.id(), BlockPart.TAIL, 0, Tail.class);
        if (tail == null) {
            return null;
        }
        long prefix = prefixOf(key.high());
        BitSet possible = new BitSet(tail.blocks.size());
        boolean before = true;
        for (int number = tail.table.lastFrameFor(prefix); before && number >= 0; number--) {
            MergedFrame frame = parts.peek(directory.id(), BlockPart.DIRECTORY, number, MergedFrame.class);
            if (frame == null) {
                return null;
            }
            frame.find(prefix, possible);
            before = tail.table.mayBeginBefore(number, prefix);
        }
        return answer(tail, possible);
    }

    /** What all blocks' directories say of a key at least. */
    static long prefixOf(long high) {
        return high >>> DirectoryFrame.SHIFT_MAX << DirectoryFrame.SHIFT_MAX;
    }

    private static Answer answer(Tail tail, BitSet possible) {
        Set<UUID> ids = new HashSet<>();
        possible.stream().filter(block -> block < tail.blocks.size()).forEach(block -> ids.add(tail.blocks.get(block)));
        return new Answer(tail.covered, ids);
    }

    private MergedFrame readFrame(int frame) throws IOException {
        BlockPlace place = BlockPlace.block(id);
        return MergedFrame.decode(tail.table.readBytes(frame, source, place), place);
    }

    private static Tail readTail(MergedDirectory directory, BlockSource source) throws IOException {
        BlockPlace place = BlockPlace.block(directory.id());
        if (directory.bytes() < MergedDirectoryWriter.HEADER_BYTES + MergedDirectoryWriter.END_BYTES) {
            throw place.corrupt("merged directory cannot be of " + directory.bytes() + " bytes");
        }
        int length = (int) Math.min(directory.bytes() - MergedDirectoryWriter.HEADER_BYTES, TAIL_READ_BYTES);
        byte[] end;
        try {
            end = source.read(BlockPart.TAIL, directory.bytes() - length, length);
        } catch (EOFException e) {
            throw place.corrupt("merged directory ends before its tail does (" + e.getMessage() + ")");
        }
        CheckedBytes last =
                new CheckedBytes(end, length - MergedDirectoryWriter.END_BYTES, MergedDirectoryWriter.END_BYTES, place);
        int tailBytes = last.u32("length of a merged directory's tail", length - MergedDirectoryWriter.END_BYTES);
        int from = length - MergedDirectoryWriter.END_BYTES - tailBytes;
        if (last.bits32("crc of a merged directory's tail") != BlockLayout.crc(end, from, tailBytes)
                || last.bits64("end of a merged directory") != MergedDirectoryWriter.END_MAGIC) {
            throw place.corrupt("tail of a merged directory does not match its crc");
        }
        CheckedBytes tail = new CheckedBytes(end, from, tailBytes, place);
        int count = tail.u32("number of blocks in a merged directory", MergedDirectory.BLOCKS_MAX);
        List<UUID> blocks = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            blocks.add(tail.uuid("block of a merged directory"));
        }
        byte[] table = new byte[tail.remaining()];
        System.arraycopy(end, from + tail.position(), table, 0, table.length);
        return new Tail(blocks, Set.copyOf(blocks), DirectoryTable.decode(table, directory.bytes(), place));
    }
}
