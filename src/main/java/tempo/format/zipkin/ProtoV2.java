package tempo.format.zipkin;

import static java.nio.charset.StandardCharsets.UTF_8;

import tempo.format.FormatException;
import tempo.format.proto.ProtoValues;
import tempo.span.MalformedProtobufException;
import tempo.span.WireReader;

/**
 * Reads {@code zipkin.proto3.ListOfSpans}. For one thread.
 *
 * <p>Source: <a href="https://github.com/openzipkin/zipkin-api/blob/master/zipkin.proto">zipkin.proto</a>, by its documented fields.
 */
final class ProtoV2 {
    private static final int SPANS = 1;
    private static final int KINDS = 5;
    private static final int IPV4_BYTES = 4;
    private static final int IPV6_BYTES = 16;

    private final ZipkinSpan span = new ZipkinSpan();
    private final SpanWriter out;
    private final WireReader in;
    private final byte[] bytes;

    ProtoV2(SpanWriter out, byte[] bytes, int offset, int length) {
        this.out = out;
        this.bytes = bytes;
        this.in = new WireReader(bytes, offset, length);
    }

    void read() throws MalformedProtobufException, FormatException {
        while (in.hasNext()) {
            int tag = in.readTag();
            if (ProtoValues.isMessage(tag, SPANS)) {
                int outer = in.enter();
                readSpan();
                in.leave(outer);
            } else {
                in.skipField(tag);
            }
        }
    }

    private void readSpan() throws MalformedProtobufException, FormatException {
        span.clear();
        while (in.hasNext()) {
            int tag = in.readTag();
            switch (WireReader.wireType(tag)) {
                case WireReader.LENGTH_DELIMITED -> readDelimited(tag);
                case WireReader.VARINT -> readVarint(WireReader.field(tag));
                case WireReader.FIXED64 -> {
                    long value = in.readFixed64();
                    if (WireReader.field(tag) == 6) {
                        span.timestamp = value;
                    }
                }
                default -> in.skipField(tag);
            }
        }
        out.add(span);
    }

    private void readDelimited(int tag) throws MalformedProtobufException {
        switch (WireReader.field(tag)) {
            case 1 -> readTraceId();
            case 2 -> span.parentId = readId();
            case 3 -> span.id = readId();
            case 5 -> span.name = readString();
            case 8 -> readEndpoint(span.local);
            case 9 -> readEndpoint(span.remote);
            case 10 -> readAnnotation();
            case 11 -> readTag();
            default -> in.skipField(tag);
        }
    }

    private void readVarint(int field) throws MalformedProtobufException {
        long value = in.readVarint64();
        switch (field) {
            case 4 -> {
                boolean known = value >= 0 && value < KINDS;
                span.kind = known ? (int) value : ZipkinSpan.NO_KIND;
                span.otherKind = known ? "" : Long.toString(value);
            }
            case 7 -> span.duration = value == 0 ? ZipkinSpan.ABSENT : value;
            case 12 -> span.debug = value != 0;
            case 13 -> span.shared = value != 0;
            default -> {
                // A field of a newer version.
            }
        }
    }

    private void readTraceId() throws MalformedProtobufException {
        long id = ProtoValues.extent(in);
        span.traceIdHigh = ProtoValues.traceIdHigh(bytes, id);
        span.traceIdLow = ProtoValues.traceIdLow(bytes, id);
    }

    private long readId() throws MalformedProtobufException {
        return ProtoValues.spanId(bytes, ProtoValues.extent(in));
    }

    private String readString() throws MalformedProtobufException {
        int length = in.readLength();
        String text = new String(bytes, in.position(), length, UTF_8);
        in.skip(length);
        return text;
    }

    private void readEndpoint(ZipkinEndpoint endpoint) throws MalformedProtobufException {
        int outer = in.enter();
        while (in.hasNext()) {
            int tag = in.readTag();
            if (ProtoValues.isMessage(tag, 1)) {
                endpoint.service = readString();
            } else if (ProtoValues.isMessage(tag, 2)) {
                endpoint.ipv4 = readAddress(IPV4_BYTES);
            } else if (ProtoValues.isMessage(tag, 3)) {
                endpoint.ipv6 = readAddress(IPV6_BYTES);
            } else if (ProtoValues.isVarint(tag, 4)) {
                endpoint.port = in.readVarint64();
            } else {
                in.skipField(tag);
            }
        }
        in.leave(outer);
    }

    private String readAddress(int wanted) throws MalformedProtobufException {
        int length = in.readLength();
        String address = Addresses.text(bytes, in.position(), length == wanted ? length : 0);
        in.skip(length);
        return address;
    }

    private void readAnnotation() throws MalformedProtobufException {
        int outer = in.enter();
        long timestamp = 0;
        String value = "";
        while (in.hasNext()) {
            int tag = in.readTag();
            if (tag == WireReader.tag(1, WireReader.FIXED64)) {
                timestamp = in.readFixed64();
            } else if (ProtoValues.isMessage(tag, 2)) {
                value = readString();
            } else {
                in.skipField(tag);
            }
        }
        in.leave(outer);
        span.annotate(timestamp, value, "");
    }

    private void readTag() throws MalformedProtobufException {
        int outer = in.enter();
        String key = "";
        String value = "";
        while (in.hasNext()) {
            int tag = in.readTag();
            if (ProtoValues.isMessage(tag, 1)) {
                key = readString();
            } else if (ProtoValues.isMessage(tag, 2)) {
                value = readString();
            } else {
                in.skipField(tag);
            }
        }
        in.leave(outer);
        span.tag(key, value);
    }
}
