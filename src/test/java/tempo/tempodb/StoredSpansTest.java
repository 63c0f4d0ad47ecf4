package tempo.tempodb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tempo.receiver.otlp.OtlpSpans;
import tempo.span.TraceId;
import tempo.span.TraceKey;
import tempo.tempodb.backend.MemoryObjectStore;
import tempo.tempodb.block.BlockContent;
import tempo.tempodb.block.BlockMeta;
import tempo.tempodb.scan.SpanCriteria;
import tempo.tempodb.scan.SpanNames;
import tempo.tempodb.scan.TraceSearch;

/** Searches over blocks: which of them are looked into, and what becomes of those that cannot be read. */
class StoredSpansTest {
    private static final long OLD = 1_700_000_000_000_000_000L;
    private static final long NEW = OLD + 1_000_000_000_000L;

    private final MemoryObjectStore store = new MemoryObjectStore();
    private TempoDb db = unset();

    @SuppressWarnings("NullAway")
    private static TempoDb unset() {
        return null;
    }

    @BeforeEach
    void open() throws Exception {
        db = TempoDb.open(store, TempoDbConfig.DEFAULT, InstantSource.system());
    }

    private BlockMeta block(int key, String name, long start) throws Exception {
        byte[] otlp = OtlpSpans.request(OtlpSpans.span("%032x".formatted(key), key).toBuilder()
                        .setName(name)
                        .setStartTimeUnixNano(start)
                        .setEndTimeUnixNano(start + 5)
                        .build())
                .toByteArray();
        try (BlockBuilder block = db.newBlock("t", BlockContent.SPANS)) {
            block.add(key(key), ByteBuffer.wrap(otlp), 1, start, start);
            return block.commit();
        }
    }

    private static TraceKey key(int number) {
        return TraceKey.of(new TraceId(0, number));
    }

    private static List<Long> keys(StoredSpans.Answer<TraceSearch.Found> answer) {
        return answer.results().stream().map(each -> each.key().traceId().low()).toList();
    }

    @Test
    void theNewestComeFirstAndOnlyBlocksOfTheTimeAreLookedInto() throws Exception {
        block(1, "old", OLD);
        block(2, "new", NEW);
        SpanCriteria all = SpanCriteria.ofService("shop");
        assertEquals(List.of(2L, 1L), keys(db.spans().newest("t", all, 10)));
        assertEquals(List.of(2L), keys(db.spans().newest("t", all, 1)));
        assertEquals(List.of(1L), keys(db.spans().newest("t", all.between(0, OLD + 1), 10)));
        assertEquals(List.of(2L), keys(db.spans().newest("t", all.between(OLD + 1, Long.MAX_VALUE), 10)));
        assertEquals(List.of(), keys(db.spans().newest("t", SpanCriteria.ofService("other"), 10)));
        assertEquals(List.of(), keys(db.spans().newest("other", all, 10)));
    }

    @Test
    void namesAreThoseOfBlocksThatAreNewEnough() throws Exception {
        block(1, "old", OLD);
        block(2, "new", NEW);
        assertEquals(
                List.of(new SpanNames.Name("shop", 0)),
                db.spans().names("t", "", 0).results());
        assertEquals(
                List.of(new SpanNames.Name("new", 0), new SpanNames.Name("old", 0)),
                db.spans().names("t", "shop", 0).results());
        assertEquals(
                List.of(new SpanNames.Name("new", 0)),
                db.spans().names("t", "shop", NEW).results());
        assertEquals(List.of(), db.spans().names("t", "other", 0).results());
    }

    @Test
    void whatIsDeletedIsNotFound() throws Exception {
        block(1, "old", OLD);
        db.deleteTrace("t", key(1));
        assertEquals(List.of(), keys(db.spans().newest("t", SpanCriteria.ALL, 10)));
    }

    @Test
    void aBlockThatCannotBeReadIsLeftOutAndNamed() throws Exception {
        BlockMeta lost = block(1, "old", OLD);
        block(2, "new", NEW);
        store.delete(lost.spec().dataName());
        TempoDb other = TempoDb.open(store, TempoDbConfig.DEFAULT, InstantSource.system());
        StoredSpans.Answer<TraceSearch.Found> found = other.spans().newest("t", SpanCriteria.ALL, 10);
        assertEquals(List.of(2L), keys(found));
        assertEquals(1, found.failures().size());
        assertTrue(found.failures().get(0).startsWith("block " + lost.spec().blockId() + ": "), () -> found.failures()
                .get(0));
    }

    /** Others wait for the thread of a search that nobody waits for any more. */
    @Test
    void aSearchThatIsGivenUpReadsNoFurtherBlock() throws Exception {
        for (int i = 1; i <= 20; i++) {
            block(i, "name" + i, OLD + i);
        }
        AtomicInteger asked = new AtomicInteger();
        BooleanSupplier soon = () -> asked.incrementAndGet() > 6;
        int found = db.spans()
                .newest("t", SpanCriteria.ofService("shop"), 20, soon)
                .results()
                .size();
        assertTrue(found > 0 && found < 20, "traces: " + found);
        asked.set(0);
        int names = db.spans().names("t", "shop", 0, soon).results().size();
        assertEquals(6, names);
    }
}
