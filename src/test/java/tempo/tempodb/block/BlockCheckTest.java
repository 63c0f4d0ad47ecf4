package tempo.tempodb.block;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tempo.span.TraceKey;
import tempo.tempodb.backend.MemoryObjectStore;
import tempo.tempodb.spans.RandomOtlp;

class BlockCheckTest {
    private static final int TRACES = 700;
    private static final int SPANS_EACH = 20;

    private final MemoryObjectStore store = new MemoryObjectStore();
    private BlockMeta meta;
    private byte[] data;

    @BeforeEach
    void writeBlock() throws IOException {
        Random random = new Random(3);
        List<Blocks.Entry> entries = new ArrayList<>();
        for (int i = 0; i < TRACES; i++) {
            TraceKey key = new TraceKey((long) i << 40, random.nextLong());
            byte[] value = new RandomOtlp(random, true, key).entry(SPANS_EACH);
            entries.add(new Blocks.Entry(key, value, SPANS_EACH, Long.MIN_VALUE, Long.MAX_VALUE));
        }
        meta = Blocks.write(store, BlockContent.SPANS, entries);
        data = store.read(meta.spec().dataName(), 0, (int) meta.summary().dataBytes());
    }

    private BlockCheck.Report check(byte[] bytes) throws IOException {
        store.put(meta.spec().dataName(), ByteBuffer.wrap(bytes));
        return BlockCheck.run(meta, Blocks.source(store, meta), bytes.length, read -> {});
    }

    @Test
    void aSoundBlockHasNoProblems() throws IOException {
        BlockCheck.Report report = check(data);
        assertEquals(List.of(), report.problems());
        assertEquals(TRACES, report.traces());
        assertEquals(TRACES * SPANS_EACH, report.spans());
        assertTrue(report.groups() > 1, "one group has no order to check");
    }

    /** Wherever a bit of the format is turned, the check says so; only what fills groups up to 512 bytes may be anything. */
    @Test
    void eachTurnedBitIsFound() throws IOException {
        boolean[] filling = filling();
        Random random = new Random(11);
        for (int i = 0; i < 150; i++) {
            int at = random.nextInt(data.length);
            if (filling[at]) {
                continue;
            }
            byte[] damaged = data.clone();
            damaged[at] ^= (byte) (1 << random.nextInt(8));
            assertFalse(check(damaged).isSound(), "byte " + at + " of " + data.length);
        }
    }

    @Test
    void aCutOffBlockIsFound() throws IOException {
        for (int length : new int[] {0, 100, data.length / 2, data.length - 1}) {
            assertFalse(check(Arrays.copyOf(data, length)).isSound(), "length " + length);
        }
    }

    @Test
    void aCommitRecordOfOtherCountsIsFound() throws IOException {
        BlockSummary of = meta.summary();
        BlockSummary other = new BlockSummary(
                of.keyMin(),
                of.keyMax(),
                of.startMin(),
                of.startMax(),
                of.traces(),
                of.entries(),
                of.spans() + 1,
                of.rawBytes(),
                of.dataBytes(),
                of.tailOffset(),
                of.footerBytes(),
                of.footerCrc());
        BlockMeta wrong = new BlockMeta(meta.spec(), other);
        List<String> problems = BlockCheck.run(wrong, Blocks.source(store, meta), data.length, read -> {})
                .problems();
        assertEquals(List.of("copy of the commit record says something else than the commit record"), problems);
    }

    @Test
    void theAnatomyAccountsForEachByte() throws IOException {
        BlockAnatomy anatomy = BlockAnatomy.of(meta, Blocks.source(store, meta), read -> {});
        assertEquals(List.of(), anatomy.failures());
        assertEquals(
                data.length,
                anatomy.sections().stream()
                        .mapToLong(BlockAnatomy.Section::bytes)
                        .sum());
        assertEquals(
                TRACES * SPANS_EACH,
                anatomy.groups().stream()
                        .mapToLong(BlockAnatomy.GroupPart::spans)
                        .sum());
    }

    /** Bytes between what has a place: those behind the file's header and behind each group, up to the next multiple of 512. */
    private boolean[] filling() throws IOException {
        boolean[] filling = new boolean[data.length];
        BlockAnatomy anatomy = BlockAnatomy.of(meta, Blocks.source(store, meta), read -> {});
        mark(filling, BlockLayout.FILE_HEADER_BYTES);
        for (BlockAnatomy.GroupPart group : anatomy.groups()) {
            mark(filling, (int) group.offset() + group.bytes());
        }
        for (BlockAnatomy.SegmentPart segment : anatomy.segments()) {
            mark(filling, (int) segment.offset() + segment.bytes());
        }
        return filling;
    }

    private void mark(boolean[] filling, int end) {
        for (int at = end; at < BlockLayout.align(end) && at < data.length && data[at] == 0; at++) {
            filling[at] = true;
        }
    }
}
