package tempo.tempodb;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import tempo.span.TraceKey;
import tempo.span.TraceMerge;
import tempo.tempodb.backend.MemoryObjectStore;
import tempo.tempodb.block.BlockContent;
import tempo.tempodb.block.BlockMeta;
import tempo.tempodb.spans.RandomOtlp;

/** What is whole of a damaged block becomes a block that replaces it. */
class SalvageTest {
    private final MemoryObjectStore store = new MemoryObjectStore();

    @Test
    void aBlockWithoutItsFooterIsReadableAgain() throws IOException {
        for (BlockContent content : BlockContent.values()) {
            TempoDb db = TempoDb.open(store);
            String tenant = content.name();
            PutBatch batch = db.batch(tenant, content);
            Random random = new Random(1);
            for (int i = 0; i < 300; i++) {
                TraceKey key = TraceKey.of(1, i);
                batch.put(
                        key,
                        content == BlockContent.SPANS
                                ? new RandomOtlp(random, false, key).entry(40)
                                : ("value " + i).repeat(200).getBytes(UTF_8));
            }
            BlockMeta bad = batch.commit().orElseThrow();
            byte[] before = db.find(tenant, TraceKey.of(1, 7)).values().get(0);
            byte[] data = store.content(bad.spec().dataName());
            store.replace(bad.spec().dataName(), Arrays.copyOf(data, data.length - 8));

            TempoDb again = TempoDb.open(store);
            assertFalse(again.find(tenant, TraceKey.of(1, 7)).isComplete());
            SalvageResult salvaged = again.salvage(bad);
            assertEquals(bad.summary().entries(), salvaged.report().entries());
            assertEquals(Set.of(), salvaged.report().groupsLost());
            BlockMeta good = salvaged.block().orElseThrow();
            assertEquals(List.of(bad.blockId()), good.spec().replaces());
            assertEquals(bad.summary().spans(), good.summary().spans());
            assertEquals(bad.summary().traces(), good.summary().traces());
            assertEquals(bad.spec().window(), good.spec().window());
            for (TempoDb each : List.of(again, TempoDb.open(store))) {
                FindResult found = each.find(tenant, TraceKey.of(1, 7));
                assertTrue(found.isComplete());
                assertEquals(1, found.values().size());
                assertEquals(text(content, before), text(content, found.values().get(0)));
            }
            assertEquals(1, again.removeReplaced(tenant));
        }
    }

    private static String text(BlockContent content, byte[] value) {
        byte[] comparable =
                content == BlockContent.SPANS ? TraceMerge.merge(List.of(value)).bytes() : value;
        return java.util.HexFormat.of().formatHex(comparable);
    }

    @Test
    void aBlockOfWhichNothingIsLeftStaysAsItIs() throws IOException {
        TempoDb db = TempoDb.open(store);
        PutBatch batch = db.batch("t", BlockContent.OPAQUE);
        batch.put(TraceKey.of(1, 2), "a".getBytes(UTF_8));
        BlockMeta bad = batch.commit().orElseThrow();
        store.replace(bad.spec().dataName(), new byte[512]);
        SalvageResult salvaged = db.salvage(bad);
        assertEquals(Optional.empty(), salvaged.block());
        assertEquals(0, salvaged.report().groups());
        assertEquals(List.of(bad), db.blocks("t").visible());
    }
}
