package tempo.tempodb;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import tempo.span.TraceKey;
import tempo.span.TraceMerge;
import tempo.span.WireWriter;
import tempo.tempodb.backend.ObjectStore;
import tempo.tempodb.backend.local.LocalObjectStore;
import tempo.tempodb.block.BlockContent;
import tempo.tempodb.block.BlockMeta;
import tempo.tempodb.block.BlockReader;
import tempo.tempodb.block.BlockSpec;
import tempo.tempodb.spans.RandomOtlp;

/*
 * A directory of golden blocks:
 *
 * store/<tenant>/<window>/<block id>.tp, .meta   a store; what is visible of a tenant is one block
 * entries/<tenant>.gz                            its entries in order: key, length as an int, value; of a large value its SHA-256
 */
/** Makes blocks that are kept, and what is in them. */
final class GoldenBlocks {
    static final List<String> TENANTS = List.of("opaque", "spans", "hostile", "merged", "segments");

    private static final TraceKey FIRST = new TraceKey(0, 0);
    private static final TraceKey LAST = new TraceKey(-1, -1);
    private static final long START = 1_700_000_000_000_000_000L;
    private static final int GROUP_SPANS = 4096;

    private static final int VALUE_BYTES_KEPT = 64 << 10;

    /** So many spans that a merge takes their segment over, and so many groups that their strip has columns. */
    private static final int GROUPS = 16;

    private final Random random = new Random(1);
    private final Path directory;
    private final ObjectStore store;
    private final TempoDb db;

    private GoldenBlocks(Path directory) throws IOException {
        this.directory = directory;
        this.store = LocalObjectStore.open(directory.resolve("store"));
        InstantSource clock = InstantSource.fixed(Instant.ofEpochSecond(1_800_000_000));
        this.db =
                TempoDb.open(store, TempoDbConfig.DEFAULT, clock, () -> new UUID(random.nextLong(), random.nextLong()));
    }

    record Entry(TraceKey key, byte[] value) {}

    /** Writes them all to {@code directory}, which is empty. */
    static void make(Path directory) throws IOException {
        GoldenBlocks blocks = new GoldenBlocks(directory);
        try {
            blocks.makeAll();
        } finally {
            blocks.db.close();
        }
        Files.deleteIfExists(directory.resolve("store/#temporary"));
    }

    private void makeAll() throws IOException {
        commit("opaque", BlockContent.OPAQUE, opaque(60));
        commit("spans", BlockContent.SPANS, traces(25, 30, false));
        commit("hostile", BlockContent.SPANS, traces(30, 20, true));
        List<Entry> early = traces(20, 20, false);
        List<Entry> late = new ArrayList<>(traces(10, 20, true));
        late.addAll(early.subList(0, 5));
        for (Entry entry : early.subList(5, 10)) {
            late.add(new Entry(entry.key, new RandomOtlp(random, false, entry.key).entry(7)));
        }
        List<BlockMeta> inputs =
                List.of(commit("merged", BlockContent.SPANS, early), commit("merged", BlockContent.SPANS, late));
        assertTrue(db.compact(inputs).isPresent());
        List<BlockMeta> parts = List.of(
                commit("segments", BlockContent.SPANS, plain()),
                commit("segments", BlockContent.SPANS, traces(10, 10, false)));
        mergeWithSegments(parts);
        for (BlockMeta part : parts) {
            store.delete(part.spec().metaName());
            store.delete(part.spec().dataName());
        }
        Files.createDirectories(directory.resolve("entries"));
        for (String tenant : TENANTS) {
            Path file = directory.resolve("entries").resolve(tenant + ".gz");
            try (DataOutputStream out = new DataOutputStream(new GZIPOutputStream(Files.newOutputStream(file)))) {
                for (Entry entry : scan(db, tenant)) {
                    byte[] value = kept(entry.value);
                    out.writeLong(entry.key.high());
                    out.writeLong(entry.key.low());
                    out.writeInt(value.length);
                    out.write(value);
                }
            }
        }
    }

    /** As a compaction does it. The groups of the first are copied with their segment, so that there are two. */
    private void mergeWithSegments(List<BlockMeta> parts) throws IOException {
        BlockSpec first = parts.get(0).spec();
        List<UUID> replaces = parts.stream().map(BlockMeta::blockId).toList();
        UUID id = new UUID(random.nextLong(), random.nextLong());
        BlockSpec spec = new BlockSpec(first.tenant(), id, first.window(), 1, 0, replaces, first.content());
        try (BlockBuilder block = db.newBlock(spec)) {
            List<BlockReader> readers = List.of(db.reader(parts.get(0)), db.reader(parts.get(1)));
            assertEquals(GROUPS, block.addAll(readers, key -> true).groupsCopied());
            block.commit();
        }
    }

    /** What a database has of a tenant. */
    static List<Entry> scan(TempoDb db, String tenant) throws IOException {
        List<Entry> entries = new ArrayList<>();
        db.scan(tenant, FIRST, LAST, cursor -> {
            byte[] value = new byte[cursor.value().remaining()];
            cursor.value().get(value);
            entries.add(new Entry(cursor.key(), value));
        });
        return entries;
    }

    /** What is kept of a value to compare it with. */
    static byte[] kept(byte[] value) {
        if (value.length <= VALUE_BYTES_KEPT) {
            return value;
        }
        try {
            return MessageDigest.getInstance("SHA-256").digest(value);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    /** What was in a tenant's block when it was written, as {@link #kept}. */
    static List<Entry> expected(Path directory, String tenant) throws IOException {
        Path file = directory.resolve("entries").resolve(tenant + ".gz");
        List<Entry> entries = new ArrayList<>();
        try (DataInputStream in = new DataInputStream(new GZIPInputStream(Files.newInputStream(file)))) {
            byte[] all = in.readAllBytes();
            ByteBuffer left = ByteBuffer.wrap(all);
            while (left.hasRemaining()) {
                TraceKey key = new TraceKey(left.getLong(), left.getLong());
                byte[] value = new byte[left.getInt()];
                left.get(value);
                entries.add(new Entry(key, value));
            }
        }
        return entries;
    }

    /** Commits a block, and makes sure that what comes back is what went in. */
    private BlockMeta commit(String tenant, BlockContent content, List<Entry> entries) throws IOException {
        TreeMap<TraceKey, List<byte[]>> sorted = new TreeMap<>();
        for (Entry entry : entries) {
            sorted.computeIfAbsent(entry.key, unused -> new ArrayList<>()).add(entry.value);
        }
        BlockMeta meta;
        try (BlockBuilder block = db.newBlock(tenant, content)) {
            for (var trace : sorted.entrySet()) {
                for (byte[] value : trace.getValue()) {
                    block.add(trace.getKey(), ByteBuffer.wrap(value), 1, 0, Long.MAX_VALUE);
                }
            }
            meta = block.commit();
        }
        for (var trace : sorted.entrySet()) {
            List<byte[]> found = new ArrayList<>();
            db.reader(meta).find(trace.getKey(), found);
            if (content == BlockContent.SPANS) {
                assertArrayEquals(merged(trace.getValue()), merged(found));
            } else {
                assertArrayEquals(trace.getValue().toArray(), found.toArray());
            }
        }
        return meta;
    }

    private static byte @Nullable [] merged(List<byte[]> values) {
        return TraceMerge.merge(values).bytes();
    }

    private List<Entry> opaque(int traces) {
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < traces; i++) {
            TraceKey key = new TraceKey(random.nextLong(), random.nextLong());
            for (int part = i % 10 == 0 ? 3 : 1; part > 0; part--) {
                byte[] value = new byte[random.nextInt(500)];
                random.nextBytes(value);
                entries.add(new Entry(key, value));
            }
        }
        return entries;
    }

    private List<Entry> traces(int traces, int spans, boolean odd) {
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < traces; i++) {
            TraceKey key = new TraceKey(random.nextLong() | Long.MIN_VALUE, random.nextLong());
            entries.add(new Entry(key, new RandomOtlp(random, odd, key).entry(1 + random.nextInt(spans))));
        }
        return entries;
    }

    /** Traces that fill a group each with spans of next to no bytes; the first has more different values than go without a bloom. */
    private static List<Entry> plain() {
        List<Entry> entries = new ArrayList<>();
        for (int trace = 0; trace < GROUPS; trace++) {
            WireWriter out = new WireWriter(1 << 18);
            int resource = out.begin(1);
            int scope = out.begin(2);
            for (int i = 0; i < GROUP_SPANS; i++) {
                int span = out.begin(2);
                out.string(5, "operation " + i / 2000);
                out.fixed64(7, START + trace * 1_000_000_000L + i);
                out.fixed64(8, START + trace * 1_000_000_000L + i + (i / 1024) * 1000);
                int attribute = out.begin(9);
                out.string(1, "url.path");
                int value = out.begin(2);
                out.string(1, "/cart/" + (trace == 0 ? i / 40 : i / 1000));
                out.end(value);
                out.end(attribute);
                out.end(span);
            }
            out.end(scope);
            out.end(resource);
            entries.add(new Entry(new TraceKey((long) trace << 48, trace), out.toByteArray()));
        }
        return entries;
    }
}
