package tempo.tempodb.spans;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import tempo.tempodb.column.GrowingBytes;
import tempo.tempodb.column.GrowingLongs;

/**
 * Takes a span, an event or a link apart: into the bytes of its shape, and its values. A message is understood only if its
 * items give it back byte for byte: every varint is as short as can be, no single field comes twice, no group. Everything
 * else is kept whole, as the one item {@link Item#VERBATIM}. Fields may come in any order, and unknown ones are items too.
 * Not thread-safe.
 */
final class MessageParser extends FieldParser {
    private static final VarHandle BIG_ENDIAN_LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private long traceIdHigh;
    private long traceIdLow;
    private long spanId;
    private long parentId;
    private long start;
    private long finish;
    private int eventsAt;
    private int linksAt;
    private int events;
    private int links;
    private int firstValue;
    private long whole;

    /** A parser that appends the values it finds to {@code values}: numbers, or offset and length as of {@link #text}. */
    MessageParser(GrowingLongs values) {
        super(values);
    }

    /** A stretch of bytes as one number. */
    static long text(int offset, int length) {
        return (long) offset << 32 | length;
    }

    static int offset(long text) {
        return (int) (text >>> 32);
    }

    static int length(long text) {
        return (int) text;
    }

    /** How many items the last message has. */
    int items() {
        return itemCount;
    }

    /** The bytes of the shape of the last message. */
    GrowingBytes shape() {
        return shape;
    }

    long spanId() {
        return spanId;
    }

    long parentId() {
        return parentId;
    }

    long start() {
        return start;
    }

    /** A span's end, an event's time. */
    long finish() {
        return finish;
    }

    /** Where the tag of the first event is. */
    int eventsAt() {
        return eventsAt;
    }

    int events() {
        return events;
    }

    int linksAt() {
        return linksAt;
    }

    int links() {
        return links;
    }

    /** The trace id of a link. */
    long traceIdHigh() {
        return traceIdHigh;
    }

    long traceIdLow() {
        return traceIdLow;
    }

    /** Parses {@code source[from..to)}, a span of the trace with this id. */
    void span(byte[] source, int from, int to, long idHigh, long idLow) {
        begin(Item.OF_SPAN, source, from, to);
        traceIdHigh = idHigh;
        traceIdLow = idLow;
        while (at < end && !failed) {
            spanField();
        }
        finishMessage();
    }

    void event(byte[] source, int from, int to) {
        begin(Item.OF_EVENT, source, from, to);
        while (at < end && !failed) {
            int tag = tag();
            switch (tag) {
                case 0x09 -> {
                    item(Item.TIME, tag);
                    once(tag);
                    finish = fixed64();
                }
                case 0x12 -> singleText(tag);
                case 0x1a -> attribute(tag);
                case 0x20 -> singleInt(tag);
                default -> unknown(tag);
            }
        }
        finishMessage();
    }

    void link(byte[] source, int from, int to) {
        begin(Item.OF_LINK, source, from, to);
        while (at < end && !failed) {
            int tag = tag();
            switch (tag) {
                case 0x0a -> linkTraceId(tag);
                case 0x12 -> spanId = id(tag, Item.LINK_SPAN_ID);
                case 0x1a -> singleText(tag);
                case 0x22 -> attribute(tag);
                case 0x28 -> singleInt(tag);
                case 0x35 -> singleFixed32(tag);
                default -> unknown(tag);
            }
        }
        finishMessage();
    }

    private void begin(int of, byte[] source, int from, int to) {
        bytes = source;
        at = from;
        end = to;
        whole = text(from, to - from);
        failed = false;
        seen = 0;
        spanId = 0;
        parentId = 0;
        start = 0;
        finish = 0;
        events = 0;
        links = 0;
        itemCount = 0;
        firstValue = values.count();
        shape.truncate(0);
        shape.put(of);
    }

    private void finishMessage() {
        if (failed) {
            keepWhole();
        }
    }

    /** Makes the last message one that is kept as it is, whatever was found in it. */
    void keepWhole() {
        values.truncate(firstValue);
        shape.truncate(1);
        spanId = 0;
        parentId = 0;
        start = 0;
        finish = 0;
        events = 0;
        links = 0;
        shape.put(Item.VERBATIM);
        values.add(whole);
    }

    private void spanField() {
        int fieldAt = at;
        int tag = tag();
        switch (tag) {
            case 0x0a -> traceId(tag);
            case 0x12 -> spanId = id(tag, Item.SPAN_ID);
            case 0x22 -> parentId = id(tag, Item.PARENT_ID);
            case 0x1a, 0x2a -> singleText(tag);
            case 0x30, 0x50, 0x60, 0x70 -> singleInt(tag);
            case 0x39 -> {
                item(Item.START, tag);
                once(tag);
                start = fixed64();
            }
            case 0x41 -> {
                item(Item.END, tag);
                once(tag);
                finish = fixed64();
            }
            case 0x4a -> attribute(tag);
            case 0x5a -> {
                item(Item.EVENTS, tag);
                once(tag);
                eventsAt = fieldAt;
                events = run(tag);
            }
            case 0x6a -> {
                item(Item.LINKS, tag);
                once(tag);
                linksAt = fieldAt;
                links = run(tag);
            }
            case 0x7a -> status(tag);
            case 0x85 -> singleFixed32(tag);
            default -> unknown(tag);
        }
    }

    private void traceId(int tag) {
        once(tag);
        int length = length();
        if (failed) {
            return;
        }
        if (length == 0) {
            item(Item.EMPTY, tag);
        } else if (length == 16
                && (long) BIG_ENDIAN_LONGS.get(bytes, at) == traceIdHigh
                && (long) BIG_ENDIAN_LONGS.get(bytes, at + 8) == traceIdLow) {
            item(Item.TRACE_ID, tag);
            at += length;
        } else {
            failed = true;
        }
    }

    private void linkTraceId(int tag) {
        once(tag);
        int length = length();
        if (failed) {
            return;
        }
        if (length == 0) {
            item(Item.EMPTY, tag);
        } else if (length == 16) {
            item(Item.LINK_TRACE_ID, tag);
            traceIdHigh = (long) BIG_ENDIAN_LONGS.get(bytes, at);
            traceIdLow = (long) BIG_ENDIAN_LONGS.get(bytes, at + 8);
            at += length;
        } else {
            failed = true;
        }
    }

    private long id(int tag, int kind) {
        once(tag);
        int length = length();
        if (failed || length != 0 && length != 8) {
            failed = true;
            return 0;
        }
        item(length == 0 ? Item.EMPTY : kind, tag);
        at += length;
        return length == 0 ? 0 : (long) BIG_ENDIAN_LONGS.get(bytes, at - 8);
    }

    /** Passes over a message and those behind it that have the same tag; returns how many there are. */
    private int run(int tag) {
        int count = 0;
        while (!failed) {
            int length = length();
            at += length;
            count++;
            int next = at;
            if (at >= end || tag() != tag) {
                at = next;
                break;
            }
        }
        return count;
    }

    private void status(int tag) {
        once(tag);
        int length = length();
        if (failed) {
            return;
        }
        int outerEnd = end;
        int from = at;
        int shapeBefore = shape.length();
        int valuesBefore = values.count();
        int itemsBefore = itemCount;
        long seenOutside = seen;
        end = at + length;
        seen = 0;
        item(Item.OPEN, tag);
        while (at < end && !failed) {
            int inner = tag();
            if (inner == 0x12) {
                singleText(inner);
            } else if (inner == 0x18) {
                singleInt(inner);
            } else {
                failed = true;
            }
        }
        shape.put(Item.CLOSE);
        seen = seenOutside;
        end = outerEnd;
        if (failed) {
            failed = false;
            shape.truncate(shapeBefore);
            values.truncate(valuesBefore);
            itemCount = itemsBefore;
            item(Item.TEXT, tag);
            values.add(text(from, length));
            at = from + length;
        }
    }
}
