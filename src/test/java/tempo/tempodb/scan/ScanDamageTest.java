package tempo.tempodb.scan;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static tempo.span.OtlpFields.attribute;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tempo.span.TraceKey;
import tempo.span.WireWriter;
import tempo.tempodb.BlockBuilder;
import tempo.tempodb.TempoDb;
import tempo.tempodb.TempoDbConfig;
import tempo.tempodb.backend.MemoryObjectStore;
import tempo.tempodb.block.BlockContent;
import tempo.tempodb.block.BlockMeta;
import tempo.tempodb.block.BlockReader;
import tempo.tempodb.block.BlockSource;
import tempo.tempodb.block.CorruptBlockException;
import tempo.tempodb.block.Damage;
import tempo.tempodb.block.SpanColumns;
import tempo.tempodb.spans.GroupScan;
import tempo.tempodb.spans.RandomOtlp;
import tempo.tempodb.spans.SpanField;
import tempo.tempodb.spans.StripParts;
import tempo.tempodb.spans.ValueTest;

/**
 * Whatever happened to the bytes of a block, a scan of it gives the right answer, or one that lacks the groups that the listener was
 * told of and nothing else; or the block cannot be opened.
 */
@Timeout(300)
class ScanDamageTest {
    private static final int LIMIT = 20;

    private static final List<SpanFilter> FILTERS = List.of(
            SpanFilter.ALL,
            SpanFilter.where(SpanField.NAME, ValueTest.equalTo("op3".getBytes(UTF_8))),
            SpanFilter.where(SpanField.DURATION, ValueTest.between(1_000_000, Long.MAX_VALUE)),
            SpanFilter.where(SpanField.attribute("user.id"), ValueTest.equalTo("value1".getBytes(UTF_8))),
            SpanFilter.where(SpanField.attribute("user.id"), ValueTest.between(777, 777)),
            SpanFilter.where(
                    SpanField.attribute("db.query.text"), RegularExpression.matching(".*WHERE id = [0-9]*7.*")),
            new SpanFilter.Not(SpanFilter.where(SpanField.EVENT_NAME, ValueTest.any())),
            SpanFilter.and(
                    SpanFilter.where(SpanField.KIND, ValueTest.between(0, 2)),
                    SpanFilter.where(SpanField.resource("service.name"), ValueTest.equalTo("value0".getBytes(UTF_8)))));

    private static final List<Spanset> SPANSETS = spansets();
    private static final List<SpanField> LABELS =
            List.of(SpanField.NAME, SpanField.resource("service.name"), SpanField.attribute("user.id"));

    private static final Stored SMALL = stored(1, false);
    private static final Stored LARGE = stored(2, true);

    private static List<Spanset> spansets() {
        List<Spanset> spansets = new ArrayList<>();
        FILTERS.forEach(filter -> spansets.add(Spanset.of(filter)));
        for (Spanset.Relation relation : Spanset.Relation.values()) {
            spansets.add(Spanset.of(FILTERS.get(1)).related(relation, Spanset.of(FILTERS.get(7))));
        }
        return List.copyOf(spansets);
    }

    private record Found(int spans, long base, long newest) {
        static Found together(Found a, Found b) {
            return new Found(a.spans + b.spans, Math.max(a.base, b.base), Math.max(a.newest, b.newest));
        }
    }

    /** A block, its bytes, and for each spanset what is in each of its groups. */
    private record Stored(
            BlockMeta meta,
            byte[] bytes,
            BlockReader reader,
            List<List<Map<TraceKey, Found>>> found,
            Map<List<Object>, Map<String, long[]>> counted) {
        SpanColumns columns() {
            return reader.columns();
        }

        /** What is found of a spanset without some groups. */
        Map<TraceKey, Found> expected(int spanset, Set<Integer> lost) {
            Map<TraceKey, Found> all = new HashMap<>();
            List<Map<TraceKey, Found>> groups = found.get(spanset);
            for (int group = 0; group < groups.size(); group++) {
                if (!lost.contains(group)) {
                    groups.get(group).forEach((key, each) -> all.merge(key, each, Found::together));
                }
            }
            return all;
        }

        Map<String, long[]> counts(boolean overTime, int filter, SpanField by) {
            return counted.computeIfAbsent(List.of(overTime, filter, by), unused -> {
                try {
                    SpanCounts counts = counter(overTime, filter, by, DamageListener.FAIL);
                    counts.add(columns());
                    return counts.counts();
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            });
        }
    }

    private static SpanCounts counter(boolean overTime, int filter, SpanField by, DamageListener damage) {
        return overTime
                ? SpanCounts.overTime(FILTERS.get(filter), by, 1_700_000_000 / 15 - 1, 1, 10, damage)
                : SpanCounts.byDuration(FILTERS.get(filter), by, damage);
    }

    private static Stored stored(long seed, boolean isLarge) {
        try {
            return build(new Random(seed), isLarge);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A large block is of two others, whose groups and segments were copied: their strips have columns. */
    private static Stored build(Random random, boolean isLarge) throws IOException {
        MemoryObjectStore store = new MemoryObjectStore();
        TempoDb db = TempoDb.open(store, TempoDbConfig.DEFAULT, InstantSource.system());
        List<BlockMeta> metas = new ArrayList<>();
        for (int half = 0; half < 2; half++) {
            TreeMap<TraceKey, byte[]> traces = new TreeMap<>();
            for (int spans = 0; spans < (isLarge ? 66_000 : 4_000); ) {
                TraceKey key = new TraceKey(random.nextLong() >>> 1 | (long) half << 63, random.nextLong());
                int count = 1 + random.nextInt(60);
                traces.put(key, isLarge ? plain(random, key, count) : new RandomOtlp(random, false, key).entry(count));
                spans += count;
            }
            try (BlockBuilder block = db.newBlock("t", BlockContent.SPANS)) {
                for (Map.Entry<TraceKey, byte[]> trace : traces.entrySet()) {
                    block.add(trace.getKey(), ByteBuffer.wrap(trace.getValue()), 1, 5, 6);
                }
                metas.add(block.commit());
            }
        }
        BlockMeta meta = db.compact(metas).orElseThrow();
        byte[] bytes =
                store.read(meta.spec().dataName(), 0, (int) meta.summary().dataBytes());
        BlockReader reader = BlockReader.open(meta, Damage.source(bytes));
        List<List<Map<TraceKey, Found>>> found = new ArrayList<>();
        for (Spanset spanset : SPANSETS) {
            SpanColumns columns = reader.columns();
            BlockScan scan = new BlockScan(columns, spanset, DamageListener.FAIL);
            List<Map<TraceKey, Found>> groups = new ArrayList<>();
            for (int group = 0; group < columns.groups(); group++) {
                long[] bits = scan.select(group);
                groups.add(bits == null ? Map.of() : found(scan.current(), bits));
            }
            found.add(groups);
        }
        return new Stored(meta, bytes, reader, found, new HashMap<>());
    }

    private static Map<TraceKey, Found> found(GroupScan scan, long[] bits) throws IOException {
        Map<TraceKey, Found> found = new HashMap<>();
        long[] anchors = scan.anchors();
        for (int row = Bits.next(bits, 0, scan.count()); row >= 0; row = Bits.next(bits, row + 1, scan.count())) {
            int entry = scan.entryOf(row);
            found.merge(
                    new TraceKey(scan.group().keyHigh(entry), scan.group().keyLow(entry)),
                    new Found(1, scan.group().base(entry), anchors[row]),
                    Found::together);
        }
        return found;
    }

    private static byte[] plain(Random random, TraceKey key, int spans) {
        WireWriter out = new WireWriter(1024);
        int resource = out.begin(1);
        int attributes = out.begin(1);
        attribute(out, 1, "service.name", "value" + random.nextInt(3));
        out.end(attributes);
        int scope = out.begin(2);
        long root = random.nextLong();
        for (int i = 0; i < spans; i++) {
            int span = out.begin(2);
            byte[] ids = ByteBuffer.allocate(32)
                    .putLong(key.traceId().high())
                    .putLong(key.traceId().low())
                    .putLong(i == 0 ? root : random.nextLong())
                    .putLong(root)
                    .array();
            out.bytes(1, ids, 0, 16);
            out.bytes(2, ids, 16, 8);
            if (i > 0) {
                out.bytes(4, ids, 24, 8);
            }
            out.string(5, "op" + random.nextInt(5));
            long start = 1_700_000_000_000_000_000L + random.nextInt(1 << 30);
            out.fixed64(7, start);
            out.fixed64(8, start + random.nextInt(1 << 21));
            if (random.nextInt(8) == 0) {
                attribute(out, 9, "user.id", "value" + random.nextInt(10_000));
            }
            out.end(span);
        }
        out.end(scope);
        out.end(resource);
        return out.toByteArray();
    }

    /** Groups that a listener was told of. */
    private static final class Told implements DamageListener {
        private final BlockMeta meta;
        private final Set<Integer> groups = new HashSet<>();

        Told(BlockMeta meta) {
            this.meta = meta;
        }

        @Override
        public void unreadable(CorruptBlockException failure) {
            assertEquals(meta.blockId(), failure.blockId());
            assertTrue(failure.group() >= 0, failure.getMessage());
            groups.add(failure.group());
        }
    }

    /** Asks one question; returns the groups that the answer is without. */
    private static Set<Integer> ask(Stored stored, SpanColumns columns, Random random) throws IOException {
        Told told = new Told(stored.meta());
        int number = random.nextInt(SPANSETS.size());
        TraceSearch search = new TraceSearch(List.of(columns), SPANSETS.get(number), told);
        switch (random.nextInt(5)) {
            case 0 -> {
                Map<TraceKey, Found> found = new HashMap<>();
                search.atLeast(1, Integer.MAX_VALUE)
                        .forEach(each -> found.put(each.key(), new Found(each.spans(), each.newestStart(), 0)));
                assertEquals(withoutNewest(stored.expected(number, told.groups)), found);
            }
            case 1 -> {
                List<TraceSearch.Found> any = search.any(LIMIT);
                Map<TraceKey, Found> expected = stored.expected(number, told.groups);
                any.forEach(each -> assertTrue(expected.containsKey(each.key())));
                assertEquals(Math.min(LIMIT, expected.size()), any.size());
            }
            case 2 -> {
                List<Long> starts = search.newest(LIMIT).stream()
                        .map(TraceSearch.Found::newestStart)
                        .toList();
                List<Long> expected = stored.expected(number, told.groups).values().stream()
                        .map(Found::newest)
                        .sorted(Comparator.reverseOrder())
                        .limit(LIMIT)
                        .toList();
                assertEquals(expected, starts);
            }
            default -> count(stored, columns, random, told);
        }
        return told.groups;
    }

    private static Map<TraceKey, Found> withoutNewest(Map<TraceKey, Found> found) {
        found.replaceAll((key, each) -> new Found(each.spans, each.base, 0));
        return found;
    }

    /** No cell has more than it should, and of all spans only those of the lost groups are missing. */
    private static void count(Stored stored, SpanColumns columns, Random random, Told told) throws IOException {
        boolean overTime = random.nextBoolean();
        int filter = random.nextInt(FILTERS.size());
        SpanField by = LABELS.get(random.nextInt(LABELS.size()));
        SpanCounts counts = counter(overTime, filter, by, told);
        counts.add(columns);
        Map<String, long[]> all = stored.counts(overTime, filter, by);
        long[] sum = {0};
        counts.counts().forEach((label, row) -> {
            for (int i = 0; i < row.length; i++) {
                assertTrue(row[i] <= all.getOrDefault(label, new long[row.length])[i], label);
                sum[0] += row[i];
            }
        });
        assertEquals(
                stored.expected(filter, told.groups).values().stream()
                        .mapToLong(Found::spans)
                        .sum(),
                sum[0]);
        if (told.groups.isEmpty()) {
            counts.counts().forEach((label, row) -> assertArrayEquals(all.get(label), row));
        }
    }

    /** With a tail that was read before the damage, or one that is read after it. */
    @Test
    void anAnswerLacksWhatTheListenerWasToldOfAndNothingElse() throws IOException {
        assertTrue(LARGE.columns().hasColumns(0));
        assertTrue(LARGE.columns().segmentOf(LARGE.columns().groups() - 1) > 0, "groups were not copied");
        Random random = new Random(3);
        int refused = 0;
        int incomplete = 0;
        for (int round = 0; round < 2_500; round++) {
            Stored stored = random.nextInt(4) == 0 ? LARGE : SMALL;
            BlockSource source = Damage.source(Damage.of(stored.bytes(), random));
            BlockReader reader = stored.reader().withSource(source);
            if (random.nextInt(3) == 0) {
                try {
                    reader = BlockReader.open(stored.meta(), source);
                } catch (CorruptBlockException e) {
                    assertEquals(stored.meta().blockId(), e.blockId());
                    refused++;
                    continue;
                } catch (EOFException e) {
                    refused++;
                    continue;
                }
            }
            Set<Integer> lost = ask(stored, reader.columns(), random);
            incomplete += lost.isEmpty() ? 0 : 1;
        }
        assertTrue(refused > 50, refused + " refused");
        assertTrue(incomplete > 200, incomplete + " incomplete");
    }

    @Test
    void aDamagedStripCostsNothingButTime() throws IOException {
        Random random = new Random(4);
        List<int[]> parts = strips(LARGE);
        assertEquals(StripParts.COUNT, parts.size());
        for (int round = 0; round < 150; round++) {
            int[] part = parts.get(random.nextInt(parts.size()));
            byte[] bad = Damage.within(LARGE.bytes(), part[0], part[1], random);
            if (bad.length < LARGE.bytes().length) {
                // What was cut is there again behind the strips: only these are damaged.
                byte[] good = LARGE.bytes();
                byte[] whole = good.clone();
                Arrays.fill(whole, bad.length, part[1], (byte) 0);
                bad = whole;
            }
            SpanColumns columns = LARGE.reader().withSource(Damage.source(bad)).columns();
            assertEquals(Set.of(), ask(LARGE, columns, random));
        }
    }

    /** Where the parts of the strips are. */
    private static List<int[]> strips(Stored stored) throws IOException {
        List<int[]> parts = new ArrayList<>();
        BlockSource source = Damage.source(stored.bytes());
        SpanColumns columns = stored.reader()
                .withSource((offset, length) -> {
                    parts.add(new int[] {(int) offset, (int) offset + length});
                    return source.read(offset, length);
                })
                .columns();
        for (int strip = 0; strip < columns.strips(); strip++) {
            columns.summary(strip);
            columns.blooms(strip);
            for (int part = StripParts.TEMPLATES; columns.hasColumns(strip) && part < StripParts.SUMMARY; part++) {
                columns.column(strip, part);
            }
        }
        return parts;
    }
}
