package tempo.tempodb.spans;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
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
    private static final long RETAINED_MAX = 8 << 20;

    final ByteTable resources = new ByteTable();
    final ByteTable scopes = new ByteTable();
    final ColumnTable columns = new ColumnTable();
    final TemplateTable templates = new TemplateTable();

    private final ByteTable shapeBytes = new ByteTable();
    private final List<Shape> shapes = new ArrayList<>();
    private final Map<String, boolean[]> constants;
    private final Map<Segment, SegmentCodes> codes = new IdentityHashMap<>();
    private long spans;

    /**
     * An empty segment.
     *
     * @param constants by the bytes of a shape, which of its values are constants to begin with; for others, all are. What is
     *     learned of stored segments is added
     */
    SegmentWriter(Map<String, boolean[]> constants) {
        this.constants = constants;
    }

    /** The shape of which {@code bytes} are. */
    Shape shape(GrowingBytes bytes) {
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

    /** What the numbers of a stored segment are in this one. */
    SegmentCodes codes(Segment from) throws CorruptPageException {
        SegmentCodes known = codes.get(from);
        if (known == null) {
            SegmentCodes.learn(from, constants);
            known = new SegmentCodes(from, this);
            codes.put(from, known);
        }
        return known;
    }

    /** What was learned of shapes by their numbers, by their bytes. */
    Map<String, boolean[]> byShape(Map<Integer, boolean[]> byNumber) {
        Map<String, boolean[]> byBytes = new HashMap<>();
        byNumber.forEach((number, learned) -> byBytes.put(
                new String(shapeBytes.array(), shapeBytes.offset(number), shapeBytes.length(number), ISO_8859_1),
                learned));
        return byBytes;
    }

    void countSpans(int count) {
        spans += count;
    }

    boolean isEmpty() {
        return spans == 0;
    }

    /** True if no further group should use this segment. */
    boolean isFull() {
        return spans >= SPANS_MAX || templates.count() >= TEMPLATES_MAX || retainedBytes() >= RETAINED_MAX;
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
            return new Shape(number, items, columns.of(items), constants.get(new String(bytes, ISO_8859_1)));
        } catch (CorruptPageException e) {
            throw new IllegalStateException("shape was just made", e);
        }
    }
}
