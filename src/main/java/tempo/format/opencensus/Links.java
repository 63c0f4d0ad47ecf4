package tempo.format.opencensus;

import static java.nio.charset.StandardCharsets.UTF_8;

import tempo.format.Extent;
import tempo.format.otlp.OtlpAttributes;
import tempo.format.otlp.OtlpFields;
import tempo.format.otlp.OtlpIds;
import tempo.format.proto.ProtoValues;
import tempo.span.MalformedProtobufException;
import tempo.span.WireReader;
import tempo.span.WireWriter;

/** Writes links, and trace states. Stateless but for its source. */
record Links(byte[] source, Attributes attributes) {
    private static final int ABSENT = -1;
    private static final String[] TYPES = {"", "CHILD_LINKED_SPAN", "PARENT_LINKED_SPAN"};

    /** Writes those of the message whose length is next; returns how many its sender dropped. */
    long write(WireReader in, WireWriter out) throws MalformedProtobufException {
        int outer = in.enter();
        long dropped = 0;
        while (in.hasNext()) {
            int tag = in.readTag();
            if (ProtoValues.isMessage(tag, 1)) {
                writeLink(in, out);
            } else if (ProtoValues.isVarint(tag, 2)) {
                dropped = Math.max(0, in.readVarint32());
            } else {
                in.skipField(tag);
            }
        }
        in.leave(outer);
        return dropped;
    }

    private void writeLink(WireReader in, WireWriter out) throws MalformedProtobufException {
        int outer = in.enter();
        long traceId = Extent.EMPTY;
        long spanId = Extent.EMPTY;
        int type = 0;
        int described = ABSENT;
        int traceState = ABSENT;
        while (in.hasNext()) {
            int tag = in.readTag();
            int at = in.position();
            switch (tag) {
                case 1 << 3 | WireReader.LENGTH_DELIMITED -> traceId = ProtoValues.extent(in);
                case 2 << 3 | WireReader.LENGTH_DELIMITED -> spanId = ProtoValues.extent(in);
                case 3 << 3 | WireReader.VARINT -> type = in.readVarint32();
                default -> {
                    described = ProtoValues.isMessage(tag, 4) ? at : described;
                    traceState = ProtoValues.isMessage(tag, 5) ? at : traceState;
                    in.skipField(tag);
                }
            }
        }
        int link = out.begin(OtlpFields.SPAN_LINKS);
        OtlpIds.copy(out, OtlpFields.LINK_TRACE_ID, source, traceId, OtlpIds.TRACE_BYTES);
        OtlpIds.copy(out, OtlpFields.LINK_SPAN_ID, source, spanId, OtlpIds.SPAN_BYTES);
        if (traceState != ABSENT) {
            in.seek(traceState);
            writeTraceState(in, OtlpFields.LINK_TRACE_STATE, out);
        }
        long dropped = 0;
        if (described != ABSENT) {
            in.seek(described);
            dropped = attributes.write(in, OtlpFields.LINK_ATTRIBUTES, out);
        }
        if (type != 0) {
            boolean known = type > 0 && type < TYPES.length;
            OtlpAttributes.string(
                    out,
                    OtlpFields.LINK_ATTRIBUTES,
                    OpenCensusNames.LINK_TYPE,
                    known ? TYPES[type] : Integer.toString(type));
        }
        if (dropped > 0) {
            out.varint(OtlpFields.LINK_DROPPED_ATTRIBUTES, dropped);
        }
        out.end(link);
        in.leave(outer);
    }

    /** The entries of the message whose length is next, as W3C writes them. */
    void writeTraceState(WireReader in, int field, WireWriter out) throws MalformedProtobufException {
        int outer = in.enter();
        StringBuilder state = new StringBuilder();
        while (in.hasNext()) {
            int tag = in.readTag();
            if (ProtoValues.isMessage(tag, 1)) {
                appendEntry(in, state);
            } else {
                in.skipField(tag);
            }
        }
        in.leave(outer);
        if (!state.isEmpty()) {
            out.string(field, state.toString());
        }
    }

    private void appendEntry(WireReader in, StringBuilder state) throws MalformedProtobufException {
        int outer = in.enter();
        long key = Extent.EMPTY;
        long value = Extent.EMPTY;
        while (in.hasNext()) {
            int tag = in.readTag();
            if (ProtoValues.isMessage(tag, 1)) {
                key = ProtoValues.extent(in);
            } else if (ProtoValues.isMessage(tag, 2)) {
                value = ProtoValues.extent(in);
            } else {
                in.skipField(tag);
            }
        }
        in.leave(outer);
        state.append(state.isEmpty() ? "" : ",").append(text(key)).append('=').append(text(value));
    }

    private String text(long extent) {
        return new String(source, Extent.at(extent), Extent.length(extent), UTF_8);
    }
}
