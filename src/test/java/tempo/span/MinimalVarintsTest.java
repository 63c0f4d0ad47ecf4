package tempo.span;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.opentelemetry.proto.trace.v1.TracesData;
import java.nio.ByteBuffer;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Clients that give each message four bytes of length are served as those that give it one. */
class MinimalVarintsTest {
    private final MinimalVarints varints = new MinimalVarints();

    @Property(tries = 200)
    void paddedLengthsBecomeShort(@ForAll long seed) throws Exception {
        TracesData data = new TraceSamples(seed).trace(20);
        assertArrayEquals(data.toByteArray(), varints.rewrite(PaddedOtlp.of(data)));
    }

    @Property(tries = 50)
    void paddedRequestsAreSplitAsOthers(@ForAll long seed) throws Exception {
        RequestSplitter splitter = new RequestSplitter(16, SpanLimits.DEFAULT);
        TracesData data = new TraceSamples(seed).request(10, 60);
        byte[] padded = PaddedOtlp.of(data);
        byte[] minimal = data.toByteArray();
        SplitRequest expected = splitter.split(minimal, 0, minimal.length);
        SplitRequest split = splitter.split(padded, 0, padded.length);
        assertEquals(expected.accepted(), split.accepted());
        assertArrayEquals(expected.refusedByReason(), split.refusedByReason());
        assertEquals(expected.batches().size(), split.batches().size());
        for (int i = 0; i < split.batches().size(); i++) {
            assertArrayEquals(
                    expected.batches().get(i).batch(), split.batches().get(i).batch());
        }
    }

    private static final byte[] ID = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};

    private static byte[] request(byte[]... spans) {
        WireWriter out = new WireWriter(256);
        int resourceSpans = out.begin(1);
        int scopeSpans = out.begin(2);
        for (byte[] span : spans) {
            out.bytes(2, span, 0, span.length);
        }
        out.end(scopeSpans);
        out.end(resourceSpans);
        return out.toByteArray();
    }

    private static byte[] span(byte... more) {
        WireWriter out = new WireWriter(64);
        out.bytes(1, ID, 0, 16);
        out.bytes(2, ID, 0, 8);
        out.raw(more, 0, more.length);
        return out.toByteArray();
    }

    private static byte[] sliceOf(byte[] request) throws Exception {
        SplitRequest split = new RequestSplitter(1, SpanLimits.DEFAULT).split(request, 0, request.length);
        ByteBuffer view = SliceBatch.view(
                split.batches().get(0).batch(), 0, split.batches().get(0).batch().length);
        ByteBuffer otlp = ByteBuffer.allocate(SliceBatch.otlpBytes(view, 0));
        SliceBatch.writeOtlp(view, 0, otlp);
        return otlp.array();
    }

    @Example
    void aVarintDeepInOneSpanIsFound() throws Exception {
        byte[] attribute = {0x4a, 5, 0x12, 3, 0x18, (byte) 0x85, 0};
        byte[] minimal = {0x4a, 4, 0x12, 2, 0x18, 5};
        assertArrayEquals(request(span(), span(minimal)), sliceOf(request(span(), span(attribute))));
    }

    @Example
    void aBrokenSpanStaysAsItIsAndAlone() throws Exception {
        byte[] broken = span((byte) 0x4a, (byte) 0x89, (byte) 0x00, (byte) 1);
        byte[] padded = span((byte) 0x30, (byte) 0x82, (byte) 0);
        assertArrayEquals(request(broken, span((byte) 0x30, (byte) 2)), varints.rewrite(request(broken, padded)));
        assertArrayEquals(request(span((byte) 0x30, (byte) 2)), sliceOf(request(broken, padded)));
    }

    @Example
    void whatIsTooDeepStaysAsItIs() throws Exception {
        byte[] value = {0x18, (byte) 0x81, 0};
        for (int i = 0; i < 100; i++) {
            WireWriter list = new WireWriter(value.length + 16);
            int array = list.begin(5);
            list.bytes(1, value, 0, value.length);
            list.end(array);
            value = list.toByteArray();
        }
        WireWriter pair = new WireWriter(value.length + 16);
        int attribute = pair.begin(9);
        pair.bytes(2, value, 0, value.length);
        pair.end(attribute);
        byte[] deep = request(span(pair.toByteArray()));
        assertArrayEquals(deep, varints.rewrite(deep));
        SplitRequest split = new RequestSplitter(1, SpanLimits.DEFAULT).split(deep, 0, deep.length);
        assertEquals(1, split.refusedByReason()[Refusal.TOO_DEEP.ordinal()]);
    }

    @Example
    void brokenStructureIsRefusedByTheByteOfTheRequest() {
        byte[] cut = {0x0a, (byte) 0x85, (byte) 0x80, (byte) 0x80, 0, 0x12, 9, 1, 1, 1};
        MalformedProtobufException refused =
                assertThrows(MalformedProtobufException.class, () -> new RequestSplitter(1, SpanLimits.DEFAULT)
                        .split(cut, 0, cut.length));
        assertEquals(6, refused.offset());
    }
}
