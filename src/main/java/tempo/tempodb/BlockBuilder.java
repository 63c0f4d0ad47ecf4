package tempo.tempodb;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tempo.span.TraceKey;
import tempo.tempodb.backend.ObjectStore;
import tempo.tempodb.backend.ObjectWriter;
import tempo.tempodb.block.BlockMerge;
import tempo.tempodb.block.BlockMeta;
import tempo.tempodb.block.BlockReader;
import tempo.tempodb.block.BlockSpec;
import tempo.tempodb.block.BlockSummary;
import tempo.tempodb.block.BlockWriter;
import tempo.tempodb.blocklist.Blocklist;

/*
 * The data object is committed first, then the commit record is put if absent. Once the put has been attempted the data is never
 * removed from here: a put that failed may have happened all the same, and a visible block must have its data.
 */
/** A block being written. Nobody sees it before {@link #commit}, and whole afterwards. For one thread at a time. */
public final class BlockBuilder implements AutoCloseable {
    private final BlockSpec spec;
    private final ObjectStore store;
    private final Blocklist blocklist;
    private final ObjectWriter data;
    private final BlockWriter writer;
    private @Nullable BlockMeta written;
    private boolean committed;

    BlockBuilder(BlockSpec spec, ObjectStore store, Blocklist blocklist) throws IOException {
        this.spec = spec;
        this.store = store;
        this.blocklist = blocklist;
        this.data = store.write(spec.dataName());
        this.writer = new BlockWriter(spec, data);
    }

    /** Adds a trace or a part of one; order, limits and errors as in {@link BlockWriter#add}. */
    public void add(TraceKey key, ByteBuffer value, int spanCount, long startMin, long startMax) throws IOException {
        writer.add(key, value, spanCount, startMin, startMax);
    }

    /** As {@link #add(TraceKey, ByteBuffer, int, long, long)}, with the halves of the key. */
    public void add(long keyHigh, long keyLow, ByteBuffer value, int spanCount, long startMin, long startMax)
            throws IOException {
        writer.add(keyHigh, keyLow, value, spanCount, startMin, startMax);
    }

    /** Adds all that is in these blocks, which have the same content; errors as in {@link BlockMerge#run}. */
    public BlockMerge.Result addAll(List<BlockReader> blocks, Predicate<TraceKey> keeps) throws IOException {
        return BlockMerge.run(blocks, writer, keeps);
    }

    /** Entries added so far. */
    public long entries() {
        return writer.entries();
    }

    /** Encoded bytes so far, without the group being filled. */
    public long bytesWritten() {
        return writer.bytesWritten();
    }

    /**
     * Makes the block durable and visible.
     *
     * @throws IllegalStateException if nothing was added
     * @throws IOException if that failed. If the data was written but not the commit record, calling again tries only the
     *     record; giving up leaves the data behind for the sweep, or, if the store did take the record, the block: adding the same
     *     values to another block then only doubles them
     */
    public BlockMeta commit() throws IOException {
        if (committed && written != null) {
            return written;
        }
        if (written == null) {
            BlockSummary summary = writer.finish();
            data.commit();
            written = new BlockMeta(spec, summary);
        }
        putRecord(written);
        committed = true;
        blocklist.add(written);
        return written;
    }

    /** Drops the block unless its data is already committed. */
    public void abort() {
        if (written == null) {
            data.abort();
        }
    }

    /** The same as {@link #abort()}. */
    @Override
    public void close() {
        abort();
    }

    private void putRecord(BlockMeta meta) throws IOException {
        byte[] record = meta.encode();
        String name = spec.metaName();
        if (store.putIfAbsent(name, ByteBuffer.wrap(record))) {
            return;
        }
        long bytes = store.head(name).bytes();
        boolean own = bytes == record.length && Arrays.equals(record, store.read(name, 0, record.length));
        if (!own) {
            throw new IOException("commit record " + name + " exists already and is not this block's");
        }
    }
}
