package tempo.tempodb.blocklist;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import tempo.tempodb.backend.ObjectStore;
import tempo.tempodb.backend.ObjectWriter;
import tempo.tempodb.block.BlockMeta;
import tempo.tempodb.block.BlockNames;

/*
 * gzip of a UTF string and an int that say what it is, and then of each record: a 1, its name, its length in the store, its length
 * here, and its bytes; behind the last one a 0. Each record has a checksum of its own.
 */
/**
 * Copies of a tenant's commit records in one object, so that a node which starts need not read each. It is never the truth: a
 * record counts only if the store lists an object of its name and length, and one that is not in the index is read by itself. So
 * an index may be old, damaged, or missing.
 */
final class TenantIndex {
    private static final String TITLE = "tempo-index";
    private static final int VERSION = 1;
    private static final int PIECE_BYTES = 4 << 20;

    private TenantIndex() {}

    /**
     * A block as it is in the index.
     *
     * @param bytes length of its commit record in the store
     */
    record Entry(BlockMeta meta, long bytes) {}

    /** Takes the entries of an index. */
    interface Visitor {
        void entry(Entry entry);
    }

    /** Replaces a tenant's index. */
    static void write(ObjectStore store, String tenant, Collection<Entry> entries) throws IOException {
        try (ObjectWriter object = store.write(BlockNames.index(tenant))) {
            try (DataOutputStream out = new DataOutputStream(
                    new GZIPOutputStream(new BufferedOutputStream(new Pieces(object), PIECE_BYTES), 1 << 16))) {
                out.writeUTF(TITLE);
                out.writeInt(VERSION);
                for (Entry entry : entries) {
                    byte[] record = entry.meta.encode();
                    out.writeByte(1);
                    out.writeUTF(entry.meta.spec().metaName());
                    out.writeInt((int) entry.bytes);
                    out.writeInt(record.length);
                    out.write(record);
                }
                out.writeByte(0);
            }
            object.commit();
        }
    }

    /**
     * Passes the blocks in a tenant's index to {@code visitor}, some MiB at a time.
     *
     * @throws IOException if the store fails, there is no index, or it is damaged; what was passed before is whole
     */
    static void read(ObjectStore store, String tenant, Visitor visitor) throws IOException {
        String name = BlockNames.index(tenant);
        long bytes = store.head(name).bytes();
        try (DataInputStream in = new DataInputStream(
                new BufferedInputStream(new GZIPInputStream(new Ranges(store, name, bytes), 1 << 16), 1 << 16))) {
            if (!in.readUTF().equals(TITLE) || in.readInt() != VERSION) {
                throw new IOException("index " + name + " is of another version");
            }
            while (in.readByte() != 0) {
                String record = in.readUTF();
                int length = in.readInt();
                int recordLength = in.readInt();
                if (recordLength < 0 || recordLength > BlockMeta.BYTES_MAX) {
                    throw new IOException("index " + name + " has a record of " + recordLength + " bytes");
                }
                if (BlockNames.ownerOfMeta(record).isEmpty()) {
                    throw new IOException("index " + name + " names " + record + " as a commit record");
                }
                visitor.entry(new Entry(BlockMeta.decode(record, in.readNBytes(recordLength)), length));
            }
        }
    }

    private static final class Pieces extends OutputStream {
        private final ObjectWriter object;

        Pieces(ObjectWriter object) {
            this.object = object;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            object.write(ByteBuffer.wrap(bytes, offset, length));
        }
    }

    private static final class Ranges extends InputStream {
        private final ObjectStore store;
        private final String name;
        private final long bytes;
        private long next;
        private byte[] piece = new byte[0];
        private int position;

        Ranges(ObjectStore store, String name, long bytes) {
            this.store = store;
            this.name = name;
            this.bytes = bytes;
        }

        @Override
        public int read() throws IOException {
            return fill() ? piece[position++] & 0xFF : -1;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            if (!fill()) {
                return -1;
            }
            int read = Math.min(length, piece.length - position);
            System.arraycopy(piece, position, target, offset, read);
            position += read;
            return read;
        }

        private boolean fill() throws IOException {
            if (position == piece.length && next < bytes) {
                piece = store.read(name, next, (int) Math.min(PIECE_BYTES, bytes - next));
                next += piece.length;
                position = 0;
            }
            return position < piece.length;
        }
    }
}
