package tempo.tempodb.scan;

import java.util.Arrays;
import tempo.span.MalformedProtobufException;
import tempo.span.WireReader;
import tempo.tempodb.spans.SpanField;

/**
 * A filter made ready for spans that are in no block yet: OTLP bytes, walked once. What passes here passes in a block, but for what has no
 * column there. For one thread.
 *
 * <p>Source: <a href="https://github.com/open-telemetry/opentelemetry-proto">opentelemetry-proto</a>, trace.proto and common.proto.
 */
public final class OtlpFilter {
    private static final byte[] EMPTY = {};
    private static final int TEXT = WireReader.LENGTH_DELIMITED;

    private final FilterLeaves leaves;
    private final WireReader in = new WireReader(EMPTY);
    private byte[] bytes = EMPTY;
    private int spans;
    private long newestStart;

    /** Makes a filter ready. */
    public OtlpFilter(SpanFilter filter) {
        this.leaves = new FilterLeaves(filter);
    }

    /**
     * Looks at the spans in {@code TracesData}; true if one passes.
     *
     * @throws MalformedProtobufException if it is not valid
     */
    public boolean look(byte[] otlp, int offset, int length) throws MalformedProtobufException {
        bytes = otlp;
        spans = 0;
        newestStart = 0;
        in.reset(otlp, offset, length);
        while (in.hasNext()) {
            int tag = in.readTag();
            if (tag == WireReader.tag(1, TEXT)) {
                int outer = in.enter();
                resourceSpans();
                in.leave(outer);
            } else {
                in.skipField(tag);
            }
        }
        return spans > 0;
    }

    /** How many spans passed in the last look. */
    public int spans() {
        return spans;
    }

    /** Start of the newest of these, unix nanoseconds, unsigned. */
    public long newestStart() {
        return newestStart;
    }

    /** Resource and scope may stand behind their spans. */
    private void resourceSpans() throws MalformedProtobufException {
        int first = in.position();
        leaves.forget(SpanField.Of.RESOURCE_ATTRIBUTE, SpanField.Of.RESOURCE_ATTRIBUTE);
        while (in.hasNext()) {
            int tag = in.readTag();
            if (tag == WireReader.tag(1, TEXT)) {
                attributes(1, SpanField.Of.RESOURCE_ATTRIBUTE);
            } else {
                in.skipField(tag);
            }
        }
        if (leaves.excludesResource()) {
            return;
        }
        in.seek(first);
        while (in.hasNext()) {
            int tag = in.readTag();
            if (tag == WireReader.tag(2, TEXT)) {
                int outer = in.enter();
                scopeSpans();
                in.leave(outer);
            } else {
                in.skipField(tag);
            }
        }
    }

    private void scopeSpans() throws MalformedProtobufException {
        int first = in.position();
        leaves.forget(SpanField.Of.SCOPE_NAME, SpanField.Of.SCOPE_ATTRIBUTE);
        boolean hasScope = false;
        while (in.hasNext()) {
            int tag = in.readTag();
            if (tag == WireReader.tag(1, TEXT)) {
                hasScope = true;
                scope();
            } else {
                in.skipField(tag);
            }
        }
        if (!hasScope) {
            text(SpanField.Of.SCOPE_NAME, 0, 0);
            text(SpanField.Of.SCOPE_VERSION, 0, 0);
        }
        in.seek(first);
        while (in.hasNext()) {
            int tag = in.readTag();
            if (tag == WireReader.tag(2, TEXT)) {
                int outer = in.enter();
                span();
                in.leave(outer);
            } else {
                in.skipField(tag);
            }
        }
    }

    private void scope() throws MalformedProtobufException {
        int outer = in.enter();
        boolean hasName = false;
        boolean hasVersion = false;
        while (in.hasNext()) {
            int tag = in.readTag();
            switch (tag) {
                case 1 << 3 | TEXT -> {
                    hasName = true;
                    text(SpanField.Of.SCOPE_NAME);
                }
                case 2 << 3 | TEXT -> {
                    hasVersion = true;
                    text(SpanField.Of.SCOPE_VERSION);
                }
                case 3 << 3 | TEXT -> attribute(SpanField.Of.SCOPE_ATTRIBUTE);
                default -> in.skipField(tag);
            }
        }
        if (!hasName) {
            text(SpanField.Of.SCOPE_NAME, 0, 0);
        }
        if (!hasVersion) {
            text(SpanField.Of.SCOPE_VERSION, 0, 0);
        }
        in.leave(outer);
    }

    private void span() throws MalformedProtobufException {
        leaves.forgetSpan();
        long start = 0;
        long end = 0;
        long kind = 0;
        int name = 0;
        int nameLength = 0;
        int state = 0;
        int stateLength = 0;
        int status = -1;
        while (in.hasNext()) {
            int tag = in.readTag();
            switch (tag) {
                case 3 << 3 | TEXT -> {
                    stateLength = in.readLength();
                    state = in.position();
                    in.skip(stateLength);
                }
                case 5 << 3 | TEXT -> {
                    nameLength = in.readLength();
                    name = in.position();
                    in.skip(nameLength);
                }
                case 6 << 3 | WireReader.VARINT -> kind = in.readVarint32();
                case 7 << 3 | WireReader.FIXED64 -> start = in.readFixed64();
                case 8 << 3 | WireReader.FIXED64 -> end = in.readFixed64();
                case 9 << 3 | TEXT -> attribute(SpanField.Of.SPAN_ATTRIBUTE);
                case 11 << 3 | TEXT -> event();
                case 13 << 3 | TEXT -> attributes(4, SpanField.Of.LINK_ATTRIBUTE);
                case 15 << 3 | TEXT -> {
                    status = in.position();
                    in.skipField(tag);
                }
                default -> in.skipField(tag);
            }
        }
        text(SpanField.Of.NAME, name, nameLength);
        text(SpanField.Of.TRACE_STATE, state, stateLength);
        leaves.number(SpanField.Of.KIND, kind);
        leaves.number(SpanField.Of.START, start);
        if (end != 0) {
            leaves.number(SpanField.Of.DURATION, end - start);
        }
        status(status);
        if (leaves.passes()) {
            spans++;
            newestStart = Long.compareUnsigned(start, newestStart) > 0 ? start : newestStart;
        }
    }

    /** @param at where its length stands; negative if there is none */
    private void status(int at) throws MalformedProtobufException {
        long code = 0;
        int message = 0;
        int messageLength = 0;
        if (at >= 0) {
            in.seek(at);
            int outer = in.enter();
            while (in.hasNext()) {
                int tag = in.readTag();
                switch (tag) {
                    case 2 << 3 | TEXT -> {
                        messageLength = in.readLength();
                        message = in.position();
                        in.skip(messageLength);
                    }
                    case 3 << 3 | WireReader.VARINT -> code = in.readVarint32();
                    default -> in.skipField(tag);
                }
            }
            in.leave(outer);
        }
        text(SpanField.Of.STATUS_MESSAGE, message, messageLength);
        leaves.number(SpanField.Of.STATUS_CODE, code);
    }

    private void event() throws MalformedProtobufException {
        int outer = in.enter();
        boolean named = false;
        while (in.hasNext()) {
            int tag = in.readTag();
            switch (tag) {
                case 2 << 3 | TEXT -> {
                    named = true;
                    text(SpanField.Of.EVENT_NAME);
                }
                case 3 << 3 | TEXT -> attribute(SpanField.Of.EVENT_ATTRIBUTE);
                default -> in.skipField(tag);
            }
        }
        if (!named) {
            text(SpanField.Of.EVENT_NAME, 0, 0);
        }
        in.leave(outer);
    }

    /** The attributes of a message, in one of its fields. */
    private void attributes(int field, SpanField.Of of) throws MalformedProtobufException {
        int outer = in.enter();
        while (in.hasNext()) {
            int tag = in.readTag();
            if (tag == WireReader.tag(field, TEXT)) {
                attribute(of);
            } else {
                in.skipField(tag);
            }
        }
        in.leave(outer);
    }

    private void attribute(SpanField.Of of) throws MalformedProtobufException {
        int outer = in.enter();
        int key = 0;
        int keyLength = 0;
        int value = -1;
        while (in.hasNext()) {
            int tag = in.readTag();
            switch (tag) {
                case 1 << 3 | TEXT -> {
                    keyLength = in.readLength();
                    key = in.position();
                    in.skip(keyLength);
                }
                case 2 << 3 | TEXT -> {
                    value = in.position();
                    in.skipField(tag);
                }
                default -> in.skipField(tag);
            }
        }
        for (int i = 0; value >= 0 && i < leaves.size(); i++) {
            FilterLeaves.Leaf leaf = leaves.get(i);
            if (leaf.of == of
                    && !leaf.passes
                    && Arrays.equals(leaf.key, 0, leaf.key.length, bytes, key, key + keyLength)) {
                in.seek(value);
                int message = in.enter();
                leaf.passes = leaf.test.anyValue(bytes, in);
                in.leave(message);
            }
        }
        in.leave(outer);
    }

    private void text(SpanField.Of of) throws MalformedProtobufException {
        int length = in.readLength();
        text(of, in.position(), length);
        in.skip(length);
    }

    private void text(SpanField.Of of, int at, int length) {
        leaves.text(of, bytes, at, length);
    }
}
