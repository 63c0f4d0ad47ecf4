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

    /** Of the tag that is read, by type. */
    private final long[] values = new long[Tags.BINARY + 1];

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

    /**
     * Some clients fill all fields, so that of several values the one of the declared type is meant; where that is not there, the last, and
     * where there is none that type's zero.
     */
    private void readTags(Tags tags) throws FormatException {
        int count = in.beginList(ThriftReader.STRUCT);
        for (int i = 0; i < count; i++) {
            long key = Extent.EMPTY;
            int declared = Tags.STRING;
            int last = NOT_YET;
            int there = 0;
            in.beginStruct();
            while (in.nextField()) {
                if (in.is(1, ThriftReader.STRING)) {
                    key = in.readExtent();
                } else if (in.is(2, ThriftReader.I32)) {
                    declared = in.readI32();
                } else {
                    int type = readValue();
                    if (type != NOT_YET) {
                        last = type;
                        there |= 1 << type;
                    }
                }
            }
            boolean isKnown = declared >= Tags.STRING && declared <= Tags.BINARY;
            if (last == NOT_YET) {
                tags.add(key, isKnown ? declared : Tags.STRING, Extent.EMPTY);
            } else {
                int type = isKnown && (there & 1 << declared) != 0 ? declared : last;
                tags.add(key, type, values[type]);
            }
        }
    }

    /** Reads the field, if it is a value, and returns its type. */
    private int readValue() throws FormatException {
        if (in.is(3, ThriftReader.STRING)) {
            values[Tags.STRING] = in.readExtent();
            return Tags.STRING;
        }
        if (in.is(4, ThriftReader.DOUBLE)) {
            values[Tags.DOUBLE] = Double.doubleToRawLongBits(in.readDouble());
            return Tags.DOUBLE;
        }
        if (in.is(5, ThriftReader.BOOL)) {
            values[Tags.BOOL] = in.readBool() ? 1 : 0;
            return Tags.BOOL;
        }
        if (in.is(6, ThriftReader.I64)) {
            values[Tags.LONG] = in.readI64();
            return Tags.LONG;
        }
        if (in.is(7, ThriftReader.STRING)) {
            values[Tags.BINARY] = in.readExtent();
            return Tags.BINARY;
        }
        in.skip();
        return NOT_YET;
    }
}
