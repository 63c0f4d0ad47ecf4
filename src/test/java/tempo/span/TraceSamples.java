package tempo.span;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.ArrayValue;
import io.opentelemetry.proto.common.v1.InstrumentationScope;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.common.v1.KeyValueList;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import io.opentelemetry.proto.trace.v1.TracesData;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Random valid OTLP data that leaves no corner out: nested values, NaN and infinities, empty against absent, bytes, duplicate
 * keys, enum numbers without a name, unknown fields. The same seed gives the same data.
 */
public final class TraceSamples {
    private static final int NESTING_MAX = 4;
    private static final double[] DOUBLES = {
        0.0,
        -0.0,
        1.0,
        -1.5,
        Double.NaN,
        Double.POSITIVE_INFINITY,
        Double.NEGATIVE_INFINITY,
        Double.MIN_VALUE,
        1e21,
        1e-7,
        2e-3
    };
    private static final long[] LONGS = {0, 1, -1, 42, 1L << 53, (1L << 53) + 1, Long.MIN_VALUE, Long.MAX_VALUE};
    private static final String[] STRINGS = {
        "",
        "GET /cart",
        "a\"b\\c/d",
        "line\nbreak\ttab\u0000\u001f\u007f",
        "<a href='x'>&amp;",
        "żółć",
        "漢字",
        "😀\u2028\u2029",
        "{}"
    };
    private static final String[] KEYS = {"", "http.method", "db.statement", "dup", "key with space", "ключ"};

    private final Random random;

    /** A source of samples. */
    public TraceSamples(long seed) {
        random = new Random(seed);
    }

    /** One trace: {@code spanCount} spans under up to four resources, each with up to three scopes. */
    public TracesData trace(int spanCount) {
        ByteString traceId = bytes(16);
        TracesData.Builder trace = TracesData.newBuilder();
        int left = spanCount;
        while (left > 0) {
            ResourceSpans.Builder resource = resource();
            for (int scopes = 1 + random.nextInt(3); scopes > 0 && left > 0; scopes--) {
                ScopeSpans.Builder scope = scope();
                int spans = trace.getResourceSpansCount() == 3 ? left : 1 + random.nextInt(left);
                for (int i = 0; i < spans; i++) {
                    scope.addSpans(span(traceId));
                }
                left -= spans;
                resource.addScopeSpans(scope);
            }
            trace.addResourceSpans(resource);
        }
        return trace.build();
    }

    /** One export request (a message equal to {@code TracesData} on the wire) with spans of several traces, interleaved. */
    public TracesData request(int traceCount, int spanCount) {
        ByteString[] traceIds = new ByteString[traceCount];
        for (int i = 0; i < traceCount; i++) {
            traceIds[i] = bytes(16);
        }
        TracesData.Builder request = trace(spanCount).toBuilder();
        for (ResourceSpans.Builder resource : request.getResourceSpansBuilderList()) {
            for (ScopeSpans.Builder scope : resource.getScopeSpansBuilderList()) {
                for (Span.Builder span : scope.getSpansBuilderList()) {
                    span.setTraceId(traceIds[random.nextInt(traceCount)]);
                }
            }
        }
        return request.build();
    }

    /**
     * Cuts a trace into fragments, each span into one of them or, now and then, into two; resources and scopes are repeated
     * as often as it takes.
     */
    public List<byte[]> fragments(TracesData trace, int count) {
        List<TracesData.Builder> fragments = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            fragments.add(TracesData.newBuilder());
        }
        for (ResourceSpans resource : trace.getResourceSpansList()) {
            for (ScopeSpans scope : resource.getScopeSpansList()) {
                for (Span span : scope.getSpansList()) {
                    for (int copies = random.nextInt(4) == 0 ? 2 : 1; copies > 0; copies--) {
                        fragments
                                .get(random.nextInt(count))
                                .addResourceSpans(resource.toBuilder()
                                        .clearScopeSpans()
                                        .addScopeSpans(
                                                scope.toBuilder().clearSpans().addSpans(span)));
                    }
                }
            }
        }
        List<byte[]> bytes = new ArrayList<>();
        fragments.forEach(fragment -> bytes.add(fragment.build().toByteArray()));
        return bytes;
    }

    /** The same message with the first byte of every "żółć" made into one that UTF-8 does not have. */
    public static byte[] withInvalidUtf8(TracesData trace) {
        byte[] bytes = trace.toByteArray();
        byte[] word = "żółć".getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i <= bytes.length - word.length; i++) {
            if (Arrays.equals(bytes, i, i + word.length, word, 0, word.length)) {
                bytes[i] = (byte) 0xff;
            }
        }
        return bytes;
    }

    /** A {@code ResourceSpans} without scopes. */
    public ResourceSpans.Builder resource() {
        ResourceSpans.Builder resource = ResourceSpans.newBuilder();
        if (random.nextInt(6) > 0) {
            Resource.Builder inner = Resource.newBuilder().addAllAttributes(attributes(4));
            if (random.nextInt(3) == 0) {
                inner.setDroppedAttributesCount(random.nextInt());
            }
            resource.setResource(inner);
        }
        if (random.nextInt(3) == 0) {
            resource.setSchemaUrl(string());
        }
        if (random.nextInt(4) == 0) {
            resource.setUnknownFields(unknown());
        }
        return resource;
    }

    /** A {@code ScopeSpans} without spans. */
    public ScopeSpans.Builder scope() {
        ScopeSpans.Builder scope = ScopeSpans.newBuilder();
        if (random.nextInt(6) > 0) {
            scope.setScope(InstrumentationScope.newBuilder()
                    .setName(string())
                    .setVersion(string())
                    .addAllAttributes(attributes(2))
                    .setDroppedAttributesCount(random.nextInt(2)));
        }
        if (random.nextInt(3) == 0) {
            scope.setSchemaUrl(string());
        }
        if (random.nextInt(4) == 0) {
            scope.setUnknownFields(unknown());
        }
        return scope;
    }

    /** A span of a trace; one in eight has the start and the span id that others have too. */
    public Span span(ByteString traceId) {
        Span.Builder span = Span.newBuilder().setTraceId(traceId);
        boolean shared = random.nextInt(8) == 0;
        span.setSpanId(shared ? ByteString.copyFrom(new byte[] {1, 2, 3, 4, 5, 6, 7, 8}) : bytes(8));
        span.setStartTimeUnixNano(shared ? 7 : integer());
        span.setEndTimeUnixNano(integer());
        span.setKindValue(random.nextInt(8));
        span.setName(string());
        span.addAllAttributes(attributes(6));
        if (random.nextBoolean()) {
            span.setParentSpanId(bytes(8));
        }
        if (random.nextInt(3) == 0) {
            span.setTraceState(string()).setFlags(random.nextInt());
        }
        for (int events = random.nextInt(3); events > 0; events--) {
            span.addEvents(Span.Event.newBuilder()
                    .setTimeUnixNano(integer())
                    .setName(string())
                    .addAllAttributes(attributes(2))
                    .setDroppedAttributesCount(random.nextInt(2)));
        }
        for (int links = random.nextInt(3); links > 0; links--) {
            span.addLinks(Span.Link.newBuilder()
                    .setTraceId(bytes(16))
                    .setSpanId(bytes(8))
                    .setTraceState(string())
                    .addAllAttributes(attributes(2))
                    .setDroppedAttributesCount(random.nextInt(2))
                    .setFlags(random.nextInt(3)));
        }
        if (random.nextInt(3) == 0) {
            span.setDroppedAttributesCount(random.nextInt())
                    .setDroppedEventsCount(random.nextInt(3))
                    .setDroppedLinksCount(random.nextInt(3));
        }
        if (random.nextBoolean()) {
            span.setStatus(Status.newBuilder().setCodeValue(random.nextInt(4)).setMessage(string()));
        }
        if (random.nextInt(8) == 0) {
            span.setUnknownFields(unknown());
        }
        return span.build();
    }

    /** Up to {@code countMax} attributes, now and then with the same key twice, or without a value. */
    public List<KeyValue> attributes(int countMax) {
        List<KeyValue> attributes = new ArrayList<>();
        for (int count = random.nextInt(countMax + 1); count > 0; count--) {
            attributes.add(keyValue(0));
        }
        return attributes;
    }

    private KeyValue keyValue(int depth) {
        KeyValue.Builder attribute = KeyValue.newBuilder().setKey(KEYS[random.nextInt(KEYS.length)]);
        if (random.nextInt(10) > 0) {
            attribute.setValue(value(depth));
        }
        return attribute.build();
    }

    private AnyValue value(int depth) {
        AnyValue.Builder value = AnyValue.newBuilder();
        switch (random.nextInt(depth < NESTING_MAX ? 9 : 7)) {
            case 0 -> value.setBoolValue(random.nextBoolean());
            case 1 -> value.setIntValue(integer());
            case 2 ->
                value.setDoubleValue(random.nextBoolean() ? DOUBLES[random.nextInt(DOUBLES.length)] : anyDouble());
            case 3 -> value.setBytesValue(bytes(random.nextInt(5)));
            case 4 -> value.clearValue();
            case 7 -> {
                ArrayValue.Builder array = ArrayValue.newBuilder();
                for (int count = random.nextInt(4); count > 0; count--) {
                    array.addValues(value(depth + 1));
                }
                value.setArrayValue(array);
            }
            case 8 -> {
                KeyValueList.Builder list = KeyValueList.newBuilder();
                for (int count = random.nextInt(4); count > 0; count--) {
                    list.addValues(keyValue(depth + 1));
                }
                value.setKvlistValue(list);
            }
            default -> value.setStringValue(string());
        }
        return value.build();
    }

    private double anyDouble() {
        return Double.longBitsToDouble(random.nextLong());
    }

    private long integer() {
        return random.nextBoolean() ? LONGS[random.nextInt(LONGS.length)] : random.nextLong();
    }

    private String string() {
        return STRINGS[random.nextInt(STRINGS.length)];
    }

    private ByteString bytes(int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return ByteString.copyFrom(bytes);
    }

    /** Fields that no OTLP version has: a varint, bytes, and a group. */
    private UnknownFieldSet unknown() {
        UnknownFieldSet.Builder fields = UnknownFieldSet.newBuilder();
        fields.addField(
                100,
                UnknownFieldSet.Field.newBuilder().addVarint(random.nextInt(3)).build());
        if (random.nextBoolean()) {
            fields.addField(
                    5_000,
                    UnknownFieldSet.Field.newBuilder()
                            .addLengthDelimited(bytes(3))
                            .addFixed32(7)
                            .build());
        }
        if (random.nextBoolean()) {
            fields.addField(
                    101,
                    UnknownFieldSet.Field.newBuilder()
                            .addGroup(UnknownFieldSet.newBuilder()
                                    .addField(
                                            1,
                                            UnknownFieldSet.Field.newBuilder()
                                                    .addVarint(1)
                                                    .build())
                                    .build())
                            .build());
        }
        return fields.build();
    }
}
