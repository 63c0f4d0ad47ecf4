package tempo.format.jaeger;

import tempo.format.Extent;
import tempo.format.FormatException;
import tempo.format.proto.ProtoValues;
import tempo.span.MalformedProtobufException;
import tempo.span.WireReader;
import tempo.span.WireWriter;

/**
 * Reads {@code jaeger.api_v2.PostSpansRequest}. For one thread.
 *
 * <p>Source: <a href="https://github.com/jaegertracing/jaeger-idl/tree/main/proto/api_v2">collector.proto, model.proto</a>, by their
 * documented fields.
 */
final class ProtoBatch {
    private static final int REQUEST_BATCH = 1;
    private static final int BATCH_SPANS = 1;
    private static final int BATCH_PROCESS = 2;

    /** By number in protobuf: that in Thrift. */
    private static final int[] TYPES = {Tags.STRING, Tags.BOOL, Tags.LONG, Tags.DOUBLE, Tags.BINARY};

    private final SpanWriter out;
    private final byte[] bytes;
    private final int offset;
    private final int length;
    private final JaegerSpan span = new JaegerSpan();
    private final Tags processTags = new Tags();

    /** Resources. */
    private final WireWriter process = new WireWriter(256);

    private final WireWriter ownProcess = new WireWriter(256);

    ProtoBatch(SpanWriter out, byte[] bytes, int offset, int length) {
        this.out = out;
        this.bytes = bytes;
        this.offset = offset;
        this.length = length;
    }

    void read() throws MalformedProtobufException, FormatException {
        WireReader in = new WireReader(bytes, offset, length);
        while (in.hasNext()) {
            int tag = in.readTag();
            if (ProtoValues.isMessage(tag, REQUEST_BATCH)) {
                int outer = in.enter();
                readBatch(in);
                in.leave(outer);
            } else {
                in.skipField(tag);
            }
        }
    }

    /** The process stands behind the spans. */
    private void readBatch(WireReader in) throws MalformedProtobufException, FormatException {
        int first = in.position();
        out.setProcess(process, Extent.EMPTY, Tags.NONE);
        while (in.hasNext()) {
            int tag = in.readTag();
            if (ProtoValues.isMessage(tag, BATCH_PROCESS)) {
                readProcess(in, process);
            } else {
                in.skipField(tag);
            }
        }
        in.seek(first);
        while (in.hasNext()) {
            int tag = in.readTag();
            if (ProtoValues.isMessage(tag, BATCH_SPANS)) {
                int outer = in.enter();
                out.add(span, readSpan(in) ? ownProcess : process);
                in.leave(outer);
            } else {
                in.skipField(tag);
            }
        }
    }

    private void readProcess(WireReader in, WireWriter resource) throws MalformedProtobufException {
        processTags.clear(bytes);
        long serviceName = Extent.EMPTY;
        int outer = in.enter();
        while (in.hasNext()) {
            int tag = in.readTag();
            if (ProtoValues.isMessage(tag, 1)) {
                serviceName = ProtoValues.extent(in);
            } else if (ProtoValues.isMessage(tag, 2)) {
                readTag(in, processTags);
            } else {
                in.skipField(tag);
            }
        }
        in.leave(outer);
        out.setProcess(resource, serviceName, processTags);
    }

    /** True if the span has a process of its own. */
    private boolean readSpan(WireReader in) throws MalformedProtobufException {
        span.clear(bytes);
        boolean own = false;
        while (in.hasNext()) {
            int tag = in.readTag();
            switch (tag) {
                case 1 << 3 | WireReader.LENGTH_DELIMITED -> {
                    long id = ProtoValues.extent(in);
                    span.traceIdHigh = ProtoValues.traceIdHigh(bytes, id);
                    span.traceIdLow = ProtoValues.traceIdLow(bytes, id);
                }
                case 2 << 3 | WireReader.LENGTH_DELIMITED ->
                    span.id = ProtoValues.spanId(bytes, ProtoValues.extent(in));
                case 3 << 3 | WireReader.LENGTH_DELIMITED -> span.name = ProtoValues.extent(in);
                case 4 << 3 | WireReader.LENGTH_DELIMITED -> readReference(in);
                case 5 << 3 | WireReader.VARINT -> span.flags = in.readVarint32();
                case 6 << 3 | WireReader.LENGTH_DELIMITED -> span.start = ProtoValues.nanos(in);
                case 7 << 3 | WireReader.LENGTH_DELIMITED -> span.duration = ProtoValues.nanos(in);
                case 8 << 3 | WireReader.LENGTH_DELIMITED -> readTag(in, span.tags);
                case 9 << 3 | WireReader.LENGTH_DELIMITED -> readLog(in);
                case 10 << 3 | WireReader.LENGTH_DELIMITED -> {
                    readProcess(in, ownProcess);
                    own = true;
                }
                case 11 << 3 | WireReader.LENGTH_DELIMITED -> span.processId = ProtoValues.extent(in);
                case 12 << 3 | WireReader.LENGTH_DELIMITED -> span.warning(ProtoValues.extent(in));
                default -> in.skipField(tag);
            }
        }
        return own;
    }

    private void readReference(WireReader in) throws MalformedProtobufException {
        int outer = in.enter();
        long high = 0;
        long low = 0;
        long id = 0;
        int type = 0;
        while (in.hasNext()) {
            int tag = in.readTag();
            switch (tag) {
                case 1 << 3 | WireReader.LENGTH_DELIMITED -> {
                    long trace = ProtoValues.extent(in);
                    high = ProtoValues.traceIdHigh(bytes, trace);
                    low = ProtoValues.traceIdLow(bytes, trace);
                }
                case 2 << 3 | WireReader.LENGTH_DELIMITED -> id = ProtoValues.spanId(bytes, ProtoValues.extent(in));
                case 3 << 3 | WireReader.VARINT -> type = in.readVarint32();
                default -> in.skipField(tag);
            }
        }
        in.leave(outer);
        span.reference(type, high, low, id);
    }

    private void readLog(WireReader in) throws MalformedProtobufException {
        int outer = in.enter();
        int from = span.fields.size();
        long time = 0;
        while (in.hasNext()) {
            int tag = in.readTag();
            if (ProtoValues.isMessage(tag, 1)) {
                time = ProtoValues.nanos(in);
            } else if (ProtoValues.isMessage(tag, 2)) {
                readTag(in, span.fields);
            } else {
                in.skipField(tag);
            }
        }
        in.leave(outer);
        span.log(time, from, span.fields.size());
    }

    /** A type of a newer version is taken for that of the value that is there. */
    private static void readTag(WireReader in, Tags tags) throws MalformedProtobufException {
        int outer = in.enter();
        long key = Extent.EMPTY;
        int type = 0;
        long text = Extent.EMPTY;
        long flag = 0;
        long number = 0;
        long real = 0;
        long binary = Extent.EMPTY;
        while (in.hasNext()) {
            int tag = in.readTag();
            switch (tag) {
                case 1 << 3 | WireReader.LENGTH_DELIMITED -> key = ProtoValues.extent(in);
                case 2 << 3 | WireReader.VARINT -> type = in.readVarint32();
                case 3 << 3 | WireReader.LENGTH_DELIMITED -> text = ProtoValues.extent(in);
                case 4 << 3 | WireReader.VARINT -> flag = in.readVarint64() == 0 ? 0 : 1;
                case 5 << 3 | WireReader.VARINT -> number = in.readVarint64();
                case 6 << 3 | WireReader.FIXED64 -> real = in.readFixed64();
                case 7 << 3 | WireReader.LENGTH_DELIMITED -> binary = ProtoValues.extent(in);
                default -> in.skipField(tag);
            }
        }
        in.leave(outer);
        int known = type >= 0 && type < TYPES.length ? TYPES[type] : typeOf(flag, number, real, binary);
        switch (known) {
            case Tags.BOOL -> tags.add(key, known, flag);
            case Tags.LONG -> tags.add(key, known, number);
            case Tags.DOUBLE -> tags.add(key, known, real);
            case Tags.BINARY -> tags.add(key, known, binary);
            default -> tags.add(key, Tags.STRING, text);
        }
    }

    private static int typeOf(long flag, long number, long real, long binary) {
        if (binary != Extent.EMPTY) {
            return Tags.BINARY;
        }
        if (number != 0) {
            return Tags.LONG;
        }
        if (real != 0) {
            return Tags.DOUBLE;
        }
        return flag != 0 ? Tags.BOOL : Tags.STRING;
    }
}
