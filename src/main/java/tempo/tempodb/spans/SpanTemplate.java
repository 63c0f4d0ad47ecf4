package tempo.tempodb.spans;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import tempo.tempodb.column.CorruptPageException;
import tempo.tempodb.column.GrowingBytes;

/**
 * A template for reading: the steps that write a message back. What is constant is one literal from one variable field to the
 * next. Immutable and thread-safe.
 */
final class SpanTemplate {
    /** A step that is no item: bytes as they are. */
    static final int LITERAL = 0;

    private static final byte[] NO_BYTES = {};

    private final int of;
    private final int scope;
    private final ShapeItems shape;
    private int[] kinds = new int[16];
    private int[] tags = new int[16];

    /** Of a variable value: its column; else -1. */
    private int[] columns = new int[16];

    /** Of a literal: its bytes; of an attribute: the field of its key. */
    private byte[][] bytes = new byte[16][];

    private int steps;
    private int[] variableColumns = new int[8];
    private int variables;
    final boolean hasSpanId;
    final boolean hasParentId;
    final boolean hasStart;
    final boolean hasEnd;
    final boolean hasEvents;
    final boolean hasLinks;
    final boolean hasLinkTraceId;
    final boolean hasLinkSpanId;

    private SpanTemplate(ShapeItems shape, int scope) {
        this.shape = shape;
        this.of = shape.of();
        this.scope = scope;
        hasSpanId = shape.has(Item.SPAN_ID);
        hasParentId = shape.has(Item.PARENT_ID);
        hasStart = shape.has(Item.START);
        hasEnd = shape.has(Item.END) || shape.has(Item.TIME);
        hasEvents = shape.has(Item.EVENTS);
        hasLinks = shape.has(Item.LINKS);
        hasLinkTraceId = shape.has(Item.LINK_TRACE_ID);
        hasLinkSpanId = shape.has(Item.LINK_SPAN_ID);
    }

    /** Reads the template at the position of {@code in}, which is a stretch of {@code tables}. */
    static SpanTemplate decode(Segment segment, TableBytes in, byte[] tables) throws CorruptPageException {
        ShapeItems shape = segment.shape(in.count("template's shape", segment.shapes() - 1));
        SpanTemplate template = new SpanTemplate(shape, in.count("template's scope", Integer.MAX_VALUE));
        GrowingBytes literal = new GrowingBytes(256);
        for (int item = 0; item < shape.count(); item++) {
            int kind = shape.kind(item);
            if (!Item.hasValue(kind)) {
                template.addPlain(item, literal);
            } else if (in.u8("template's value") == 0) {
                template.flush(literal);
                template.addVariable(item, segment.columnOf(shape, item));
            } else if (Item.isText(kind)) {
                int length = in.length("template's text");
                byte[] key = template.key(item);
                FieldWriter.text(kind, shape.tag(item), key, tables, in.position(), length, literal);
                in.skip(length);
            } else {
                FieldWriter.number(
                        kind, shape.tag(item), template.key(item), in.varint64("template's number"), literal);
            }
        }
        template.flush(literal);
        return template;
    }

    /** What it is a template of. */
    int of() {
        return of;
    }

    int scope() {
        return scope;
    }

    ShapeItems shape() {
        return shape;
    }

    int steps() {
        return steps;
    }

    int kind(int step) {
        return kinds[step];
    }

    int tag(int step) {
        return tags[step];
    }

    int column(int step) {
        return columns[step];
    }

    byte[] bytes(int step) {
        return bytes[step];
    }

    /** How many columns it has a value in. */
    int variables() {
        return variables;
    }

    int variableColumn(int index) {
        return variableColumns[index];
    }

    /** Which pages a message of it has values in, and how many in each: equal where two templates have the same. */
    List<Integer> valuesInPages() {
        List<Integer> pages = new ArrayList<>();
        pages.add(of);
        boolean[] has = {hasStart, hasEnd, hasSpanId, hasEvents, hasLinks, hasLinkTraceId, hasLinkSpanId};
        for (boolean each : has) {
            pages.add(each ? 1 : 0);
        }
        for (int i = 0; i < variables; i++) {
            pages.add(variableColumns[i]);
        }
        return pages;
    }

    /** The field of an attribute's key. */
    private byte[] key(int item) {
        if (!Item.isAttribute(shape.kind(item))) {
            return NO_BYTES;
        }
        GrowingBytes field = new GrowingBytes(shape.keyLength(item) + 8);
        field.put(0x0a);
        field.putVarint(shape.keyLength(item));
        field.put(shape.bytes(), shape.keyOffset(item), shape.keyLength(item));
        return Arrays.copyOf(field.array(), field.length());
    }

    /** Items without a value: those that are always the same join the literal. */
    private void addPlain(int item, GrowingBytes literal) {
        int kind = shape.kind(item);
        int tag = shape.tag(item);
        switch (kind) {
            case Item.EMPTY -> {
                literal.putVarint(Integer.toUnsignedLong(tag));
                literal.put(0);
            }
            case Item.ATTRIBUTE_NONE -> FieldWriter.keyOnly(tag, key(item), literal);
            case Item.ATTRIBUTE_EMPTY -> FieldWriter.attribute(tag, key(item), 0, literal);
            default -> {
                flush(literal);
                addStep(kind, tag, -1, NO_BYTES);
            }
        }
    }

    private void addVariable(int item, int column) {
        addStep(shape.kind(item), shape.tag(item), column, key(item));
        if (variables == variableColumns.length) {
            variableColumns = Arrays.copyOf(variableColumns, variables * 2);
        }
        variableColumns[variables++] = column;
    }

    private void flush(GrowingBytes literal) {
        if (literal.length() > 0) {
            addStep(LITERAL, 0, -1, Arrays.copyOf(literal.array(), literal.length()));
            literal.truncate(0);
        }
    }

    private void addStep(int kind, int tag, int column, byte[] literal) {
        if (steps == kinds.length) {
            kinds = Arrays.copyOf(kinds, steps * 2);
            tags = Arrays.copyOf(tags, steps * 2);
            columns = Arrays.copyOf(columns, steps * 2);
            bytes = Arrays.copyOf(bytes, steps * 2);
        }
        kinds[steps] = kind;
        tags[steps] = tag;
        columns[steps] = column;
        bytes[steps++] = literal;
    }
}
