package tempo.tempodb.compaction;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tempo.span.TraceKey;
import tempo.tempodb.PutBatch;
import tempo.tempodb.Retention;
import tempo.tempodb.TempoDb;
import tempo.tempodb.TempoDbConfig;
import tempo.tempodb.backend.MemoryObjectStore;
import tempo.tempodb.block.BlockContent;

/** When blocks go that are past their retention, whatever the clock of the node says that deletes them. */
class RetentionTest {
    private static final Duration GRACE = Duration.ofMinutes(10);
    private static final Duration PERIOD = Duration.ofDays(14);
    private static final Duration LONG_PERIOD = Duration.ofDays(20);
    private static final Instant START = Instant.parse("2026-01-05T00:00:00Z");
    private static final Retention RETENTION = new Retention(PERIOD, Map.of("long", LONG_PERIOD));

    /** Of the store, and of the node but for what this one is wrong by. */
    private Instant now = START;

    private Duration wrong = Duration.ZERO;
    private final MemoryObjectStore store = new MemoryObjectStore(() -> now);
    private TempoDb db;
    private Sweep sweep;
    private Instant windowEnd = START;

    @BeforeEach
    void start() throws IOException {
        db = TempoDb.open(store, TempoDbConfig.DEFAULT.withRetention(RETENTION), this::nodeTime);
        SweepConfig config = new SweepConfig(
                RETENTION, GRACE, Duration.ofDays(7), Duration.ofHours(2), Duration.ofDays(1), Duration.ofDays(30));
        sweep = new Sweep(db, store, config, this::nodeTime);
        put("t");
        put("long");
        var window = db.blocks("t").visible().get(0).spec().window();
        windowEnd = Instant.ofEpochSecond(window.startSeconds() + window.seconds());
    }

    private Instant nodeTime() {
        return now.plus(wrong);
    }

    private void put(String tenant) throws IOException {
        PutBatch batch = db.batch(tenant, BlockContent.OPAQUE);
        batch.put(new TraceKey(1, 1), new byte[] {1});
        batch.commit();
    }

    /** Blocks that are left at a time, after two turns of the sweep with the grace time between them. */
    private int leftAfterGraceFrom(Instant time) throws IOException {
        now = time;
        db.poll();
        sweep.removeBlocks(Set.of());
        now = time.plus(GRACE);
        sweep.removeBlocks(Set.of());
        int[] left = {0};
        store.list("", object -> left[0] += object.key().endsWith(".tp") ? 1 : 0);
        return left[0];
    }

    private int found(String tenant) {
        return db.find(tenant, new TraceKey(1, 1)).values().size();
    }

    @Test
    void aBlockIsHiddenWhenItsRetentionEndsAndGoesAfterTheGraceTime() throws IOException {
        now = windowEnd.plus(PERIOD).minusSeconds(1);
        assertEquals(1, found("t"));
        assertEquals(2, leftAfterGraceFrom(now.minus(GRACE)));
        now = windowEnd.plus(PERIOD);
        assertEquals(0, found("t"));
        assertEquals(1, found("long"));
        assertEquals(1, leftAfterGraceFrom(now));
        assertEquals(0, leftAfterGraceFrom(windowEnd.plus(LONG_PERIOD)));
    }

    @Test
    void nothingGoesEarlyWhenTheClockOfTheNodeIsADayAhead() throws IOException {
        wrong = Duration.ofDays(1);
        assertEquals(2, leftAfterGraceFrom(windowEnd.plus(PERIOD).minus(GRACE).minusSeconds(1)));
        wrong = Duration.ZERO;
        assertEquals(1, found("t"));
        wrong = Duration.ofDays(1);
        assertEquals(1, leftAfterGraceFrom(windowEnd.plus(PERIOD)));
    }

    @Test
    void aBlockGoesADayLateWhenTheClockOfTheNodeIsADayBehind() throws IOException {
        wrong = Duration.ofDays(-1);
        assertEquals(2, leftAfterGraceFrom(windowEnd.plus(PERIOD)));
        assertEquals(1, leftAfterGraceFrom(windowEnd.plus(PERIOD).plusSeconds(86_400)));
    }

    @Test
    void aTombstoneStaysWhenTheClockOfTheNodeIsADayAhead() throws IOException {
        Instant until = db.deleteTrace("t", new TraceKey(1, 1)).until();
        wrong = Duration.ofDays(1);
        leftAfterGraceFrom(until.minus(GRACE).minusSeconds(1));
        assertEquals(1, db.blocks("t").tombstones().all().size());
        leftAfterGraceFrom(until);
        assertEquals(0, db.blocks("t").tombstones().all().size());
    }
}
