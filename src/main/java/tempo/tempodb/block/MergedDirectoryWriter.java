package tempo.tempodb.block;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.UUID;
import tempo.tempodb.backend.ObjectWriter;

/**
 * Writes a {@link MergedDirectory}. Reads of each block its tail and its trace directory, and holds one frame of each. For one thread.
 *
 * <pre>
 *  0 "tempodir"   8 u16 major, 1   10 u16 minor, 0   12 id   28 CRC of the 28 bytes before
 * 32 frames
 * .. tail: u32 number of blocks, their ids, and a directory table
 * .. u32 length of the tail, CRC of the tail, "tempodnd"
 * </pre>
 */
public final class MergedDirectoryWriter {
    static final long MAGIC = magic("tempodir");
    static final long END_MAGIC = magic("tempodnd");
    static final int HEADER_BYTES = 32;
    static final int END_BYTES = 16;
    static final int MAJOR = 1;

    private final ObjectWriter target;
    private final long[] prefixes = new long[MergedFrame.TRACES];
    private final byte[] blocks = new byte[MergedFrame.TRACES];
    private final List<DirectoryTable.Placed> frames = new ArrayList<>();
    private int count;
    private long end;

    private MergedDirectoryWriter(ObjectWriter target) {
        this.target = target;
    }

    /** A block's own directory is damaged: it is to be left out. */
    public static final class DamagedDirectoryException extends IOException {
        private final UUID block;

        DamagedDirectoryException(UUID block, CorruptBlockException cause) {
            super(cause);
            this.block = block;
        }

        public UUID block() {
            return block;
        }
    }

    /** The keys of one block, in order. */
    private static final class Keys {
        final int block;
        private final BlockReader reader;
        private long[] prefixes = new long[0];
        private int position = -1;
        private int frame;

        Keys(int block, BlockReader reader) {
            this.block = block;
            this.reader = reader;
        }

        long prefix() {
            return prefixes[position];
        }

        boolean next() throws IOException {
            position++;
            while (position == prefixes.length) {
                if (frame == reader.tail().directory().frames()) {
                    return false;
                }
                try {
                    prefixes = prefixesOf(reader.directoryFrame(frame));
                } catch (CorruptBlockException e) {
                    throw new DamagedDirectoryException(reader.tail().blockId(), e);
                }
                position = 0;
                frame++;
            }
            return true;
        }

        private static long[] prefixesOf(DirectoryFrame frame) throws IOException {
            long[] prefixes = new long[frame.traces()];
            int[] filled = new int[1];
            frame.prefixes(prefix -> prefixes[filled[0]++] = MergedDirectoryReader.prefixOf(prefix));
            return prefixes;
        }
    }

    /**
     * Writes one of these blocks' directories; the writer is to be committed then.
     *
     * @param readers of blocks whose directories are whole
     * @return the length of the object
     * @throws DamagedDirectoryException if a block's directory is damaged
     * @throws IOException if a store fails
     */
    public static long write(UUID id, List<BlockReader> readers, ObjectWriter target) throws IOException {
        if (readers.isEmpty() || readers.size() > MergedDirectory.BLOCKS_MAX) {
            throw new IllegalArgumentException(
                    "blocks must be 1 to " + MergedDirectory.BLOCKS_MAX + " but are " + readers.size());
        }
        return new MergedDirectoryWriter(target).write(id, readers);
    }

    private long write(UUID id, List<BlockReader> readers) throws IOException {
        append(header(id));
        PriorityQueue<Keys> next = new PriorityQueue<>((a, b) -> Long.compareUnsigned(a.prefix(), b.prefix()));
        for (int i = 0; i < readers.size(); i++) {
            Keys keys = new Keys(i, readers.get(i));
            if (keys.next()) {
                next.add(keys);
            }
        }
        for (Keys least = next.poll(); least != null; least = next.poll()) {
            add(least.prefix(), least.block);
            if (least.next()) {
                next.add(least);
            }
        }
        if (count > 0) {
            finishFrame();
        }
        finish(readers);
        return end;
    }

    private void add(long prefix, int block) throws IOException {
        if (count == prefixes.length) {
            finishFrame();
        }
        prefixes[count] = prefix;
        blocks[count++] = (byte) block;
    }

    private void finishFrame() throws IOException {
        byte[] frame = MergedFrame.encode(prefixes, blocks, count);
        frames.add(new DirectoryTable.Placed(prefixes[0], end, frame.length, BlockLayout.crc(frame, 0, frame.length)));
        append(frame);
        count = 0;
    }

    private void finish(List<BlockReader> readers) throws IOException {
        byte[] table = DirectoryTable.encode(frames);
        ByteBuffer tail = ByteBuffer.allocate(Integer.BYTES + readers.size() * 2 * Long.BYTES + table.length)
                .order(ByteOrder.LITTLE_ENDIAN);
        tail.putInt(readers.size());
        for (BlockReader reader : readers) {
            putUuid(tail, reader.tail().blockId());
        }
        tail.put(table);
        append(tail.array());
        ByteBuffer last = ByteBuffer.allocate(END_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        last.putInt(tail.capacity())
                .putInt(BlockLayout.crc(tail.array(), 0, tail.capacity()))
                .putLong(END_MAGIC);
        append(last.array());
    }

    private void append(byte[] bytes) throws IOException {
        target.write(ByteBuffer.wrap(bytes));
        end += bytes.length;
    }

    private static byte[] header(UUID id) {
        ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        header.putLong(MAGIC).putShort((short) MAJOR).putShort((short) 0);
        putUuid(header, id);
        header.putInt(BlockLayout.crc(header.array(), 0, header.position()));
        return header.array();
    }

    private static void putUuid(ByteBuffer target, UUID id) {
        target.putLong(Long.reverseBytes(id.getMostSignificantBits()))
                .putLong(Long.reverseBytes(id.getLeastSignificantBits()));
    }

    private static long magic(String text) {
        long magic = 0;
        for (int i = text.length() - 1; i >= 0; i--) {
            magic = magic << 8 | text.charAt(i);
        }
        return magic;
    }
}
