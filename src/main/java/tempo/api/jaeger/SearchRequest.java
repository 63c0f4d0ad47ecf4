package tempo.api.jaeger;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.List;
import tempo.span.MalformedProtobufException;
import tempo.span.WireReader;
import tempo.tempodb.scan.SpanCriteria;

/**
 * A search as Jaeger's protocols ask for it: {@code TraceQueryParameters} of both versions, which differ in how they write attributes.
 *
 * @param limit how many traces
 */
record SearchRequest(SpanCriteria criteria, int limit) {
    static final int LIMIT_DEFAULT = 100;

    private static final int TEXT = WireReader.LENGTH_DELIMITED;
    private static final int QUERY = 1;
    private static final long NANOS_PER_SECOND = 1_000_000_000;

    /** Of version 2, whose filters and pages are not understood. */
    private static final int FILTER = 9;

    private static final int PAGINATION = 10;

    /**
     * Reads {@code FindTracesRequest} or {@code FindTraceIDsRequest}.
     *
     * @param typed whether values of attributes have a type, as in version 2; else they are texts
     * @throws IllegalArgumentException with a sentence for the caller, if something is wrong
     * @throws UnsupportedOperationException if it asks for what cannot be answered
     */
    static SearchRequest read(byte[] request, boolean typed) throws MalformedProtobufException {
        Reader reader = new Reader(request, typed);
        WireReader in = new WireReader(request);
        while (in.hasNext()) {
            int tag = in.readTag();
            if (tag == WireReader.tag(QUERY, TEXT)) {
                int outer = in.enter();
                reader.query(in);
                in.leave(outer);
            } else {
                in.skipField(tag);
            }
        }
        return reader.result();
    }

    /** @param limit 0 for as many as usual */
    static SearchRequest of(SpanCriteria criteria, int limit) {
        if (limit < 0) {
            throw new IllegalArgumentException("limit must not be negative but was " + limit);
        }
        if (criteria.startMin() > criteria.startMax()) {
            throw new IllegalArgumentException("the time range ends before it begins");
        }
        if (criteria.durationMin() > criteria.durationMax()) {
            throw new IllegalArgumentException("the least duration is longer than the greatest");
        }
        return new SearchRequest(criteria, limit == 0 ? LIMIT_DEFAULT : limit);
    }

    private static final class Reader {
        private final byte[] bytes;
        private final boolean typed;
        private final List<SpanCriteria.Attribute> attributes = new ArrayList<>();
        private String service = "";
        private String operation = "";
        private long startMin;
        private long startMax;
        private long durationMin;
        private long durationMax;
        private int limit;

        Reader(byte[] bytes, boolean typed) {
            this.bytes = bytes;
            this.typed = typed;
        }

        SearchRequest result() {
            SpanCriteria criteria = new SpanCriteria(
                    service,
                    operation,
                    attributes,
                    Math.max(0, startMin),
                    startMax <= 0 ? Long.MAX_VALUE : startMax,
                    durationMin,
                    durationMax <= 0 ? Long.MAX_VALUE : durationMax);
            return of(criteria, limit);
        }

        void query(WireReader in) throws MalformedProtobufException {
            while (in.hasNext()) {
                int tag = in.readTag();
                switch (tag) {
                    case 1 << 3 | TEXT -> service = text(in);
                    case 2 << 3 | TEXT -> operation = text(in);
                    case 3 << 3 | TEXT -> attribute(in);
                    case 4 << 3 | TEXT -> startMin = nanos(in);
                    case 5 << 3 | TEXT -> startMax = nanos(in);
                    case 6 << 3 | TEXT -> durationMin = nanos(in);
                    case 7 << 3 | TEXT -> durationMax = nanos(in);
                    case 8 << 3 | WireReader.VARINT -> limit = in.readVarint32();
                    case FILTER << 3 | TEXT ->
                        throw new UnsupportedOperationException("structured filters are not understood");
                    case PAGINATION << 3 | TEXT ->
                        throw new UnsupportedOperationException("searches are not answered in pages");
                    default -> in.skipField(tag);
                }
            }
        }

        /** A key and a value that is a text, or a message that holds one of some type. */
        private void attribute(WireReader in) throws MalformedProtobufException {
            String key = "";
            String value = "";
            int outer = in.enter();
            while (in.hasNext()) {
                int tag = in.readTag();
                switch (tag) {
                    case 1 << 3 | TEXT -> key = text(in);
                    case 2 << 3 | TEXT -> value = value(in);
                    default -> in.skipField(tag);
                }
            }
            in.leave(outer);
            attributes.add(new SpanCriteria.Attribute(key, value));
        }

        /** The value as text; of version 2 an {@code AnyValue}. */
        private String value(WireReader in) throws MalformedProtobufException {
            if (!typed) {
                return text(in);
            }
            String value = "";
            int outer = in.enter();
            while (in.hasNext()) {
                int tag = in.readTag();
                switch (tag) {
                    case 1 << 3 | TEXT -> value = text(in);
                    case 2 << 3 | WireReader.VARINT -> value = Boolean.toString(in.readVarint64() != 0);
                    case 3 << 3 | WireReader.VARINT -> value = Long.toString(in.readVarint64());
                    case 4 << 3 | WireReader.FIXED64 ->
                        value = Double.toString(Double.longBitsToDouble(in.readFixed64()));
                    default ->
                        throw new UnsupportedOperationException(
                                "attributes can be looked for by text, number and truth value only");
                }
            }
            in.leave(outer);
            return value;
        }

        private String text(WireReader in) throws MalformedProtobufException {
            int length = in.readLength();
            String text = new String(bytes, in.position(), length, UTF_8);
            in.skip(length);
            return text;
        }
    }

    /** A {@code Timestamp} or {@code Duration}. */
    static long nanos(WireReader in) throws MalformedProtobufException {
        long seconds = 0;
        long nanos = 0;
        int outer = in.enter();
        while (in.hasNext()) {
            int tag = in.readTag();
            switch (tag) {
                case 1 << 3 | WireReader.VARINT -> seconds = in.readVarint64();
                case 2 << 3 | WireReader.VARINT -> nanos = in.readVarint64();
                default -> in.skipField(tag);
            }
        }
        in.leave(outer);
        if (seconds <= -Long.MAX_VALUE / NANOS_PER_SECOND || seconds >= Long.MAX_VALUE / NANOS_PER_SECOND) {
            // As the zero time of Go, which is the year 1.
            return seconds < 0 ? 0 : Long.MAX_VALUE;
        }
        return seconds * NANOS_PER_SECOND + nanos;
    }
}
