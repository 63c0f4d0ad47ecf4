package tempo.tempodb.spans;

import org.jspecify.annotations.Nullable;
import tempo.tempodb.column.CorruptPageException;
import tempo.tempodb.column.GrowingBytes;
import tempo.tempodb.column.PatternCodes;
import tempo.tempodb.column.TextColumn;
import tempo.tempodb.column.TextCursor;

/** As {@link Lane}, for a column of texts. */
final class TextLane {
    private final SpanGroup group;
    private final int column;
    private @Nullable TextCursor cursor;
    private long passed;

    TextLane(SpanGroup group, int column) {
        this.group = group;
        this.column = column;
    }

    void skip(long values) {
        passed += values;
    }

    /** Appends the next value. */
    void next(GrowingBytes into) throws CorruptPageException {
        try {
            at(1).next(into);
        } catch (CorruptPageException e) {
            throw group.named(Pages.COLUMNS + column, e);
        }
    }

    /** Appends the next {@code count} values to a column. */
    void copy(TextColumn into, int count, PatternCodes patterns) throws CorruptPageException {
        try {
            at(count).copy(count, into, patterns);
        } catch (CorruptPageException e) {
            throw group.named(Pages.COLUMNS + column, e);
        }
    }

    /** The cursor behind what is passed over, with at least {@code count} values left. */
    private TextCursor at(int count) throws CorruptPageException {
        TextCursor open = cursor;
        if (open == null) {
            open = group.texts(column);
            cursor = open;
        }
        if (passed + count > open.remaining()) {
            throw new CorruptPageException("ends too early");
        }
        if (passed > 0) {
            open.skip((int) passed);
            passed = 0;
        }
        return open;
    }
}
