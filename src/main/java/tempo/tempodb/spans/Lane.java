package tempo.tempodb.spans;

import org.jspecify.annotations.Nullable;
import tempo.tempodb.column.CorruptPageException;
import tempo.tempodb.column.GrowingLongs;
import tempo.tempodb.column.LongCursor;

/** A page of numbers that is read from front to back, some values wanted and the rest passed over. Opened when first wanted. */
final class Lane {
    private static final int BUFFER = 128;

    private final SpanGroup group;
    private final int page;
    private @Nullable LongCursor cursor;
    private final long[] buffer = new long[BUFFER];
    private int at;
    private int filled;
    private long passed;

    Lane(SpanGroup group, int page) {
        this.group = group;
        this.page = page;
    }

    /** Passes over so many values. */
    void skip(long values) {
        passed += values;
    }

    long next() throws CorruptPageException {
        if (passed > 0 || at == filled) {
            fill();
        }
        return buffer[at++];
    }

    /** The next value, which has to be 0 to {@code limit - 1}. */
    int next(int limit) throws CorruptPageException {
        long value = next();
        if (value < 0 || value >= limit) {
            throw outOfRange(value, limit);
        }
        return (int) value;
    }

    /** The next {@code count} values, each of which has to be 0 to {@code limit - 1}. */
    void read(int[] into, int count, int limit) throws CorruptPageException {
        int done = 0;
        while (done < count) {
            if (passed > 0 || at == filled) {
                fill();
            }
            int values = Math.min(count - done, filled - at);
            for (int i = 0; i < values; i++) {
                long value = buffer[at + i];
                if (value < 0 || value >= limit) {
                    throw outOfRange(value, limit);
                }
                into[done + i] = (int) value;
            }
            at += values;
            done += values;
        }
    }

    /** Appends the next {@code count} values to {@code into}. */
    void copy(GrowingLongs into, int count) throws CorruptPageException {
        into.reserve(count);
        read(into.array(), into.count(), count);
        into.extend(count);
    }

    /** Reads the next {@code count} values to {@code into[at..)}. */
    void read(long[] into, int place, int count) throws CorruptPageException {
        if (count == 0) {
            return;
        }
        if (passed > 0) {
            fill();
        }
        int buffered = Math.min(count, filled - at);
        System.arraycopy(buffer, at, into, place, buffered);
        at += buffered;
        if (buffered == count) {
            return;
        }
        LongCursor open = open();
        if (count - buffered > open.remaining()) {
            throw group.named(page, new CorruptPageException("ends too early"));
        }
        try {
            open.read(into, place + buffered, count - buffered);
        } catch (CorruptPageException e) {
            throw group.named(page, e);
        }
    }

    private LongCursor open() throws CorruptPageException {
        LongCursor open = cursor;
        if (open == null) {
            open = group.numbers(page);
            cursor = open;
        }
        return open;
    }

    private CorruptPageException outOfRange(long value, int limit) {
        return group.named(page, new CorruptPageException("value " + value + " is not below " + limit));
    }

    private void fill() throws CorruptPageException {
        LongCursor open = open();
        long buffered = filled - at;
        if (passed < buffered) {
            at += (int) passed;
            passed = 0;
            return;
        }
        long beyond = passed - buffered;
        if (beyond >= open.remaining()) {
            throw group.named(page, new CorruptPageException("ends too early"));
        }
        try {
            open.skip((int) beyond);
            filled = open.read(buffer, 0, BUFFER);
        } catch (CorruptPageException e) {
            throw group.named(page, e);
        }
        at = 0;
        passed = 0;
    }
}
