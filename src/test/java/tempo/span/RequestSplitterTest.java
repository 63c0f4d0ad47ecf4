package tempo.span;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.ArrayValue;
import io.opentelemetry.proto.common.v1.InstrumentationScope;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.TracesData;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RequestSplitterTest {
    private final RequestSplitter splitter = new RequestSplitter(64, SpanLimits.DEFAULT);

    @Test
    void givesBackEverySpanUnderItsResourceAndScope() throws Exception {
        Random random = new Random(7);
        ExportTraceServiceRequest.Builder request = ExportTraceServiceRequest.newBuilder();
        for (int r = 0; r < 5; r++) {
            ResourceSpans.Builder resource = ResourceSpans.newBuilder()
                    .setResource(Resource.newBuilder().addAttributes(attribute("service.name", "shop-" + r)))
                    .setSchemaUrl("https://example.org/" + r)
                    .setUnknownFields(UnknownFieldSet.newBuilder()
                            .addField(
                                    77,
                                    UnknownFieldSet.Field.newBuilder()
                                            .addVarint(r)
                                            .build())
                            .build());
            for (int s = 0; s < 3; s++) {
                ScopeSpans.Builder scope = ScopeSpans.newBuilder()
                        .setScope(InstrumentationScope.newBuilder().setName("scope-" + s));
                for (int i = 0; i < 40; i++) {
                    scope.addSpans(span(random.nextInt(30) + 1, random.nextLong() | 1, "op-" + i));
                }
                resource.addScopeSpans(scope);
            }
            request.addResourceSpans(resource);
        }
        byte[] bytes = request.build().toByteArray();

        SplitRequest split = splitter.split(bytes, 0, bytes.length);

        assertEquals(600, split.accepted());
        assertEquals(0, split.refused());
        assertEquals(flat(TracesData.parseFrom(bytes)), flat(reassembled(split)));
    }

    @Test
    void putsEachTraceIntoTheBatchOfItsRange() throws Exception {
        byte[] bytes = request(span(1, 1, "a"), span(2, 2, "b"), span(1, 3, "c"));

        SplitRequest split = splitter.split(bytes, 0, bytes.length);

        for (SplitRequest.RangeBatch batch : split.batches()) {
            ByteBuffer view = SliceBatch.view(batch.batch(), 0, batch.batch().length);
            assertEquals(batch.slices(), SliceBatch.sliceCount(view));
            assertEquals(batch.spans(), SliceBatch.spanCount(view));
            for (int i = 0; i < batch.slices(); i++) {
                assertEquals(batch.range(), TraceKey.range(SliceBatch.keyHigh(view, i), 64));
            }
        }
        assertEquals(
                2,
                split.batches().stream()
                        .mapToInt(SplitRequest.RangeBatch::slices)
                        .sum());
    }

    @Test
    void refusesBadIdsOneByOne() throws Exception {
        byte[] bytes = request(
                span(1, 1, "good"),
                span(1, 1, "short id").toBuilder()
                        .setTraceId(ByteString.copyFrom(new byte[8]))
                        .build(),
                span(1, 1, "zero id").toBuilder()
                        .setTraceId(ByteString.copyFrom(new byte[16]))
                        .build(),
                span(1, 1, "no id").toBuilder().clearTraceId().build(),
                span(1, 1, "no span id").toBuilder().clearSpanId().build(),
                span(2, 0, "zero span id"),
                span(2, 2, "good too"));

        SplitRequest split = splitter.split(bytes, 0, bytes.length);

        assertEquals(2, split.accepted());
        assertEquals(3, split.refusedByReason()[Refusal.INVALID_TRACE_ID.ordinal()]);
        assertEquals(2, split.refusedByReason()[Refusal.INVALID_SPAN_ID.ordinal()]);
        assertEquals(Refusal.INVALID_TRACE_ID, split.firstRefusal());
    }

    @Test
    void refusesASpanThatIsOverALimitAloneAndKeepsItsNeighbours() throws Exception {
        Span.Builder many = span(1, 1, "many").toBuilder();
        for (int i = 0; i < 10_000; i++) {
            many.addAttributes(attribute("k" + i, "v"));
        }
        AnyValue nested = AnyValue.newBuilder().setStringValue("x").build();
        for (int i = 0; i < 70; i++) {
            nested = AnyValue.newBuilder()
                    .setArrayValue(ArrayValue.newBuilder().addValues(nested))
                    .build();
        }
        Span deep = span(1, 2, "deep").toBuilder()
                .addAttributes(KeyValue.newBuilder().setKey("deep").setValue(nested))
                .build();
        Span large = span(1, 3, "large").toBuilder()
                .addAttributes(attribute("large", "x".repeat((1 << 20) + 1)))
                .build();
        byte[] bytes = request(many.build(), deep, large, span(1, 4, "good"));

        SplitRequest split = splitter.split(bytes, 0, bytes.length);

        assertEquals(1, split.accepted());
        assertEquals(1, split.refusedByReason()[Refusal.TOO_MANY_ATTRIBUTES.ordinal()]);
        assertEquals(1, split.refusedByReason()[Refusal.TOO_DEEP.ordinal()]);
        assertEquals(1, split.refusedByReason()[Refusal.ATTRIBUTE_TOO_LARGE.ordinal()]);
    }

    @Test
    void refusesASpanWithABrokenAttributeAlone() throws Exception {
        byte[] broken = {0x4a, 5, 0x12, 9, 1, 2, 3};
        byte[] good = span(1, 1, "x").toByteArray();
        byte[] span =
                ByteString.copyFrom(good).concat(ByteString.copyFrom(broken)).toByteArray();
        ByteString scope = field(2, ByteString.copyFrom(span)).concat(field(2, ByteString.copyFrom(good)));
        byte[] bytes = field(1, field(2, scope)).toByteArray();

        SplitRequest split = splitter.split(bytes, 0, bytes.length);

        assertEquals(1, split.accepted());
        assertEquals(1, split.refusedByReason()[Refusal.MALFORMED_SPAN.ordinal()]);
    }

    @Test
    void namesTheByteWhereTheRequestIsBroken() throws Exception {
        byte[] bytes = request(span(1, 1, "a"));
        MalformedProtobufException thrown =
                assertThrows(MalformedProtobufException.class, () -> splitter.split(bytes, 0, bytes.length - 3));
        assertTrue(String.valueOf(thrown.getMessage()).contains("at byte"), thrown.getMessage());
    }

    @Test
    void neverThrowsAnythingElseOnMutatedRequests() throws Exception {
        byte[] good = request(span(1, 1, "a"), span(2, 2, "b"), span(3, 3, "c"));
        Random random = new Random(11);
        for (int round = 0; round < 20_000; round++) {
            byte[] bytes = good.clone();
            for (int i = random.nextInt(4); i >= 0; i--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            try {
                SplitRequest split = splitter.split(bytes, 0, bytes.length);
                assertEquals(
                        split.accepted(),
                        split.batches().stream()
                                .mapToInt(SplitRequest.RangeBatch::spans)
                                .sum());
                for (SplitRequest.RangeBatch batch : split.batches()) {
                    ByteBuffer view = SliceBatch.view(batch.batch(), 0, batch.batch().length);
                    for (int i = 0; i < batch.slices(); i++) {
                        UnknownFieldSet.parseFrom(otlp(view, i));
                    }
                }
            } catch (MalformedProtobufException expected) {
                // broken outside of the spans
            }
        }
    }

    @Test
    void splitsALargeTraceIntoSeveralBatches() throws Exception {
        List<Span> spans = new ArrayList<>();
        for (int i = 1; i <= 3000; i++) {
            spans.add(span(9, i, "x".repeat(500)));
        }
        byte[] bytes = request(spans.toArray(Span[]::new));

        SplitRequest split = splitter.split(bytes, 0, bytes.length);

        assertTrue(split.batches().size() > 2);
        assertEquals(flat(TracesData.parseFrom(bytes)), flat(reassembled(split)));
    }

    private static TracesData reassembled(SplitRequest split) throws Exception {
        TracesData.Builder all = TracesData.newBuilder();
        for (SplitRequest.RangeBatch batch : split.batches()) {
            ByteBuffer view = SliceBatch.view(batch.batch(), 0, batch.batch().length);
            for (int i = 0; i < SliceBatch.sliceCount(view); i++) {
                all.mergeFrom(otlp(view, i));
            }
        }
        return all.build();
    }

    private static byte[] otlp(ByteBuffer batch, int slice) {
        ByteBuffer otlp = ByteBuffer.allocate(SliceBatch.otlpBytes(batch, slice));
        SliceBatch.writeOtlp(batch, slice, otlp);
        assertEquals(0, otlp.remaining());
        return otlp.array();
    }

    private static List<String> flat(TracesData data) {
        List<String> spans = new ArrayList<>();
        for (ResourceSpans resource : data.getResourceSpansList()) {
            String resourceText = resource.toBuilder().clearScopeSpans().build().toString();
            for (ScopeSpans scope : resource.getScopeSpansList()) {
                String scopeText = scope.toBuilder().clearSpans().build().toString();
                for (Span span : scope.getSpansList()) {
                    spans.add(resourceText + "|" + scopeText + "|" + span);
                }
            }
        }
        spans.sort(Comparator.naturalOrder());
        return spans;
    }

    private static byte[] request(Span... spans) {
        return ExportTraceServiceRequest.newBuilder()
                .addResourceSpans(ResourceSpans.newBuilder()
                        .addScopeSpans(ScopeSpans.newBuilder().addAllSpans(List.of(spans))))
                .build()
                .toByteArray();
    }

    private static Span span(long trace, long span, String name) {
        return Span.newBuilder()
                .setTraceId(ByteString.copyFrom(
                        ByteBuffer.allocate(16).putLong(0).putLong(trace).flip()))
                .setSpanId(
                        ByteString.copyFrom(ByteBuffer.allocate(8).putLong(span).flip()))
                .setName(name)
                .setStartTimeUnixNano(1_000_000_000L + span)
                .addAttributes(attribute("http.route", "/cart"))
                .build();
    }

    private static KeyValue attribute(String key, String value) {
        return KeyValue.newBuilder()
                .setKey(key)
                .setValue(AnyValue.newBuilder().setStringValue(value))
                .build();
    }

    private static ByteString field(int number, ByteString content) {
        UnknownFieldSet.Field field =
                UnknownFieldSet.Field.newBuilder().addLengthDelimited(content).build();
        return UnknownFieldSet.newBuilder().addField(number, field).build().toByteString();
    }
}
