package tempo.tempodb.block;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static tempo.span.OtlpFields.attribute;
import static tempo.span.OtlpFields.id;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.ObjLongConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tempo.span.TraceKey;
import tempo.span.TraceMerge;
import tempo.span.WireWriter;
import tempo.tempodb.backend.MemoryObjectStore;

/** Spans that have nothing in common, as a client may send them by mistake or on purpose, are stored and come back. */
class HostileSpansTest {
    private static final long START = 1_700_000_000_000_000_000L;

    private final MemoryObjectStore store = new MemoryObjectStore();
    private final Random random = new Random(42);

    private byte[] trace(TraceKey key, int spans, ObjLongConsumer<WireWriter> content) {
        WireWriter out = new WireWriter(1024);
        int resource = out.begin(1);
        int scope = out.begin(2);
        for (int i = 0; i < spans; i++) {
            int span = out.begin(2);
            id(out, 1, key.traceId().high(), key.traceId().low());
            id(out, 2, random.nextLong());
            content.accept(out, i);
            out.end(span);
        }
        out.end(scope);
        out.end(resource);
        return out.toByteArray();
    }

    private String text() {
        return Long.toHexString(random.nextLong());
    }

    /** Writes traces, finds each again, and says how many bytes the block has for each byte that was put in. */
    private double comeBack(int traces, int spans, ObjLongConsumer<WireWriter> content) throws IOException {
        List<Blocks.Entry> entries = new ArrayList<>();
        long bytes = 0;
        for (int i = 0; i < traces; i++) {
            TraceKey key = new TraceKey(i, 1);
            entries.add(Blocks.Entry.of(key, trace(key, spans, content)));
            bytes += entries.get(i).value().length;
        }
        BlockMeta meta = Blocks.write(store, BlockContent.SPANS, entries);
        BlockReader reader = Blocks.open(store, meta);
        for (Blocks.Entry entry : entries) {
            assertArrayEquals(
                    TraceMerge.merge(List.of(entry.value())).bytes(),
                    TraceMerge.merge(Blocks.find(reader, entry.key())).bytes());
        }
        return (double) store.content(meta.spec().dataName()).length / bytes;
    }

    @Test
    void eachSpanHasANameOfItsOwn() throws IOException {
        double ratio = comeBack(2000, 10, (out, i) -> {
            out.string(5, "GET /" + text());
            out.fixed64(7, START + i);
            out.fixed64(8, START + i + 1000);
        });
        assertTrue(ratio < 0.6, "ratio " + ratio);
    }

    @Test
    void eachSpanHasAKeyOfItsOwn() throws IOException {
        double ratio = comeBack(1000, 10, (out, i) -> {
            out.fixed64(7, START + i);
            attribute(out, 9, text(), text());
        });
        assertTrue(ratio < 3, "ratio " + ratio);
    }

    @Test
    void eachSpanHasAThousandKeysOfItsOwn() throws IOException {
        double ratio = comeBack(4, 70, (out, i) -> {
            out.fixed64(7, START + i);
            for (int k = 0; k < 1024; k++) {
                attribute(out, 9, text(), text());
            }
        });
        assertTrue(ratio < 3, "ratio " + ratio);
    }

    /** Each key has so many values that it is a column: more than a group may have pages. */
    @Test
    void oneTraceHasSeventyThousandKeys() throws IOException {
        double ratio = comeBack(1, 70 * 52, (out, i) -> {
            out.fixed64(7, START + i);
            for (int k = 0; k < 1024; k++) {
                attribute(out, 9, Long.toString(i % 70 * 1024 + k, 36), Long.toString(i / 70, 36));
            }
        });
        assertTrue(ratio < 3, "ratio " + ratio);
    }

    @Test
    void aFewKeysAreInEachOrder() throws IOException {
        double ratio = comeBack(1000, 10, (out, i) -> {
            out.fixed64(7, START + i);
            List<String> keys = new ArrayList<>(List.of("a", "b", "c", "d", "e", "f", "g", "h", "i", "j"));
            Collections.shuffle(keys, random);
            keys.forEach(key -> attribute(out, 9, key, "value of " + key));
        });
        assertTrue(ratio < 1, "ratio " + ratio);
    }

    private enum Place {
        RESOURCE,
        SCOPE_NAME,
        SPAN_NAME,
        VALUE,
        KEY
    }

    /** A trace of one span, with {@code text} somewhere. */
    private byte[] trace(TraceKey key, Place place, byte[] text) {
        WireWriter out = new WireWriter(text.length + 1024);
        int resourceSpans = out.begin(1);
        int resource = out.begin(1);
        pair(out, 1, "key".getBytes(UTF_8), place == Place.RESOURCE ? text : new byte[0]);
        out.end(resource);
        int scopeSpans = out.begin(2);
        int scope = out.begin(1);
        out.bytes(1, text, 0, place == Place.SCOPE_NAME ? text.length : 0);
        out.end(scope);
        int span = out.begin(2);
        id(out, 1, key.traceId().high(), key.traceId().low());
        id(out, 2, 7);
        out.bytes(5, text, 0, place == Place.SPAN_NAME ? text.length : 0);
        pair(out, 9, place == Place.KEY ? text : new byte[0], place == Place.VALUE ? text : new byte[0]);
        out.end(span);
        out.end(scopeSpans);
        out.end(resourceSpans);
        return out.toByteArray();
    }

    private static void pair(WireWriter out, int field, byte[] key, byte[] text) {
        int pair = out.begin(field);
        out.bytes(1, key, 0, key.length);
        int value = out.begin(2);
        out.bytes(1, text, 0, text.length);
        out.end(value);
        out.end(pair);
    }

    private void comesBack(byte[] value, TraceKey key) throws IOException {
        BlockMeta meta = Blocks.write(store, BlockContent.SPANS, List.of(Blocks.Entry.of(key, value)));
        List<byte[]> found = Blocks.find(Blocks.open(store, meta), key);
        assertArrayEquals(
                TraceMerge.merge(List.of(value)).bytes(),
                TraceMerge.merge(found).bytes());
    }

    /** zstd makes 4 bytes of 128 KiB of these, which is more than a reader might believe. */
    @ParameterizedTest
    @EnumSource
    void aLongTextIsOneCharacter(Place place) throws IOException {
        byte[] text = new byte[8 << 20];
        Arrays.fill(text, (byte) 'a');
        TraceKey key = new TraceKey(1, 1);
        comesBack(trace(key, place, text), key);
    }

    /** The largest value that there may be, all in a segment's tables. */
    @Test
    void aResourceIsAsLargeAsAValueMayBe() throws IOException {
        byte[] text = new byte[BlockWriter.VALUE_BYTES_MAX - 100];
        random.nextBytes(text);
        TraceKey key = new TraceKey(1, 1);
        comesBack(trace(key, Place.RESOURCE, text), key);
    }
}
