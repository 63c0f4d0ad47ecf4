package tempo.format.opencensus;

import tempo.format.Extent;
import tempo.format.otlp.OtlpAttributes;
import tempo.format.otlp.OtlpFields;
import tempo.format.otlp.OtlpText;
import tempo.format.proto.ProtoValues;
import tempo.span.MalformedProtobufException;
import tempo.span.WireReader;
import tempo.span.WireWriter;

/** Writes annotations and messages as events. Stateless but for its source. */
record TimeEvents(byte[] source, Attributes attributes) {
    private static final int ABSENT = -1;
    private static final int SENT = 1;
    private static final int RECEIVED = 2;

    /** Writes those of the message whose length is next; returns how many its sender dropped. */
    long write(WireReader in, WireWriter out) throws MalformedProtobufException {
        int outer = in.enter();
        long dropped = 0;
        while (in.hasNext()) {
            int tag = in.readTag();
            if (ProtoValues.isMessage(tag, 1)) {
                writeEvent(in, out);
            } else if (ProtoValues.isVarint(tag, 2) || ProtoValues.isVarint(tag, 3)) {
                dropped += Math.max(0, in.readVarint32());
            } else {
                in.skipField(tag);
            }
        }
        in.leave(outer);
        return dropped;
    }

    private void writeEvent(WireReader in, WireWriter out) throws MalformedProtobufException {
        int outer = in.enter();
        long time = 0;
        int annotation = ABSENT;
        int message = ABSENT;
        while (in.hasNext()) {
            int tag = in.readTag();
            int at = in.position();
            if (ProtoValues.isMessage(tag, 1)) {
                time = ProtoValues.nanos(in);
            } else {
                annotation = ProtoValues.isMessage(tag, 2) ? at : annotation;
                message = ProtoValues.isMessage(tag, 3) ? at : message;
                in.skipField(tag);
            }
        }
        int event = out.begin(OtlpFields.SPAN_EVENTS);
        if (time > 0) {
            out.fixed64(OtlpFields.EVENT_TIME, time);
        }
        long dropped = 0;
        if (annotation != ABSENT) {
            in.seek(annotation);
            dropped = writeAnnotation(in, out);
        } else if (message != ABSENT) {
            in.seek(message);
            writeMessage(in, out);
        }
        if (time < 0) {
            OtlpAttributes.integer(out, OtlpFields.EVENT_ATTRIBUTES, OpenCensusNames.EVENT_TIME, time);
        }
        if (dropped > 0) {
            out.varint(OtlpFields.EVENT_DROPPED_ATTRIBUTES, dropped);
        }
        out.end(event);
        in.leave(outer);
    }

    private long writeAnnotation(WireReader in, WireWriter out) throws MalformedProtobufException {
        int outer = in.enter();
        long description = Extent.EMPTY;
        int described = ABSENT;
        while (in.hasNext()) {
            int tag = in.readTag();
            if (ProtoValues.isMessage(tag, 1)) {
                description = Attributes.text(in);
            } else {
                described = ProtoValues.isMessage(tag, 2) ? in.position() : described;
                in.skipField(tag);
            }
        }
        if (Extent.length(description) > 0) {
            OtlpText.write(out, OtlpFields.EVENT_NAME, source, description);
        }
        long dropped = 0;
        if (described != ABSENT) {
            in.seek(described);
            dropped = attributes.write(in, OtlpFields.EVENT_ATTRIBUTES, out);
        }
        in.leave(outer);
        return dropped;
    }

    private static void writeMessage(WireReader in, WireWriter out) throws MalformedProtobufException {
        int outer = in.enter();
        long type = 0;
        long id = 0;
        long uncompressed = 0;
        long compressed = 0;
        while (in.hasNext()) {
            int tag = in.readTag();
            switch (tag) {
                case 1 << 3 | WireReader.VARINT -> type = in.readVarint64();
                case 2 << 3 | WireReader.VARINT -> id = in.readVarint64();
                case 3 << 3 | WireReader.VARINT -> uncompressed = in.readVarint64();
                case 4 << 3 | WireReader.VARINT -> compressed = in.readVarint64();
                default -> in.skipField(tag);
            }
        }
        in.leave(outer);
        int field = OtlpFields.EVENT_ATTRIBUTES;
        out.string(OtlpFields.EVENT_NAME, OpenCensusNames.MESSAGE);
        if (type == SENT || type == RECEIVED) {
            OtlpAttributes.string(out, field, OpenCensusNames.MESSAGE_TYPE, type == SENT ? "SENT" : "RECEIVED");
        } else if (type != 0) {
            OtlpAttributes.string(out, field, OpenCensusNames.MESSAGE_TYPE, Long.toString(type));
        }
        OtlpAttributes.integer(out, field, OpenCensusNames.MESSAGE_ID, id);
        if (compressed != 0) {
            OtlpAttributes.integer(out, field, OpenCensusNames.MESSAGE_COMPRESSED, compressed);
        }
        if (uncompressed != 0) {
            OtlpAttributes.integer(out, field, OpenCensusNames.MESSAGE_UNCOMPRESSED, uncompressed);
        }
    }
}
