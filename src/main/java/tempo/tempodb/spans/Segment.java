package tempo.tempodb.spans;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;
import tempo.tempodb.column.CorruptPageException;
import tempo.tempodb.column.GrowingBytes;
import tempo.tempodb.column.TextPatterns;
import tempo.tempodb.column.Zstd;

/** The tables that the groups of a segment share, for reading; see {@link SegmentWriter#encode}. Thread-safe. */
public final class Segment {
    private static final int TABLES_BYTES_MAX = 256 << 20;

    private final byte[] bytes;
    private final ByteList resources;
    private final ByteList scopes;
    private final ColumnName[] columns;
    private final Map<String, Integer> columnNumbers = new HashMap<>();
    private final ShapeItems[] shapes;
    private final byte[] tables;
    private final int[] templateStarts;

    /** By template: its shape and its scope. */
    private final int[] templateShapes;

    private final int[] templateScopes;
    private final boolean[] hasStart;
    private final boolean[] hasEnd;
    private boolean allStart = true;
    private boolean allEnd = true;
    private final AtomicReferenceArray<@Nullable SpanTemplate> templates;

    /** By column; found when first asked for. */
    private volatile ColumnUse @Nullable [] uses;

    /** By template: its {@link #alike} and 1; 0 as long as nobody has asked. */
    private final AtomicIntegerArray alike;

    private final ConcurrentHashMap<List<Integer>, Integer> firstAlike = new ConcurrentHashMap<>();

    /** By column: where its dictionary is in the bytes. */
    private final int[] dictionaryOffsets;

    private final int[] dictionaryLengths;
    private final AtomicReferenceArray<@Nullable TextPatterns> dictionaries;

    private Segment(byte[] bytes, TableBytes in) throws CorruptPageException {
        this.bytes = bytes;
        int rawLength = in.count("length of the segment's tables", TABLES_BYTES_MAX);
        int length = in.length("stored length of the segment's tables");
        if (rawLength > Zstd.rawLengthMax(length)) {
            throw new CorruptPageException("segment's tables of " + length + " bytes cannot be of " + rawLength);
        }
        tables = new byte[rawLength];
        Zstd.decompress(bytes, in.position(), length, tables, rawLength);
        in.skip(length);
        TableBytes table = new TableBytes(tables, 0, rawLength);
        resources = ByteList.decode(table, tables, "resource");
        scopes = ByteList.decode(table, tables, "scope");
        ByteList names = ByteList.decode(table, tables, "column");
        columns = new ColumnName[names.count()];
        readColumns(names);
        ByteList shapeList = ByteList.decode(table, tables, "shape");
        shapes = new ShapeItems[shapeList.count()];
        readShapes(shapeList);
        int count = table.length("template count");
        templateStarts = new int[count];
        templateShapes = new int[count];
        templateScopes = new int[count];
        hasStart = new boolean[count];
        hasEnd = new boolean[count];
        readTemplates(table);
        table.requireEnd("segment's tables");
        templates = new AtomicReferenceArray<>(templateStarts.length);
        alike = new AtomicIntegerArray(templateStarts.length);
        dictionaryOffsets = new int[columns.length];
        dictionaryLengths = new int[columns.length];
        dictionaries = new AtomicReferenceArray<>(columns.length);
        for (int i = 0; i < columns.length; i++) {
            if (columns[i].isText()) {
                dictionaryLengths[i] = in.length("dictionary length");
                dictionaryOffsets[i] = in.position();
                in.skip(dictionaryLengths[i]);
            }
        }
        in.requireEnd("segment");
    }

    /**
     * Reads a segment; {@code bytes} is kept and must not change.
     *
     * @throws CorruptPageException if it is damaged
     */
    public static Segment decode(byte[] bytes) throws CorruptPageException {
        return new Segment(bytes, new TableBytes(bytes, 0, bytes.length));
    }

    /** About what it occupies in memory, in bytes, when all of it is in use. */
    public long memoryBytes() {
        return 3L * bytes.length + 3L * tables.length;
    }

    /** How many different resources there are. */
    public int resourceCount() {
        return resources.count();
    }

    /** How many different scopes there are. */
    public int scopeCount() {
        return scopes.count();
    }

    /** How many columns there are. */
    public int columnCount() {
        return columns.length;
    }

    ByteList resources() {
        return resources;
    }

    ByteList scopes() {
        return scopes;
    }

    int columns() {
        return columns.length;
    }

    ColumnName column(int number) {
        return columns[number];
    }

    /** How many templates there are. */
    public int templates() {
        return templateStarts.length;
    }

    /** A template, which is made when it is first asked for. */
    SpanTemplate template(int number) throws CorruptPageException {
        SpanTemplate known = templates.get(number);
        if (known != null) {
            return known;
        }
        SpanTemplate made = SpanTemplate.decode(this, templateBytes(number), tables);
        templates.set(number, made);
        return made;
    }

    /** The tables from a template's number of its shape on, its scope and its values behind that. */
    TableBytes templateBytes(int number) {
        return new TableBytes(tables, templateStarts[number], tables.length - templateStarts[number]);
    }

    /**
     * The number of one of the templates that have the same values in the same pages as this one, always the same of them. Who
     * passes over many spans of many templates has so much less to look at.
     */
    int alike(int number) throws CorruptPageException {
        int known = alike.get(number);
        if (known > 0) {
            return known - 1;
        }
        Integer first = firstAlike.putIfAbsent(template(number).valuesInPages(), number);
        int made = first == null ? number : first;
        alike.set(number, made + 1);
        return made;
    }

    /** The patterns of a column of text. */
    TextPatterns patterns(int column) throws CorruptPageException {
        TextPatterns known = dictionaries.get(column);
        if (known != null) {
            return known;
        }
        TextPatterns made = TextPatterns.decode(bytes, dictionaryOffsets[column], dictionaryLengths[column]);
        dictionaries.set(column, made);
        return made;
    }

    /** How long the dictionary of a column of text is, in bytes. */
    int dictionaryLength(int column) {
        return dictionaryLengths[column];
    }

    ShapeItems shape(int number) {
        return shapes[number];
    }

    int shapes() {
        return shapes.length;
    }

    /** The column of a value of a shape. */
    int columnOf(ShapeItems shape, int item) throws CorruptPageException {
        GrowingBytes name = new GrowingBytes(64);
        ColumnName.encode(shape, item, name);
        Integer column = columnNumbers.get(new String(name.array(), 0, name.length(), ISO_8859_1));
        if (column == null) {
            throw new CorruptPageException("segment has no column for a value of a shape");
        }
        return column;
    }

    private void readShapes(ByteList list) throws CorruptPageException {
        for (int i = 0; i < shapes.length; i++) {
            shapes[i] = ShapeItems.of(list.copy(i));
        }
    }

    private void readColumns(ByteList names) throws CorruptPageException {
        for (int i = 0; i < columns.length; i++) {
            columns[i] = ColumnName.decode(names.array(), names.offset(i), names.length(i));
            columnNumbers.put(new String(names.array(), names.offset(i), names.length(i), ISO_8859_1), i);
        }
    }

    /** Walks over the templates, which checks that all of them are there, and notes where each begins. */
    private void readTemplates(TableBytes in) throws CorruptPageException {
        boolean[] shapeHasStart = new boolean[shapes.length];
        boolean[] shapeHasEnd = new boolean[shapes.length];
        for (int i = 0; i < shapes.length; i++) {
            shapeHasStart[i] = shapes[i].has(Item.START);
            shapeHasEnd[i] = shapes[i].has(Item.END) || shapes[i].has(Item.TIME);
        }
        for (int i = 0; i < templateStarts.length; i++) {
            templateStarts[i] = in.position();
            int number = in.count("template's shape", shapes.length - 1);
            ShapeItems shape = shapes[number];
            int scope = in.count("template's scope", Integer.MAX_VALUE);
            if (shape.of() == Item.OF_SPAN && scope >= scopes.count()) {
                throw new CorruptPageException("template " + i + " has scope " + scope + " of " + scopes.count());
            }
            templateShapes[i] = number;
            templateScopes[i] = scope;
            hasStart[i] = shapeHasStart[number];
            hasEnd[i] = shapeHasEnd[number];
            allStart &= hasStart[i] || shape.of() != Item.OF_SPAN;
            allEnd &= hasEnd[i] || shape.of() != Item.OF_SPAN;
            for (int item = 0; item < shape.count(); item++) {
                if (Item.hasValue(shape.kind(item)) && in.u8("template's value") != 0) {
                    if (Item.isText(shape.kind(item))) {
                        in.skip(in.length("template's text"));
                    } else {
                        in.varint64("template's number");
                    }
                }
            }
        }
    }

    /** Where the values of a column are, in which templates. */
    ColumnUse use(int column) throws CorruptPageException {
        ColumnUse[] known = uses;
        if (known == null) {
            known = ColumnUse.all(this, tables);
            uses = known;
        }
        return known[column];
    }

    /** What the constants of templates, and {@link #templateBytes}, are stretches of. */
    byte[] tables() {
        return tables;
    }

    /** The tables from a constant on. */
    TableBytes tableBytes(int at) {
        return new TableBytes(tables, at, tables.length - at);
    }

    /** What the messages of a template are. */
    int of(int template) {
        return shapes[templateShapes[template]].of();
    }

    /** The shape of a template. */
    ShapeItems shapeOf(int template) {
        return shapes[templateShapes[template]];
    }

    int shapeNumber(int template) {
        return templateShapes[template];
    }

    /** The scope of a template of spans. */
    int scopeOf(int template) {
        return templateScopes[template];
    }

    /** Where a template's shape and scope are in the tables; its values are behind these. */
    int templateStart(int template) {
        return templateStarts[template];
    }

    /** True if all spans have a start. */
    boolean allStart() {
        return allStart;
    }

    /** True if all spans have an end. */
    boolean allEnd() {
        return allEnd;
    }

    /** True if messages of a template have a start. */
    boolean hasStart(int template) {
        return hasStart[template];
    }

    /** True if messages of a template have an end, or a time. */
    boolean hasEnd(int template) {
        return hasEnd[template];
    }
}
