package tempo.span;

/**
 * How many spans a serialized {@code TracesData} has, and when they start.
 *
 * @param spans spans, equal ones each
 * @param oldest the least start, unix nanoseconds taken as unsigned; 0 if no span has one
 * @param newest the greatest start, likewise
 */
public record SpanTimes(int spans, long oldest, long newest) {
    private static final int RESOURCE_SPANS = WireReader.tag(1, WireReader.LENGTH_DELIMITED);
    private static final int SCOPE_SPANS = WireReader.tag(2, WireReader.LENGTH_DELIMITED);
    private static final int SPANS = WireReader.tag(2, WireReader.LENGTH_DELIMITED);
    private static final int START = WireReader.tag(7, WireReader.FIXED64);

    /**
     * Counts the spans of {@code bytes[offset..offset + length)}. What is wrong inside a span only costs its start.
     *
     * @throws MalformedProtobufException if the range is no {@code TracesData}
     */
    public static SpanTimes of(byte[] bytes, int offset, int length) throws MalformedProtobufException {
        Walk walk = new Walk(new WireReader(bytes, offset, length));
        walk.traces();
        return new SpanTimes(walk.spans, walk.started ? walk.oldest : 0, walk.newest);
    }

    private static final class Walk {
        private final WireReader reader;
        private int spans;
        private boolean started;
        private long oldest = -1;
        private long newest;

        Walk(WireReader reader) {
            this.reader = reader;
        }

        void traces() throws MalformedProtobufException {
            while (reader.hasNext()) {
                int tag = reader.readTag();
                if (tag == RESOURCE_SPANS) {
                    int outerLimit = reader.enter();
                    resource();
                    reader.leave(outerLimit);
                } else {
                    reader.skipField(tag);
                }
            }
        }

        private void resource() throws MalformedProtobufException {
            while (reader.hasNext()) {
                int tag = reader.readTag();
                if (tag == SCOPE_SPANS) {
                    int outerLimit = reader.enter();
                    scope();
                    reader.leave(outerLimit);
                } else {
                    reader.skipField(tag);
                }
            }
        }

        private void scope() throws MalformedProtobufException {
            while (reader.hasNext()) {
                int tag = reader.readTag();
                if (tag == SPANS) {
                    int outerLimit = reader.enter();
                    span();
                    reader.leave(outerLimit);
                } else {
                    reader.skipField(tag);
                }
            }
        }

        private void span() {
            spans++;
            try {
                boolean hasStart = false;
                long start = 0;
                while (reader.hasNext()) {
                    int tag = reader.readTag();
                    if (tag == START) {
                        start = reader.readFixed64();
                        hasStart = true;
                    } else {
                        reader.skipField(tag);
                    }
                }
                if (hasStart) {
                    started = true;
                    oldest = Long.compareUnsigned(start, oldest) < 0 ? start : oldest;
                    newest = Long.compareUnsigned(start, newest) > 0 ? start : newest;
                }
            } catch (MalformedProtobufException insideASpan) {
                return;
            }
        }
    }
}
