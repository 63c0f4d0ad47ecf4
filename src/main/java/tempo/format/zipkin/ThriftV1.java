package tempo.format.zipkin;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import tempo.format.FormatException;
import tempo.format.thrift.ThriftReader;

/**
 * Reads a list of spans of version 1 in Thrift. For one thread.
 *
 * <p>Source: <a href="https://github.com/openzipkin/zipkin-api/blob/master/thrift/zipkinCore.thrift">zipkinCore.thrift</a>, by its
 * documented fields.
 */
final class ThriftV1 {
    private static final int TYPE_BOOL = 0;
    private static final int TYPE_BYTES = 1;
    private static final int TYPE_I16 = 2;
    private static final int TYPE_I32 = 3;
    private static final int TYPE_I64 = 4;
    private static final int TYPE_DOUBLE = 5;
    private static final int PORT_MASK = 0xffff;
    private static final int IPV6_BYTES = 16;

    private final V1Span span = new V1Span();
    private final V1Conversion out;
    private final ThriftReader in;

    ThriftV1(SpanWriter out, ThriftReader in) {
        this.out = new V1Conversion(out);
        this.in = in;
    }

    /** All bytes are one list of spans. */
    void read() throws FormatException {
        readSpans();
        if (in.remaining() > 0) {
            throw new FormatException("thrift is not valid: " + in.remaining() + " bytes follow the list of spans");
        }
    }

    /** The list is the only argument of a call. */
    void readCall() throws FormatException {
        in.beginStruct();
        while (in.nextField()) {
            if (in.is(1, ThriftReader.LIST)) {
                readSpans();
            } else {
                in.skip();
            }
        }
    }

    private void readSpans() throws FormatException {
        int spans = in.beginList(ThriftReader.STRUCT);
        for (int i = 0; i < spans; i++) {
            readSpan();
        }
    }

    private void readSpan() throws FormatException {
        span.clear();
        ZipkinSpan head = span.head;
        in.beginStruct();
        while (in.nextField()) {
            if (in.is(1, ThriftReader.I64)) {
                head.traceIdLow = in.readI64();
            } else if (in.is(12, ThriftReader.I64)) {
                head.traceIdHigh = in.readI64();
            } else if (in.is(3, ThriftReader.STRING)) {
                head.name = in.readString();
            } else if (in.is(4, ThriftReader.I64)) {
                head.id = in.readI64();
            } else if (in.is(5, ThriftReader.I64)) {
                head.parentId = in.readI64();
            } else if (in.is(6, ThriftReader.LIST)) {
                readAnnotations();
            } else if (in.is(8, ThriftReader.LIST)) {
                readBinaryAnnotations();
            } else if (in.is(9, ThriftReader.BOOL)) {
                head.debug = in.readBool();
            } else if (in.is(10, ThriftReader.I64)) {
                head.timestamp = in.readI64();
            } else if (in.is(11, ThriftReader.I64)) {
                head.duration = in.readI64();
            } else {
                in.skip();
            }
        }
        out.add(span);
    }

    private void readAnnotations() throws FormatException {
        int count = in.beginList(ThriftReader.STRUCT);
        for (int i = 0; i < count; i++) {
            long timestamp = 0;
            String value = "";
            ZipkinEndpoint endpoint = new ZipkinEndpoint();
            in.beginStruct();
            while (in.nextField()) {
                if (in.is(1, ThriftReader.I64)) {
                    timestamp = in.readI64();
                } else if (in.is(2, ThriftReader.STRING)) {
                    value = in.readString();
                } else if (in.is(3, ThriftReader.STRUCT)) {
                    readEndpoint(endpoint);
                } else {
                    in.skip();
                }
            }
            span.annotate(timestamp, value, endpoint);
        }
    }

    private void readBinaryAnnotations() throws FormatException {
        int count = in.beginList(ThriftReader.STRUCT);
        for (int i = 0; i < count; i++) {
            String key = "";
            byte[] value = {};
            int type = -1;
            ZipkinEndpoint endpoint = new ZipkinEndpoint();
            in.beginStruct();
            while (in.nextField()) {
                if (in.is(1, ThriftReader.STRING)) {
                    key = in.readString();
                } else if (in.is(2, ThriftReader.STRING)) {
                    value = in.readBinary();
                } else if (in.is(3, ThriftReader.I32)) {
                    type = in.readI32();
                } else if (in.is(4, ThriftReader.STRUCT)) {
                    readEndpoint(endpoint);
                } else {
                    in.skip();
                }
            }
            span.tag(key, valueOf(type, value), endpoint);
        }
    }

    /** A value of the wrong length is kept as bytes. */
    private static Object valueOf(int type, byte[] bytes) {
        ByteBuffer value = ByteBuffer.wrap(bytes);
        return switch (type) {
            case TYPE_BOOL -> bytes.length == 1 ? (Object) (bytes[0] != 0) : bytes;
            case TYPE_BYTES -> bytes;
            case TYPE_I16 -> bytes.length == Short.BYTES ? (Object) (long) value.getShort() : bytes;
            case TYPE_I32 -> bytes.length == Integer.BYTES ? (Object) (long) value.getInt() : bytes;
            case TYPE_I64 -> bytes.length == Long.BYTES ? (Object) value.getLong() : bytes;
            case TYPE_DOUBLE -> bytes.length == Double.BYTES ? (Object) value.getDouble() : bytes;
            default -> new String(bytes, UTF_8);
        };
    }

    private void readEndpoint(ZipkinEndpoint endpoint) throws FormatException {
        in.beginStruct();
        while (in.nextField()) {
            if (in.is(1, ThriftReader.I32)) {
                endpoint.ipv4 = Addresses.ofIpv4(in.readI32());
            } else if (in.is(2, ThriftReader.I16)) {
                endpoint.port = in.readI16() & PORT_MASK;
            } else if (in.is(3, ThriftReader.STRING)) {
                endpoint.service = in.readString();
            } else if (in.is(4, ThriftReader.STRING)) {
                byte[] address = in.readBinary();
                endpoint.ipv6 = Addresses.text(address, 0, address.length == IPV6_BYTES ? IPV6_BYTES : 0);
            } else {
                in.skip();
            }
        }
    }
}
