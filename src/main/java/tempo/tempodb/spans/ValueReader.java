package tempo.tempodb.spans;

import org.jspecify.annotations.Nullable;
import tempo.tempodb.column.CorruptPageException;
import tempo.tempodb.column.LongCursor;

/** Reads a loaded page of numbers value by value, in batches. Not thread-safe. */
final class ValueReader {
    private final long[] batch = new long[LongCursor.BATCH];
    private final SpanGroup group;
    private final int page;
    private @Nullable LongCursor cursor;
    private int at;
    private int filled;

    ValueReader(SpanGroup group, int page) {
        this.group = group;
        this.page = page;
    }

    long next() throws CorruptPageException {
        if (at == filled) {
            fill();
        }
        return batch[at++];
    }

    private void fill() throws CorruptPageException {
        LongCursor open = cursor;
        if (open == null) {
            open = group.numbers(page);
            cursor = open;
        }
        try {
            filled = open.read(batch, 0, batch.length);
        } catch (CorruptPageException e) {
            throw group.named(page, e);
        }
        at = 0;
        if (filled == 0) {
            throw group.named(page, new CorruptPageException("ends too early"));
        }
    }
}
