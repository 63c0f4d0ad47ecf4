package tempo.tempodb.spans;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tempo.tempodb.column.CorruptPageException;
import tempo.tempodb.column.GrowingBytes;
import tempo.tempodb.column.TextDictionary;
import tempo.tempodb.column.Zstd;

/**
 * The tables that the groups of a segment share, while they are filled: resources, scopes, columns with their dictionaries,
 * shapes and templates. Not thread-safe.
 */
final class SegmentWriter {
    /** Spans after which a segment ends, so that what was learned long ago does not weigh on what comes. */
    private static final long SPANS_MAX = 1 << 20;

    private static final int TEMPLATES_MAX = 32_768;

    /**
     * A message that brings more columns than this is kept whole; from half as many on, the next entry gets a new segment. Each
     * column may be a page of its group, and an entry that is copied brings all columns of another segment.
     */
    private static final int COLUMNS_MAX = PageDirectory.PAGES_MAX / 2;

    private static final long RETAINED_MAX = 8 << 20;

    final ByteTable resources = new ByteTable();
    final ByteTable scopes = new ByteTable();
    final ColumnTable columns = new ColumnTable();
    final TemplateTable templates = new TemplateTable();

    private final ByteTable shapeBytes = new ByteTable();
    private final List<Shape> shapes = new ArrayList<>();
    private final Map<Segment, SegmentCodes> codes = new IdentityHashMap<>();
    private LearnedConstants constants;
    private long spans;

    /**
     * An empty segment.
     *
     * @param constants which values of shapes are constants to begin with
     */
    SegmentWriter(LearnedConstants constants) {
        this.constants = constants;
    }

    /** The shape of the message just parsed, which is {@link MessageParser#keepWhole kept whole} if it brings too many columns. */
    Shape shape(MessageParser parser) {
        GrowingBytes bytes = parser.shape();
        if (columns.count() + parser.items() > COLUMNS_MAX && !shapeBytes.contains(bytes.array(), 0, bytes.length())) {
            parser.keepWhole();
        }
        return shape(bytes.array(), bytes.length());
    }

    /** The shape of which {@code bytes[0..length)} are. */
    Shape shape(byte[] bytes, int length) {
        int number = shapeBytes.add(bytes, 0, length);
        if (number == shapes.size()) {
            shapes.add(newShape(number, Arrays.copyOf(bytes, length)));
        }
        return shapes.get(number);
    }

    /** True if {@link #codes} has been asked for those of this segment. */
    boolean hasCodes(Segment from) {
        return codes.containsKey(from);
    }

    /** What the numbers of a stored segment are in this one. */
    SegmentCodes codes(Segment from) {
        return codes.computeIfAbsent(from, segment -> new SegmentCodes(segment, this));
    }

    /** Tells which values are constants of the shapes that are not here yet. */
    void learn(LearnedConstants learned) {
        constants = learned;
    }

    void countSpans(int count) {
        spans += count;
    }

    boolean isEmpty() {
        return spans == 0;
    }

    /** True if no further group should use this segment. */
    boolean isFull() {
        return spans >= SPANS_MAX
                || templates.count() >= TEMPLATES_MAX
                || hasManyColumns()
                || retainedBytes() >= RETAINED_MAX;
    }

    /** True if no further entry should use this segment, be it of the same group. */
    boolean hasManyColumns() {
        return columns.count() >= COLUMNS_MAX / 2;
    }

    private long retainedBytes() {
        return resources.retainedBytes()
                + scopes.retainedBytes()
                + columns.retainedBytes()
                + templates.retainedBytes()
                + shapeBytes.retainedBytes();
    }

    /**
     * Appends the segment:
     *
     * <pre>
     * raw length of the tables: varint, their length: varint, tables as a zstd frame
     * for each column of text, in order: length: varint, its dictionary
     *
     * tables = resources, scopes, columns, shapes: each count: varint, lengths: varints, bytes
     *          templates: see TemplateTable
     * </pre>
     */
    void encode(GrowingBytes out) {
        GrowingBytes tables = new GrowingBytes(64 << 10);
        resources.encode(tables);
        scopes.encode(tables);
        columns.encode(tables);
        shapeBytes.encode(tables);
        templates.encode(tables);
        GrowingBytes compressed = new GrowingBytes(64 << 10);
        Zstd.compress(tables.array(), 0, tables.length(), compressed);
        out.putVarint(tables.length());
        out.putVarint(compressed.length());
        out.put(compressed.array(), 0, compressed.length());
        GrowingBytes encoded = new GrowingBytes(64 << 10);
        for (int i = 0; i < columns.count(); i++) {
            @Nullable TextDictionary dictionary = columns.dictionary(i);
            if (dictionary != null) {
                encoded.truncate(0);
                dictionary.encode(encoded);
                out.putVarint(encoded.length());
                out.put(encoded.array(), 0, encoded.length());
            }
        }
    }

    private Shape newShape(int number, byte[] bytes) {
        try {
            ShapeItems items = ShapeItems.of(bytes);
            return new Shape(number, items, columns.of(items), constants.of(items), constants.known(items));
        } catch (CorruptPageException e) {
            throw new IllegalStateException("shape was just made", e);
        }
    }
}
