package tempo.tempodb.compaction;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tempo.span.TraceKey;
import tempo.tempodb.BlockBuilder;
import tempo.tempodb.Retention;
import tempo.tempodb.TempoDb;
import tempo.tempodb.TempoDbConfig;
import tempo.tempodb.backend.MemoryObjectStore;
import tempo.tempodb.backend.SealedJson;
import tempo.tempodb.block.AbandonedBlock;
import tempo.tempodb.block.ArrivalWindow;
import tempo.tempodb.block.BadMark;
import tempo.tempodb.block.BlockContent;
import tempo.tempodb.block.BlockMeta;
import tempo.tempodb.block.BlockNames;
import tempo.tempodb.block.BlockSpec;

/** What becomes of blocks whose commit records are damaged, in the eyes of nodes that never read them before. */
class DamagedRecordsTest {
    private static final CompactionConfig CONFIG =
            new CompactionConfig(List.of(Duration.ofMinutes(30)), Duration.ofMinutes(1), 1 << 20, 30, 20);
    private static final Duration GRACE = Duration.ofMinutes(10);
    private static final Duration QUARANTINE = Duration.ofDays(7);
    private static final Duration RETENTION = Duration.ofDays(14);
    private static final TraceKey KEY = new TraceKey(1, 1);

    private Instant now = Instant.parse("2026-01-05T00:00:00Z");
    private final MemoryObjectStore store = new MemoryObjectStore(() -> now);
    private TempoDb db;
    private CompactionCoordinator coordinator;
    private Sweep sweep;

    @BeforeEach
    void restart() throws IOException {
        db = open();
        coordinator = new CompactionCoordinator(db, store, CONFIG, () -> now, UUID::randomUUID);
        SweepConfig config = new SweepConfig(
                Retention.ofAll(RETENTION),
                GRACE,
                QUARANTINE,
                Duration.ofHours(2),
                Duration.ofDays(1),
                Duration.ofDays(30));
        sweep = new Sweep(db, store, config, () -> now);
    }

    private TempoDb open() throws IOException {
        return TempoDb.open(store, TempoDbConfig.DEFAULT, () -> now);
    }

    private BlockMeta write(String value, List<UUID> replaces) throws IOException {
        BlockSpec spec = new BlockSpec(
                "t",
                UUID.randomUUID(),
                ArrivalWindow.of(now, Duration.ofMinutes(30)),
                replaces.isEmpty() ? 0 : 1,
                replaces.size(),
                replaces,
                BlockContent.OPAQUE);
        try (BlockBuilder block = db.newBlock(spec)) {
            block.add(KEY, ByteBuffer.wrap(value.getBytes(UTF_8)), 0, 1, 1);
            return block.commit();
        }
    }

    private String found() throws IOException {
        var result = open().find("t", KEY);
        List<String> values = result.values().stream()
                .map(value -> new String(value, UTF_8))
                .sorted()
                .toList();
        return String.join(" ", values) + (result.failures().isEmpty() ? "" : ", partial");
    }

    private byte[] flip(BlockMeta meta) {
        String name = meta.spec().metaName();
        byte[] before = store.content(name).clone();
        byte[] damaged = before.clone();
        damaged[damaged.length / 3] ^= 4;
        store.replace(name, damaged);
        return before;
    }

    private boolean exists(String name) {
        return store.contentOrEmpty(name).length > 0;
    }

    private Sweep.Result turn() throws IOException {
        coordinator.refresh();
        return sweep.removeBlocks(Set.of());
    }

    @Test
    void aDamagedRecordIsPutAnewFromTheDataObject() throws IOException {
        BlockMeta block = write("a", List.of());
        byte[] before = flip(block);
        assertEquals("a", found());
        restart();
        turn();
        assertEquals(List.of(block.blockId()), coordinator.restored());
        assertArrayEquals(before, store.content(block.spec().metaName()));
        assertEquals("a", found());
        turn();
        assertEquals(List.of(), coordinator.restored());
    }

    @Test
    void soIsOneThatWasCutShortWithWhatItReplaces() throws IOException {
        BlockMeta input = write("a", List.of());
        BlockMeta output = write("a and b", List.of(input.blockId()));
        byte[] before = store.content(output.spec().metaName()).clone();
        store.replace(output.spec().metaName(), Arrays.copyOf(before, 100));
        restart();
        turn();
        assertArrayEquals(before, store.content(output.spec().metaName()));
        assertEquals("a and b", found());
    }

    @Test
    void whatMayHaveSaidThatTheBlockWasGivenUpBecomesNoBlock() throws IOException {
        BlockMeta input = write("a", List.of());
        BlockMeta output = write("a and b", List.of(input.blockId()));
        byte[] given = new AbandonedBlock("job 1: its worker is gone", List.of()).encode();
        given[20] ^= 1;
        store.replace(output.spec().metaName(), given);
        restart();
        turn();
        assertArrayEquals(given, store.content(output.spec().metaName()));
        assertEquals("a, partial", found());
    }

    /** A record that replaces others must outlive them, or they would be there again; they must not live for ever either. */
    @Test
    void aReplacedBlockGoesBeforeWhatReplacesIt() throws IOException {
        BlockMeta first = write("a", List.of(UUID.randomUUID()));
        BlockMeta second = write("a and b", List.of(first.blockId()));
        BlockMeta third = write("a, b and c", List.of(second.blockId()));
        store.replace(first.spec().metaName(), new byte[0]);
        restart();
        assertEquals("a, b and c", found());
        turn();
        assertEquals("a, b and c", found());
        now = now.plus(GRACE);
        turn();
        assertEquals("a, b and c", found());
        assertFalse(exists(first.spec().metaName()));
        assertFalse(exists(first.spec().dataName()));
        assertFalse(exists(second.spec().dataName()));
        assertTrue(exists(third.spec().dataName()));
    }

    @Test
    void whatCannotBePutAnewIsMissedAndGoesAfterItsQuarantine() throws IOException {
        BlockMeta block = write("a", List.of());
        flip(block);
        byte[] data = store.content(block.spec().dataName()).clone();
        store.replace(block.spec().dataName(), Arrays.copyOf(data, data.length - 1));
        restart();
        turn();
        now = now.plus(QUARANTINE).minusSeconds(1);
        assertEquals(List.of(), turn().lost());
        assertEquals(", partial", found());
        now = now.plusSeconds(1);
        assertEquals(List.of(block.blockId()), turn().lost());
        assertEquals("", found());
        assertFalse(exists(block.spec().dataName()));
    }

    @Test
    void aDamagedTombstoneIsMissedAndGoesAfterItsQuarantine() throws IOException {
        write("a", List.of());
        String name = db.deleteTrace("t", KEY).name();
        assertEquals("", found());
        store.replace(name, new byte[] {1});
        restart();
        assertEquals("a, partial", found());
        turn();
        now = now.plus(QUARANTINE).minusSeconds(1);
        assertEquals(List.of(), turn().lostTombstones());
        now = now.plusSeconds(1);
        assertEquals(1, turn().lostTombstones().size());
        assertFalse(exists(name));
        assertEquals("a", found());
    }

    @Test
    void aBlockWithADamagedMarkIsQuarantinedFromWhenItWasSeen() throws IOException {
        BlockMeta block = write("a", List.of());
        db.markBad(block, "test");
        String mark = BlockNames.badOfMeta(block.spec().metaName());
        assertTrue(exists(mark));
        store.replace(mark, new byte[BadMark.BYTES_MAX + 1]);
        restart();
        assertEquals(List.of(), turn().lost());
        now = now.plus(QUARANTINE).minusSeconds(1);
        assertEquals(List.of(), turn().lost());
        now = now.plusSeconds(1);
        assertEquals(List.of(block.blockId()), turn().lost());
    }

    @Test
    void aRecordOfANewerVersionStaysAsLongAsItsRetention() throws IOException {
        BlockMeta block = write("a", List.of());
        byte[] newer = SealedJson.seal(json -> {
            json.writeNumberField("formatMajor", 99);
            json.writeNumberField("requiredFeatures", 0);
        });
        store.replace(block.spec().metaName(), newer);
        restart();
        turn();
        now = now.plus(RETENTION).minusSeconds(1);
        turn();
        assertArrayEquals(newer, store.content(block.spec().metaName()));
        now = now.plus(Duration.ofDays(1)).plusSeconds(1);
        turn();
        now = now.plus(GRACE);
        turn();
        assertFalse(exists(block.spec().metaName()));
        assertFalse(exists(block.spec().dataName()));
    }

    @Test
    void aJobWhoseRecordIsDamagedBeyondRepairEnds() throws IOException {
        BlockMeta one = write("a", List.of());
        BlockMeta two = write("b", List.of());
        now = now.plus(Duration.ofHours(2));
        restart();
        turn();
        CompactionJob job = coordinator.assign("worker").orElseThrow();
        assertEquals(Set.of(one.blockId(), two.blockId()), Set.copyOf(job.inputs()));
        store.put(job.output().metaName(), ByteBuffer.wrap(new byte[] {1, 2, 3}));
        turn();
        assertEquals(List.of(), coordinator.open());
        coordinator.lost("worker");
        turn();
        assertEquals(job.inputs(), coordinator.assign("worker").orElseThrow().inputs());
    }
}
