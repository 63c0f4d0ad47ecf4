package tempo.tempodb.compaction;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import tempo.span.TraceKey;
import tempo.tempodb.TempoDb;
import tempo.tempodb.backend.ObjectStore;
import tempo.tempodb.block.BlockCursor;
import tempo.tempodb.block.BlockMeta;
import tempo.tempodb.block.BlockReader;
import tempo.tempodb.block.CorruptBlockException;
import tempo.tempodb.block.EntryVisitor;

/** What was put into a simulated store, what became of it, and whether a reader finds just that. */
final class ExpectedValues {
    private static final TraceKey FIRST = new TraceKey(0, 0);
    private static final TraceKey LAST = new TraceKey(-1, -1);

    final Set<String> acknowledged = new HashSet<>();
    final Set<String> attempted = new HashSet<>();

    /** In a block that was damaged. */
    final Set<String> lost = new HashSet<>();

    final Set<Integer> deleted = new HashSet<>();
    final Set<Integer> deletedMaybe = new HashSet<>();

    static TraceKey keyOf(int trace) {
        return new TraceKey(trace, 1);
    }

    static void collect(TempoDb db, Map<String, Integer> found, List<IOException> damages) throws IOException {
        db.scan("t", FIRST, LAST, new EntryVisitor() {
            @Override
            public void entry(BlockCursor entry) throws IOException {
                found.merge(UTF_8.decode(entry.value()).toString(), 1, Integer::sum);
            }

            @Override
            public void unreadable(CorruptBlockException damage) {
                damages.add(damage);
            }
        });
    }

    static Set<String> valuesOf(BlockMeta meta, ObjectStore store) throws IOException {
        Set<String> values = new HashSet<>();
        BlockReader.open(meta, (offset, length) -> store.read(meta.spec().dataName(), offset, length))
                .scan(FIRST, LAST, new EntryVisitor() {
                    @Override
                    public void entry(BlockCursor entry) throws IOException {
                        values.add(UTF_8.decode(entry.value()).toString());
                    }

                    @Override
                    public void unreadable(CorruptBlockException damage) throws IOException {
                        throw damage;
                    }
                });
        return values;
    }

    void check(Set<String> expected, Set<Integer> hidden, Map<String, Integer> found) {
        Set<String> missing = new TreeSet<>(expected);
        missing.removeAll(found.keySet());
        missing.removeAll(lost);
        missing.removeIf(value -> deletedMaybe.contains(traceOf(value)));
        Set<String> wrong = new TreeSet<>(found.keySet());
        wrong.removeIf(value -> attempted.contains(value) && !hidden.contains(traceOf(value)));
        Set<String> doubled = new TreeSet<>();
        found.forEach((value, count) -> {
            if (count > 1) {
                doubled.add(value);
            }
        });
        if (!missing.isEmpty() || !wrong.isEmpty() || !doubled.isEmpty()) {
            throw new AssertionError("missing " + missing + ", not to be there " + wrong + ", doubled " + doubled);
        }
    }

    static int traceOf(String value) {
        return Integer.parseInt(value.substring(value.lastIndexOf(' ') + 1));
    }
}
