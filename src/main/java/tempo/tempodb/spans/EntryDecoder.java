package tempo.tempodb.spans;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import tempo.span.TraceId;
import tempo.span.TraceKey;
import tempo.tempodb.column.CorruptPageException;
import tempo.tempodb.column.GrowingBytes;

/**
 * Writes the entries of a group back as OTLP, or copies them, in their order; some may be passed over. After a failure it is of no use any
 * more. Not thread-safe.
 */
public final class EntryDecoder {
    /** A damaged page must not make more of it: as much as the largest value of a block. */
    private static final int VALUE_BYTES_MAX = 64 << 20;

    private final SpanGroup group;
    private final Segment segment;
    private final Lanes lanes;
    private final SpanRuns runs;
    private final GrowingBytes text = new GrowingBytes(256);
    private GrowingBytes out;
    private @Nullable EntryCopier copier;
    private int entry;

    private long oldest;
    private long newest;
    private long traceIdHigh;
    private long traceIdLow;

    /** By depth: of the last span there, its id, its resource, and what its children's starts count from. */
    private long[] ids = new long[16];

    private boolean[] hasIds = new boolean[16];
    private int[] resources = new int[16];
    private long[] counted = new long[16];

    /** A decoder before the first entry of a group. */
    public EntryDecoder(SpanGroup group) {
        this.group = group;
        this.segment = group.segment();
        this.lanes = new Lanes(group);
        this.runs = new SpanRuns(segment);
        this.out = runs.bytes();
    }

    /**
     * The entry {@code number}, which must not be before the last one, as a serialized {@code TracesData}.
     *
     * @throws CorruptPageException if a page that it needs is damaged
     */
    public byte[] read(int number) throws CorruptPageException {
        seek(number);
        TraceId traceId = new TraceKey(group.keyHigh(number), group.keyLow(number)).traceId();
        traceIdHigh = traceId.high();
        traceIdLow = traceId.low();
        runs.clear();
        out = runs.bytes();
        oldest = group.base(number);
        newest = oldest;
        int last = -1;
        int spans = group.firstSpan(number + 1) - group.firstSpan(number);
        for (int i = 0; i < spans; i++) {
            last = readSpan(group.base(number), last);
        }
        return runs.write();
    }

    /**
     * Copies the entry {@code number}, which must not be before the last one, to a group in the making: as it would come from
     * the OTLP, but without making any.
     *
     * @throws CorruptPageException if a page that it needs is damaged; neither this nor {@code target} is of use then
     */
    public void copy(int number, SpanGroupWriter target) throws CorruptPageException {
        seek(number);
        EntryCopier entries = copier;
        if (entries == null) {
            entries = new EntryCopier(group, lanes);
            copier = entries;
        }
        oldest = group.base(number);
        newest = entries.copy(number, target);
    }

    private void seek(int number) throws CorruptPageException {
        if (number < entry || number >= group.entries()) {
            throw new IllegalArgumentException("entry " + number + " cannot be read after " + entry);
        }
        int passed = group.firstSpan(number) - group.firstSpan(entry);
        if (passed > 0) {
            lanes.skipSpans(passed);
        }
        entry = number + 1;
    }

    /** The oldest start in the entry that was read last, unix nanoseconds; 0 if there is none. */
    public long oldest() {
        return oldest;
    }

    /** The newest start in the entry that was read last, unix nanoseconds; 0 if there is none. */
    public long newest() {
        return newest;
    }

    /** Writes one span; returns its depth. */
    private int readSpan(long base, int depthBefore) throws CorruptPageException {
        SpanTemplate template = lanes.template(Pages.TEMPLATES, Item.OF_SPAN);
        int depth = lanes.spine(Pages.DEPTHS).next(depthBefore + 2);
        if (depth == ids.length) {
            grow();
        }
        int resource = lanes.spine(Pages.RESOURCES).next(segment.resources().count() + 1) - 1;
        if (resource < 0) {
            if (depth == 0) {
                throw group.named(Pages.RESOURCES, new CorruptPageException("a root has no resource"));
            }
            resource = resources[depth - 1];
        }
        resources[depth] = resource;
        long start = base;
        if (template.hasStart) {
            start = lanes.spine(Pages.STARTS).next() + (depth > 0 ? counted[depth - 1] : base);
        }
        counted[depth] = start;
        newest = Long.compareUnsigned(start, newest) > 0 ? start : newest;
        hasIds[depth] = template.hasSpanId;
        ids[depth] = template.hasSpanId ? lanes.spine(Pages.SPAN_IDS).next() : 0;
        runs.begin(resource, template.scope());
        writeSpan(template, depth);
        runs.end();
        if (out.length() > VALUE_BYTES_MAX) {
            throw new CorruptPageException("entry " + (entry - 1) + " is of more than " + VALUE_BYTES_MAX + " bytes");
        }
        return depth;
    }

    private void writeSpan(SpanTemplate template, int depth) throws CorruptPageException {
        int openedAt = 0;
        for (int step = 0; step < template.steps(); step++) {
            int tag = template.tag(step);
            switch (template.kind(step)) {
                case SpanTemplate.LITERAL -> {
                    byte[] literal = template.bytes(step);
                    out.put(literal, 0, literal.length);
                }
                case Item.TRACE_ID -> FieldWriter.id(tag, traceIdHigh, traceIdLow, out);
                case Item.SPAN_ID -> FieldWriter.id(tag, ids[depth], out);
                case Item.PARENT_ID -> FieldWriter.id(tag, parentId(depth), out);
                case Item.START -> FieldWriter.fixed64(tag, counted[depth], out);
                case Item.END ->
                    FieldWriter.fixed64(
                            tag, counted[depth] + lanes.spine(Pages.DURATIONS).next(), out);
                case Item.EVENTS -> writeEvents(tag, counted[depth]);
                case Item.LINKS -> writeLinks(tag);
                case Item.OPEN -> {
                    out.putVarint(Integer.toUnsignedLong(tag));
                    openedAt = out.length();
                }
                case Item.CLOSE -> FieldWriter.close(openedAt, out);
                default -> writeValue(template, step);
            }
        }
    }

    private long parentId(int depth) throws CorruptPageException {
        if (depth == 0) {
            return lanes.spine(Pages.OUTER_PARENT_IDS).next();
        }
        if (!hasIds[depth - 1]) {
            throw group.named(Pages.DEPTHS, new CorruptPageException("parent has no span id"));
        }
        return ids[depth - 1];
    }

    private void writeEvents(int tag, long start) throws CorruptPageException {
        int count = lanes.spine(Pages.EVENT_COUNTS).next(group.rows(Pages.EVENT_TEMPLATES) + 1);
        for (int i = 0; i < count; i++) {
            SpanTemplate template = lanes.template(Pages.EVENT_TEMPLATES, Item.OF_EVENT);
            out.putVarint(Integer.toUnsignedLong(tag));
            int from = out.length();
            for (int step = 0; step < template.steps(); step++) {
                if (template.kind(step) == Item.TIME) {
                    long time = start + lanes.spine(Pages.EVENT_TIMES).next();
                    FieldWriter.fixed64(template.tag(step), time, out);
                } else {
                    writeLiteralOrValue(template, step);
                }
            }
            FieldWriter.close(from, out);
        }
    }

    private void writeLinks(int tag) throws CorruptPageException {
        int count = lanes.spine(Pages.LINK_COUNTS).next(group.rows(Pages.LINK_TEMPLATES) + 1);
        for (int i = 0; i < count; i++) {
            SpanTemplate template = lanes.template(Pages.LINK_TEMPLATES, Item.OF_LINK);
            out.putVarint(Integer.toUnsignedLong(tag));
            int from = out.length();
            for (int step = 0; step < template.steps(); step++) {
                if (template.kind(step) == Item.LINK_TRACE_ID) {
                    long high = lanes.spine(Pages.LINK_TRACE_ID_HIGHS).next();
                    long low = lanes.spine(Pages.LINK_TRACE_ID_LOWS).next();
                    FieldWriter.id(template.tag(step), high, low, out);
                } else if (template.kind(step) == Item.LINK_SPAN_ID) {
                    long id = lanes.spine(Pages.LINK_SPAN_IDS).next();
                    FieldWriter.id(template.tag(step), id, out);
                } else {
                    writeLiteralOrValue(template, step);
                }
            }
            FieldWriter.close(from, out);
        }
    }

    private void writeLiteralOrValue(SpanTemplate template, int step) throws CorruptPageException {
        if (template.kind(step) == SpanTemplate.LITERAL) {
            byte[] literal = template.bytes(step);
            out.put(literal, 0, literal.length);
        } else {
            writeValue(template, step);
        }
    }

    private void writeValue(SpanTemplate template, int step) throws CorruptPageException {
        int kind = template.kind(step);
        if (!Item.hasValue(kind)) {
            throw new CorruptPageException("shape has an item of kind " + kind + " where none can be");
        }
        if (Item.isText(kind)) {
            text.truncate(0);
            lanes.text(template.column(step), text);
            FieldWriter.text(kind, template.tag(step), template.bytes(step), text.array(), 0, text.length(), out);
        } else {
            long value = lanes.number(template.column(step));
            FieldWriter.number(kind, template.tag(step), template.bytes(step), value, out);
        }
    }

    private void grow() {
        int capacity = ids.length * 2;
        ids = Arrays.copyOf(ids, capacity);
        hasIds = Arrays.copyOf(hasIds, capacity);
        resources = Arrays.copyOf(resources, capacity);
        counted = Arrays.copyOf(counted, capacity);
    }
}
