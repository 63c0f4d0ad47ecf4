package tempo.tempodb.spans;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.StringJoiner;
import tempo.tempodb.column.CorruptPageException;
import tempo.tempodb.column.GrowingLongs;

/**
 * A message as {@link MessageParser} takes it apart, in words: for each item its kind, its field and wire type, its key in
 * brackets, and its value: {@code TEXT(5:2)=name ATTRIBUTE_INT(9:2)[thread.id]=7}.
 */
final class ParsedItems {
    private static final Map<Integer, String> NAMES = Map.ofEntries(
            Map.entry(Item.TRACE_ID, "TRACE_ID"),
            Map.entry(Item.SPAN_ID, "SPAN_ID"),
            Map.entry(Item.PARENT_ID, "PARENT_ID"),
            Map.entry(Item.START, "START"),
            Map.entry(Item.END, "END"),
            Map.entry(Item.TIME, "TIME"),
            Map.entry(Item.EMPTY, "EMPTY"),
            Map.entry(Item.EVENTS, "EVENTS"),
            Map.entry(Item.LINKS, "LINKS"),
            Map.entry(Item.OPEN, "OPEN"),
            Map.entry(Item.CLOSE, "CLOSE"),
            Map.entry(Item.LINK_TRACE_ID, "LINK_TRACE_ID"),
            Map.entry(Item.LINK_SPAN_ID, "LINK_SPAN_ID"),
            Map.entry(Item.ATTRIBUTE_EMPTY, "ATTRIBUTE_EMPTY"),
            Map.entry(Item.ATTRIBUTE_NONE, "ATTRIBUTE_NONE"),
            Map.entry(Item.INT, "INT"),
            Map.entry(Item.FIXED32, "FIXED32"),
            Map.entry(Item.FIXED64, "FIXED64"),
            Map.entry(Item.ATTRIBUTE_BOOL, "ATTRIBUTE_BOOL"),
            Map.entry(Item.ATTRIBUTE_INT, "ATTRIBUTE_INT"),
            Map.entry(Item.ATTRIBUTE_DOUBLE, "ATTRIBUTE_DOUBLE"),
            Map.entry(Item.TEXT, "TEXT"),
            Map.entry(Item.VERBATIM, "VERBATIM"),
            Map.entry(Item.ATTRIBUTE_STRING, "ATTRIBUTE_STRING"),
            Map.entry(Item.ATTRIBUTE_BYTES, "ATTRIBUTE_BYTES"),
            Map.entry(Item.ATTRIBUTE_ARRAY, "ATTRIBUTE_ARRAY"),
            Map.entry(Item.ATTRIBUTE_KVLIST, "ATTRIBUTE_KVLIST"),
            Map.entry(Item.ATTRIBUTE_ANY, "ATTRIBUTE_ANY"));

    /** Bytes before and behind the message, which are none of its business. */
    private static final int AROUND = 11;

    final GrowingLongs values = new GrowingLongs();
    final MessageParser parser = new MessageParser(values);
    private byte[] bytes = {};

    /** The items of a span of the trace of {@link Groups#KEY}. */
    String span(byte[] message) {
        surround(message);
        long high = Groups.KEY.traceId().high();
        long low = Groups.KEY.traceId().low();
        parser.span(bytes, AROUND, AROUND + message.length, high, low);
        return items();
    }

    String event(byte[] message) {
        surround(message);
        parser.event(bytes, AROUND, AROUND + message.length);
        return items();
    }

    String link(byte[] message) {
        surround(message);
        parser.link(bytes, AROUND, AROUND + message.length);
        return items();
    }

    /** The messages of a run that begins at {@code at}, in hex. */
    String run(int at, int count) {
        MessageRun run = new MessageRun(bytes, at);
        StringJoiner messages = new StringJoiner(" ");
        for (int i = 0; i < count; i++) {
            run.next();
            messages.add(HexFormat.of().formatHex(bytes, run.from(), run.to()));
        }
        return messages.toString();
    }

    private void surround(byte[] message) {
        bytes = new byte[message.length + 2 * AROUND];
        Arrays.fill(bytes, (byte) 0x0a);
        System.arraycopy(message, 0, bytes, AROUND, message.length);
        values.clear();
    }

    private String items() {
        byte[] shape = Arrays.copyOf(parser.shape().array(), parser.shape().length());
        ShapeItems items;
        try {
            items = ShapeItems.of(shape);
        } catch (CorruptPageException e) {
            throw new AssertionError(e);
        }
        StringJoiner words = new StringJoiner(" ");
        int value = 0;
        for (int i = 0; i < items.count(); i++) {
            StringBuilder word = new StringBuilder(NAMES.get(items.kind(i)));
            if (Item.hasTag(items.kind(i))) {
                word.append("(" + (items.tag(i) >>> 3) + ":" + (items.tag(i) & 7) + ")");
            }
            if (Item.isAttribute(items.kind(i))) {
                word.append("[" + new String(shape, items.keyOffset(i), items.keyLength(i), ISO_8859_1) + "]");
            }
            if (Item.hasValue(items.kind(i))) {
                word.append("=").append(value(items.kind(i), values.get(value++)));
            }
            words.add(word);
        }
        if (value != values.count()) {
            throw new AssertionError(values.count() + " values for " + words);
        }
        return words.toString();
    }

    private String value(int kind, long value) {
        return Item.isText(kind)
                ? new String(bytes, MessageParser.offset(value), MessageParser.length(value), ISO_8859_1)
                : Long.toString(value);
    }
}
