package tempo.format.opencensus;

import static java.nio.charset.StandardCharsets.UTF_8;

import tempo.format.Extent;
import tempo.format.otlp.OtlpAttributes;
import tempo.format.otlp.OtlpFields;
import tempo.format.proto.ProtoValues;
import tempo.span.MalformedProtobufException;
import tempo.span.WireReader;
import tempo.span.WireWriter;

/** Writes a stack trace as text, a line a frame: {@code function (file:line:column)}. Stateless. */
final class StackTrace {
    private StackTrace() {}

    /** Writes that of the message whose length is next, as attributes of a span. */
    static void write(WireReader in, byte[] source, WireWriter out) throws MalformedProtobufException {
        int outer = in.enter();
        StringBuilder text = new StringBuilder();
        long hash = 0;
        while (in.hasNext()) {
            int tag = in.readTag();
            if (ProtoValues.isMessage(tag, 1)) {
                appendFrames(in, source, text);
            } else if (ProtoValues.isVarint(tag, 2)) {
                hash = in.readVarint64();
            } else {
                in.skipField(tag);
            }
        }
        in.leave(outer);
        if (!text.isEmpty()) {
            OtlpAttributes.string(out, OtlpFields.SPAN_ATTRIBUTES, OpenCensusNames.STACK_TRACE, text.toString());
        }
        if (hash != 0) {
            OtlpAttributes.integer(out, OtlpFields.SPAN_ATTRIBUTES, OpenCensusNames.STACK_HASH, hash);
        }
    }

    private static void appendFrames(WireReader in, byte[] source, StringBuilder text)
            throws MalformedProtobufException {
        int outer = in.enter();
        while (in.hasNext()) {
            int tag = in.readTag();
            if (ProtoValues.isMessage(tag, 1)) {
                appendFrame(in, source, text);
            } else if (ProtoValues.isVarint(tag, 2)) {
                text.append("... ").append(in.readVarint32()).append(" more\n");
            } else {
                in.skipField(tag);
            }
        }
        in.leave(outer);
    }

    private static void appendFrame(WireReader in, byte[] source, StringBuilder text)
            throws MalformedProtobufException {
        int outer = in.enter();
        long function = Extent.EMPTY;
        long file = Extent.EMPTY;
        long line = 0;
        long column = 0;
        while (in.hasNext()) {
            int tag = in.readTag();
            switch (tag) {
                case 1 << 3 | WireReader.LENGTH_DELIMITED -> function = Attributes.text(in);
                case 3 << 3 | WireReader.LENGTH_DELIMITED -> file = Attributes.text(in);
                case 4 << 3 | WireReader.VARINT -> line = in.readVarint64();
                case 5 << 3 | WireReader.VARINT -> column = in.readVarint64();
                default -> in.skipField(tag);
            }
        }
        in.leave(outer);
        append(text, source, function);
        text.append(" (");
        append(text, source, file);
        text.append(':').append(line);
        if (column != 0) {
            text.append(':').append(column);
        }
        text.append(")\n");
    }

    private static void append(StringBuilder text, byte[] source, long extent) {
        text.append(new String(source, Extent.at(extent), Extent.length(extent), UTF_8));
    }
}
