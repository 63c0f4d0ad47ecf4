package tempo.span;

import org.jspecify.annotations.Nullable;

/**
 * Reads the few fields of a serialized OTLP span that decide where it goes, and checks that all of it is well-formed and
 * within the limits, in one pass over the bytes and without making objects. Fields that OTLP does not define are skipped, as
 * protobuf does. One instance serves one thread; the result fields hold until the next call.
 *
 * <p>Field numbers are those of opentelemetry/proto/trace/v1/trace.proto and common/v1/common.proto.
 */
final class SpanCheck {
    private static final int DEPTH_MAX = 64;

    private static final int LENGTH_DELIMITED = WireReader.LENGTH_DELIMITED;
    private static final int FIXED64 = WireReader.FIXED64;

    private final SpanLimits limits;
    private final WireReader reader = new WireReader(new byte[0]);

    long traceIdHigh;
    long traceIdLow;
    long start;

    SpanCheck(SpanLimits limits) {
        this.limits = limits;
    }

    /** True if a varint that was read, ever since the last {@link #forgetPadded}, was longer than it had to be. */
    boolean sawPadded() {
        return reader.sawPadded();
    }

    void forgetPadded() {
        reader.forgetPadded();
    }

    /** Checks the span in {@code source[from..to)}; null if it may be stored. */
    @Nullable
    Refusal span(byte[] source, int from, int to) {
        if (to - from > limits.spanBytesMax()) {
            return Refusal.SPAN_TOO_LARGE;
        }
        reader.reset(source, from, to - from);
        try {
            return spanFields();
        } catch (MalformedProtobufException malformed) {
            return Refusal.MALFORMED_SPAN;
        } catch (Refused refused) {
            return refused.reason;
        }
    }

    @Nullable
    private Refusal spanFields() throws MalformedProtobufException, Refused {
        traceIdHigh = 0;
        traceIdLow = 0;
        start = 0;
        boolean spanIdSeen = false;
        int attributes = 0;
        int events = 0;
        int links = 0;
        while (reader.hasNext()) {
            int tag = reader.readTag();
            switch (tag) {
                case 1 << 3 | LENGTH_DELIMITED -> {
                    if (reader.readLength() != TraceId.BYTES) {
                        return Refusal.INVALID_TRACE_ID;
                    }
                    traceIdHigh = Long.reverseBytes(reader.readFixed64());
                    traceIdLow = Long.reverseBytes(reader.readFixed64());
                }
                case 2 << 3 | LENGTH_DELIMITED -> {
                    if (reader.readLength() != Long.BYTES) {
                        return Refusal.INVALID_SPAN_ID;
                    }
                    spanIdSeen = reader.readFixed64() != 0;
                }
                case 7 << 3 | FIXED64 -> start = reader.readFixed64();
                case 9 << 3 | LENGTH_DELIMITED -> {
                    if (++attributes > limits.attributesMax()) {
                        return Refusal.TOO_MANY_ATTRIBUTES;
                    }
                    attribute();
                }
                case 11 << 3 | LENGTH_DELIMITED -> {
                    if (++events > limits.eventsMax()) {
                        return Refusal.TOO_MANY_EVENTS;
                    }
                    messageWithAttributes(3);
                }
                case 13 << 3 | LENGTH_DELIMITED -> {
                    if (++links > limits.linksMax()) {
                        return Refusal.TOO_MANY_LINKS;
                    }
                    messageWithAttributes(4);
                }
                case 15 << 3 | LENGTH_DELIMITED -> {
                    int outer = reader.enter();
                    while (reader.hasNext()) {
                        reader.skipField(reader.readTag());
                    }
                    reader.leave(outer);
                }
                default -> reader.skipField(tag);
            }
        }
        if ((traceIdHigh | traceIdLow) == 0) {
            return Refusal.INVALID_TRACE_ID;
        }
        return spanIdSeen ? null : Refusal.INVALID_SPAN_ID;
    }

    /** Checks a Resource, whose attributes are field 1; null if it may be stored. */
    @Nullable
    Refusal resource(byte[] source, int from, int to) {
        return contextMessage(source, from, to, 1);
    }

    /** Checks an InstrumentationScope, whose attributes are field 3; null if it may be stored. */
    @Nullable
    Refusal scope(byte[] source, int from, int to) {
        return contextMessage(source, from, to, 3);
    }

    @Nullable
    private Refusal contextMessage(byte[] source, int from, int to, int attributesField) {
        if (to - from > limits.spanBytesMax()) {
            return Refusal.RESOURCE_REFUSED;
        }
        reader.reset(source, from, to - from);
        try {
            attributesOfMessage(attributesField);
            return null;
        } catch (MalformedProtobufException | Refused refused) {
            return Refusal.RESOURCE_REFUSED;
        }
    }

    private void messageWithAttributes(int attributesField) throws MalformedProtobufException, Refused {
        int outer = reader.enter();
        attributesOfMessage(attributesField);
        reader.leave(outer);
    }

    private void attributesOfMessage(int attributesField) throws MalformedProtobufException, Refused {
        int attributes = 0;
        while (reader.hasNext()) {
            int tag = reader.readTag();
            if (tag == WireReader.tag(attributesField, LENGTH_DELIMITED)) {
                if (++attributes > limits.attributesMax()) {
                    throw Refused.TOO_MANY_ATTRIBUTES;
                }
                attribute();
            } else {
                reader.skipField(tag);
            }
        }
    }

    private void attribute() throws MalformedProtobufException, Refused {
        int outer = reader.enter();
        if (reader.limit() - reader.position() > limits.attributeBytesMax()) {
            throw Refused.ATTRIBUTE_TOO_LARGE;
        }
        keyValue(0);
        reader.leave(outer);
    }

    private void keyValue(int depth) throws MalformedProtobufException, Refused {
        while (reader.hasNext()) {
            int tag = reader.readTag();
            if (tag == (2 << 3 | LENGTH_DELIMITED)) {
                int outer = reader.enter();
                anyValue(depth);
                reader.leave(outer);
            } else {
                reader.skipField(tag);
            }
        }
    }

    private void anyValue(int depth) throws MalformedProtobufException, Refused {
        while (reader.hasNext()) {
            int tag = reader.readTag();
            if (tag == (5 << 3 | LENGTH_DELIMITED) || tag == (6 << 3 | LENGTH_DELIMITED)) {
                int outer = reader.enter();
                list(depth + 1, tag >>> 3 == 6);
                reader.leave(outer);
            } else {
                reader.skipField(tag);
            }
        }
    }

    /** An ArrayValue or a KeyValueList: both hold their entries in field 1. */
    private void list(int depth, boolean keyed) throws MalformedProtobufException, Refused {
        if (depth > DEPTH_MAX) {
            throw Refused.TOO_DEEP;
        }
        while (reader.hasNext()) {
            int tag = reader.readTag();
            if (tag == (1 << 3 | LENGTH_DELIMITED)) {
                int outer = reader.enter();
                if (keyed) {
                    keyValue(depth);
                } else {
                    anyValue(depth);
                }
                reader.leave(outer);
            } else {
                reader.skipField(tag);
            }
        }
    }

    /** Preallocated, without a stack trace: hostile input must not make refusing dearer than accepting. */
    private static final class Refused extends Exception {
        private static final long serialVersionUID = 1;

        static final Refused ATTRIBUTE_TOO_LARGE = new Refused(Refusal.ATTRIBUTE_TOO_LARGE);
        static final Refused TOO_MANY_ATTRIBUTES = new Refused(Refusal.TOO_MANY_ATTRIBUTES);
        static final Refused TOO_DEEP = new Refused(Refusal.TOO_DEEP);

        final Refusal reason;

        Refused(Refusal reason) {
            super(reason.label(), null, false, false);
            this.reason = reason;
        }
    }
}
