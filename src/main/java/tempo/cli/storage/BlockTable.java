package tempo.cli.storage;

import static tempo.cli.Table.column;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import tempo.cli.Table;
import tempo.cli.Table.Kind;
import tempo.tempodb.block.BlockMeta;
import tempo.tempodb.block.BlockSummary;

/** What commit records say of blocks, as tables. */
final class BlockTable {
    private BlockTable() {}

    /** All that the headers say. */
    static Table headers(List<BlockMeta> blocks) {
        Table table = new Table(
                column("BLOCK", "blockId", Kind.TEXT),
                column("LEVEL", "level", Kind.COUNT),
                column("CONTENT", "content", Kind.TEXT),
                column("WINDOW", "window", Kind.TEXT),
                column("SECONDS", "windowSeconds", Kind.COUNT),
                column("TRACES", "traces", Kind.COUNT),
                column("SPANS", "spans", Kind.COUNT),
                column("DUPLICATES", "duplicateEntries", Kind.COUNT),
                column("BYTES", "dataBytes", Kind.BYTES),
                column("TAIL", "tailBytes", Kind.BYTES),
                column("RAW", "rawBytes", Kind.BYTES),
                column("B/SPAN", "bytesPerSpan", Kind.RATIO),
                column("FIRST START", "firstStart", Kind.TIME),
                column("LAST START", "lastStart", Kind.TIME),
                column("", "firstKey", Kind.TEXT),
                column("", "lastKey", Kind.TEXT),
                column("EPOCH", "writerEpoch", Kind.COUNT),
                column("REPLACES", "replaces", Kind.COUNT));
        for (BlockMeta meta : blocks) {
            BlockSummary summary = meta.summary();
            table.add(
                    meta.blockId().toString(),
                    meta.spec().level(),
                    meta.spec().content().name().toLowerCase(Locale.ROOT),
                    windowOf(meta),
                    meta.spec().window().seconds(),
                    summary.traces(),
                    summary.spans(),
                    summary.entries() - summary.traces(),
                    summary.dataBytes(),
                    (long) summary.tailBytes(),
                    summary.rawBytes(),
                    bytesPerSpan(summary.dataBytes(), summary.spans()),
                    summary.startMin(),
                    summary.startMax(),
                    summary.keyMin().toString(),
                    summary.keyMax().toString(),
                    meta.spec().writerEpoch(),
                    meta.spec().replaces().size());
        }
        return table;
    }

    /** Bytes of all their data objects. */
    static long dataBytes(List<BlockMeta> blocks) {
        return blocks.stream().mapToLong(meta -> meta.summary().dataBytes()).sum();
    }

    static String windowOf(BlockMeta meta) {
        return Instant.ofEpochSecond(meta.spec().window().startSeconds()).toString();
    }

    static double bytesPerSpan(long bytes, long spans) {
        return spans == 0 ? 0 : (double) bytes / spans;
    }
}
