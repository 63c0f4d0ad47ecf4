package tempo.format.jaeger;

import tempo.format.Extent;
import tempo.format.FormatException;
import tempo.format.Nanos;
import tempo.format.thrift.ThriftReader;
import tempo.span.WireWriter;

/**
 * Reads a {@code Batch} in either of Thrift's protocols. For one thread.
 *
 * <p>Source: <a href="https://github.com/jaegertracing/jaeger-idl/tree/main/thrift">jaeger.thrift</a>, by its documented fields.
 */
final class ThriftBatch {
    private static final int PROCESS = 1;
    private static final int SPANS = 2;
    private static final int NOT_YET = -1;

    private final SpanWriter out;
    private final byte[] bytes;
    private final ThriftReader in;
    private final JaegerSpan span = new JaegerSpan();
    private final Tags processTags = new Tags();
    private final WireWriter process = new WireWriter(256);

    /** @param bytes what {@code in} reads */
    ThriftBatch(SpanWriter out, byte[] bytes, ThriftReader in) {
        this.out = out;
        this.bytes = bytes;
        this.in = in;
    }

    /** Reads the struct; where spans stand before their process, they are passed over at first. */
    void read() throws FormatException {
        boolean known = false;
        int spans = NOT_YET;
        in.beginStruct();
        while (in.nextField()) {
            if (in.is(PROCESS, ThriftReader.STRUCT)) {
                readProcess();
                known = true;
            } else if (in.is(SPANS, ThriftReader.LIST) && !known) {
                spans = in.position();
                in.skip();
            } else if (in.is(SPANS, ThriftReader.LIST)) {
                readSpans();
            } else {
                in.skip();
            }
        }
        if (spans != NOT_YET) {
            int end = in.position();
            in.seek(spans);
            readSpans();
            in.seek(end);
        }
    }

    private void readProcess() throws FormatException {
        processTags.clear(bytes);
        long serviceName = Extent.EMPTY;
        in.beginStruct();
        while (in.nextField()) {
            if (in.is(1, ThriftReader.STRING)) {
                serviceName = in.readExtent();
            } else if (in.is(2, ThriftReader.LIST)) {
                readTags(processTags);
            } else {
                in.skip();
            }
        }
        out.setProcess(process, serviceName, processTags);
    }

    private void readSpans() throws FormatException {
        int count = in.beginList(ThriftReader.STRUCT);
        for (int i = 0; i < count; i++) {
            readSpan();
            out.add(span, process);
        }
    }

    private void readSpan() throws FormatException {
        span.clear(bytes);
        in.beginStruct();
        while (in.nextField()) {
            if (in.is(1, ThriftReader.I64)) {
                span.traceIdLow = in.readI64();
            } else if (in.is(2, ThriftReader.I64)) {
                span.traceIdHigh = in.readI64();
            } else if (in.is(3, ThriftReader.I64)) {
                span.id = in.readI64();
            } else if (in.is(4, ThriftReader.I64)) {
                span.parentId = in.readI64();
            } else if (in.is(5, ThriftReader.STRING)) {
                span.name = in.readExtent();
            } else if (in.is(6, ThriftReader.LIST)) {
                readReferences();
            } else if (in.is(7, ThriftReader.I32)) {
                span.flags = in.readI32();
            } else if (in.is(8, ThriftReader.I64)) {
                span.start = Nanos.ofMicros(in.readI64());
            } else if (in.is(9, ThriftReader.I64)) {
                span.duration = Nanos.ofMicros(in.readI64());
            } else if (in.is(10, ThriftReader.LIST)) {
                readTags(span.tags);
            } else if (in.is(11, ThriftReader.LIST)) {
                readLogs();
            } else {
                in.skip();
            }
        }
    }

    private void readReferences() throws FormatException {
        int count = in.beginList(ThriftReader.STRUCT);
        for (int i = 0; i < count; i++) {
            int type = 0;
            long low = 0;
            long high = 0;
            long id = 0;
            in.beginStruct();
            while (in.nextField()) {
                if (in.is(1, ThriftReader.I32)) {
                    type = in.readI32();
                } else if (in.is(2, ThriftReader.I64)) {
                    low = in.readI64();
                } else if (in.is(3, ThriftReader.I64)) {
                    high = in.readI64();
                } else if (in.is(4, ThriftReader.I64)) {
                    id = in.readI64();
                } else {
                    in.skip();
                }
            }
            span.reference(type, high, low, id);
        }
    }

    private void readLogs() throws FormatException {
        int count = in.beginList(ThriftReader.STRUCT);
        for (int i = 0; i < count; i++) {
            int from = span.fields.size();
            long time = 0;
            in.beginStruct();
            while (in.nextField()) {
                if (in.is(1, ThriftReader.I64)) {
                    time = Nanos.ofMicros(in.readI64());
                } else if (in.is(2, ThriftReader.LIST)) {
                    readTags(span.fields);
                } else {
                    in.skip();
                }
            }
            span.log(time, from, span.fields.size());
        }
    }

    /** The value that stands there has the last word on its type; where there is none it is that type's zero. */
    private void readTags(Tags tags) throws FormatException {
        int count = in.beginList(ThriftReader.STRUCT);
        for (int i = 0; i < count; i++) {
            long key = Extent.EMPTY;
            int declared = Tags.STRING;
            int type = NOT_YET;
            long value = Extent.EMPTY;
            in.beginStruct();
            while (in.nextField()) {
                if (in.is(1, ThriftReader.STRING)) {
                    key = in.readExtent();
                } else if (in.is(2, ThriftReader.I32)) {
                    declared = in.readI32();
                } else if (in.is(3, ThriftReader.STRING)) {
                    type = Tags.STRING;
                    value = in.readExtent();
                } else if (in.is(4, ThriftReader.DOUBLE)) {
                    type = Tags.DOUBLE;
                    value = Double.doubleToRawLongBits(in.readDouble());
                } else if (in.is(5, ThriftReader.BOOL)) {
                    type = Tags.BOOL;
                    value = in.readBool() ? 1 : 0;
                } else if (in.is(6, ThriftReader.I64)) {
                    type = Tags.LONG;
                    value = in.readI64();
                } else if (in.is(7, ThriftReader.STRING)) {
                    type = Tags.BINARY;
                    value = in.readExtent();
                } else {
                    in.skip();
                }
            }
            boolean isKnown = declared >= Tags.STRING && declared <= Tags.BINARY;
            tags.add(key, type == NOT_YET ? (isKnown ? declared : Tags.STRING) : type, value);
        }
    }
}
