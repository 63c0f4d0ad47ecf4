package tempo.format.jaeger;

import java.util.List;
import tempo.span.MalformedProtobufException;
import tempo.span.WireReader;
import tempo.span.WireWriter;

/**
 * Warnings in a trace, as Jaeger keeps them in OTLP: an attribute of a span, which its UI shows as the span's warnings. For what a reader of
 * a trace should know where the protocol itself has no place for it. Stateless.
 */
public final class JaegerWarnings {
    /** Fields of {@code TracesData}, {@code ResourceSpans} and {@code ScopeSpans} on the way to a span. */
    private static final int[] WAY = {1, 2, 2};

    private static final int SPAN_ATTRIBUTES = 9;
    private static final int KEY = 1;
    private static final int VALUE = 2;
    private static final int ARRAY_VALUE = 5;
    private static final int VALUES = 1;
    private static final int STRING_VALUE = 1;

    private final byte[] bytes;
    private final List<String> warnings;
    private final WireWriter out;
    private boolean added;

    private JaegerWarnings(byte[] bytes, List<String> warnings) {
        this.bytes = bytes;
        this.warnings = warnings;
        this.out = new WireWriter(bytes.length + 256);
    }

    /**
     * The trace with warnings at its first span; as it is if there are none, or no span.
     *
     * @param otlp {@code TracesData}
     * @throws MalformedProtobufException if it is not valid
     */
    public static byte[] add(byte[] otlp, List<String> warnings) throws MalformedProtobufException {
        if (warnings.isEmpty()) {
            return otlp;
        }
        JaegerWarnings added = new JaegerWarnings(otlp, warnings);
        added.copy(new WireReader(otlp), 0);
        return added.added ? added.out.take() : otlp;
    }

    private void copy(WireReader in, int depth) throws MalformedProtobufException {
        while (in.hasNext()) {
            int start = in.position();
            int tag = in.readTag();
            if (added || tag != WireReader.tag(WAY[depth], WireReader.LENGTH_DELIMITED)) {
                in.skipField(tag);
                out.raw(bytes, start, in.position() - start);
                continue;
            }
            int mark = out.begin(WAY[depth]);
            int outer = in.enter();
            if (depth + 1 < WAY.length) {
                copy(in, depth + 1);
            } else {
                out.raw(bytes, in.position(), in.limit() - in.position());
                attribute();
                added = true;
            }
            in.leave(outer);
            out.end(mark);
        }
    }

    private void attribute() {
        int attribute = out.begin(SPAN_ATTRIBUTES);
        out.string(KEY, JaegerNames.WARNINGS);
        int value = out.begin(VALUE);
        int array = out.begin(ARRAY_VALUE);
        for (String warning : warnings) {
            int element = out.begin(VALUES);
            out.string(STRING_VALUE, warning);
            out.end(element);
        }
        out.end(array);
        out.end(value);
        out.end(attribute);
    }
}
