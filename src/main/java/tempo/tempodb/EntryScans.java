package tempo.tempodb;

import java.io.EOFException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;
import tempo.span.TraceKey;
import tempo.tempodb.block.BlockCursor;
import tempo.tempodb.block.BlockMeta;
import tempo.tempodb.block.BlockReader;
import tempo.tempodb.block.BlockSource;
import tempo.tempodb.block.CorruptBlockException;
import tempo.tempodb.block.DecodedParts;
import tempo.tempodb.block.EntryVisitor;
import tempo.tempodb.blocklist.TenantBlocks;
import tempo.tempodb.blocklist.UnreadableMeta;

/** Passes the entries of several blocks to a visitor, and tells it of what cannot be read. Thread-safe. */
final class EntryScans {
    private final BlockObjects objects;
    private final DecodedParts parts;

    EntryScans(BlockObjects objects, DecodedParts parts) {
        this.objects = objects;
        this.parts = parts;
    }

    /** All entries with keys from {@code from} to {@code to}, both included, in key order. Holds a group of each block. */
    void scan(TenantBlocks blocks, TraceKey from, TraceKey to, EntryVisitor visitor) throws IOException {
        PriorityQueue<BlockCursor> cursors = new PriorityQueue<>(Comparator.comparing(BlockCursor::key));
        for (BlockMeta meta : readable(blocks, visitor)) {
            BlockReader reader = reader(meta, new CountingSource(objects, meta), visitor);
            if (reader != null) {
                advance(reader.cursor(from, to), cursors, visitor);
            }
        }
        while (!cursors.isEmpty()) {
            BlockCursor first = cursors.remove();
            visitor.entry(first);
            advance(first, cursors, visitor);
        }
    }

    /** The blocks whose commit records can be read; tells the visitor of the others. */
    static List<BlockMeta> readable(TenantBlocks blocks, EntryVisitor visitor) throws IOException {
        for (UnreadableMeta unreadable : blocks.unreadable()) {
            visitor.unreadable(CorruptBlockException.whole(unreadable.blockId(), unreadable.reason()));
        }
        return blocks.visible();
    }

    /** A reader; null if the block's tail cannot be read and the visitor bears that. */
    @Nullable
    BlockReader reader(BlockMeta meta, BlockSource source, EntryVisitor visitor) throws IOException {
        try {
            return BlockReader.open(meta, source, parts);
        } catch (CorruptBlockException e) {
            visitor.unreadable(e);
        } catch (EOFException e) {
            visitor.unreadable(
                    CorruptBlockException.whole(meta.blockId(), "data object is cut off: " + e.getMessage()));
        } catch (NoSuchFileException e) {
            visitor.unreadable(CorruptBlockException.whole(meta.blockId(), "data object is missing"));
        }
        return null;
    }

    private static void advance(BlockCursor cursor, PriorityQueue<BlockCursor> cursors, EntryVisitor visitor)
            throws IOException {
        while (true) {
            try {
                if (cursor.next()) {
                    cursors.add(cursor);
                }
                return;
            } catch (CorruptBlockException e) {
                visitor.unreadable(e);
            }
        }
    }
}
