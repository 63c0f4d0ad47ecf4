package tempo.tempodb.block;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import tempo.span.MergedTrace;
import tempo.span.TraceKey;
import tempo.span.TraceMerge;
import tempo.tempodb.backend.MemoryObjectStore;

/** Traces that are put into a block and read again. */
public final class StoredTraces {
    private StoredTraces() {}

    /** Parts of one trace, as they come back out of a block. */
    public static List<byte[]> read(TraceKey key, List<byte[]> values) throws IOException {
        MemoryObjectStore store = new MemoryObjectStore();
        List<Blocks.Entry> entries = new ArrayList<>();
        values.forEach(value -> entries.add(Blocks.Entry.of(key, value)));
        return Blocks.find(Blocks.open(store, Blocks.write(store, BlockContent.SPANS, entries)), key);
    }

    /** Fails unless a trace, merged as an answer is, is the same bytes before and after; returns how many spans it has. */
    public static int assertComesBack(TraceKey key, List<byte[]> values) throws IOException {
        MergedTrace expected = TraceMerge.merge(values);
        assertEquals(List.of(), expected.failures());
        MergedTrace found = TraceMerge.merge(read(key, values));
        assertEquals(List.of(), found.failures());
        assertArrayEquals(expected.bytes(), found.bytes());
        return found.spanCount();
    }
}
