package tempo.format.opencensus;

import static java.nio.charset.StandardCharsets.US_ASCII;

import tempo.format.Extent;
import tempo.format.otlp.OtlpAttributes;
import tempo.format.otlp.OtlpFields;
import tempo.format.proto.ProtoValues;
import tempo.span.MalformedProtobufException;
import tempo.span.WireReader;
import tempo.span.WireWriter;

/**
 * Writes {@code Attributes} messages as attributes of OTLP. Stateless but for its source.
 *
 * <p>Source of the names that change: OpenTelemetry specification, "OpenCensus Compatibility", HTTP Attributes.
 */
record Attributes(byte[] source) {
    private static final byte[] HTTP_PATH = "http.path".getBytes(US_ASCII);
    private static final byte[] HTTP_TARGET = OpenCensusNames.HTTP_TARGET.getBytes(US_ASCII);

    /** Writes those of the message whose length is next; returns how many its sender dropped. */
    long write(WireReader in, int field, WireWriter out) throws MalformedProtobufException {
        int outer = in.enter();
        int first = in.position();
        long dropped = 0;
        while (in.hasNext()) {
            int tag = in.readTag();
            if (ProtoValues.isMessage(tag, 1)) {
                writeEntry(in, field, first, out);
            } else if (ProtoValues.isVarint(tag, 2)) {
                dropped = Math.max(0, in.readVarint32());
            } else {
                in.skipField(tag);
            }
        }
        in.leave(outer);
        return dropped;
    }

    private void writeEntry(WireReader in, int field, int first, WireWriter out) throws MalformedProtobufException {
        int outer = in.enter();
        long key = Extent.EMPTY;
        int type = 1;
        long value = Extent.EMPTY;
        while (in.hasNext()) {
            int tag = in.readTag();
            if (ProtoValues.isMessage(tag, 1)) {
                key = ProtoValues.extent(in);
            } else if (ProtoValues.isMessage(tag, 2)) {
                int whole = in.enter();
                while (in.hasNext()) {
                    int valueTag = in.readTag();
                    switch (valueTag) {
                        case 1 << 3 | WireReader.LENGTH_DELIMITED -> value = text(in);
                        case 2 << 3 | WireReader.VARINT, 3 << 3 | WireReader.VARINT -> value = in.readVarint64();
                        case 4 << 3 | WireReader.FIXED64 -> value = in.readFixed64();
                        default -> {
                            in.skipField(valueTag);
                            continue;
                        }
                    }
                    type = WireReader.field(valueTag);
                }
                in.leave(whole);
            } else {
                in.skipField(tag);
            }
        }
        in.leave(outer);
        switch (type) {
            case 2 -> OtlpAttributes.integer(out, field, source, key, value);
            case 3 -> OtlpAttributes.bool(out, field, source, key, value != 0);
            case 4 -> OtlpAttributes.real(out, field, source, key, value);
            default -> {
                if (field == OtlpFields.SPAN_ATTRIBUTES
                        && Extent.equal(source, key, HTTP_PATH)
                        && !hasTarget(in, first)) {
                    OtlpAttributes.string(out, field, OpenCensusNames.HTTP_TARGET, source, value);
                } else {
                    OtlpAttributes.string(out, field, source, key, value);
                }
            }
        }
    }

    /** Whether the attribute is there that another is about to be called as; they begin at {@code first}. */
    private boolean hasTarget(WireReader in, int first) throws MalformedProtobufException {
        int back = in.position();
        in.seek(first);
        boolean found = false;
        while (!found && in.hasNext()) {
            int tag = in.readTag();
            if (ProtoValues.isMessage(tag, 1)) {
                int outer = in.enter();
                while (in.hasNext()) {
                    int entryTag = in.readTag();
                    if (ProtoValues.isMessage(entryTag, 1)) {
                        found |= Extent.equal(source, ProtoValues.extent(in), HTTP_TARGET);
                    } else {
                        in.skipField(entryTag);
                    }
                }
                in.leave(outer);
            } else {
                in.skipField(tag);
            }
        }
        in.seek(back);
        return found;
    }

    /** Where the text of a {@code TruncatableString} is. */
    static long text(WireReader in) throws MalformedProtobufException {
        int outer = in.enter();
        long text = Extent.EMPTY;
        while (in.hasNext()) {
            int tag = in.readTag();
            if (ProtoValues.isMessage(tag, 1)) {
                text = ProtoValues.extent(in);
            } else {
                in.skipField(tag);
            }
        }
        in.leave(outer);
        return text;
    }
}
