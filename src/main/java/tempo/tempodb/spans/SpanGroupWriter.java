package tempo.tempodb.spans;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import tempo.span.MalformedProtobufException;
import tempo.span.TraceId;
import tempo.span.TraceKey;
import tempo.tempodb.column.CorruptPageException;
import tempo.tempodb.column.GrowingBytes;
import tempo.tempodb.column.GrowingLongs;
import tempo.tempodb.column.LongPage;
import tempo.tempodb.column.TextColumn;
import tempo.tempodb.column.TextDictionary;

/**
 * Groups of spans in the making: entries of OTLP in, pages out. One group at a time, and one segment for as many groups as it
 * serves. Not thread-safe.
 */
public final class SpanGroupWriter {
    private SegmentWriter segment = new SegmentWriter(LearnedConstants.NONE);

    /** While the first group is in the making; what is in the segment and the pages until then is not used. */
    private @Nullable TemplateTraining training = new TemplateTraining();

    private LearnedConstants constants = LearnedConstants.NONE;

    private final EntrySpans spans = new EntrySpans();
    private final TraceTree tree = new TraceTree();

    private final GroupRows rows = new GroupRows();
    private final BloomWriter blooms = new BloomWriter();
    private final GrowingBytes keys = new GrowingBytes(4096);
    private final GrowingLongs[] spine = new GrowingLongs[Pages.LINK_SPAN_IDS + 1];
    private final List<@Nullable GrowingLongs> numbers = new ArrayList<>();
    private final List<@Nullable TextColumn> texts = new ArrayList<>();
    private final CRC32C crc = new CRC32C();

    /** By span of the entry: what its children's starts and its own end count from. */
    private long[] counted = new long[64];

    private int entries;

    /** A writer with an empty group and an empty segment. */
    public SpanGroupWriter() {
        for (int i = 0; i < spine.length; i++) {
            spine[i] = new GrowingLongs();
        }
        spine[Pages.TEMPLATES] = rows.templates;
    }

    /** Spans in the group so far. */
    public int spans() {
        return rows.count();
    }

    /** Entries in the group so far. */
    public int entries() {
        return entries;
    }

    /** True if the group should end with this entry, as its segment has so many columns. */
    public boolean hasManyColumns() {
        return segment.hasManyColumns();
    }

    /** True if the next group should not use this segment any more. */
    public boolean isSegmentFull() {
        return segment.isFull();
    }

    /**
     * Adds an entry; equal spans in it are one span.
     *
     * @param bytes a serialized {@code TracesData} from {@code from} to {@code to}
     * @return how many spans it has
     * @throws MalformedProtobufException if it is none; nothing was added
     */
    public int add(long keyHigh, long keyLow, byte[] bytes, int from, int to) throws MalformedProtobufException {
        TraceId traceId = new TraceKey(keyHigh, keyLow).traceId();
        spans.read(bytes, from, to, traceId.high(), traceId.low(), segment);
        if (training != null) {
            training.keep(keyHigh, keyLow, bytes, from, to);
        }
        tree.build(spans);
        int count = tree.count();
        long base = base(count);
        beginEntry(keyHigh, keyLow, count, base);
        if (counted.length < spans.count()) {
            counted = new long[Math.max(spans.count(), counted.length * 2)];
        }
        for (int place = 0; place < count; place++) {
            addRow(tree.at(place), tree.depth(place), base);
        }
        return count;
    }

    /**
     * Appends the pages of the group, one behind the other, and to {@code directory} what a reader needs to find them; see
     * {@link PageDirectory}. Starts the next group.
     *
     * @return what a strip holds of the group
     */
    public GroupDigest finish(GrowingBytes directory, GrowingBytes pages) {
        if (training != null) {
            finishTraining(training);
        }
        PageDirectory.Writer writer = new PageDirectory.Writer(directory, pages, crc);
        int keysAt = pages.length();
        pages.put(keys.array(), 0, keys.length());
        writer.add(Pages.KEYS, entries, keysAt);
        int templatesAt = 0;
        int resourcesAt = 0;
        for (int page = Pages.SPAN_COUNTS; page < spine.length; page++) {
            templatesAt = page == Pages.TEMPLATES ? pages.length() : templatesAt;
            resourcesAt = page == Pages.RESOURCES ? pages.length() : resourcesAt;
            addSpine(writer, page, pages);
        }
        byte[] templatePage = Arrays.copyOfRange(pages.array(), templatesAt, resourcesAt);
        for (int column = 0; column < segment.columns.count() && column < numbers.size(); column++) {
            addColumn(writer, column, pages);
        }
        writer.finish();
        GroupDigest digest = GroupDigest.of(rows, templatePage, blooms.finish());
        clear();
        return digest;
    }

    private void clear() {
        keys.clear(1 << 16);
        entries = 0;
        rows.clear();
        for (GrowingLongs column : spine) {
            column.clear();
        }
    }

    /** Appends the segment that serves the groups since the last call, and starts the next. */
    public void finishSegment(GrowingBytes out) {
        segment.encode(out);
        segment = new SegmentWriter(constants);
        numbers.clear();
        texts.clear();
    }

    /**
     * Tells that entries of a group will be copied, or parts of its traces added: its segment says what makes good templates, so
     * that nothing has to be learned from a first group.
     *
     * @throws CorruptPageException if the segment is damaged
     */
    public void learn(SpanGroup group) throws CorruptPageException {
        codes(group.segment());
    }

    /** What the numbers of a stored segment are in the segment in the making. */
    SegmentCodes codes(Segment from) throws CorruptPageException {
        if (training != null) {
            finishTraining(training);
        }
        if (!segment.hasCodes(from)) {
            constants = constants.with(from);
            segment.learn(constants);
        }
        return segment.codes(from);
    }

    /** Begins an entry whose spans are put into the columns next. */
    void beginEntry(long keyHigh, long keyLow, int count, long base) {
        keys.putLong(Long.reverseBytes(keyHigh));
        keys.putLong(Long.reverseBytes(keyLow));
        spine[Pages.SPAN_COUNTS].add(count);
        spine[Pages.BASES].add(base);
        segment.countSpans(count);
        entries++;
    }

    /** The rows of the group, of which one has to be added for each span. */
    GroupRows rows() {
        return rows;
    }

    /** The numbers of a page that is of no column; those of the templates are in the rows. */
    GrowingLongs spine(int page) {
        return spine[page];
    }

    /** The values of a column of texts; null if it is one of numbers. */
    @Nullable
    TextColumn texts(int column) {
        makeColumns(column);
        return texts.get(column);
    }

    /** The values of a column of numbers. */
    GrowingLongs numbers(int column) {
        makeColumns(column);
        return Objects.requireNonNull(numbers.get(column));
    }

    /** Adds the entries of the first group again, to a segment that knows what makes good templates. */
    private void finishTraining(TemplateTraining trained) {
        constants = trained.constants();
        training = null;
        finishSegmentUnused();
        try {
            for (int i = 0; i < trained.entries(); i++) {
                int offset = trained.offset(i);
                add(trained.keyHigh(i), trained.keyLow(i), trained.kept(), offset, offset + trained.length(i));
            }
        } catch (MalformedProtobufException e) {
            throw new IllegalStateException("entry was read before", e);
        }
    }

    private void finishSegmentUnused() {
        segment = new SegmentWriter(constants);
        numbers.clear();
        texts.clear();
        clear();
    }

    /** The oldest start, unsigned; 0 if no span has one. */
    private long base(int count) {
        long base = -1;
        boolean found = false;
        for (int place = 0; place < count; place++) {
            int span = tree.at(place);
            if (spans.shape(span).hasStart) {
                found = true;
                base = Long.compareUnsigned(spans.start(span), base) < 0 ? spans.start(span) : base;
            }
        }
        return found ? base : 0;
    }

    private void addRow(int span, int depth, long base) {
        Shape shape = spans.shape(span);
        int parent = tree.parent(span);
        boolean sameResource = parent >= 0 && spans.resource(parent) == spans.resource(span);
        long counts = parent >= 0 ? counted[parent] : base;
        int template = template(shape, spans.scope(span), spans.firstValue(span));
        spine[Pages.RESOURCES].add(sameResource ? 0 : spans.resource(span) + 1);
        spine[Pages.DEPTHS].add(depth);
        counted[span] = shape.hasStart ? spans.start(span) : base;
        int duration = shape.hasEnd ? GroupRows.duration(spans.end(span) - counted[span]) : GroupRows.NO_DURATION;
        rows.add(template, spans.resource(span), counted[span], duration);
        if (shape.hasStart) {
            spine[Pages.STARTS].add(spans.start(span) - counts);
        }
        if (shape.hasEnd) {
            spine[Pages.DURATIONS].add(spans.end(span) - counted[span]);
        }
        if (shape.hasSpanId) {
            spine[Pages.SPAN_IDS].add(spans.spanId(span));
        }
        if (shape.hasParentId && depth == 0) {
            spine[Pages.OUTER_PARENT_IDS].add(spans.parentId(span));
        }
        if (shape.hasEvents) {
            addEvents(span);
        }
        if (shape.hasLinks) {
            addLinks(span);
        }
    }

    private void addEvents(int span) {
        MessageParser parser = spans.parser();
        GrowingLongs values = spans.values();
        int valuesBefore = values.count();
        MessageRun run = new MessageRun(spans.bytes(), spans.eventsAt(span));
        spine[Pages.EVENT_COUNTS].add(spans.events(span));
        for (int i = 0; i < spans.events(span); i++) {
            run.next();
            parser.event(spans.bytes(), run.from(), run.to());
            Shape shape = segment.shape(parser);
            spine[Pages.EVENT_TEMPLATES].add(template(shape, 0, valuesBefore));
            if (shape.hasEnd) {
                spine[Pages.EVENT_TIMES].add(parser.finish() - counted[span]);
            }
            values.truncate(valuesBefore);
        }
    }

    private void addLinks(int span) {
        MessageParser parser = spans.parser();
        GrowingLongs values = spans.values();
        int valuesBefore = values.count();
        MessageRun run = new MessageRun(spans.bytes(), spans.linksAt(span));
        spine[Pages.LINK_COUNTS].add(spans.links(span));
        for (int i = 0; i < spans.links(span); i++) {
            run.next();
            parser.link(spans.bytes(), run.from(), run.to());
            Shape shape = segment.shape(parser);
            spine[Pages.LINK_TEMPLATES].add(template(shape, 0, valuesBefore));
            if (shape.hasLinkTraceId) {
                spine[Pages.LINK_TRACE_ID_HIGHS].add(parser.traceIdHigh());
                spine[Pages.LINK_TRACE_ID_LOWS].add(parser.traceIdLow());
            }
            if (shape.hasLinkSpanId) {
                spine[Pages.LINK_SPAN_IDS].add(parser.spanId());
            }
            values.truncate(valuesBefore);
        }
    }

    /** The template of a message; puts the values that are not constant into their columns. */
    private int template(Shape shape, int scope, int first) {
        GrowingLongs values = spans.values();
        if (training != null) {
            training.look(shape, values, first, spans.bytes());
            return 0;
        }
        int template = segment.templates.find(shape, scope, values, first, spans.bytes());
        for (int i = 0; i < shape.columns.length; i++) {
            if (!shape.constant[i]) {
                addValue(shape.columns[i], shape.text[i], values.get(first + i));
            }
        }
        return template;
    }

    private void makeColumns(int most) {
        while (numbers.size() <= most) {
            TextDictionary dictionary = segment.columns.dictionary(numbers.size());
            numbers.add(dictionary == null ? new GrowingLongs() : null);
            texts.add(dictionary == null ? null : new TextColumn(dictionary));
        }
    }

    private void addValue(int column, boolean text, long value) {
        makeColumns(column);
        TextColumn texted = texts.get(column);
        GrowingLongs numbered = numbers.get(column);
        if (text && texted != null) {
            texted.add(spans.bytes(), MessageParser.offset(value), MessageParser.length(value));
        } else if (numbered != null) {
            numbered.add(value);
        }
    }

    private void addSpine(PageDirectory.Writer writer, int page, GrowingBytes pages) {
        GrowingLongs column = spine[page];
        if (column.isEmpty()) {
            return;
        }
        int at = pages.length();
        if (page >= Pages.SPAN_IDS) {
            LongPage.encodeRaw(column.array(), column.count(), pages);
        } else {
            LongPage.encode(column.array(), column.count(), pages);
        }
        if (page == Pages.DURATIONS) {
            writer.add(page, column, at);
        } else {
            writer.add(page, column.count(), at);
        }
    }

    private void addColumn(PageDirectory.Writer writer, int column, GrowingBytes pages) {
        int at = pages.length();
        GrowingLongs number = numbers.get(column);
        TextColumn text = texts.get(column);
        boolean hasBloom = segment.columns.hasBloom(column);
        if (number != null && !number.isEmpty()) {
            if (segment.columns.hasDoubles(column)) {
                LongPage.encodeDoubles(number.array(), number.count(), pages);
                writer.add(Pages.COLUMNS + column, number.count(), at);
            } else {
                LongPage.encode(number.array(), number.count(), pages);
                writer.add(Pages.COLUMNS + column, number, at);
                if (hasBloom) {
                    blooms.numbers(column, number);
                }
            }
            number.clear();
        } else if (text != null && text.count() > 0) {
            int count = text.count();
            if (hasBloom) {
                blooms.texts(column, text);
            }
            text.finish(pages);
            writer.add(Pages.COLUMNS + column, count, at);
        }
    }
}
