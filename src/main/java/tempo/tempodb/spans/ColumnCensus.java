package tempo.tempodb.spans;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import tempo.tempodb.column.CorruptPageException;
import tempo.tempodb.column.PageEncoding;

/** Counts what each column takes in the groups and segments of a block, for who wants to know where the bytes are. Not thread-safe. */
public final class ColumnCensus {
    private static final String[] OF = {"span", "event", "link"};

    private final Map<String, Count> counts = new LinkedHashMap<>();

    /** What is counted of one column; changes while the census does. */
    private static final class Count {
        private final String of;
        private final String name;
        private final String type;
        private final SortedMap<String, Integer> encodings = new TreeMap<>();
        private long rows;
        private long pageBytes;
        private long dictionaryBytes;
        private long dictionaryEntries;

        Count(String of, String name, String type) {
            this.of = of;
            this.name = name;
            this.type = type;
        }
    }

    /**
     * A column, or a page that every group has.
     *
     * @param of what it tells of: span, event, link; "group" of what every group has, such as keys and templates
     * @param name key of the attribute, or name of the field
     * @param type of the values: string, int, ...
     * @param rows values in pages; constants of templates are in none
     * @param pageBytes bytes of its pages in all groups
     * @param dictionaryBytes bytes of its patterns in all segments
     * @param dictionaryEntries patterns in all segments
     * @param encodings how many pages there are of each encoding
     */
    public record Column(
            String of,
            String name,
            String type,
            long rows,
            long pageBytes,
            long dictionaryBytes,
            long dictionaryEntries,
            SortedMap<String, Integer> encodings) {
        public long bytes() {
            return pageBytes + dictionaryBytes;
        }
    }

    /**
     * A template of a segment.
     *
     * @param of what it is the template of: span, event, link
     * @param constants fields and attributes whose value is in the template, each as {@code name=value}
     * @param columns fields and attributes whose values are in columns
     */
    public record Template(int number, String of, List<String> constants, List<String> columns) {}

    /** Counts the pages of a group, all of it in memory. */
    public void add(SpanGroup group) throws CorruptPageException {
        PageDirectory directory = group.directory();
        Segment segment = group.segment();
        for (int i = 0; i < directory.count(); i++) {
            int page = directory.number(i);
            int number = page - Pages.COLUMNS;
            boolean isColumn = number >= 0 && number < segment.columns();
            Count count = isColumn ? count(segment.column(number)) : count("group", Pages.name(page), "");
            count.rows += directory.rows(i);
            count.pageBytes += directory.length(i);
            String encoding = page == Pages.KEYS
                    ? "raw"
                    : PageEncoding.of(
                            group.firstByte(i),
                            isColumn && segment.column(number).isText());
            count.encodings.merge(encoding, 1, Integer::sum);
        }
    }

    /** Counts the dictionaries of a segment. */
    public void add(Segment segment) throws CorruptPageException {
        for (int i = 0; i < segment.columns(); i++) {
            if (segment.column(i).isText()) {
                Count count = count(segment.column(i));
                count.dictionaryBytes += segment.dictionaryLength(i);
                count.dictionaryEntries += segment.patterns(i).size();
            }
        }
    }

    /** What was counted, in the order in which it was met. */
    public List<Column> columns() {
        List<Column> all = new ArrayList<>();
        counts.values()
                .forEach(each -> all.add(new Column(
                        each.of,
                        each.name,
                        each.type,
                        each.rows,
                        each.pageBytes,
                        each.dictionaryBytes,
                        each.dictionaryEntries,
                        each.encodings)));
        return all;
    }

    /** The templates of a segment. */
    public static List<Template> templates(Segment segment) throws CorruptPageException {
        List<Template> all = new ArrayList<>();
        for (int i = 0; i < segment.templates(); i++) {
            all.add(template(segment, i));
        }
        return all;
    }

    private static Template template(Segment segment, int number) throws CorruptPageException {
        ShapeItems shape = segment.shapeOf(number);
        TableBytes in = segment.templateBytes(number);
        in.count("template's shape", segment.shapes() - 1);
        in.count("template's scope", Integer.MAX_VALUE);
        List<String> constants = new ArrayList<>();
        List<String> columns = new ArrayList<>();
        for (int item = 0; item < shape.count(); item++) {
            int kind = shape.kind(item);
            if (!Item.hasValue(kind)) {
                continue;
            }
            String name = nameOf(segment.column(segment.columnOf(shape, item)));
            if (in.u8("template's value") == 0) {
                columns.add(name);
            } else {
                constants.add(name + "=" + constant(kind, in, segment.tables()));
            }
        }
        return new Template(number, OF[shape.of()], constants, columns);
    }

    private static String constant(int kind, TableBytes in, byte[] tables) throws CorruptPageException {
        if (!Item.isText(kind)) {
            long value = in.varint64("template's number");
            return switch (kind) {
                case Item.ATTRIBUTE_BOOL -> value == 0 ? "false" : "true";
                case Item.ATTRIBUTE_DOUBLE -> Double.toString(Double.longBitsToDouble(value));
                default -> Long.toString(value);
            };
        }
        int length = in.length("template's text");
        String text = kind == Item.TEXT || kind == Item.ATTRIBUTE_STRING
                ? new String(tables, in.position(), length, UTF_8)
                : length + " bytes";
        in.skip(length);
        return text;
    }

    private Count count(ColumnName column) {
        return count(OF[column.of()], nameOf(column), FieldNames.type(column.kind()));
    }

    private Count count(String of, String name, String type) {
        return counts.computeIfAbsent(of + '\0' + name + '\0' + type, unused -> new Count(of, name, type));
    }

    private static String nameOf(ColumnName column) {
        String name = column.key().isEmpty() ? FieldNames.of(column) : column.key();
        return column.occurrence() == 0 ? name : name + " #" + (column.occurrence() + 1);
    }
}
