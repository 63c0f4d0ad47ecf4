package tempo.tempodb.blocklist;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Reads many things of a store, some at once if that is faster. Thread-safe. */
public interface ManyReads {
    /** Reads one after the other. */
    ManyReads ONE_BY_ONE = new ManyReads() {
        @Override
        public <T, R> List<R> each(List<T> items, Read<T, R> read) throws IOException {
            List<R> results = new ArrayList<>(items.size());
            for (T item : items) {
                results.add(read.of(item));
            }
            return results;
        }
    };

    /** What is to be read of each. */
    interface Read<T, R> {
        R of(T item) throws IOException;
    }

    /**
     * The results of {@code read}, in the order of {@code items}.
     *
     * @throws IOException that of the first item that has one; the others were read all the same, or not
     */
    <T, R> List<R> each(List<T> items, Read<T, R> read) throws IOException;
}
