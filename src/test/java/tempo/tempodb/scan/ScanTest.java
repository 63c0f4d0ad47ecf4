package tempo.tempodb.scan;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;
import tempo.span.TraceKey;
import tempo.tempodb.BlockBuilder;
import tempo.tempodb.TempoDb;
import tempo.tempodb.TempoDbConfig;
import tempo.tempodb.backend.MemoryObjectStore;
import tempo.tempodb.block.BlockContent;
import tempo.tempodb.block.BlockMeta;
import tempo.tempodb.block.SpanColumns;
import tempo.tempodb.column.QuarterOctave;
import tempo.tempodb.spans.RandomOtlp;
import tempo.tempodb.spans.SpanField;
import tempo.tempodb.spans.ValueTest;

/** Whatever is asked of columns, the answer is what a look at each span would give. */
class ScanTest {
    private static final List<SpanField> FIELDS = List.of(
            SpanField.NAME,
            SpanField.KIND,
            SpanField.STATUS_CODE,
            SpanField.STATUS_MESSAGE,
            SpanField.TRACE_STATE,
            SpanField.DURATION,
            SpanField.START,
            SpanField.SCOPE_NAME,
            SpanField.EVENT_NAME,
            SpanField.resource("service.name"),
            SpanField.attribute("http.route"),
            SpanField.attribute("db.query.text"),
            SpanField.attribute("user.id"),
            SpanField.attribute("not there"),
            SpanField.event("url.path"),
            SpanField.link("thread.id"));

    private static final int DELETED_PART = 400;

    /** A large block with strips that have columns, and a small merged one without; some traces of both are deleted. */
    private static final Stored STORED = Stored.of(11, 70_000, 2_000, 3_000);

    /** Blocks, and what is in them. */
    private record Stored(List<SpanColumns> blocks, List<SpanModel> spans, Map<Integer, List<SpanModel>> byEntry) {
        static Stored of(long seed, int... sizes) {
            try {
                return build(new Random(seed), sizes);
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }

        private static Stored build(Random random, int... sizes) throws IOException {
            TempoDb db = TempoDb.open(new MemoryObjectStore(), TempoDbConfig.DEFAULT, InstantSource.system());
            List<SpanModel> all = new ArrayList<>();
            List<BlockMeta> metas = new ArrayList<>();
            int entry = 0;
            for (int size : sizes) {
                TreeMap<TraceKey, byte[]> traces = new TreeMap<>();
                for (int spans = 0; spans < size; ) {
                    TraceKey key = new TraceKey(random.nextLong(), random.nextLong());
                    int count = 1 + random.nextInt(60);
                    byte[] value = new RandomOtlp(random, false, key).entry(count);
                    traces.put(key, value);
                    if (random.nextInt(DELETED_PART) == 0 || spans == 0) {
                        db.deleteTrace("t", key);
                    } else {
                        all.addAll(SpanModel.of(key, entry++, value));
                    }
                    spans += count;
                }
                try (BlockBuilder block = db.newBlock("t", BlockContent.SPANS)) {
                    for (Map.Entry<TraceKey, byte[]> trace : traces.entrySet()) {
                        block.add(trace.getKey(), ByteBuffer.wrap(trace.getValue()), 1, 5, 6);
                    }
                    metas.add(block.commit());
                }
            }
            db.compact(metas.subList(1, metas.size()));
            Map<Integer, List<SpanModel>> byEntry = new HashMap<>();
            all.forEach(span -> byEntry.computeIfAbsent(span.entry, unused -> new ArrayList<>())
                    .add(span));
            List<SpanColumns> blocks = new ArrayList<>(db.columns("t"));
            blocks.sort(Comparator.comparingInt(block -> -block.groups()));
            return new Stored(List.copyOf(blocks), all, byEntry);
        }
    }

    static SpanFilter filter(Random random, int depth) {
        int kind = random.nextInt(depth > 2 ? 5 : 8);
        if (kind < 5) {
            SpanField field = FIELDS.get(random.nextInt(FIELDS.size()));
            return SpanFilter.where(field, test(random, field));
        }
        if (kind == 5) {
            return new SpanFilter.Not(filter(random, depth + 1));
        }
        List<SpanFilter> filters = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            filters.add(filter(random, depth + 1));
        }
        return kind == 6 ? new SpanFilter.And(filters) : new SpanFilter.Or(filters);
    }

    private static ValueTest test(Random random, SpanField field) {
        SpanModel some = STORED.spans().get(random.nextInt(STORED.spans().size()));
        if (field.equals(SpanField.DURATION)) {
            return ValueTest.between(some.duration(), random.nextBoolean() ? Long.MAX_VALUE : some.duration() + 1000);
        }
        if (field.equals(SpanField.START)) {
            return ValueTest.between(some.start(), some.start() + random.nextInt(1_000_000_000));
        }
        String text = some.text(field);
        return switch (random.nextInt(9)) {
            case 0 -> ValueTest.any();
            case 1 -> ValueTest.is(random.nextBoolean());
            case 2 -> ValueTest.between(random.nextInt(5), random.nextInt(60));
            case 3 -> ValueTest.between(2, 2);
            case 4 -> RegularExpression.matching(".*WHERE id = " + random.nextInt(10) + "[0-9]*5.*");
            case 5 -> RegularExpression.matching("(SELECT|value).*");
            case 6 -> RegularExpression.matching(".*[0-9a-f]{4}-4" + random.nextInt(10) + ".*");
            case 7 -> ValueTest.equalTo(("value" + random.nextInt(3)).getBytes(UTF_8));
            default -> ValueTest.equalTo((text == null ? "op1" : text).getBytes(UTF_8));
        };
    }

    private static TraceSearch search(Spanset spanset) {
        return new TraceSearch(STORED.blocks(), spanset, DamageListener.FAIL);
    }

    private static Map<TraceKey, Integer> found(Spanset spanset) throws IOException {
        Map<TraceKey, Integer> found = new HashMap<>();
        search(spanset).atLeast(1, Integer.MAX_VALUE).forEach(trace -> found.put(trace.key(), trace.spans()));
        return found;
    }

    private static Map<TraceKey, Integer> counted(Iterable<SpanModel> spans) {
        Map<TraceKey, Integer> counted = new HashMap<>();
        spans.forEach(span -> counted.merge(span.key, 1, Integer::sum));
        return counted;
    }

    @Example
    void thereAreStripsAndGroupsOfSeveralSegments() {
        SpanColumns large = STORED.blocks().get(0);
        assertTrue(large.groups() >= 16);
        assertTrue(large.hasColumns(0));
        assertEquals(false, STORED.blocks().get(1).hasColumns(0));
        long hiding = IntStream.range(0, large.groups()).filter(large::mayHide).count();
        assertTrue(hiding > 0 && hiding < large.groups(), hiding + " groups with deleted traces");
    }

    @Property(tries = 120)
    void aFilterFindsWhatPasses(@ForAll long seed) throws IOException {
        SpanFilter filter = filter(new Random(seed), 0);
        List<SpanModel> passing =
                STORED.spans().stream().filter(span -> span.passes(filter)).toList();
        assertEquals(counted(passing), found(Spanset.of(filter)), filter.toString());
    }

    @Property(tries = 30)
    void anyTracesAreSomeOfThoseThatPass(@ForAll long seed) throws IOException {
        SpanFilter filter = filter(new Random(seed), 0);
        Set<TraceKey> passing = new HashSet<>();
        STORED.spans().stream().filter(span -> span.passes(filter)).forEach(span -> passing.add(span.key));
        List<TraceSearch.Found> any = search(Spanset.of(filter)).any(20);
        assertEquals(Math.min(20, passing.size()), any.size());
        any.forEach(trace -> assertTrue(passing.contains(trace.key())));
    }

    @Property(tries = 40)
    void theNewestAreTheNewest(@ForAll long seed) throws IOException {
        SpanFilter filter = filter(new Random(seed), 0);
        Map<TraceKey, Long> newest = new HashMap<>();
        STORED.spans().stream()
                .filter(span -> span.passes(filter))
                .forEach(span -> newest.merge(span.key, span.start(), Math::max));
        List<Long> expected = newest.values().stream()
                .sorted(Comparator.reverseOrder())
                .limit(20)
                .toList();
        List<Long> found = search(Spanset.of(filter)).newest(20).stream()
                .map(TraceSearch.Found::newestStart)
                .toList();
        assertEquals(expected, found);
    }

    @Property(tries = 40)
    void relatedSpansStandSoToEachOther(@ForAll long seed) throws IOException {
        Random random = new Random(seed);
        Related related = new Related(filter(random, 1), relation(random), filter(random, 1));
        Spanset spanset = Spanset.of(related.left).related(related.relation, Spanset.of(related.right));
        assertFound(spanset, related::of);
    }

    @Property(tries = 40)
    void eitherSideMayBeOfRelatedSpans(@ForAll long seed) throws IOException {
        Random random = new Random(seed);
        Related inner = new Related(filter(random, 2), relation(random), filter(random, 2));
        Spanset innerSet = Spanset.of(inner.left).related(inner.relation, Spanset.of(inner.right));
        SpanFilter other = filter(random, 1);
        Spanset.Relation relation = relation(random);
        if (random.nextBoolean()) {
            assertFound(
                    innerSet.related(relation, Spanset.of(other)),
                    spans -> related(spans, inner.of(spans), relation, passing(spans, other)));
        } else {
            assertFound(
                    Spanset.of(other).related(relation, innerSet),
                    spans -> related(spans, passing(spans, other), relation, inner.of(spans)));
        }
    }

    private static Spanset.Relation relation(Random random) {
        return Spanset.Relation.values()[random.nextInt(Spanset.Relation.values().length)];
    }

    /** What {@code model} finds in each entry is what the search does. */
    private static void assertFound(Spanset spanset, UnaryOperator<List<SpanModel>> model) throws IOException {
        List<SpanModel> expected = new ArrayList<>();
        Set<TraceKey> unclear = new HashSet<>();
        STORED.byEntry().values().forEach(spans -> {
            if (hasEqualIds(spans)) {
                unclear.add(spans.get(0).key);
            } else {
                expected.addAll(model.apply(spans));
            }
        });
        Map<TraceKey, Integer> found = found(spanset);
        found.keySet().removeAll(unclear);
        assertEquals(counted(expected), found, spanset.toString());
    }

    /** Which of two spans with one id is the parent is the block's choice. */
    private static boolean hasEqualIds(List<SpanModel> spans) {
        return spans.stream().map(span -> span.span.getSpanId()).distinct().count() < spans.size();
    }

    private record Related(SpanFilter left, Spanset.Relation relation, SpanFilter right) {
        List<SpanModel> of(List<SpanModel> spans) {
            return related(spans, passing(spans, left), relation, passing(spans, right));
        }
    }

    private static List<SpanModel> passing(List<SpanModel> spans, SpanFilter filter) {
        return spans.stream().filter(span -> span.passes(filter)).toList();
    }

    private static List<SpanModel> related(
            List<SpanModel> spans, List<SpanModel> lefts, Spanset.Relation relation, List<SpanModel> rights) {
        Map<SpanModel, @Nullable SpanModel> parents = new HashMap<>();
        spans.forEach(span -> parents.put(span, span.parent(spans)));
        return rights.stream()
                .filter(span -> lefts.stream().anyMatch(other -> stand(other, relation, span, parents)))
                .toList();
    }

    private static boolean stand(
            SpanModel left, Spanset.Relation relation, SpanModel right, Map<SpanModel, @Nullable SpanModel> parents) {
        return switch (relation) {
            case CHILD -> parents.get(right) == left;
            case PARENT -> parents.get(left) == right;
            case DESCENDANT -> isBelow(right, left, parents);
            case ANCESTOR -> isBelow(left, right, parents);
            case SIBLING -> left != right && parents.get(left) != null && parents.get(left) == parents.get(right);
        };
    }

    private static boolean isBelow(SpanModel span, SpanModel above, Map<SpanModel, @Nullable SpanModel> parents) {
        for (SpanModel at = parents.get(span); at != null; at = parents.get(at)) {
            if (at == above) {
                return true;
            }
        }
        return false;
    }

    @Property(tries = 30)
    void countsAreThoseOfEachSpan(@ForAll long seed) throws IOException {
        Random random = new Random(seed);
        SpanFilter filter = random.nextBoolean() ? SpanFilter.ALL : filter(random, 1);
        List<SpanField> labels = List.of(
                SpanField.NAME,
                SpanField.resource("service.name"),
                SpanField.attribute("http.route"),
                SpanField.attribute("db.query.text"));
        SpanField by = labels.get(random.nextInt(labels.size()));
        boolean overTime = random.nextBoolean();
        long firstStep = 1_700_000_000L / 15 - 1;
        SpanCounts counts = overTime
                ? SpanCounts.overTime(filter, by, firstStep, 2, 3, DamageListener.FAIL)
                : SpanCounts.byDuration(filter, by, DamageListener.FAIL);
        for (SpanColumns block : STORED.blocks()) {
            counts.add(block);
        }
        int buckets = overTime ? 3 : SpanCounts.DURATION_BUCKETS;
        Map<String, long[]> expected = new HashMap<>();
        for (SpanModel span : STORED.spans()) {
            long bucket = overTime
                    ? Math.floorDiv(span.start() / SpanCounts.STEP_NANOS - firstStep, 2)
                    : span.duration() < 0 ? 0 : 1 + QuarterOctave.code(span.duration());
            if (span.passes(filter) && bucket >= 0 && bucket < buckets) {
                String label = span.text(by);
                expected.computeIfAbsent(label == null ? "" : label, unused -> new long[buckets])[(int) bucket]++;
            }
        }
        Map<String, long[]> counted = new LinkedHashMap<>(counts.counts());
        assertEquals(expected.keySet(), counted.keySet());
        expected.forEach((label, row) -> assertArrayEquals(row, counted.get(label), label));
    }
}
