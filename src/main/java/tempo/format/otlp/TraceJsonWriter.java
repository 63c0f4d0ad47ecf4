package tempo.format.otlp;

import java.util.Arrays;
import java.util.Objects;
import tempo.format.otlp.TraceJsonMessage.Field;
import tempo.format.otlp.TraceJsonMessage.Type;
import tempo.span.MalformedProtobufException;
import tempo.span.WireReader;
import tempo.span.WireWriter;

/**
 * Prints messages from wire format. Each message is walked once to see what is there, and its fields are then printed in their
 * order, wherever they stand. As in protobuf the last of several values counts, and of a message that comes in several parts
 * the parts are joined.
 */
public final class TraceJsonWriter {
    /** Messages inside each other, at most: more than receivers let through, less than a thread's stack holds. */
    public static final int DEPTH_MAX = 1_000;

    /** Slots of a field in a frame: place of its first value, of its last value, and how many. */
    private static final int SLOTS = 3;

    private final JsonOutput out;

    /** What was found in the messages that are open, by depth. */
    private int[][] frames = new int[16][];

    /** A writer that appends to {@code out}. */
    public TraceJsonWriter(JsonOutput out) {
        this.out = out;
    }

    /**
     * Prints all that is before the reader's limit, which is part of {@code source}, as one message.
     *
     * @throws MalformedProtobufException if it is not well-formed, or nested more than {@link #DEPTH_MAX} deep
     */
    public void message(TraceJsonMessage type, byte[] source, WireReader reader) throws MalformedProtobufException {
        message(type, source, reader, 0);
    }

    private void message(TraceJsonMessage type, byte[] source, WireReader reader, int depth)
            throws MalformedProtobufException {
        if (depth == DEPTH_MAX) {
            throw reader.malformed("messages are nested more than " + DEPTH_MAX + " deep", reader.position());
        }
        int[] frame = frame(depth, type.fieldCount());
        survey(type, reader, frame);
        out.raw('{');
        boolean first = true;
        for (int index = 0; index < type.fieldCount(); index++) {
            if (frame[SLOTS * index + 2] > 0 && field(type, index, source, reader, first, depth)) {
                first = false;
            }
        }
        out.raw('}');
    }

    private int[] frame(int depth, int fieldCount) {
        if (depth == frames.length) {
            frames = Arrays.copyOf(frames, depth * 2);
        }
        int[] frame = frames[depth];
        if (frame == null || frame.length < SLOTS * fieldCount) {
            frame = new int[SLOTS * Math.max(fieldCount, 16)];
            frames[depth] = frame;
        }
        Arrays.fill(frame, 0, SLOTS * fieldCount, 0);
        return frame;
    }

    /** Goes to the limit, and notes in the frame where the fields are. */
    private static void survey(TraceJsonMessage type, WireReader reader, int[] frame)
            throws MalformedProtobufException {
        int chosen = -1;
        while (reader.hasNext()) {
            int tag = reader.readTag();
            int index = type.index(tag);
            if (index >= 0) {
                if (type.field(index).choice && index != chosen) {
                    if (chosen >= 0) {
                        frame[SLOTS * chosen + 2] = 0;
                    }
                    chosen = index;
                }
                int slot = SLOTS * index;
                if (frame[slot + 2]++ == 0) {
                    frame[slot] = reader.position();
                }
                frame[slot + 1] = reader.position();
            }
            reader.skipField(tag);
        }
    }

    /** Prints a field unless it has its default value; returns whether it did. */
    private boolean field(TraceJsonMessage type, int index, byte[] source, WireReader reader, boolean first, int depth)
            throws MalformedProtobufException {
        Field field = type.field(index);
        int[] frame = frames[depth];
        int slot = SLOTS * index;
        if (field.repeated) {
            label(field, first);
            messages(type, index, source, reader, depth);
            return true;
        }
        reader.seek(frame[slot + 1]);
        if (field.type == Type.MESSAGE) {
            label(field, first);
            if (frame[slot + 2] == 1) {
                nested(field, source, reader, depth);
            } else {
                byte[] joined = join(type, index, source, reader, frame);
                message(Objects.requireNonNull(field.message), joined, new WireReader(joined), depth + 1);
            }
            return true;
        }
        return field.type.isBytes() ? text(field, source, reader, first) : number(field, reader, first);
    }

    private void nested(Field field, byte[] source, WireReader reader, int depth) throws MalformedProtobufException {
        int outerLimit = reader.enter();
        message(Objects.requireNonNull(field.message), source, reader, depth + 1);
        reader.leave(outerLimit);
    }

    private void messages(TraceJsonMessage type, int index, byte[] source, WireReader reader, int depth)
            throws MalformedProtobufException {
        int slot = SLOTS * index;
        int left = frames[depth][slot + 2];
        reader.seek(frames[depth][slot]);
        out.raw('[');
        nested(type.field(index), source, reader, depth);
        while (--left > 0) {
            out.raw(',');
            seekNext(type, index, reader);
            nested(type.field(index), source, reader, depth);
        }
        out.raw(']');
    }

    /** Goes to the next value of a field, of which there must be one. */
    private static void seekNext(TraceJsonMessage type, int index, WireReader reader)
            throws MalformedProtobufException {
        int tag = reader.readTag();
        while (type.index(tag) != index) {
            reader.skipField(tag);
            tag = reader.readTag();
        }
    }

    /** The parts of a message as one: protobuf defines merging so that joined bytes mean the same. */
    private static byte[] join(TraceJsonMessage type, int index, byte[] source, WireReader reader, int[] frame)
            throws MalformedProtobufException {
        int slot = SLOTS * index;
        WireWriter joined = new WireWriter(0);
        reader.seek(frame[slot]);
        for (int left = frame[slot + 2]; left > 0; left--) {
            int length = reader.readLength();
            joined.raw(source, reader.position(), length);
            reader.skip(length);
            if (left > 1) {
                seekNext(type, index, reader);
            }
        }
        return joined.toByteArray();
    }

    private boolean text(Field field, byte[] source, WireReader reader, boolean first)
            throws MalformedProtobufException {
        int length = reader.readLength();
        if (length == 0 && !field.choice) {
            return false;
        }
        label(field, first);
        switch (field.type) {
            case STRING -> out.string(source, reader.position(), length);
            case ID -> out.hex(source, reader.position(), length);
            default -> out.base64(source, reader.position(), length);
        }
        return true;
    }

    private boolean number(Field field, WireReader reader, boolean first) throws MalformedProtobufException {
        long value =
                switch (field.type) {
                    case FIXED64, DOUBLE -> reader.readFixed64();
                    case FIXED32 -> Integer.toUnsignedLong(reader.readFixed32());
                    case UINT32 -> Integer.toUnsignedLong(reader.readVarint32());
                    case ENUM -> reader.readVarint32();
                    default -> reader.readVarint64();
                };
        if (value == 0 && !field.choice) {
            return false;
        }
        label(field, first);
        switch (field.type) {
            case BOOL -> out.raw(value == 0 ? "false" : "true");
            case INT64 -> out.quotedNumber(Long.toString(value));
            case FIXED64 -> out.quotedNumber(Long.toUnsignedString(value));
            case DOUBLE -> out.real(Double.longBitsToDouble(value));
            case ENUM -> {
                String name = field.names.get((int) value);
                if (name == null) {
                    out.number(value);
                } else {
                    out.string(name);
                }
            }
            default -> out.number(value);
        }
        return true;
    }

    private void label(Field field, boolean first) {
        if (!first) {
            out.raw(',');
        }
        out.raw(field.label);
    }
}
